// SPDX-License-Identifier: Apache-2.0

/// 32-bit keys of all pairs: a smaller key is a better score, equal keys are equal scores.
///
/// Everything is ranked on these, so single and double precision share one road. Keys of floats are made from the
/// bits on the fly and take no memory; doubles are replaced by
/// the number of better scores.
struct RankingKeys {
    let words: UnsafeBufferPointer<UInt32>
    let areFloatBits: Bool

    @inline(__always)
    subscript(index: Int) -> UInt32 {
        let word = words[index]
        return areFloatBits ? rankingKey(floatBits: word) : word
    }
}

/// The key of a finite float with the given bits. −0 counts as +0.
@inline(__always)
func rankingKey(floatBits bits: UInt32) -> UInt32 {
    let sign: UInt32 = 0x8000_0000
    let bits = bits == sign ? 0 : bits
    // A negative float's bits grow with its magnitude: already worst last, and behind all others by the sign bit.
    return bits & sign != 0 ? bits : bits ^ (sign &- 1)
}

/// The same in 64 bits.
@inline(__always)
func rankingKey(doubleBits bits: UInt64) -> UInt64 {
    let sign: UInt64 = 0x8000_0000_0000_0000
    let bits = bits == sign ? 0 : bits
    return bits & sign != 0 ? bits : bits ^ (sign &- 1)
}

extension ScoreMatrix {
    /// Runs `body` with the keys of all N·L pairs.
    func withRankingKeys<Result>(workers: Int, _ body: (RankingKeys) throws -> Result) rethrows -> Result {
        switch scores {
        case .float(let scores):
            return try scores.withUnsafeBufferPointer { scores in
                try scores.withMemoryRebound(to: UInt32.self) { words in
                    try body(RankingKeys(words: words, areFloatBits: true))
                }
            }
        case .double(let scores):
            let ranks = ranks(of: scores, workers: workers)
            return try withExtendedLifetime(ranks) {
                try body(RankingKeys(words: UnsafeBufferPointer(ranks.buffer), areFloatBits: false))
            }
        }
    }
}
