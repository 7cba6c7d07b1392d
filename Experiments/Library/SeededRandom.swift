// SPDX-License-Identifier: Apache-2.0

/// Random numbers that depend on a seed and on what they are for, and on nothing else.
struct SeededRandom {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// SplitMix64 (Steele, Lea & Flood, OOPSLA 2014).
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

    mutating func index(below count: Int) -> Int {
        Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(truncatingIfNeeded: count)).high)
    }

    /// A number for a seed and some words: FNV-1a of the words' bytes, stirred.
    static func word(_ seed: UInt64, _ words: String...) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for word in words {
            for byte in word.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
            // No two lists of words give the same bytes: UTF-8 has no byte 255.
            hash = (hash ^ 255) &* 0x100_0000_01b3
        }
        var generator = SeededRandom(seed: hash ^ (seed &* 0xD129_0F5D_52F1_2D4B))
        _ = generator.next()
        return generator.next()
    }

    /// A number in [0, 1) from 53 of a word's bits.
    static func unit(_ word: UInt64) -> Double { Double(word >> 11) * 0x1p-53 }
}
