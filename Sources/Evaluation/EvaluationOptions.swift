// SPDX-License-Identifier: Apache-2.0

/// What to compute, beyond what needs no choice.
public struct EvaluationOptions: Codable, Sendable, Equatable {
    /// k of GAP@k: each image contributes its k best known labels. At least 1, default 10.
    public var topK: Int
    /// A label is predicted when its probability is at least this. In [0, 1], default 0.5.
    public var threshold: Double
    /// One threshold a label, in label order, in place of ``threshold``. Default none.
    public var thresholds: [Double]?
    /// One calibration curve a label, in label order, from logits to probabilities. Default none: the plain sigmoid.
    /// Looked at for logits only, and never by what ranks.
    public var calibration: [CalibrationCurve]?
    /// Bootstrap replicates for the intervals, 0 to 10,000; 0 gives none. Default 1000; above 10⁷ pairs at most 200
    /// are drawn.
    public var bootstrapReplicates: Int
    /// Seed of the bootstrap: the same seed gives the same intervals on any number of threads. Default 0.
    public var seed: UInt64
    /// Labels with at least this many positives make up the majority mAP. Default none: no majority mAP.
    public var majorityMinimum: Int?
    /// Number of equal bins of the expected calibration error, 1 to 1000. Default 15.
    public var calibrationBins: Int

    /// Makes options; every one has a default.
    public init(
        topK: Int = 10, threshold: Double = 0.5, thresholds: [Double]? = nil, bootstrapReplicates: Int = 1000,
        seed: UInt64 = 0, majorityMinimum: Int? = nil, calibrationBins: Int = 15, calibration: [CalibrationCurve]? = nil
    ) {
        self.topK = topK
        self.threshold = threshold
        self.thresholds = thresholds
        self.bootstrapReplicates = bootstrapReplicates
        self.seed = seed
        self.majorityMinimum = majorityMinimum
        self.calibrationBins = calibrationBins
        self.calibration = calibration
    }

    /// How many replicates may be asked for.
    public static let replicateRange = 0...10_000

    /// The number of known pairs above which at most ``largeReplicates`` are drawn.
    static let largePairs = 10_000_000
    static let largeReplicates = 200

    /// The replicates that are drawn for so many pairs.
    func replicates(pairs: Int) -> Int {
        pairs > Self.largePairs ? min(bootstrapReplicates, Self.largeReplicates) : bootstrapReplicates
    }

    func validate(labelCount: Int) throws {
        try require(topK >= 1, "top-k", topK, "a number of at least 1")
        try require(threshold >= 0 && threshold <= 1, "the threshold", threshold, "a number in [0, 1]")
        try require(
            Self.replicateRange.contains(bootstrapReplicates), "the number of bootstrap replicates",
            bootstrapReplicates, "a number from 0 to \(Self.replicateRange.upperBound)")
        try require(
            (1...1000).contains(calibrationBins), "the number of calibration bins", calibrationBins,
            "a number from 1 to 1000")
        if let majorityMinimum {
            try require(majorityMinimum >= 1, "the majority minimum", majorityMinimum, "a number of at least 1")
        }
        if let calibration, calibration.count != labelCount {
            throw EvaluationError.wrongCount(of: "calibration curves", expected: labelCount, found: calibration.count)
        }
        guard let thresholds else { return }
        guard thresholds.count == labelCount else {
            throw EvaluationError.wrongCount(of: "thresholds", expected: labelCount, found: thresholds.count)
        }
        for (index, value) in thresholds.enumerated() {
            try require(value >= 0 && value <= 1, "the threshold of label \(index + 1)", value, "a number in [0, 1]")
        }
    }
}

/// Throws ``EvaluationError/invalidOption(name:value:allowed:)`` unless the option is as it should be.
func require(_ condition: Bool, _ name: String, _ value: Any, _ allowed: String) throws {
    guard condition else { throw EvaluationError.invalidOption(name: name, value: "\(value)", allowed: allowed) }
}

func requireMinimumPositives(_ value: Int) throws {
    try require(value >= 1, "the number of positives that a label needs", value, "a number of at least 1")
}
