// SPDX-License-Identifier: Apache-2.0

/// How often each of 64 bootstrap replicates drew each image.
///
/// A replicate draws N images out of N with replacement. Instead of ranking the drawn images anew, every replicate
/// counts the pairs of the one ranking with these multiplicities. A row holds the counts of one image in 64
/// replicates: one cache line, added in a few instructions.
struct ReplicateWeights {
    static let lanes = 64

    private let owner: Scratch<UInt8>
    /// Rows that can be added up in bytes before one could run over.
    let rowsPerFlush: Int
    /// Replicates in use; the lanes behind them are zero.
    let count: Int

    /// The counts, `[N, 64]`.
    var table: UnsafeRawPointer { UnsafeRawPointer(owner.pointer) }

    /// Draws the replicates `first..<first + count`; what a replicate draws depends on the seed and its number only.
    init(images: Int, first: Int, count: Int, seed: UInt64) {
        let owner = Scratch<UInt8>(repeating: 0, count: images * Self.lanes)
        let bytes = owner.pointer
        for lane in 0..<count {
            var generator = ReplicateGenerator(seed: seed, replicate: first + lane)
            for _ in 0..<images {
                let byte = bytes + generator.index(below: images) * Self.lanes + lane
                // 255 draws of one image among hundreds do not happen (p < 10⁻⁵⁰⁰); the count must not wrap even so.
                byte.pointee &+= byte.pointee < UInt8.max ? 1 : 0
            }
        }
        let largest = owner.buffer.reduce(into: UInt8(1)) { $0 = max($0, $1) }
        self.owner = owner
        self.count = count
        rowsPerFlush = Int(UInt8.max / largest)
    }
}

/// SplitMix64 (Steele, Lea & Flood, OOPSLA 2014), begun anew for each replicate.
struct ReplicateGenerator {
    private var state: UInt64

    init(seed: UInt64, replicate: Int) {
        state = seed
        state = next() &+ UInt64(truncatingIfNeeded: replicate)
        state = next()
    }

    private mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

    /// An index below `count`: the upper half of the product of 64 random bits with it. The bias is below count /
    /// 2⁶⁴.
    mutating func index(below count: Int) -> Int {
        Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(truncatingIfNeeded: count)).high)
    }
}

/// The average precision of one ranking in 64 replicates at once.
final class ReplicatePrecision {
    private static let lanes = ReplicateWeights.lanes
    private static let ahead = 128
    /// Per replicate: pairs seen, positives seen, positives of the open block, sum of block positives × precision.
    private let sums = Scratch<Double>(repeating: 0, count: 4 * lanes)
    private let rows = Scratch<UInt8>(repeating: 0, count: 2 * lanes)

    func reset() { sums.pointer.update(repeating: 0, count: sums.count) }

    /// Goes on through the ranking with the next stretch, whose blocks are marked.
    func add(_ pairs: UnsafeMutableBufferPointer<UInt64>, weights: ReplicateWeights) {
        let table = weights.table
        let rowsPerFlush = weights.rowsPerFlush
        var all = SIMD64<UInt8>.zero
        var positive = SIMD64<UInt8>.zero
        var pending = 0
        for start in stride(from: 0, to: pairs.count, by: Self.ahead) {
            let part = UnsafeMutableBufferPointer(rebasing: pairs[start..<min(pairs.count, start + Self.ahead)])
            touch(part, table)
            for pair in part {
                let row = table.load(fromByteOffset: RankedPair.image(of: pair) * Self.lanes, as: SIMD64<UInt8>.self)
                all &+= row
                pending &+= 1
                if pair & RankedPair.positive != 0 { positive &+= row }
                if pair & RankedPair.closing != 0 || pending == rowsPerFlush {
                    flush(all, positive)
                    if pair & RankedPair.closing != 0 { closeBlock() }
                    all = .zero
                    positive = .zero
                    pending = 0
                }
            }
        }
        flush(all, positive)
        withExtendedLifetime(weights) {}
    }

    /// Reads a byte of each row that comes next. In so short a loop the processor has many rows on their way from
    /// memory at once; the sums above wait for one after the other.
    @inline(__always) private func touch(_ pairs: UnsafeMutableBufferPointer<UInt64>, _ table: UnsafeRawPointer) {
        var sum: UInt8 = 0
        for pair in pairs {
            sum &+= table.load(fromByteOffset: RankedPair.image(of: pair) * Self.lanes, as: UInt8.self)
        }
        // Stored so that the loop is not taken for idle.
        rows.pointer[0] = sum
    }

    /// The average precision of a replicate; nil where it drew no positive.
    func value(lane: Int) -> Double? {
        let positives = sums.pointer[Self.lanes + lane]
        return positives > 0 ? sums.pointer[3 * Self.lanes + lane] / positives : nil
    }

    @inline(__always) private func flush(_ all: SIMD64<UInt8>, _ positive: SIMD64<UInt8>) {
        let bytes = rows.pointer
        UnsafeMutableRawPointer(bytes).storeBytes(of: all, as: SIMD64<UInt8>.self)
        UnsafeMutableRawPointer(bytes + Self.lanes).storeBytes(of: positive, as: SIMD64<UInt8>.self)
        let seen = sums.pointer
        let inBlock = sums.pointer + 2 * Self.lanes
        for lane in 0..<Self.lanes { seen[lane] += Double(Int32(bytes[lane])) }
        for lane in 0..<Self.lanes { inBlock[lane] += Double(Int32(bytes[Self.lanes + lane])) }
    }

    @inline(__always) private func closeBlock() {
        let seen = sums.pointer
        let positives = seen + Self.lanes
        let inBlock = seen + 2 * Self.lanes
        let sum = seen + 3 * Self.lanes
        for lane in 0..<Self.lanes {
            let gained = inBlock[lane]
            let found = positives[lane] + gained
            positives[lane] = found
            inBlock[lane] = 0
            // Where nothing was drawn yet, both are 0 and so is the gain.
            sum[lane] += gained * (found / max(seen[lane], 1))
        }
    }
}

/// The value below which `fraction` of the sorted values lie, interpolated linearly as `numpy.percentile` does.
func percentile(_ fraction: Double, ofSorted values: [Double]) -> Double {
    let place = fraction * Double(values.count - 1)
    let low = Int(place.rounded(.down))
    let high = min(low + 1, values.count - 1)
    return values[low] + (values[high] - values[low]) * (place - Double(low))
}
