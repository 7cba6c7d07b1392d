// SPDX-License-Identifier: Apache-2.0

import Foundation

/// 1 / (1 + e^(−z)) without overflow.
///
/// Evaluation, prediction and report share it: a threshold may be a picture's own probability, to the last bit.
package func sigmoid(_ logit: Double) -> Double {
    // One exponential whatever the sign, and never of a positive number.
    let power = exp(-abs(logit))
    return (logit >= 0 ? 1 : power) / (1 + power)
}

/// log(p / (1 − p)), infinite at 0 and 1.
package func logit(_ probability: Double) -> Double { log(probability) - log1p(-probability) }

/// eˣ, at most 1: a logarithm of a probability may have been rounded to just above 0 elsewhere.
func exponential(_ logarithm: Double) -> Double { min(1, exp(logarithm)) }

/// The natural logarithms of the softmax of each row of finite logits, `[N, L]`: z − log Σ e^z, never above 0. A
/// constant that is added to all logits of a row, such as a bias, makes no difference.
public func logSoftmax(_ logits: [Double], labelCount: Int) -> [Double] {
    var result: [Double] = []
    result.reserveCapacity(logits.count)
    for start in stride(from: 0, to: logits.count, by: max(1, labelCount)) {
        let row = logits[start..<min(logits.count, start + max(1, labelCount))]
        let largest = row.max() ?? 0
        let sum = log(row.reduce(0) { $0 + exp($1 - largest) })
        for logit in row { result.append((logit - largest) - sum) }
    }
    return result
}
