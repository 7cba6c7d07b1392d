// SPDX-License-Identifier: Apache-2.0

/// What `mumic.json` says under `calibration`: how logits become probabilities.
public struct CalibrationDescription: Codable, Sendable, Equatable {
    /// The way in which it was fitted.
    public enum Method: String, Codable, Sendable {
        /// A line in the logit for each label.
        case platt
        /// One line for all labels.
        case temperature
        /// Steps for labels with enough pictures, lines for the others.
        case isotonic
    }

    /// A curve from logits to probabilities that never falls.
    public enum Curve: Sendable, Equatable {
        /// σ(scale · z + shift): `{"scale": 1.2, "shift": -0.5}`.
        case line(scale: Double, shift: Double)
        /// Straight lines between points of a logit and its probability: `{"points": [[-3, 0.01], [2, 0.8]]}`.
        case points([[Double]])
    }

    /// How it was fitted.
    public var method: Method
    /// The curve of labels that have none of their own.
    public var global: Curve
    /// The curves of labels.
    public var labels: [String: Curve]

    /// A calibration.
    ///
    /// - Parameters:
    ///   - method: How it was fitted.
    ///   - global: The curve of labels that have none of their own.
    ///   - labels: The curves of labels.
    public init(method: Method, global: Curve, labels: [String: Curve]) {
        self.method = method
        self.global = global
        self.labels = labels
    }

    /// Reads a calibration; `labels` may be absent.
    ///
    /// - Parameter decoder: Where to read.
    /// - Throws: `DecodingError` naming the key.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let name = try container.decode(String.self, forKey: .method)
        guard let method = Method(rawValue: name) else {
            throw DecodingError.dataCorruptedError(
                forKey: .method, in: container, debugDescription: "is not platt, temperature or isotonic")
        }
        self.method = method
        self.global = try container.decode(Curve.self, forKey: .global)
        self.labels = try container.decodeIfPresent([String: Curve].self, forKey: .labels) ?? [:]
    }
}

extension CalibrationDescription.Curve: Codable {
    private enum CodingKeys: String, CodingKey {
        case scale, shift, points
    }

    /// Reads a scale with a shift, or points; what could fall or leave [0, 1] is refused.
    ///
    /// - Parameter decoder: Where to read.
    /// - Throws: `DecodingError` naming the key.
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
            self = .line(scale: scale, shift: shift)
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
        self = .points(points)
    }

    /// Writes what can be read again.
    ///
    /// - Parameter encoder: Where to write.
    /// - Throws: `EncodingError` if a number is not finite.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .line(let scale, let shift):
            try container.encode(scale, forKey: .scale)
            try container.encode(shift, forKey: .shift)
        case .points(let points): try container.encode(points, forKey: .points)
        }
    }
}
