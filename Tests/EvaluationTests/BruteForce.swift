// SPDX-License-Identifier: Apache-2.0
import Foundation

@testable import Evaluation

/// The metrics written down as they are defined, pair against pair, with no sorting trick in common with the library.
struct BruteForce {
    struct Pair {
        let image: Int
        let label: Int
        let score: Double
        let target: Double
        let probability: Double
        var isPositive: Bool { target > 0.5 }
    }

    let images: Int
    let labels: Int
    let pairs: [Pair]

    init(_ random: RandomMatrix) {
        images = random.images
        labels = random.labels
        pairs = (0..<(random.images * random.labels)).compactMap { index in
            let target = Double(random.targets[index])
            guard !target.isNaN else { return nil }
            let score = random.scores[index]
            return Pair(
                image: index / random.labels, label: index % random.labels, score: score, target: target,
                probability: random.kind == .logits ? 1 / (1 + Foundation.exp(-score)) : score)
        }
    }

    private init(images: Int, labels: Int, pairs: [Pair]) {
        (self.images, self.labels, self.pairs) = (images, labels, pairs)
    }

    /// The mean over positives of the precision among all pairs that score at least as high.
    static func averagePrecision(_ pairs: [Pair], over denominator: Int? = nil) -> Double? {
        let positives = pairs.filter(\.isPositive)
        let count = denominator ?? positives.count
        guard count > 0 else { return nil }
        return positives.reduce(0) { sum, positive in
            let above = pairs.filter { $0.score >= positive.score }
            return sum + Double(above.filter(\.isPositive).count) / Double(above.count)
        } / Double(count)
    }

    var positives: Int { pairs.filter(\.isPositive).count }
    var gap: Double? { Self.averagePrecision(pairs) }

    func best(_ k: Int) -> [Pair] {
        (0..<images).flatMap { image in
            pairs.filter { $0.image == image }
                .sorted { $0.score == $1.score ? $0.label < $1.label : $0.score > $1.score }.prefix(k)
        }
    }

    func gapAtK(_ k: Int) -> Double? { Self.averagePrecision(best(k), over: positives) }
    func gapAtKRetrieved(_ k: Int) -> Double? { Self.averagePrecision(best(k)) }

    var perLabel: [Double?] {
        (0..<labels).map { label in Self.averagePrecision(pairs.filter { $0.label == label }) }
    }

    func mapMacro(minimum: Int = 1) -> Double? {
        let values = perLabel.enumerated().filter { label, _ in
            pairs.filter { $0.label == label && $0.isPositive }.count >= minimum
        }.compactMap(\.element)
        return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }

    var mapWeighted: Double? {
        guard positives > 0 else { return nil }
        return perLabel.enumerated().reduce(0) { sum, entry in
            sum + (entry.element ?? 0) * Double(pairs.filter { $0.label == entry.offset && $0.isPositive }.count)
        } / Double(positives)
    }

    /// Precision, recall and F1 of some pairs, 0/0 = 0.
    static func rates(_ pairs: [Pair], _ threshold: (Int) -> Double) -> (Double, Double, Double) {
        let predicted = pairs.filter { $0.probability >= threshold($0.label) }
        let found = Double(predicted.filter(\.isPositive).count)
        let positives = pairs.filter(\.isPositive).count
        let precision = predicted.isEmpty ? 0 : found / Double(predicted.count)
        let recall = positives == 0 ? 0 : found / Double(positives)
        return (precision, recall, harmonic(precision, recall))
    }

    static func harmonic(_ first: Double, _ second: Double) -> Double {
        first + second == 0 ? 0 : 2 / (1 / first + 1 / second)
    }

    func rates(label: Int, _ threshold: (Int) -> Double) -> (Double, Double, Double) {
        Self.rates(pairs.filter { $0.label == label }, threshold)
    }

    func calibrationError(bins: Int) -> Double? {
        guard !pairs.isEmpty else { return nil }
        return (0..<bins).reduce(0.0) { sum, bin in
            let members = pairs.filter { min(bins - 1, Int(($0.probability * Double(bins)).rounded(.down))) == bin }
            guard !members.isEmpty else { return sum }
            let count = Double(members.count)
            let target = members.reduce(0) { $0 + $1.target } / count
            let probability = members.reduce(0) { $0 + $1.probability } / count
            return sum + count / Double(pairs.count) * abs(target - probability)
        }
    }

    var brier: Double? {
        guard !pairs.isEmpty else { return nil }
        return pairs.reduce(0) { $0 + pow($1.probability - $1.target, 2) } / Double(pairs.count)
    }

    /// The same data with image i present as often as it was drawn, each time as an image of its own.
    func resampled(seed: UInt64, replicate: Int) -> BruteForce {
        var generator = ReplicateGenerator(seed: seed, replicate: replicate)
        let rows = (0..<images).map { row in (row, generator.index(below: images)) }
        let drawn = rows.flatMap { row, image in
            pairs.filter { $0.image == image }.map {
                Pair(
                    image: row, label: $0.label, score: $0.score, target: $0.target, probability: $0.probability)
            }
        }
        return BruteForce(images: images, labels: labels, pairs: drawn)
    }
}
