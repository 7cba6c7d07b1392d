// SPDX-License-Identifier: Apache-2.0

import Datasets
import Evaluation
import MultiLabel
import Randomness
import Torch
import TrainingOptions

/// The targets of annotated pictures, row by row.
struct TargetRows {
    let table: AnnotationTable
    let labelCount: Int
    private let unknown: UnknownTargets

    init(_ table: AnnotationTable, unknown: UnknownTargets = .ignore) {
        self.table = table
        self.labelCount = table.labels.count
        self.unknown = unknown
    }

    /// The targets of rows as training takes them, `[B, L]`, NaN where unknown.
    func values(_ rows: some Sequence<Int>) -> [Float] {
        var values: [Float] = []
        for row in rows {
            let targets = table.targets[row * labelCount..<(row + 1) * labelCount]
            values += unknown == .negative ? targets.map { $0.isNaN ? 0 : $0 } : Array(targets)
        }
        return values
    }

    /// Targets with 0 for the unknown, and 1 where a pair is known: both `[B, L]`.
    func tensors(_ values: [Float], device: Device) throws -> (targets: Tensor, known: Tensor) {
        let shape = [values.count / max(1, labelCount), labelCount]
        let known: [Float] = values.map { $0.isNaN ? 0 : 1 }
        let filled: [Float] = values.map { $0.isNaN ? 0 : $0 }
        return (
            try Tensor(filled, shape: shape).to(device: device), try Tensor(known, shape: shape).to(device: device)
        )
    }

    /// The logit of each label's share among its known targets, in label order; half a picture is added on both sides,
    /// so that a label without positives has one too.
    ///
    /// A head that starts here need not first push all labels down together: Lin et al., "Focal Loss for Dense Object
    /// Detection", ICCV 2017, section 3.3.
    func baseLogits() -> [Float] {
        var rates = BaseRates(labels: labelCount)
        for row in table.images.indices { rates.add(values([row])) }
        return rates.logits.map(Float.init)
    }

    /// In how many pictures each label is present, in label order.
    var positives: [Int] { table.labelCounts().map(\.positives) }

    /// As many rows as there are, drawn label by label: each label that any picture has comes equally often, as far as
    /// the numbers go, and its pictures in turns; pictures without a label count as those of one label more.
    ///
    /// Shen, Lin & Huang, "Relay Backpropagation", ECCV 2016 (class-aware sampling).
    func balancedOrder(using random: inout CountedRandom) -> [Int] {
        let count = table.images.count
        var pictures = [[Int]](repeating: [], count: labelCount + 1)
        for row in 0..<count {
            var isBare = true
            for label in 0..<labelCount where table.targets[row * labelCount + label] > 0.5 {
                pictures[label].append(row)
                isBare = false
            }
            if isBare { pictures[labelCount].append(row) }
        }
        var order: [Int] = []
        var decks = pictures.filter { !$0.isEmpty }.map { (all: $0, rest: [Int]()) }
        while order.count < count {
            for deck in Array(decks.indices).shuffled(using: &random) where order.count < count {
                if decks[deck].rest.isEmpty { decks[deck].rest = decks[deck].all.shuffled(using: &random) }
                order.append(decks[deck].rest.removeLast())
            }
        }
        return order
    }
}
