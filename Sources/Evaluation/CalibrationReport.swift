// SPDX-License-Identifier: Apache-2.0

/// What a calibration changes; in JSON, what `mumic calibrate` prints.
public struct CalibrationReport: Encodable, Sendable {
    /// The curves.
    public let fitted: FittedCalibration
    /// The probabilities before, of the same pictures; nil without a known pair.
    public let before: CalibrationQuality?
    /// The calibrated probabilities of the pictures that the curves were fitted to.
    public let after: CalibrationQuality?
    /// Probabilities of curves that were fitted to other pictures; nil where too few are left to fit anything to.
    public let crossValidated: CalibrationQuality?
    private let labels: [String]
    private let images: Int
    /// Known pairs and positives of each label, `[L]`.
    private let known: [Int]
    private let positives: [Int]
    private let minimumPositives: Int
    private let seed: UInt64
    private let thresholdsConverted: Int

    /// Compares the probabilities of logits, `[N, L]`, before and after; `curves` are those before, nil for the plain
    /// sigmoid.
    ///
    /// `options` are those of the fit, `seed` deals the folds of the cross-validation, and `thresholdsConverted` counts
    /// thresholds of the model that refer to the new probabilities. Throws ``EvaluationError`` if an option is out of
    /// range.
    public init(
        _ fitted: FittedCalibration, of matrix: ScoreMatrix, labels: [String], options: CalibrationOptions,
        seed: UInt64, before curves: [CalibrationCurve]?, thresholdsConverted: Int
    ) throws {
        self.fitted = fitted
        before = CalibrationQuality(matrix, curves: curves ?? labels.map { _ in .plain })
        after = CalibrationQuality(matrix, curves: fitted.perLabel)
        crossValidated = try crossValidatedCalibration(matrix, method: fitted.method, options: options, seed: seed)
        self.labels = labels
        images = matrix.imageCount
        var known = [Int](repeating: 0, count: labels.count)
        var positives = known
        for (index, target) in matrix.targets.enumerated() where !target.isNaN {
            known[index % labels.count] += 1
            if target > 0.5 { positives[index % labels.count] += 1 }
        }
        (self.known, self.positives) = (known, positives)
        minimumPositives = options.minimumPositives
        self.seed = seed
        self.thresholdsConverted = thresholdsConverted
    }

    private var qualities: [(name: String, quality: CalibrationQuality?)] {
        [("before", before), ("after", after), ("cross_validated", crossValidated)]
    }

    /// Writes every key, `null` where there is nothing to say.
    public func encode(to encoder: any Encoder) throws {
        var keys = encoder.container(keyedBy: Key.self)
        try keys.encode(fitted.method, forKey: "method")
        try keys.encode(images, forKey: "images")
        try keys.encode(known.reduce(0, +), forKey: "pairs")
        try keys.encode(positives.reduce(0, +), forKey: "positives")
        try keys.encode(minimumPositives, forKey: "minimum_positives")
        try keys.encode(seed, forKey: "seed")
        try keys.encode(thresholdsConverted, forKey: "thresholds_converted")
        try keys.encode(fitted.global, forKey: "global")
        for (name, quality) in qualities {
            try keys.encode(quality?.error, forKey: Key("ece_" + name))
            try keys.encode(quality?.macroError, forKey: Key("ece_macro_" + name))
            try keys.encode(quality?.brier, forKey: Key("brier_" + name))
        }
        var rows = keys.nestedUnkeyedContainer(forKey: "per_label")
        for index in labels.indices {
            var row = rows.nestedContainer(keyedBy: Key.self)
            try encode(index, to: &row)
        }
    }

    private func encode(_ index: Int, to keys: inout KeyedEncodingContainer<Key>) throws {
        try keys.encode(labels[index], forKey: "label")
        try keys.encode(fitted.fits[index], forKey: "fit")
        try keys.encode(fitted.fallbacks[index], forKey: "fallback")
        try keys.encode(positives[index], forKey: "positives")
        try keys.encode(known[index] - positives[index], forKey: "negatives")
        switch fitted.perLabel[index] {
        case .logistic(let scale, let shift):
            try keys.encode(scale, forKey: "scale")
            try keys.encode(shift, forKey: "shift")
        case .points(let points): try keys.encode(points.count, forKey: "points")
        }
        for (name, quality) in qualities {
            let label = quality?.perLabel[index]
            try keys.encode(label?.error, forKey: Key("ece_" + name))
            try keys.encode(label?.brier, forKey: Key("brier_" + name))
        }
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
