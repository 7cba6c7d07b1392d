// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Foundation
import Randomness
import Synchronization

/// An endless, numbered album of drawn pictures of hotels and holidays.
///
/// Picture n of a seed is always the same, whoever asks for it, in whatever order and on however many threads.
public struct SampleWorld: Sendable {
    /// What the pictures are for: the two uses of a seed have no picture in common.
    public enum Edition: UInt64, Sendable {
        /// Pictures with captions, for pretraining.
        case captions = 0
        /// Pictures with labels, for fine-tuning.
        case labels = 1

        /// How often rare things are shown unless somebody says otherwise.
        var frequencies: Frequencies { self == .captions ? .longTail : .shorterTail }
    }

    /// The seed of all pictures.
    public let seed: UInt64
    /// How often rare things are shown.
    public let frequencies: Frequencies

    /// A world.
    ///
    /// - Parameters:
    ///   - seed: Any number.
    ///   - edition: What the pictures are for.
    ///   - frequencies: How often rare things are shown; nil for what the edition has.
    public init(seed: UInt64, edition: Edition, frequencies: Frequencies? = nil) {
        var random = CountedRandom(seed: seed, epoch: 2000, index: edition.rawValue)
        self.seed = random.next()
        self.frequencies = frequencies ?? edition.frequencies
    }

    /// Draws a picture.
    ///
    /// - Parameter index: Its number, from 0.
    /// - Returns: The picture, its labels and its caption.
    /// - Throws: ``SampleWorldError/drawingFailed(width:height:)``.
    public func picture(_ index: Int) throws(SampleWorldError) -> SamplePicture {
        try SamplePicture(seed: seed, index: index, frequencies: frequencies)
    }

    /// The labels and the caption of a picture, without drawing it.
    ///
    /// - Parameter index: Its number, from 0.
    /// - Returns: What ``picture(_:)`` would say.
    public func description(_ index: Int) -> (labels: [WorldLabel], caption: String) {
        SamplePicture.description(seed: seed, index: index, frequencies: frequencies)
    }

    /// Draws pictures on several threads.
    ///
    /// - Parameters:
    ///   - range: Their numbers.
    ///   - workers: The number of threads; it has no influence on the result. All cores by default.
    ///   - receive: Takes each picture with its number, on any thread and in any order.
    /// - Throws: The first ``SampleWorldError`` that occurs; pictures not begun by then are left out.
    public func forEachPicture(
        in range: Range<Int>, workers: Int? = nil,
        receive: @Sendable (Int, SamplePicture) throws(SampleWorldError) -> Void
    ) throws(SampleWorldError) {
        let count = max(1, min(range.count, workers ?? ProcessInfo.processInfo.activeProcessorCount))
        let next = Atomic<Int>(range.lowerBound)
        let failure = Mutex<SampleWorldError?>(nil)
        DispatchQueue.concurrentPerform(iterations: count) { _ in
            while failure.withLock({ $0 == nil }) {
                let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard index < range.upperBound else { return }
                do throws(SampleWorldError) {
                    try receive(index, try picture(index))
                } catch {
                    failure.withLock { $0 = $0 ?? error }
                }
            }
        }
        if let error = failure.withLock({ $0 }) { throw error }
    }
}
