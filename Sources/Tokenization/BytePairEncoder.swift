// SPDX-License-Identifier: Apache-2.0

/// Byte-level byte-pair encoding of single words, with CLIP's end-of-word suffix (Sennrich et al., ACL 2016).
struct BytePairEncoder: Sendable {
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
        var table: [UInt64: Merge] = [:]
        table.reserveCapacity(merges.count)
        for merge in merges { table[merge.pair] = Merge(rank: merge.rank, id: merge.id) }
        self.merges = table
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
        if symbols.count > 1 { merge(&symbols) }
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

    /// Applies the merges in the order of their ranks; a symbol that was merged away becomes -1.
    private func merge(_ symbols: inout [Int32]) {
        let count = symbols.count
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
            guard right < count, merges[Self.pair(symbols[left], symbols[right])]?.id == best.id else { continue }
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
        guard let merge = merges[Self.pair(symbols[left], symbols[right])] else { return }
        heap.push(Candidate(rank: merge.rank, position: Int32(left), id: merge.id))
    }
}
