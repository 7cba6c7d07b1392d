// SPDX-License-Identifier: Apache-2.0

// Per-label average precisions, and their mean in every bootstrap replicate.
extension KeyedPairs {
    /// What one worker needs to rank a few labels: their pairs side by side, so that each row of the matrix is read
    /// once.
    private final class Bench {
        let columns: Scratch<UInt64>
        let columnLength: Int
        var pairs: Scratch<UInt64>
        var spare: Scratch<UInt64>
        var counts: [Int]
        let precision = ReplicatePrecision()

        init(images: Int, columns: Int) {
            // A place more than images: every pair is written, and only a known one moves the end on.
            columnLength = images + 1
            self.columns = Scratch(count: columns * columnLength)
            pairs = Scratch(count: columnLength)
            spare = Scratch(count: columnLength)
            counts = Array(repeating: 0, count: columns)
        }
    }

    /// The outcome of a few labels.
    private struct Outcome {
        var averagePrecisions: [Double?] = []
        /// `[label][replicate]`, NaN where undefined; empty for labels without positives.
        var replicates: [[Double]] = []
    }

    /// Ranks every label by itself: `[L]` average precisions, nil without positives, and for each replicate of the
    /// weights, if there are any, the mean over the labels of which it drew a positive, nil where there is none.
    func averagePrecisions(weights: [ReplicateWeights]) -> (perLabel: [Double?], replicateMeans: [Double?]) {
        // Memory: 8 bytes × images × columns for each worker; no more than about the scores themselves.
        let columns = max(1, min(8, labels / (2 * max(1, workers))))
        let chunks = (labels + columns - 1) / columns
        let threads = max(1, min(workers, chunks, 8))
        let benches = (0..<threads).map { _ in Bench(images: images, columns: columns) }
        let replicates = weights.reduce(0) { $0 + $1.count }
        var sums = [Double](repeating: 0, count: replicates)
        var defined = [Int](repeating: 0, count: replicates)
        var perLabel: [Double?] = []
        for first in stride(from: 0, to: chunks, by: threads) {
            let round = Array(first..<min(chunks, first + threads))
            let outcomes = mapIndices(below: round.count, workers: threads) { index in
                let start = round[index] * columns
                return outcome(of: start..<min(labels, start + columns), weights, benches[index])
            }
            // In label order, so that the sums do not depend on the number of threads.
            for outcome in outcomes {
                perLabel += outcome.averagePrecisions
                for label in outcome.replicates {
                    for (replicate, value) in label.enumerated() where !value.isNaN {
                        sums[replicate] += value
                        defined[replicate] += 1
                    }
                }
            }
        }
        let means = zip(sums, defined).map { $1 > 0 ? $0 / Double($1) : nil }
        return (perLabel, means)
    }

    private func outcome(of range: Range<Int>, _ weights: [ReplicateWeights], _ bench: Bench) -> Outcome {
        collect(range, bench)
        var outcome = Outcome()
        for column in 0..<range.count {
            let count = bench.counts[column]
            bench.pairs.pointer.update(from: bench.columns.pointer + column * bench.columnLength, count: count)
            let positives = (0..<count).reduce(0) { $0 + Int(bench.pairs.pointer[$1] & RankedPair.positive) }
            guard positives > 0 else {
                outcome.averagePrecisions.append(nil)
                continue
            }
            radixSort(&bench.pairs, &bench.spare, count: count, lowestBit: 32)
            let sorted = UnsafeMutableBufferPointer(start: bench.pairs.pointer, count: count)
            let marked = RankedPair.markBlocks(sorted)
            let relevant = UnsafeMutableBufferPointer(start: bench.pairs.pointer, count: marked.end)
            var plain = PrecisionSum()
            plain.add(relevant)
            outcome.averagePrecisions.append(plain.value(over: positives))
            guard !weights.isEmpty else { continue }
            var values: [Double] = []
            for group in weights {
                bench.precision.reset()
                bench.precision.add(relevant, weights: group)
                for lane in 0..<group.count { values.append(bench.precision.value(lane: lane) ?? .nan) }
            }
            outcome.replicates.append(values)
        }
        return outcome
    }

    private func collect(_ range: Range<Int>, _ bench: Bench) {
        for column in 0..<range.count { bench.counts[column] = 0 }
        bench.counts.withUnsafeMutableBufferPointer { counts in
            let columns = bench.columns.pointer
            let columnLength = bench.columnLength
            for image in 0..<images {
                let start = image * labels + range.lowerBound
                for column in 0..<range.count {
                    let target = targets[start + column]
                    columns[column * columnLength + counts[column]] = RankedPair.pack(
                        key: keys[start + column], image: image, isPositive: target > 0.5)
                    counts[column] &+= target.isNaN ? 0 : 1
                }
            }
        }
    }
}
