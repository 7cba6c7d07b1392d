// SPDX-License-Identifier: Apache-2.0

public import JSON

/// The metrics of one label.
public struct LabelReport: Codable, Sendable, Equatable {
    /// The label's name.
    public let label: String
    /// Images whose target is above 0.5.
    public let positives: Int
    /// Images whose target is known and at most 0.5.
    public let negatives: Int
    /// Average precision, nil (`null` in JSON) without positives.
    @OrNull public private(set) var averagePrecision: Double?
    /// Precision at the threshold, 0 where nothing is predicted.
    public let precision: Double
    /// Recall at the threshold, 0 without positives.
    public let recall: Double
    /// F1 at the threshold, 0 where nothing is predicted or found.
    public let f1: Double
    /// The probability from which the label is predicted.
    public let threshold: Double

    enum CodingKeys: String, CodingKey, CaseIterable {
        case label, positives, negatives
        case averagePrecision = "ap"
        case precision, recall, f1, threshold
    }

    init(label: String, counts: PairCounts.Label, averagePrecision: Double?, threshold: Double) {
        self.label = label
        positives = counts.positives
        negatives = counts.known - counts.positives
        self.averagePrecision = averagePrecision
        precision = ratio(counts.truePositives, counts.predicted)
        recall = ratio(counts.truePositives, counts.positives)
        f1 = ratio(2 * counts.truePositives, counts.predicted + counts.positives)
        self.threshold = threshold
    }
}

/// An interval, `[low, high]` in JSON.
public struct ConfidenceInterval: Codable, Sendable, Equatable {
    /// The lower end.
    public let low: Double
    /// The upper end.
    public let high: Double

    /// An interval.
    public init(low: Double, high: Double) {
        self.low = low
        self.high = high
    }

    /// The 2.5th and 97.5th percentile of a metric's bootstrap replicates; nil without any.
    init?(replicates: [Double]) {
        guard !replicates.isEmpty else { return nil }
        let sorted = replicates.sorted()
        low = percentile(0.025, ofSorted: sorted)
        high = percentile(0.975, ofSorted: sorted)
    }

    /// Reads `[low, high]`; throws `DecodingError` for anything but two numbers.
    public init(from decoder: any Decoder) throws {
        var values = try decoder.unkeyedContainer()
        low = try values.decode(Double.self)
        high = try values.decode(Double.self)
        guard values.isAtEnd else {
            throw DecodingError.dataCorruptedError(in: values, debugDescription: "an interval is two numbers")
        }
    }

    /// Writes `[low, high]`.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.unkeyedContainer()
        try values.encode(low)
        try values.encode(high)
    }
}
