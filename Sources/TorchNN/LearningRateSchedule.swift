// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The learning rate as a pure function of the optimiser step.
public struct LearningRateSchedule: Sendable, Equatable {
    /// What happens after the warm-up.
    public enum Shape: String, Codable, Sendable, CaseIterable {
        /// Half a cosine down to 0.
        case cosine
        /// No change.
        case constant
    }

    /// The largest learning rate.
    public var peak: Double
    /// Steps of linear rise from peak / W to peak.
    public var warmupSteps: Int
    /// All steps, those of the warm-up included.
    public var totalSteps: Int
    /// What happens after the warm-up.
    public var shape: Shape

    /// A schedule of `totalSteps` steps.
    public init(peak: Double, warmupSteps: Int, totalSteps: Int, shape: Shape) {
        (self.peak, self.warmupSteps, self.totalSteps, self.shape) = (peak, warmupSteps, totalSteps, shape)
    }

    /// peak·(s+1)/W while s < W, then peak·½(1 + cos(π(s−W)/(S−W))), or peak.
    ///
    /// - Parameter step: s, counted from 0.
    /// - Returns: The learning rate of that step.
    public func learningRate(at step: Int) -> Double {
        if step < warmupSteps { return peak * Double(step + 1) / Double(warmupSteps) }
        switch shape {
        case .constant: return peak
        case .cosine:
            let span = max(1, totalSteps - warmupSteps)
            let progress = min(1, Double(step - warmupSteps) / Double(span))
            return peak * 0.5 * (1 + cos(.pi * progress))
        }
    }
}
