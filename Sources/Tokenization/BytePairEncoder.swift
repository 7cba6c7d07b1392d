// SPDX-License-Identifier: Apache-2.0

/// Byte-level byte-pair encoding of single words, with CLIP's end-of-word suffix (Sennrich et al., ACL 2016).
struct BytePairEncoder: Sendable {
    private let merges: MergeTable
    /// Ids of the 256 byte symbols inside a word and at its end; nil if the vocabulary lacks one.
    private let inner: [Int32?]
    private let final: [Int32?]
    /// What stands for a byte that the vocabulary lacks; nil leaves it out.
    private let unknown: Int32?
    private let fusesUnknown: Bool

    static let suffix = "</w>"

    init(
        vocabulary: Vocabulary, merges: [(pair: UInt64, rank: Int32, id: Int32)], unknown: Int32?, fusesUnknown: Bool
    ) {
        self.merges = MergeTable(merges)
        inner = Self.alphabet.map { vocabulary.id(of: Array(String($0).utf8)) }
        final = Self.alphabet.map { vocabulary.id(of: Array((String($0) + Self.suffix).utf8)) }
        self.unknown = unknown
        self.fusesUnknown = fusesUnknown
    }

    static func pair(_ first: Int32, _ second: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: first)) << 32 | UInt64(UInt32(bitPattern: second))
    }

    /// The printable character that stands for each byte in a vocabulary: itself, or for blanks and controls one from
    /// U+0100 on (openai/gpt-2: src/encoder.py, bytes_to_unicode).
    static let alphabet: [Character] = {
        var spare: UInt32 = 0x100
        return (UInt8.min...UInt8.max).map { byte in
            switch byte {
            case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: return Character(Unicode.Scalar(byte))
            default:
                defer { spare += 1 }
                return Unicode.Scalar(spare).map { Character($0) } ?? "?"
            }
        }
    }()

    /// Appends a word's UTF-8 bytes.
    static func appendBytes(of word: some Sequence<UInt32>, to bytes: inout [UInt8]) {
        for code in word {
            if code < 0x80 {
                bytes.append(UInt8(code))
            } else if let encoded = Unicode.Scalar(code).flatMap(UTF8.encode) {
                bytes.append(contentsOf: encoded)
            }
        }
    }

    /// Appends the ids of one word, in O(n log n) of its bytes.
    func encode(_ word: some Sequence<UInt32>, into out: inout [Int32]) {
        var bytes: [UInt8] = []
        Self.appendBytes(of: word, to: &bytes)
        var symbols = symbolsOf(bytes)
        merges.apply(to: &symbols)
        for symbol in symbols where symbol >= 0 { out.append(symbol) }
    }

    private func symbolsOf(_ bytes: [UInt8]) -> [Int32] {
        var symbols: [Int32] = []
        symbols.reserveCapacity(bytes.count)
        var afterUnknown = false
        for (index, byte) in bytes.enumerated() {
            let table = index == bytes.count - 1 ? final : inner
            if let id = table[Int(byte)] {
                symbols.append(id)
                afterUnknown = false
            } else if let unknown {
                if !(afterUnknown && fusesUnknown) { symbols.append(unknown) }
                afterUnknown = true
            }
        }
        return symbols
    }
}
