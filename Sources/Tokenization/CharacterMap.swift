// SPDX-License-Identifier: Apache-2.0
// https://github.com/google/sentencepiece/blob/master/src/normalizer.cc
// https://github.com/huggingface/spm_precompiled/blob/main/src/lib.rs

/// SentencePiece's map of characters, `precompiled_charsmap`: a double array of keys (Darts-clone) and the texts that replace
/// them, mostly Unicode's form KC with some more.
///
/// As the tokenizers library applies it: a grapheme of fewer than six bytes is replaced whole if it, or the beginning of
/// it, is a key; else each of its scalars is. Of several keys that a text begins with the shortest counts.
struct CharacterMap: Sendable {
    private let units: [UInt32]
    private let texts: [UInt8]

    /// Reads the map; nil where the bytes are no such map.
    init?(_ bytes: [UInt8]) {
        guard bytes.count >= 4 else { return nil }
        func word(_ place: Int) -> UInt32 {
            (0..<4).reduce(0) { $0 | UInt32(bytes[place + $1]) << UInt32(8 * $1) }
        }
        let size = Int(word(0))
        guard size > 0, size % 4 == 0, size <= bytes.count - 4, bytes.last == 0 else { return nil }
        units = stride(from: 4, to: 4 + size, by: 4).map(word)
        texts = Array(bytes[(4 + size)...])
    }

    /// The text with all characters replaced.
    func normalized(_ text: String) -> String {
        var result = ""
        for character in text {
            if character.utf8.count < 6, let replacement = replacement(of: character.utf8) {
                result += replacement
                continue
            }
            for scalar in character.unicodeScalars {
                if let replacement = replacement(of: String(scalar).utf8) {
                    result += replacement
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return result
    }

    /// What the first key that a text begins with is replaced by; nil where it begins with none.
    private func replacement(of text: some Sequence<UInt8>) -> String? {
        var found: String?
        eachKey(beginning: text) { place, _ in
            found = self.text(at: place).map { String(decoding: $0, as: UTF8.self) }
            return false
        }
        return found
    }

    /// What the longest key that a text begins with is replaced by, as SentencePiece itself does it, and the key's length in
    /// bytes; nil where the text begins with none.
    func longestReplacement(of text: some Sequence<UInt8>) -> (replacement: [UInt8], length: Int)? {
        var longest: (place: Int, length: Int)?
        eachKey(beginning: text) { place, length in
            longest = (place, length)
            return true
        }
        return longest.flatMap { found in self.text(at: found.place).map { (Array($0), found.length) } }
    }

    /// Hands over the keys that a text begins with, the shortest first, by the places of their replacements and their
    /// lengths in bytes, until `body` returns false.
    private func eachKey(beginning text: some Sequence<UInt8>, _ body: (_ place: Int, _ length: Int) -> Bool) {
        guard let root = unit(0) else { return }
        var (place, length) = (Self.offset(root), 0)
        for byte in text {
            if byte == 0 { return }
            place ^= Int(byte)
            guard let unit = unit(place), unit & 0x8000_00FF == UInt32(byte) else { return }
            place ^= Self.offset(unit)
            length += 1
            if unit >> 8 & 1 == 1 {
                guard let leaf = self.unit(place), body(Int(leaf & 0x7FFF_FFFF), length) else { return }
            }
        }
    }

    private func unit(_ place: Int) -> UInt32? { units.indices.contains(place) ? units[place] : nil }

    private static func offset(_ unit: UInt32) -> Int { Int((unit >> 10) << ((unit & 1 << 9) >> 6)) }

    /// The text that begins at a place and ends before the next 0.
    private func text(at place: Int) -> ArraySlice<UInt8>? {
        guard texts.indices.contains(place), let end = texts[place...].firstIndex(of: 0) else { return nil }
        return texts[place..<end]
    }
}
