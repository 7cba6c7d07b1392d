// SPDX-License-Identifier: Apache-2.0
// Kudo, "Subword Regularization", ACL 2018; https://github.com/huggingface/tokenizers, models/unigram.

/// A vocabulary of pieces with scores, and the way of the highest score through a word.
struct UnigramModel: Sendable {
    /// The pieces' bytes one after the other, and where each begins.
    private var bytes: [UInt8] = []
    private var starts: [Int32] = [0]
    private var scores: [Double] = []
    /// Ids in the order of their pieces' bytes, the last of equal ones alone.
    private var order: [Int32] = []
    private let unknown: Int32
    private let unknownScore: Double
    private let isSingle: Bool

    /// What a character that no piece begins with costs, below the worst piece.
    private static let unknownPenalty = 10.0

    /// A model.
    ///
    /// - Parameters:
    ///   - pieces: Pieces with their scores, by id.
    ///   - unknown: The id of what no piece is.
    ///   - unknownScore: What such a character costs; nil for the tokenizers library's rule.
    ///   - isSingle: Whether sums are kept in single precision, as SentencePiece does and the tokenizers library does not.
    init(
        _ pieces: [(piece: String, score: Double)], unknown: Int32, unknownScore: Double? = nil, isSingle: Bool = false
    ) {
        self.unknown = unknown
        self.isSingle = isSingle
        self.unknownScore = unknownScore ?? (pieces.map(\.score).min() ?? 0) - Self.unknownPenalty
        for (piece, score) in pieces {
            bytes += piece.utf8
            starts.append(Int32(bytes.count))
            scores.append(score)
        }
        let (bytes, starts) = (bytes, starts)
        func piece(_ id: Int32) -> ArraySlice<UInt8> { bytes[Int(starts[Int(id)])..<Int(starts[Int(id) + 1])] }
        let sorted = (0..<Int32(pieces.count)).sorted { one, other in
            let (a, b) = (piece(one), piece(other))
            if a.elementsEqual(b) { return one < other }
            return a.lexicographicallyPrecedes(b)
        }
        for id in sorted where !piece(id).isEmpty {
            if let last = order.last, piece(last).elementsEqual(piece(id)) { order.removeLast() }
            order.append(id)
        }
    }

    /// The number of ids.
    var count: Int { scores.count }

    /// The id of a piece; nil where there is none.
    func id(of piece: String) -> Int32? {
        let word = Array(piece.utf8)
        var found: Int32?
        eachPiece(beginning: word[...]) { id, length in
            if length == word.count { found = id }
        }
        return found
    }

    /// Appends the ids of the best way through a word. Neighbouring characters that are unknown become one unknown.
    func encode(_ word: String, into ids: inout [Int32]) { encode(Array(word.utf8), into: &ids) }

    /// The same of a word's UTF-8, which is valid; what is unknown becomes the ids of its bytes where there are such.
    func encode(_ text: [UInt8], into ids: inout [Int32], bytes: [Int32]? = nil) {
        if text.isEmpty { return }
        struct End {
            var id: Int32 = 0
            var score = 0.0
            var start = -1
        }
        var ends = [End](repeating: End(), count: text.count + 1)
        func arrive(_ end: Int, _ id: Int32, _ score: Double, _ start: Int) {
            if ends[end].start < 0 || score > ends[end].score {
                ends[end] = End(id: id, score: isSingle ? Double(Float(score)) : score, start: start)
            }
        }
        var start = 0
        while start < text.count {
            let length = Self.length(of: text[start])
            let score = ends[start].score
            var hasCharacter = false
            eachPiece(beginning: text[start...]) { id, count in
                arrive(start + count, id, scores[Int(id)] + score, start)
                hasCharacter = hasCharacter || count == length
            }
            if !hasCharacter {
                let sum = unknownScore + score
                arrive(start + length, unknown, isSingle ? Double(Float(sum)) : sum, start)
            }
            start += length
        }
        var way: [Int32] = []
        var end = text.count
        while end > 0 {
            let step = ends[end]
            if let bytes, step.id == unknown {
                way += text[step.start..<end].reversed().map { bytes[Int($0)] }
                end = step.start
                continue
            }
            if step.id != unknown || way.last != unknown { way.append(step.id) }
            end = step.start
        }
        ids += way.reversed()
    }

    /// The bytes of a scalar by the first of them.
    private static func length(of byte: UInt8) -> Int { byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4 }

    /// Calls a closure with the pieces that a text begins with, the shortest first, and their lengths in bytes.
    private func eachPiece(beginning text: ArraySlice<UInt8>, _ body: (_ id: Int32, _ length: Int) -> Void) {
        var (low, high) = (0, order.count)
        var length = 0
        for byte in text {
            // Of pieces that agree so far, those whose next byte is this one.
            low = bound(low, high) { byteOf($0, length) < Int(byte) }
            high = bound(low, high) { byteOf($0, length) <= Int(byte) }
            length += 1
            if low == high { return }
            let first = Int(order[low])
            if Int(starts[first + 1] - starts[first]) == length { body(order[low], length) }
        }
    }

    /// The byte of a sorted piece at a place, −1 past its end.
    private func byteOf(_ place: Int, _ index: Int) -> Int {
        let id = Int(order[place])
        let position = Int(starts[id]) + index
        return position < Int(starts[id + 1]) ? Int(bytes[position]) : -1
    }

    /// The first place in a range that a rising condition no longer holds for.
    private func bound(_ low: Int, _ high: Int, _ holds: (Int) -> Bool) -> Int {
        var (low, high) = (low, high)
        while low < high {
            let middle = (low + high) / 2
            if holds(middle) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
