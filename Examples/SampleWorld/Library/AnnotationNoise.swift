// SPDX-License-Identifier: Apache-2.0

import Randomness

/// The mistakes and gaps of annotators, drawn at random from known rates.
public struct AnnotationNoise: Sendable, Equatable {
    /// The chance that a positive label is replaced by one that is not in the picture. In [0, 1], default 0.
    public var flippedPositives: Double
    /// The chance that a positive label is left out, so that it reads as absent. In [0, 1], default 0.
    public var missingPositives: Double
    /// The chance that nobody looked: the cell is empty. In [0, 1], default 0.
    public var unknown: Double

    /// Rates, none by default.
    ///
    /// - Parameters:
    ///   - flippedPositives: The chance that a positive is replaced by another label.
    ///   - missingPositives: The chance that a positive is left out.
    ///   - unknown: The chance that a cell is empty.
    /// - Throws: ``SampleWorldError/invalidOption(name:value:allowed:)`` for a rate outside [0, 1].
    public init(
        flippedPositives: Double = 0, missingPositives: Double = 0, unknown: Double = 0
    ) throws(SampleWorldError) {
        for (name, rate) in [
            ("the rate of flipped positives", flippedPositives), ("the rate of missing positives", missingPositives),
            ("the rate of unknown labels", unknown),
        ] where !(0...1).contains(rate) {
            throw .invalidOption(name: name, value: "\(rate)", allowed: "a number from 0 to 1")
        }
        self.flippedPositives = flippedPositives
        self.missingPositives = missingPositives
        self.unknown = unknown
    }

    /// No mistakes.
    public static let none = AnnotationNoise()

    /// Whether anything is changed at all.
    public var isNone: Bool { self == .none }

    private init() { (flippedPositives, missingPositives, unknown) = (0, 0, 0) }

    /// One picture's cells as an annotator leaves them.
    ///
    /// - Parameters:
    ///   - cells: The true ones.
    ///   - seed: The world's seed.
    ///   - index: The picture's number; it always meets the same mistakes.
    /// - Returns: True, false or, where unknown, nil.
    public func applied(to cells: [Bool], seed: UInt64, index: Int) -> [Bool?] {
        var random = CountedRandom(seed: seed, epoch: 1004, index: UInt64(index))
        var result = cells.map { Optional($0) }
        for column in cells.indices where cells[column] {
            // All draws are made whatever the rates, so that a higher rate makes more mistakes, not other ones.
            let (flip, miss, other) = (random.uniform(0..<1), random.uniform(0..<1), random.below(cells.count))
            if flip < flippedPositives {
                result[column] = false
                let replacement = (0..<cells.count).map { (other + $0) % cells.count }.first { !cells[$0] }
                if let replacement { result[replacement] = true }
            } else if miss < missingPositives {
                result[column] = false
            }
        }
        for column in cells.indices where random.uniform(0..<1) < unknown { result[column] = nil }
        return result
    }
}
