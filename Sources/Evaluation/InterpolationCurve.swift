// SPDX-License-Identifier: Apache-2.0

public import JSON

/// The metrics of weights between a model and its fine-tuned form, and which share of the fine-tuned weights was taken
/// (WiSE-FT: Wortsman et al., CVPR 2022, arXiv 2109.01903).
public struct InterpolationCurve: Codable, Equatable, Sendable {
    /// The metrics of some of the labels; nil where undefined.
    public struct Metrics: Codable, Equatable, Sendable {
        /// The global average precision.
        @OrNull public private(set) var gap: Double?
        /// The mean of the labels' average precisions.
        @OrNull public private(set) var mapMacro: Double?

        enum CodingKeys: String, CodingKey {
            case gap
            case mapMacro = "map_macro"
        }

        /// Known metrics.
        public init(gap: Double?, mapMacro: Double? = nil) {
            self.gap = gap
            self.mapMacro = mapMacro
        }

        /// The metrics of the labels at `columns`, of which there is at least one.
        init(_ logits: ScoreMatrix, columns: [Int]) throws {
            let report = try evaluate(
                logits, columns: columns, labels: (0..<logits.labelCount).map(String.init), kind: .logits,
                options: EvaluationOptions(bootstrapReplicates: 0))
            self.init(gap: report.gap, mapMacro: report.mapMacro)
        }
    }

    /// The metrics at one share; in JSON those of all labels stand beside it.
    public struct Point: Codable, Equatable, Sendable {
        /// The share α, 0...1: at 0 the start, at 1 the fine-tuned model.
        public let alpha: Double
        /// Of all labels.
        public let all: Metrics
        /// Of labels that the fine-tuned model was trained on; nil where there are none.
        public let seen: Metrics?
        /// Of the others; nil where there are none.
        public let unseen: Metrics?

        enum CodingKeys: String, CodingKey { case alpha, seen, unseen }

        /// A point of known metrics.
        public init(alpha: Double, all: Metrics, seen: Metrics?, unseen: Metrics?) {
            (self.alpha, self.all, self.seen, self.unseen) = (alpha, all, seen, unseen)
        }

        /// The metrics of the scores, `[N, L]`, that the weights at `alpha` give; `seen` are the columns of labels that
        /// the fine-tuned model was trained on.
        public init(alpha: Double, _ logits: ScoreMatrix, seen: Set<Int>) throws {
            func metrics(_ columns: [Int]) throws -> Metrics? {
                columns.isEmpty ? nil : try Metrics(logits, columns: columns)
            }
            let columns = Array(0..<logits.labelCount)
            self.init(
                alpha: alpha, all: try Metrics(logits, columns: columns),
                seen: try metrics(columns.filter(seen.contains)),
                unseen: try metrics(columns.filter { !seen.contains($0) }))
        }

        /// Reads what ``encode(to:)`` writes.
        public init(from decoder: any Decoder) throws {
            let keys = try decoder.container(keyedBy: CodingKeys.self)
            self.init(
                alpha: try keys.decode(Double.self, forKey: .alpha), all: try Metrics(from: decoder),
                seen: try keys.decodeIfPresent(Metrics.self, forKey: .seen),
                unseen: try keys.decodeIfPresent(Metrics.self, forKey: .unseen))
            let values = [alpha, all.gap, seen?.gap, unseen?.gap].compactMap(\.self)
            if let value = values.first(where: { !(0...1).contains($0) }) {
                throw DecodingError.dataCorruptedError(
                    forKey: .alpha, in: keys, debugDescription: "or a gap beside it is \(value), not within 0...1")
            }
        }

        /// Writes every key, `null` where undefined.
        public func encode(to encoder: any Encoder) throws {
            try all.encode(to: encoder)
            var keys = encoder.container(keyedBy: CodingKeys.self)
            try keys.encode(alpha, forKey: .alpha)
            try keys.encode(seen, forKey: .seen)
            try keys.encode(unseen, forKey: .unseen)
        }
    }

    /// The annotations by which α was chosen, as they were named; nil where α was given.
    @OrNull public private(set) var data: String?
    /// The α that was given or chosen.
    public let alpha: Double
    /// The share of the best seen GAP that had to be kept; nil where α was given.
    @OrNull public private(set) var keep: Double?
    /// How many labels of the data the fine-tuned model was trained on; nil where α was given.
    @OrNull public private(set) var labelsSeen: Int?
    /// How many labels of the data it was not trained on; nil where α was given.
    @OrNull public private(set) var labelsUnseen: Int?
    /// In the order of α; empty where α was given.
    public let curve: [Point]

    enum CodingKeys: String, CodingKey {
        case data, alpha, keep, curve
        case labelsSeen = "labels_seen"
        case labelsUnseen = "labels_unseen"
    }

    /// A curve, or only an α where nothing was measured.
    public init(
        data: String? = nil, alpha: Double, keep: Double? = nil, labelsSeen: Int? = nil, labelsUnseen: Int? = nil,
        curve: [Point] = []
    ) {
        (self.data, self.alpha, self.keep) = (data, alpha, keep)
        (self.labelsSeen, self.labelsUnseen, self.curve) = (labelsSeen, labelsUnseen, curve)
    }

    /// The place of the point to take, of points in the order of α; nil where no GAP is defined.
    ///
    /// It is the smallest α whose seen GAP is at least `keep` of the best one. Where there are unseen labels too, it
    /// is the one of these with the highest harmonic mean of seen and unseen GAP; where there are only unseen ones, the
    /// one with their highest GAP. Of equal ones the smaller.
    public static func choice(of points: [Point], keep: Double) -> Int? {
        let (seen, unseen) = (points.map { $0.seen?.gap }, points.map { $0.unseen?.gap })
        guard let best = seen.compactMap(\.self).max() else {
            return first(points.indices.filter { unseen[$0] != nil }) { unseen[$0] ?? 0 }
        }
        let kept = points.indices.filter { (seen[$0] ?? -1) >= keep * best }
        if unseen.allSatisfy({ $0 == nil }) { return kept.first }
        return first(kept) { harmonicMean(seen[$0] ?? 0, unseen[$0] ?? 0) }
    }

    /// The first place of the highest value.
    private static func first(_ places: [Int], _ value: (Int) -> Double) -> Int? {
        places.max { (value($0), -$0) < (value($1), -$1) }
    }
}
