// SPDX-License-Identifier: Apache-2.0

import Foundation

/// How often labels are present among their known targets.
package struct BaseRates: Sendable {
    private var positives: [Double]
    private var known: [Double]

    /// Counts targets `[N, L]`, row major: in 0...1, or NaN where unknown.
    package init(targets: [Float] = [], labels: Int) {
        positives = [Double](repeating: 0, count: labels)
        known = positives
        add(targets)
    }

    /// Counts more rows.
    package mutating func add(_ targets: [Float]) {
        for (pair, target) in targets.enumerated() where !target.isNaN {
            positives[pair % positives.count] += Double(target)
            known[pair % positives.count] += 1
        }
    }

    /// The logit of each label's share, half a picture added on both sides, so that a label without positives has one too.
    package var logits: [Double] { zip(positives, known).map(Self.logit) }

    /// The same of all labels together.
    package var sharedLogit: Double { Self.logit(positives.reduce(0, +), known.reduce(0, +)) }

    private static func logit(_ positives: Double, _ known: Double) -> Double {
        log((positives + 0.5) / (known - positives + 0.5))
    }
}
