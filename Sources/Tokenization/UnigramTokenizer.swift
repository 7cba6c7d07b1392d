// SPDX-License-Identifier: Apache-2.0
// transformers/models/xlm_roberta/tokenization_xlm_roberta.py

public import Foundation
import JSON

/// XLM-RoBERTa's kind of tokenizer, which MetaCLIP 2 has: SentencePiece's unigram model from a `tokenizer.json`, with the
/// ids of transformers' `XLMRobertaTokenizer`.
///
/// Characters are replaced by SentencePiece's map, the text is split at white space, and each word, `▁` before it, goes the
/// way of the highest score through the vocabulary. `<s>` and `</s>` stand around. Letters keep their case.
public struct UnigramTokenizer: TextTokenizer {
    /// What a model directory has of it.
    public static let fileNames = [
        "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "sentencepiece.bpe.model",
    ]

    /// The number of ids.
    public let vocabularySize: Int
    /// The ids of `<s>` and `</s>`.
    public let boundaries: (start: Int32?, end: Int32)

    private let model: UnigramModel
    private let characters: CharacterMap?
    private let special: AddedTokenMatcher

    /// Whether a directory's `tokenizer.json` holds such a model; false also where there is none.
    public static func isDescribed(in directory: URL) -> Bool {
        guard let root = try? document(directory) else { return false }
        return root.value["model"]?["type"]?.string == "Unigram"
    }

    private static func document(_ directory: URL) throws -> (value: JSONValue, path: String) {
        let path = directory.appendingPathComponent("tokenizer.json").path
        guard FileManager.default.fileExists(atPath: path) else {
            throw TokenizerError.noUnigramFile(path: directory.path)
        }
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw TokenizerError.unreadable(file: path, reason: "reading failed")
        }
        return (try JSONValue(parsing: [UInt8](bytes)) { TokenizerError($0, file: path) }, path)
    }

    /// Whose tokenizer it is, which says what its special tokens are.
    enum Kind {
        /// `<s>` and `</s>` around a text, id 3 for what is unknown.
        case xlmRoberta
        /// `</s>` behind a text, id 2 for what is unknown.
        case t5
    }

    /// Reads a model directory's `tokenizer.json`.
    ///
    /// - Throws: ``TokenizerError`` if it is missing or describes another kind of tokenizer.
    public init(directory: URL) throws {
        let (root, file) = try Self.document(directory)
        try self.init(root, file: file, kind: .xlmRoberta)
    }

    /// Takes what a `tokenizer.json` holds.
    init(_ root: JSONValue, file: String, kind: Kind) throws {
        func invalid(_ key: String, _ problem: String) -> TokenizerError {
            .invalidValue(file: file, key: key, problem: problem)
        }
        let description = root["model"]
        guard description?["type"]?.string == "Unigram" else {
            throw invalid("model.type", "is not 'Unigram', as this model's tokenizer is")
        }
        if description?["byte_fallback"]?.bool == true {
            throw invalid("model.byte_fallback", "is true, it must be false")
        }
        guard let entries = description?["vocab"]?.array, !entries.isEmpty, entries.count < Int(Int32.max) else {
            throw invalid("model.vocab", "must be a list of pieces with their scores")
        }
        var pieces: [(piece: String, score: Double)] = []
        pieces.reserveCapacity(entries.count)
        for (index, entry) in entries.enumerated() {
            guard let pair = entry.array, pair.count == 2, let piece = pair[0].string, let score = pair[1].number,
                score.isFinite
            else { throw invalid("model.vocab[\(index)]", "must be a piece with its score") }
            pieces.append((piece, score))
        }
        let unknown = kind == .xlmRoberta ? 3 : 2
        let model = UnigramModel(pieces, unknown: Int32(unknown))
        func id(_ piece: String) throws -> Int32 {
            guard let id = model.id(of: piece) else { throw invalid("model.vocab", "has no '\(piece)'") }
            return id
        }
        // transformers' class has these whatever the file says.
        boundaries = (kind == .xlmRoberta ? try id("<s>") : nil, try id("</s>"))
        guard pieces.count > unknown else { throw invalid("model.vocab", "has fewer than \(unknown + 1) pieces") }
        self.model = model
        characters = try Self.characters(root["normalizer"], invalid)
        var special = AddedTokenMatcher()
        var size = pieces.count
        let reader = SpecialTokenReader(root: root, file: file)
        for (index, entry) in (root["added_tokens"]?.array ?? []).enumerated() {
            let token = try reader.token(entry, key: "added_tokens[\(index)]")
            guard case .integer(let id)? = entry["id"], id >= 0, id < Int(Int32.max) else {
                throw invalid("added_tokens[\(index)].id", "must be an id")
            }
            special.add(token.content, id: Int32(id), isSingleWord: token.isSingleWord)
            size = max(size, id + 1)
        }
        (self.special, vocabularySize) = (special, size)
    }

    /// The id of a piece.
    func id(of token: String) -> Int32? { model.id(of: token) }

    /// The map of characters in a normalizer that is one, or a sequence with one; nil where there is none.
    private static func characters(
        _ normalizer: JSONValue?, _ invalid: (String, String) -> TokenizerError
    ) throws -> CharacterMap? {
        let parts = normalizer?["normalizers"]?.array ?? normalizer.map { [$0] } ?? []
        guard let text = parts.lazy.compactMap({ $0["precompiled_charsmap"]?.string }).first else { return nil }
        guard let data = Data(base64Encoded: text), let map = CharacterMap([UInt8](data)) else {
            throw invalid("normalizer.precompiled_charsmap", "is no map of characters")
        }
        return map
    }

    /// The ids of a text between `<s>` and `</s>`, not padded. A longer text than `contextLength` ids is cut, `</s>`
    /// staying last.
    public func encode(_ text: String, contextLength: Int) -> [Int32] {
        guard contextLength > 1 else { return contextLength == 1 ? [boundaries.end] : [] }
        let room = contextLength - 1
        var ids = boundaries.start.map { [$0] } ?? []
        _ = special.split(text.unicodeScalars.map(\.value)[...]) { part, id in
            if let id {
                ids.append(id)
            } else {
                encode(part, into: &ids, room: room)
            }
            return ids.count < room
        }
        if ids.count > room { ids.removeLast(ids.count - room) }
        return ids + [boundaries.end]
    }

    private func encode(_ scalars: ArraySlice<UInt32>, into ids: inout [Int32], room: Int) {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars.lazy.compactMap { Unicode.Scalar($0) })
        let text = characters?.normalized(String(view)) ?? String(view)
        var word = String.UnicodeScalarView()
        func flush() {
            if !word.isEmpty { encodeWord(String(word), into: &ids) }
            word = String.UnicodeScalarView()
        }
        for scalar in text.unicodeScalars {
            if scalar.properties.isWhitespace {
                flush()
                if ids.count >= room { return }
            } else {
                word.append(scalar)
            }
        }
        flush()
    }

    /// A word with its mark; further marks in it begin parts of their own.
    private func encodeWord(_ word: String, into ids: inout [Int32]) {
        let mark = Unicode.Scalar(0x2581 as UInt16)
        var part = String.UnicodeScalarView()
        if word.unicodeScalars.first != mark, let mark { part.append(mark) }
        for scalar in word.unicodeScalars {
            if scalar == mark, !part.isEmpty {
                model.encode(String(part), into: &ids)
                part = String.UnicodeScalarView()
            }
            part.append(scalar)
        }
        model.encode(String(part), into: &ids)
    }
}

