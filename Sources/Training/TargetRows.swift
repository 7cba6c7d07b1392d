// SPDX-License-Identifier: Apache-2.0

import Datasets
import Torch

/// The targets of annotated pictures, row by row.
struct TargetRows {
    let table: AnnotationTable
    let labelCount: Int

    init(_ table: AnnotationTable) {
        self.table = table
        self.labelCount = table.labels.count
    }

    /// How many pairs of `rows` and labels are known.
    func knownCount(_ rows: some Sequence<Int>) -> Int {
        rows.reduce(0) { count, row in
            count + table.targets[row * labelCount..<(row + 1) * labelCount].count { !$0.isNaN }
        }
    }

    /// Targets with 0 for the unknown, and weights that are `weight` where a pair is known: both `[B, L]`.
    func targets(_ rows: [Int], weight: Float, device: Device) throws -> (targets: Tensor, weights: Tensor) {
        var values: [Float] = []
        var weights: [Float] = []
        values.reserveCapacity(rows.count * labelCount)
        weights.reserveCapacity(rows.count * labelCount)
        for row in rows {
            for target in table.targets[row * labelCount..<(row + 1) * labelCount] {
                values.append(target.isNaN ? 0 : target)
                weights.append(target.isNaN ? 0 : weight)
            }
        }
        let shape = [rows.count, labelCount]
        return (
            try Tensor(values, shape: shape).to(device: device), try Tensor(weights, shape: shape).to(device: device)
        )
    }
}
