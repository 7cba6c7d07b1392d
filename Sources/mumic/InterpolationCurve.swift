// SPDX-License-Identifier: Apache-2.0

import Evaluation

/// What `mumic interpolate` prints: the metrics at each α, and which α was taken.
struct InterpolationCurve: Codable {
    /// The metrics of some of the labels.
    struct Metrics: Codable {
        let gap: Double?
        let mapMacro: Double?

        enum CodingKeys: String, CodingKey {
            case gap
            case mapMacro = "map_macro"
        }

        /// Writes every key, `null` where undefined.
        func encode(to encoder: any Encoder) throws {
            var keys = encoder.container(keyedBy: CodingKeys.self)
            try keys.encode(gap, forKey: .gap)
            try keys.encode(mapMacro, forKey: .mapMacro)
        }
    }

    /// The metrics at one α; those of all labels stand beside it.
    struct Point: Codable {
        let alpha: Double
        let all: Metrics
        /// Of labels that the fine-tuned model was trained on; nil where there are none.
        let seen: Metrics?
        /// Of the others; nil where there are none.
        let unseen: Metrics?

        enum CodingKeys: String, CodingKey {
            case alpha, seen, unseen
        }

        init(alpha: Double, all: Metrics, seen: Metrics?, unseen: Metrics?) {
            (self.alpha, self.all, self.seen, self.unseen) = (alpha, all, seen, unseen)
        }

        /// Reads what ``encode(to:)`` writes.
        init(from decoder: any Decoder) throws {
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
        func encode(to encoder: any Encoder) throws {
            try all.encode(to: encoder)
            var keys = encoder.container(keyedBy: CodingKeys.self)
            try keys.encode(alpha, forKey: .alpha)
            try keys.encode(seen, forKey: .seen)
            try keys.encode(unseen, forKey: .unseen)
        }
    }

    /// The annotations by which α was chosen, as they were named; nil where α was given.
    let data: String?
    /// The α that was given or chosen.
    let alpha: Double
    /// The share of the best seen GAP that has to be kept; nil where α was given.
    let keep: Double?
    let labelsSeen: Int?
    let labelsUnseen: Int?
    /// Empty where α was given.
    let curve: [Point]

    enum CodingKeys: String, CodingKey {
        case data, alpha, keep, curve
        case labelsSeen = "labels_seen"
        case labelsUnseen = "labels_unseen"
    }

    /// Writes every key, `null` where there is nothing to say.
    func encode(to encoder: any Encoder) throws {
        var keys = encoder.container(keyedBy: CodingKeys.self)
        try keys.encode(data, forKey: .data)
        try keys.encode(alpha, forKey: .alpha)
        try keys.encode(keep, forKey: .keep)
        try keys.encode(labelsSeen, forKey: .labelsSeen)
        try keys.encode(labelsUnseen, forKey: .labelsUnseen)
        try keys.encode(curve, forKey: .curve)
    }

    /// The point to take, of points in the order of α; nil where no GAP is defined.
    ///
    /// It is the smallest α whose seen GAP is at least `keep` of the best one. Where there are unseen labels too, it
    /// is the one of these with the highest harmonic mean of seen and unseen GAP; where there are only unseen ones, the
    /// one with their highest GAP. Of equal ones the smaller.
    static func choice(of points: [Point], keep: Double) -> Point? {
        func seen(_ point: Point) -> Double? { point.seen?.gap }
        func unseen(_ point: Point) -> Double? { point.unseen?.gap }
        guard let best = points.compactMap(seen).max() else { return first(of: points) { unseen($0) } }
        let kept = points.filter { (seen($0) ?? -1) >= keep * best }
        guard points.contains(where: { unseen($0) != nil }) else { return kept.first }
        return first(of: kept) { point in
            let (a, b) = (seen(point) ?? 0, unseen(point) ?? 0)
            return a + b > 0 ? 2 * a * b / (a + b) : 0
        }
    }

    /// The first point of the highest value.
    private static func first(of points: [Point], _ value: (Point) -> Double?) -> Point? {
        var best: (point: Point, value: Double)?
        for point in points {
            guard let value = value(point), value > best?.value ?? -1 else { continue }
            best = (point, value)
        }
        return best?.point
    }
}

extension InterpolationCurve.Metrics {
    /// The metrics of some columns of scores, at least one.
    init(scores: [Double], targets: [Float], labels: [String], columns: [Int]) throws {
        let count = labels.count
        let rows = targets.count / count
        var (partScores, partTargets): ([Double], [Float]) = ([], [])
        partScores.reserveCapacity(rows * columns.count)
        partTargets.reserveCapacity(rows * columns.count)
        for row in 0..<rows {
            for column in columns {
                partScores.append(scores[row * count + column])
                partTargets.append(targets[row * count + column])
            }
        }
        let matrix = try ScoreMatrix(
            imageCount: rows, labelCount: columns.count, scores: partScores, targets: partTargets)
        let report = try evaluate(
            matrix, labels: columns.map { labels[$0] }, kind: .logits,
            options: EvaluationOptions(bootstrapReplicates: 0))
        self.init(gap: report.gap, mapMacro: report.mapMacro)
    }
}
