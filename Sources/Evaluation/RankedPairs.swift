// SPDX-License-Identifier: Apache-2.0

/// One pair in a ranking, packed so that sorting the integers sorts the pairs, best first.
///
/// Bits 63…32: the ranking key. Bits 31…3: the image. Bit 2: the pair is among its image's k best. Bit 1: the last
/// pair of a block of equal scores that holds a positive. Bit 0: positive.
enum RankedPair {
    static let positive: UInt64 = 1
    static let closing: UInt64 = 2
    static let amongBest: UInt64 = 4

    @inline(__always) static func pack(key: UInt32, image: Int, isPositive: Bool, isAmongBest: Bool = false) -> UInt64 {
        UInt64(key) << 32 | UInt64(truncatingIfNeeded: image) << 3 | (isAmongBest ? amongBest : 0)
            | (isPositive ? positive : 0)
    }

    @inline(__always) static func image(of pair: UInt64) -> Int { Int(truncatingIfNeeded: (pair & 0xFFFF_FFFF) >> 3) }

    /// Marks the last pair of each block of equal keys that holds a positive, where alone average precision gains.
    /// Returns the index behind the last marked pair, and the number of positives.
    static func markBlocks(_ pairs: UnsafeMutableBufferPointer<UInt64>) -> (end: Int, positives: Int) {
        var end = 0
        var positives = 0
        var index = 0
        while index < pairs.count {
            let key = pairs[index] >> 32
            var inBlock = 0
            while index < pairs.count, pairs[index] >> 32 == key {
                inBlock &+= Int(truncatingIfNeeded: pairs[index] & positive)
                index &+= 1
            }
            if inBlock > 0 {
                pairs[index - 1] |= closing
                positives += inBlock
                end = index
            }
        }
        return (end, positives)
    }
}

/// Non-interpolated average precision over pairs that come in best first.
///
/// The sum over blocks of equal scores of (positives in the block) × (precision at the block's end), divided by the
/// number of positives: scikit-learn's `average_precision_score`.
struct PrecisionSum {
    private(set) var seen = 0
    private(set) var positives = 0
    private var inBlock = 0
    private var sum = 0.0

    @inline(__always) mutating func add(isPositive: Bool) {
        seen &+= 1
        inBlock &+= isPositive ? 1 : 0
    }

    @inline(__always) mutating func closeBlock() {
        guard inBlock > 0 else { return }
        positives += inBlock
        sum += Double(inBlock) * (Double(positives) / Double(seen))
        inBlock = 0
    }

    mutating func add(_ pairs: UnsafeMutableBufferPointer<UInt64>) {
        for pair in pairs {
            add(isPositive: pair & RankedPair.positive != 0)
            if pair & RankedPair.closing != 0 { closeBlock() }
        }
    }

    /// The average precision, where `denominator` positives are to be found; nil for none.
    func value(over denominator: Int) -> Double? { denominator > 0 ? sum / Double(denominator) : nil }
}
