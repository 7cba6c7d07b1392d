// SPDX-License-Identifier: Apache-2.0
// https://github.com/google/sentencepiece/blob/master/src/normalizer.cc
// https://github.com/google/sentencepiece/blob/master/src/unigram_model.cc (EncodeOptimized)

/// SentencePiece's unigram model as its own library applies it: texts are normalized whole, and the scores of a way
/// through the vocabulary are added up in single precision.
struct SentencePieceEncoder: Sendable {
    /// The number of pieces.
    let count: Int
    /// The id of what no piece holds.
    let unknown: Int32

    private let model: UnigramModel
    private let ids: [String: Int32]
    private let userDefined: [[UInt8]]
    private let characters: CharacterMap?
    private let addsDummyPrefix: Bool
    private let removesExtraSpaces: Bool
    private let escapesSpaces: Bool
    /// The pieces of the 256 bytes, for what no piece holds; nil where that becomes ``unknown``.
    private let bytes: [Int32]?

    private static let space = Array("\u{2581}".utf8)

    init(_ file: SentencePieceFile) {
        count = file.pieces.count
        unknown = Int32(file.pieces.firstIndex { $0.kind == .unknown } ?? 0)
        characters = file.characters
        (addsDummyPrefix, removesExtraSpaces) = (file.addsDummyPrefix, file.removesExtraSpaces)
        escapesSpaces = file.escapesSpaces
        ids = Dictionary(
            file.pieces.enumerated().map { ($0.element.text, Int32($0.offset)) },
            uniquingKeysWith: { first, _ in first })
        userDefined = file.pieces.filter { $0.kind == .userDefined }.map { Array($0.text.utf8) }
            .sorted { $0.count > $1.count }
        let ids = ids
        bytes = file.fallsBackToBytes ? byteTokens { ids[$0] } : nil
        let normal = file.pieces.filter { $0.kind == .normal }.map(\.score)
        let (least, greatest) = (normal.min() ?? 0, normal.max() ?? 0)
        model = UnigramModel(
            file.pieces.map { piece in
                switch piece.kind {
                case .normal: (piece.text, Double(piece.score))
                // Always chosen: as many times the greatest score as it has bytes, and a bit less.
                case .userDefined:
                    (piece.text, Double(Float(piece.text.utf8.count) * greatest) - 0.1)
                default: ("", 0)
                }
            }, unknown: unknown, unknownScore: Double(least - 10), isSingle: true)
    }

    /// The id of a piece, whatever its kind.
    func id(of piece: String) -> Int32? { ids[piece] }

    /// The ids of a text, nothing added.
    func encode(_ text: String) -> [Int32] {
        var ids: [Int32] = []
        // A map of characters that is damaged may give anything.
        let text = String(decoding: normalized(Array(text.utf8)), as: UTF8.self)
        model.encode(Array(text.utf8), into: &ids, bytes: bytes)
        return ids
    }

    /// The text with its characters replaced and its blanks written as `▁`.
    func normalized(_ text: [UInt8]) -> [UInt8] {
        let blank = UInt8(ascii: " ")
        let mark = escapesSpaces ? Self.space : [blank]
        var rest = text[...]
        var result: [UInt8] = []
        if removesExtraSpaces {
            while !rest.isEmpty {
                let (replacement, length) = prefix(of: rest)
                if replacement != [blank] { break }
                rest = rest.dropFirst(length)
            }
        }
        if rest.isEmpty { return [] }
        if addsDummyPrefix { result += mark }
        var isAfterSpace = removesExtraSpaces
        while !rest.isEmpty {
            let (replacement, length) = prefix(of: rest)
            let part = isAfterSpace ? replacement.drop { $0 == blank } : replacement[...]
            for byte in part {
                if byte == blank { result += mark } else { result.append(byte) }
            }
            if let last = part.last { isAfterSpace = removesExtraSpaces && last == blank }
            rest = rest.dropFirst(length)
        }
        if removesExtraSpaces {
            while result.suffix(mark.count).elementsEqual(mark) { result.removeLast(mark.count) }
        }
        return result
    }

    /// What the text's beginning becomes, and how many bytes that beginning has.
    private func prefix(of text: ArraySlice<UInt8>) -> (replacement: [UInt8], length: Int) {
        if let symbol = userDefined.first(where: { text.starts(with: $0) }) { return (symbol, symbol.count) }
        if let (replacement, length) = characters?.longestReplacement(of: text) { return (replacement, length) }
        let first = text.first ?? 0
        let length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        return (Array(text.prefix(length)), min(length, text.count))
    }
}
