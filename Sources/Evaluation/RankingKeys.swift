// SPDX-License-Identifier: Apache-2.0

/// 32-bit keys of all pairs: a smaller key is a better score, equal keys are equal scores.
///
/// Everything is ranked on these, so single and double precision share one road. Keys of floats are made from the
/// bits on the fly and take no memory; doubles are replaced by
/// the number of better scores.
struct RankingKeys {
    let words: UnsafeBufferPointer<UInt32>
    let areFloatBits: Bool

    @inline(__always) subscript(index: Int) -> UInt32 {
        let word = words[index]
        return areFloatBits ? rankingKey(bits: word) : word
    }
}

/// The key of a finite number with the given bits, in as many bits. −0 counts as +0.
@inline(__always) func rankingKey<Bits: FixedWidthInteger & UnsignedInteger>(bits: Bits) -> Bits {
    let sign: Bits = 1 << (Bits.bitWidth - 1)
    let bits = bits == sign ? 0 : bits
    // A negative number's bits grow with its magnitude: already worst last, and behind all others by the sign bit.
    return bits & sign != 0 ? bits : bits ^ (sign &- 1)
}

/// What is ranked: keys and targets of N images × L labels, by that many threads.
struct KeyedPairs {
    let keys: RankingKeys
    let targets: UnsafeBufferPointer<Float>
    let images: Int
    let labels: Int
    let workers: Int
}

extension ScoreMatrix {
    /// Runs `body` with all N·L pairs.
    func withKeyedPairs<Result>(workers: Int, _ body: (KeyedPairs) throws -> Result) rethrows -> Result {
        try targets.withUnsafeBufferPointer { targets in
            try withRankingKeys(workers: workers) { keys in
                try body(
                    KeyedPairs(keys: keys, targets: targets, images: imageCount, labels: labelCount, workers: workers))
            }
        }
    }

    private func withRankingKeys<Result>(workers: Int, _ body: (RankingKeys) throws -> Result) rethrows -> Result {
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
