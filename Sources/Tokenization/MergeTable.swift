// SPDX-License-Identifier: Apache-2.0

/// The merges of a byte-pair encoding, and how they are applied.
struct MergeTable: Sendable {
    /// What a merge makes of a pair, and how early it comes.
    private struct Merge: Sendable {
        let rank: Int32
        let id: Int32
    }

    /// A possible merge: of the symbol at `position` with the one that follows it.
    private struct Candidate: Comparable {
        let rank: Int32
        let position: Int32
        let id: Int32

        /// The earlier merge first, and of two equal ones the left one.
        static func < (a: Candidate, b: Candidate) -> Bool {
            (a.rank, a.position) < (b.rank, b.position)
        }
    }

    /// First id in the upper half, second in the lower.
    private let merges: [UInt64: Merge]

    init(_ merges: [(pair: UInt64, rank: Int32, id: Int32)]) {
        var table: [UInt64: Merge] = [:]
        table.reserveCapacity(merges.count)
        for merge in merges { table[merge.pair] = Merge(rank: merge.rank, id: merge.id) }
        self.merges = table
    }

    /// Applies the merges in the order of their ranks, in O(n log n); a symbol that was merged away becomes -1.
    func apply(to symbols: inout [Int32]) {
        let count = symbols.count
        if count < 2 { return }
        var next = (0..<count).map { Int32($0 + 1) }
        var previous = (0..<count).map { Int32($0 - 1) }
        var heap = Heap<Candidate>()
        for position in 0..<count - 1 {
            propose(symbols, position, position + 1, &heap)
        }
        while let best = heap.pop() {
            let left = Int(best.position)
            guard symbols[left] >= 0 else { continue }
            let right = Int(next[left])
            // Stale unless the two symbols still make the same token.
            guard right < count, merges[BytePairEncoder.pair(symbols[left], symbols[right])]?.id == best.id else {
                continue
            }
            symbols[left] = best.id
            symbols[right] = -1
            let after = Int(next[right])
            next[left] = Int32(after)
            if after < count { previous[after] = Int32(left) }
            if previous[left] >= 0 { propose(symbols, Int(previous[left]), left, &heap) }
            if after < count { propose(symbols, left, after, &heap) }
        }
    }

    private func propose(_ symbols: [Int32], _ left: Int, _ right: Int, _ heap: inout Heap<Candidate>) {
        guard let merge = merges[BytePairEncoder.pair(symbols[left], symbols[right])] else { return }
        heap.push(Candidate(rank: merge.rank, position: Int32(left), id: merge.id))
    }
}
