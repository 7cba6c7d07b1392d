// SPDX-License-Identifier: Apache-2.0
import Evaluation

/// A small generator whose every state can be printed and set.
struct TestGenerator: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) { state = seed &* 0x2545_F491_4F6C_DD1D | 1 }

    mutating func next() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 0x2545_F491_4F6C_DD1D
    }
}

/// Scores and targets of a random shape and nature, made from a seed.
struct RandomMatrix: CustomStringConvertible {
    let seed: UInt64
    let images: Int
    let labels: Int
    let kind: ScoreKind
    let isDouble: Bool
    private(set) var scores: [Double] = []
    private(set) var targets: [Float] = []

    var description: String {
        "seed \(seed): \(images)×\(labels) \(kind) double: \(isDouble) scores \(scores.prefix(100)) "
            + "targets \(targets.prefix(100))"
    }

    init(seed: UInt64, images imageRange: ClosedRange<Int> = 1...12, labels labelRange: ClosedRange<Int> = 1...8) {
        var random = TestGenerator(seed: seed)
        self.seed = seed
        images = Int.random(in: imageRange, using: &random)
        labels = Int.random(in: labelRange, using: &random)
        kind = Bool.random(using: &random) ? .logits : .probabilities
        isDouble = Bool.random(using: &random)
        // From two distinct values up: ties everywhere, some, or none.
        let levels = [1.0, 2, 5, 20, 100_000][Int.random(in: 0..<5, using: &random)]
        let rate = [0.0, 0.02, 0.2, 0.5, 1][Int.random(in: 0..<5, using: &random)]
        let unknownRate = [0.0, 0.3, 0.9, 1][min(3, Int.random(in: 0..<13, using: &random) / 4)]
        let isSoft = Bool.random(using: &random)
        let silentLabel = Int.random(in: 0..<(2 * labels), using: &random)
        for index in 0..<(images * labels) {
            let unit = (Double.random(in: 0...1, using: &random) * levels).rounded() / levels
            var score = kind == .logits ? (unit - 0.5) * 12 : unit
            // Both zeros occur, and they are equal.
            if score == 0, Bool.random(using: &random) { score = -0.0 }
            scores.append(isDouble ? score : Double(Float(score)))
            var target: Float = Double.random(in: 0..<1, using: &random) < rate ? 1 : 0
            if index % labels == silentLabel { target = 0 }
            if isSoft, Int.random(in: 0..<3, using: &random) == 0 {
                target = Float(Int.random(in: 0...4, using: &random)) / 4
            }
            if Double.random(in: 0..<1, using: &random) < unknownRate { target = .nan }
            targets.append(target)
        }
    }

    var names: [String] { (0..<labels).map { "label \($0)" } }

    func matrix() throws -> ScoreMatrix {
        if isDouble {
            return try ScoreMatrix(imageCount: images, labelCount: labels, scores: scores, targets: targets)
        }
        return try ScoreMatrix(
            imageCount: images, labelCount: labels, scores: scores.map { Float($0) }, targets: targets)
    }
}
