// SPDX-License-Identifier: Apache-2.0

/// A score's 64-bit key and where it stands in the matrix.
private struct PlacedKey: RadixSortable {
    let key: UInt64
    let index: UInt32

    @inline(__always) var sortWord: UInt64 { key }
}

/// For each score the number of better ones, so that equal scores have equal ranks: `[N, L]`, a 32-bit key of a
/// double.
///
/// Like the pooled ranking it works through slabs of the range of scores, each about a sixteenth: 16 bytes a score,
/// twice while it is sorted, for all scores at once would be many times the matrix.
func ranks(of scores: [Double], workers: Int, smallest: Int = 1 << 20) -> Scratch<UInt32> {
    let ranks = Scratch<UInt32>(count: scores.count)
    scores.withUnsafeBufferPointer { scores in
        let splitters = splitters(scores, smallest: smallest)
        let sizes = slabSizes(scores, splitters, workers: workers)
        var firstRanks = [0]
        for size in sizes { firstRanks.append(firstRanks[firstRanks.count - 1] + size) }
        forEachIndex(below: sizes.count, workers: min(workers, 4)) { slab, _ in
            let low = slab > 0 ? splitters[slab - 1] : 0
            let high = slab < splitters.count ? splitters[slab] : UInt64.max
            // One place more than scores: each is written, and only one of this slab moves the end on.
            var placed = Scratch<PlacedKey>(count: sizes[slab] + 1)
            var count = 0
            for index in scores.indices {
                let key = rankingKey(bits: scores[index].bitPattern)
                placed.pointer[count] = PlacedKey(key: key, index: UInt32(truncatingIfNeeded: index))
                count &+= key >= low && key < high ? 1 : 0
            }
            var spare = Scratch<PlacedKey>(count: count + 1)
            radixSort(&placed, &spare, count: count, lowestBit: 0)
            var rank = firstRanks[slab]
            for index in 0..<count {
                if index > 0, placed.pointer[index].key != placed.pointer[index - 1].key {
                    rank = firstRanks[slab] + index
                }
                ranks.pointer[Int(placed.pointer[index].index)] = UInt32(truncatingIfNeeded: rank)
            }
            withExtendedLifetime(placed) {}
        }
    }
    return ranks
}

/// Distinct keys that cut the scores into up to 16 slabs of about equal size, guessed from an even sample.
private func splitters(_ scores: UnsafeBufferPointer<Double>, smallest: Int) -> [UInt64] {
    let slabs = min(16, scores.count / max(1, smallest))
    guard slabs > 1 else { return [] }
    let sample = stride(from: 0, to: scores.count, by: max(1, scores.count / 65_536)).map {
        rankingKey(bits: scores[$0].bitPattern)
    }.sorted()
    let cuts = (1..<slabs).map { sample[$0 * sample.count / slabs] }
    return cuts.enumerated().filter { $0.offset == 0 || $0.element != cuts[$0.offset - 1] }.map(\.element)
}

/// How many scores each slab has.
private func slabSizes(_ scores: UnsafeBufferPointer<Double>, _ splitters: [UInt64], workers: Int) -> [Int] {
    let slabs = splitters.count + 1
    let counts = Scratch<Int>(repeating: 0, count: max(1, workers) * slabs)
    let stretch = 1 << 16
    splitters.withUnsafeBufferPointer { splitters in
        forEachIndex(below: (scores.count + stretch - 1) / stretch, workers: workers) { part, worker in
            let count = counts.pointer + worker * slabs
            for index in (part * stretch)..<min(scores.count, (part + 1) * stretch) {
                let key = rankingKey(bits: scores[index].bitPattern)
                var slab = 0
                for splitter in splitters { slab &+= key >= splitter ? 1 : 0 }
                count[slab] &+= 1
            }
        }
    }
    return withExtendedLifetime(counts) {
        (0..<slabs).map { slab in (0..<max(1, workers)).reduce(0) { $0 + counts.pointer[$1 * slabs + slab] } }
    }
}
