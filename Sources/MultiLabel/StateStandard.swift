// SPDX-License-Identifier: Apache-2.0

/// Where x = (h − mean)/σ of an ``AnchoredHead`` is 0, and how long its unit is: over some pictures the mean of x is 0
/// and that of ‖x‖² is 1.
public struct StateStandard: Sendable, Equatable {
    /// The mean of h, `[W]`.
    public let mean: [Float]
    /// σ; 1 where all states are alike.
    public let scale: Double

    /// A standard of given parts.
    package init(mean: [Float], scale: Double) { (self.mean, self.scale) = (mean, scale) }

    /// The standard of pooled states.
    ///
    /// - Parameters:
    ///   - states: h of at least one picture, `[N, W]`, row major.
    ///   - width: W.
    public init(_ states: [Float], width: Int) {
        let count = max(1, states.count / width)
        var sums = [Double](repeating: 0, count: width)
        for row in 0..<count {
            for column in 0..<width { sums[column] += Double(states[row * width + column]) }
        }
        let means = sums.map { Float($0 / Double(count)) }
        var squares = 0.0
        for row in 0..<count {
            for column in 0..<width {
                let difference = Double(states[row * width + column] - means[column])
                squares += difference * difference
            }
        }
        mean = means
        scale = squares > 0 ? (squares / Double(count)).squareRoot() : 1
    }
}
