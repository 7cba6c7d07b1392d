// SPDX-License-Identifier: Apache-2.0

// All known pairs of all images in one ranking, handed out in stretches.
//
// The whole ranking of 10⁸ pairs would need twice the memory of scores and targets together. It is cut by score into
// slabs of about an eighth instead; each is collected from the matrix by one thread and sorted there. A block of
// equal scores is never cut.
extension KeyedPairs {
    /// The keys of a slab, and how many known pairs have them.
    private struct Slab {
        let keys: ClosedRange<UInt32>
        let count: Int
    }

    /// A sorted slab.
    private final class Sorted {
        var pairs = Scratch<UInt64>(count: 0)
        var count = 0
        var end = 0
        var positives = 0
    }

    /// Hands over the ranking, best first, in stretches whose blocks are marked, down to the last block that holds one
    /// of the `positives`. `cutoffs`, `[N]`, are the places of the images' k-th best pairs. Slabs of up to `smallest`
    /// pairs, few only in tests, are not cut further.
    func forEachStretch(
        positives: Int, cutoffs: Scratch<UInt64>, smallest: Int, _ body: (UnsafeMutableBufferPointer<UInt64>) -> Void
    ) {
        let slabs = self.slabs(smallest: smallest)
        // Four at once, at most: each takes 16 bytes a pair while it is sorted.
        let atOnce = max(1, min(workers, 4))
        var found = 0
        for first in stride(from: 0, to: slabs.count, by: atOnce) where found < positives {
            let round = slabs[first..<min(slabs.count, first + atOnce)]
            let sorted = round.map { _ in Sorted() }
            forEachIndex(below: round.count, workers: atOnce) { index, _ in
                sort(round[first + index], cutoffs, into: sorted[index])
            }
            for slab in sorted where found < positives {
                found += slab.positives
                let count = found == positives ? slab.end : slab.count
                withExtendedLifetime(slab.pairs) { body(UnsafeMutableBufferPointer(start: $0.pointer, count: count)) }
                slab.pairs = Scratch(count: 0)
            }
        }
    }

    private func sort(_ slab: Slab, _ cutoffs: Scratch<UInt64>, into sorted: Sorted) {
        // One place more than pairs: every pair is written, and only a wanted one moves the end on.
        var pairs = Scratch<UInt64>(count: slab.count + 1)
        withExtendedLifetime(cutoffs) { collect(slab.keys, $0.pointer, into: pairs.pointer) }
        do {
            var spare = Scratch<UInt64>(count: slab.count + 1)
            radixSort(&pairs, &spare, count: slab.count, lowestBit: 32)
        }
        let marked = RankedPair.markBlocks(UnsafeMutableBufferPointer(start: pairs.pointer, count: slab.count))
        sorted.pairs = pairs
        sorted.count = slab.count
        sorted.end = marked.end
        sorted.positives = marked.positives
    }

    private func collect(
        _ range: ClosedRange<UInt32>, _ cutoffs: UnsafePointer<UInt64>, into pairs: UnsafeMutablePointer<UInt64>
    ) {
        let lowest = range.lowerBound
        let width = range.upperBound - lowest
        var count = 0
        for image in 0..<images {
            let start = image * labels
            let cutoff = cutoffs[image]
            for label in 0..<labels {
                let key = keys[start + label]
                let target = targets[start + label]
                pairs[count] = RankedPair.pack(
                    key: key, image: image, isPositive: target > 0.5,
                    isAmongBest: placeInImage(key: key, label: label) <= cutoff)
                count &+= key &- lowest <= width && !target.isNaN ? 1 : 0
            }
        }
    }

    /// Cuts the range of keys so that a slab has about an eighth of the pairs, unless one narrow range has more.
    private func slabs(smallest: Int) -> [Slab] {
        guard let range = keyRange() else { return [] }
        let bits = 16
        let spread = range.upperBound - range.lowerBound
        let shift = UInt32(max(0, UInt32.bitWidth - spread.leadingZeroBitCount - bits))
        let histogram = counts(lowest: range.lowerBound, shift: shift, buckets: 1 << bits)
        let total = histogram.reduce(0, +)
        let budget = max(smallest, (total + 7) / 8)
        var slabs: [Slab] = []
        var firstBucket = 0
        var count = 0
        func close(before bucket: Int) {
            guard count > 0 else { return }
            let low = UInt64(range.lowerBound) + UInt64(firstBucket) << UInt64(shift)
            let high = UInt64(range.lowerBound) + UInt64(bucket) << UInt64(shift) - 1
            let keys = UInt32(truncatingIfNeeded: low)...UInt32(truncatingIfNeeded: min(high, UInt64(UInt32.max)))
            slabs.append(Slab(keys: keys, count: count))
            count = 0
        }
        for (bucket, size) in histogram.enumerated() where size > 0 {
            if count + size > budget { close(before: bucket) }
            if count == 0 { firstBucket = bucket }
            count += size
        }
        close(before: histogram.count)
        return slabs
    }

    private static let stretch = 1 << 16

    private var stretches: Int { (targets.count + Self.stretch - 1) / Self.stretch }

    private func indices(ofStretch part: Int) -> Range<Int> {
        (part * Self.stretch)..<min(targets.count, (part + 1) * Self.stretch)
    }

    /// The smallest and largest key of the known pairs; nil where all are unknown.
    private func keyRange() -> ClosedRange<UInt32>? {
        let lows = Scratch<UInt32>(repeating: .max, count: max(1, workers))
        let highs = Scratch<UInt32>(repeating: 0, count: max(1, workers))
        forEachIndex(below: stretches, workers: workers) { part, worker in
            var low = UInt32.max
            var high: UInt32 = 0
            for index in indices(ofStretch: part) {
                let key = keys[index]
                let unknown = targets[index].isNaN
                low = min(low, unknown ? .max : key)
                high = max(high, unknown ? 0 : key)
            }
            lows.pointer[worker] = min(lows.pointer[worker], low)
            highs.pointer[worker] = max(highs.pointer[worker], high)
        }
        return withExtendedLifetime((lows, highs)) {
            guard let low = lows.buffer.min(), let high = highs.buffer.max(), low <= high else { return nil }
            return low...high
        }
    }

    private func counts(lowest: UInt32, shift: UInt32, buckets: Int) -> [Int] {
        let perWorker = Scratch<Int>(repeating: 0, count: max(1, workers) * buckets)
        forEachIndex(below: stretches, workers: workers) { part, worker in
            let histogram = perWorker.pointer + worker * buckets
            for index in indices(ofStretch: part) where !targets[index].isNaN {
                histogram[Int((keys[index] &- lowest) >> shift)] &+= 1
            }
        }
        return withExtendedLifetime(perWorker) {
            (0..<buckets).map { bucket in
                (0..<max(1, workers)).reduce(0) { $0 + perWorker.pointer[$1 * buckets + bucket] }
            }
        }
    }
}
