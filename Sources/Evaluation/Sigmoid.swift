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
