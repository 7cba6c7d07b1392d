// SPDX-License-Identifier: Apache-2.0

import Evaluation

/// What `mumic calibrate` prints.
struct CalibrationReport: Encodable {
    struct Label: Encodable {
        let label: String
        let fit: CalibrationFit
        let fallback: CalibrationFallback?
        let curve: CalibrationCurve
        let positives: Int
        let negatives: Int
        let before: CalibrationQuality.Label?
        let after: CalibrationQuality.Label?
        let crossValidated: CalibrationQuality.Label?

        /// Writes every key, `null` where there is nothing to say.
        func encode(to encoder: any Encoder) throws {
            var keys = encoder.container(keyedBy: Key.self)
            try keys.encode(label, forKey: "label")
            try keys.encode(fit, forKey: "fit")
            try keys.encode(fallback, forKey: "fallback")
            try keys.encode(positives, forKey: "positives")
            try keys.encode(negatives, forKey: "negatives")
            switch curve {
            case .logistic(let scale, let shift):
                try keys.encode(scale, forKey: "scale")
                try keys.encode(shift, forKey: "shift")
            case .points(let points): try keys.encode(points.count, forKey: "points")
            }
            for (name, quality) in [("before", before), ("after", after), ("cross_validated", crossValidated)] {
                try keys.encode(quality?.error, forKey: Key("ece_" + name))
                try keys.encode(quality?.brier, forKey: Key("brier_" + name))
            }
        }
    }

    let images: Int
    let pairs: Int
    let positives: Int
    let fitted: FittedCalibration
    let options: CalibrationOptions
    let before: CalibrationQuality?
    let after: CalibrationQuality?
    let crossValidated: CalibrationQuality?
    let seed: UInt64
    let thresholdsConverted: Int
    let perLabel: [Label]

    init(
        _ matrix: ScoreMatrix, _ labels: [String], _ fitted: FittedCalibration, _ options: CalibrationOptions,
        before curves: [CalibrationCurve]?, crossValidated: CalibrationQuality?, seed: UInt64, thresholdsConverted: Int
    ) {
        let before = CalibrationQuality(matrix, curves: curves ?? labels.map { _ in .plain })
        let after = CalibrationQuality(matrix, curves: fitted.perLabel)
        var known = [Int](repeating: 0, count: labels.count)
        var positives = known
        for (index, target) in matrix.targets.enumerated() where !target.isNaN {
            known[index % labels.count] += 1
            if target > 0.5 { positives[index % labels.count] += 1 }
        }
        images = matrix.imageCount
        pairs = known.reduce(0, +)
        self.positives = positives.reduce(0, +)
        self.fitted = fitted
        self.options = options
        self.before = before
        self.after = after
        self.crossValidated = crossValidated
        self.seed = seed
        self.thresholdsConverted = thresholdsConverted
        perLabel = labels.indices.map { index in
            Label(
                label: labels[index], fit: fitted.fits[index], fallback: fitted.fallbacks[index],
                curve: fitted.perLabel[index], positives: positives[index],
                negatives: known[index] - positives[index], before: before?.perLabel[index],
                after: after?.perLabel[index], crossValidated: crossValidated?.perLabel[index])
        }
    }

    /// Writes every key, `null` where there is nothing to say.
    func encode(to encoder: any Encoder) throws {
        var keys = encoder.container(keyedBy: Key.self)
        try keys.encode(fitted.method, forKey: "method")
        try keys.encode(images, forKey: "images")
        try keys.encode(pairs, forKey: "pairs")
        try keys.encode(positives, forKey: "positives")
        try keys.encode(options.minimumPositives, forKey: "minimum_positives")
        try keys.encode(seed, forKey: "seed")
        try keys.encode(thresholdsConverted, forKey: "thresholds_converted")
        if case .logistic(let scale, let shift) = fitted.global {
            try keys.encode(["scale": scale, "shift": shift], forKey: "global")
        }
        for (name, quality) in [("before", before), ("after", after), ("cross_validated", crossValidated)] {
            try keys.encode(quality?.error, forKey: Key("ece_" + name))
            try keys.encode(quality?.macroError, forKey: Key("ece_macro_" + name))
            try keys.encode(quality?.brier, forKey: Key("brier_" + name))
        }
        try keys.encode(perLabel, forKey: "per_label")
    }
}

/// A key that is put together.
private struct Key: CodingKey, ExpressibleByStringLiteral {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ text: String) { stringValue = text }
    init(stringLiteral text: String) { stringValue = text }
    init?(stringValue text: String) { stringValue = text }
    init?(intValue: Int) { nil }
}