extension UnigramTokenizer: UnpaddedTokenizer {
    var end: Int32 { boundaries.end }

    func ids(of text: String, limit: Int) -> [Int32] { encode(text, contextLength: limit) }
}

extension UnigramTokenizer {
    /// Refuses a file whose steps are others than those of T5's tokenizer: where no class is named they all count.
    static func requireT5(_ root: JSONValue, file: String) throws {
        func require(_ isRight: Bool, _ key: String, _ what: String) throws {
            if !isRight {
                throw TokenizerError.invalidValue(file: file, key: key, problem: "is not T5's: \(what)")
            }
        }
        let normalizer = root["normalizer"]
        let steps = normalizer?["normalizers"]?.array ?? normalizer.map { [$0] } ?? []
        try require(
            steps.allSatisfy { $0 == .null || $0["type"]?.string == "Precompiled" }, "normalizer",
            "only a map of characters can be used")
        let splitter = root["pre_tokenizer"]
        let parts = splitter?["pretokenizers"]?.array ?? []
        try require(
            parts.map { $0["type"]?.string } == ["WhitespaceSplit", "Metaspace"]
                && parts[1]["prepend_scheme"]?.string ?? "always" == "always", "pre_tokenizer",
            "it has to be WhitespaceSplit and Metaspace")
        try require(root["model"]?["unk_id"]?.number == 2, "model.unk_id", "it has to be 2")
        let names = (root["post_processor"]?["single"]?.array ?? []).map { $0["SpecialToken"]?["id"]?.string }
        try require(names == [nil, "</s>"], "post_processor", "it has to put </s> behind a text")
    }
}
