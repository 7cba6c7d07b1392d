// SPDX-License-Identifier: Apache-2.0

/// A number that a run is measured by.
public struct Measure: Sendable, Hashable {
    /// What has to be done to get it.
    public enum Source: Sendable {
        /// `mumic evaluate` on the labels that were trained.
        case evaluation
        /// The same, as a mean over labels of one frequency: 0 rare, 1 medium, 2 frequent.
        case band(Int)
        /// `mumic evaluate` on the labels that were kept from training.
        case heldOut
        /// Features of the test and training pictures.
        case embeddings
        /// The run itself.
        case training
    }

    /// How it is printed.
    public enum Style: Sendable {
        /// A rate in [0, 1] as a percentage with one decimal.
        case percent
        /// A small number with three decimals.
        case decimal
        /// Seconds with one decimal.
        case seconds
        /// A whole number.
        case count
    }

    /// The name in definitions and results.
    public let name: String
    /// The head of its column.
    public let title: String
    /// Where it comes from.
    public let source: Source
    /// How it is printed.
    public let style: Style
    /// Whether more is better; nil where neither is.
    public let higherIsBetter: Bool?

    /// Two measures of one name are the same.
    public static func == (one: Measure, other: Measure) -> Bool { one.name == other.name }

    /// Hashes the name.
    public func hash(into hasher: inout Hasher) { hasher.combine(name) }

    /// All measures, in no special order.
    public static let all: [Measure] = [
        Measure("gap", "GAP"), Measure("gap_at_k", "GAP@10"), Measure("map_macro", "macro mAP"),
        Measure("map_weighted", "weighted mAP"), Measure("cf1", "CF1"), Measure("of1", "OF1"),
        Measure("f1_macro", "macro F1"), Measure("f1_micro", "micro F1"),
        Measure("ece", "ECE", style: .decimal, higherIsBetter: false),
        Measure("brier", "Brier", style: .decimal, higherIsBetter: false),
        Measure("map_rare", "mAP, rare labels", .band(0)), Measure("map_medium", "mAP, medium labels", .band(1)),
        Measure("map_frequent", "mAP, frequent labels", .band(2)),
        Measure("held_out_gap", "GAP, held-out labels", .heldOut),
        Measure("held_out_map", "mAP, held-out labels", .heldOut),
        Measure("retrieval_map_at_10", "retrieval mAP@10", .embeddings),
        Measure("knn_gap", "10-NN GAP", .embeddings),
        Measure("validation_gap", "validation GAP", .training),
        Measure("seconds", "training, s", .training, style: .seconds, higherIsBetter: false),
        Measure("seconds_per_epoch", "s an epoch", .training, style: .seconds, higherIsBetter: false),
        Measure("trained_parameters", "trained parameters", .training, style: .count, higherIsBetter: nil),
    ]

    private init(
        _ name: String, _ title: String, _ source: Source = .evaluation, style: Style = .percent,
        higherIsBetter: Bool? = true
    ) {
        (self.name, self.title, self.source, self.style) = (name, title, source, style)
        self.higherIsBetter = higherIsBetter
    }

    /// The measure of a name.
    ///
    /// - Parameter name: The name in definitions.
    /// - Returns: The measure, or nil.
    public static func named(_ name: String) -> Measure? { all.first { $0.name == name } }

    var isBand: Bool { if case .band = source { true } else { false } }
    var isHeldOut: Bool { if case .heldOut = source { true } else { false } }
    var isEmbedding: Bool { if case .embeddings = source { true } else { false } }
}
