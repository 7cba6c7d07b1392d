// SPDX-License-Identifier: Apache-2.0

/// How a model's logits become probabilities: what `mumic.json` says under `calibration`.
public struct Calibration: Codable, Sendable, Equatable {
    /// How it was fitted.
    public var method: CalibrationMethod
    /// The curve of labels that have none of their own: too rare, or new to the model.
    public var global: CalibrationCurve
    /// The curves of labels, by name.
    public var labels: [String: CalibrationCurve]

    /// A calibration.
    public init(method: CalibrationMethod, global: CalibrationCurve, labels: [String: CalibrationCurve]) {
        self.method = method
        self.global = global
        self.labels = labels
    }

    /// What a fit says of labels, which are named in its order; a label that has the curve of all is not listed.
    public init(_ fitted: FittedCalibration, labels names: [String]) {
        let own = names.indices.filter { fitted.fits[$0] != .global }
        self.init(
            method: fitted.method, global: fitted.global,
            labels: Dictionary(uniqueKeysWithValues: own.map { (names[$0], fitted.perLabel[$0]) }))
    }

    /// Reads a calibration; `labels` may be absent, and a `DecodingError` names the key that is wrong.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        guard let method = CalibrationMethod(rawValue: try container.decode(String.self, forKey: .method)) else {
            throw DecodingError.dataCorruptedError(
                forKey: .method, in: container, debugDescription: "is not platt, temperature or isotonic")
        }
        self.method = method
        self.global = try container.decode(CalibrationCurve.self, forKey: .global)
        self.labels = try container.decodeIfPresent([String: CalibrationCurve].self, forKey: .labels) ?? [:]
    }

    /// The curves of labels, `[L]`; that of all for labels without one of their own.
    public func curves(labels names: [String]) -> [CalibrationCurve] { names.map(curve(of:)) }

    /// The curve of a label; that of all where it has none of its own.
    public func curve(of name: String) -> CalibrationCurve { labels[name] ?? global }
}

extension CalibrationCurve: Codable {
    private enum CodingKeys: String, CodingKey { case scale, shift, points }

    /// Reads `{"scale": 1.2, "shift": -0.5}` or `{"points": [[-3, 0.01], [2, 0.8]]}`. A curve that could fall or leave
    /// [0, 1] is refused by a `DecodingError` that names the key.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func corrupted(_ key: CodingKeys, _ words: String) -> DecodingError {
            .dataCorruptedError(forKey: key, in: container, debugDescription: words)
        }
        guard container.contains(.points) else {
            let scale = try container.decode(Double.self, forKey: .scale)
            let shift = try container.decode(Double.self, forKey: .shift)
            guard scale > 0, scale.isFinite else { throw corrupted(.scale, "is \(scale), it must be above 0") }
            guard shift.isFinite else { throw corrupted(.shift, "is no finite number") }
            self = .logistic(scale: scale, shift: shift)
            return
        }
        if container.contains(.scale) || container.contains(.shift) {
            throw corrupted(.points, "stands beside a scale or shift, give one of the two")
        }
        let points = try container.decode([[Double]].self, forKey: .points)
        if points.isEmpty { throw corrupted(.points, "is empty") }
        for (index, point) in points.enumerated() {
            guard point.count == 2, point[0].isFinite, (0...1).contains(point[1]) else {
                throw corrupted(
                    .points, "has at place \(index + 1) something else than a logit and a probability in 0...1")
            }
            if index > 0, point[0] <= points[index - 1][0] || point[1] < points[index - 1][1] {
                throw corrupted(.points, "does not rise at place \(index + 1)")
            }
        }
        self = .points(points.map { Point(logit: $0[0], probability: $0[1]) })
    }

    /// Writes what can be read again.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .logistic(let scale, let shift):
            try container.encode(scale, forKey: .scale)
            try container.encode(shift, forKey: .shift)
        case .points(let points): try container.encode(points.map { [$0.logit, $0.probability] }, forKey: .points)
        }
    }
}
