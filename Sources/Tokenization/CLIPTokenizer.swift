// SPDX-License-Identifier: Apache-2.0

public import Foundation

/// CLIP's tokenizer: lower-cased, byte-level byte-pair encoding, with the ids of transformers' fast tokenizer.
///
/// The text is brought to Unicode's form C, white space collapsed and letters lower-cased one by one; it is split into
/// runs of letters, single digits and runs of other characters; each word's UTF-8 bytes are merged pairwise, the last
/// carrying `</w>`. Special tokens that are spelled out in the text become their ids.
///
///     let tokenizer = try CLIPTokenizer(directory: model)
///     tokenizer.encode("a photo of a cat", contextLength: 77)  // [49406, 320, 1125, 539, 320, 2368, 49407]
public struct CLIPTokenizer: TextTokenizer {
    /// `tokenizer.json`, or `vocab.json` and `merges.txt`, and what may stand beside them.
    public static let fileNames = [
        "tokenizer.json", "vocab.json", "merges.txt", "tokenizer_config.json", "special_tokens_map.json",
        "added_tokens.json",
    ]

    /// The number of ids: the vocabulary and the added tokens that it lacks.
    public let vocabularySize: Int
    /// The id that begins every text.
    public let startOfText: Int32
    /// The id that ends every text.
    public let endOfText: Int32
    /// Both.
    public var boundaries: (start: Int32?, end: Int32) { (startOfText, endOfText) }

    private let encoder: BytePairEncoder
    private let splitter: WordSplitter
    private let rawTokens: AddedTokenMatcher
    private let normalizedTokens: AddedTokenMatcher

    /// Reads a checkpoint's tokenizer: `tokenizer.json` if it is there, else `vocab.json` and `merges.txt`; side files
    /// count as in transformers 5. Throws ``TokenizerError`` if a file is missing, is not what it should be, or is
    /// another model's.
    public init(directory: URL) throws {
        try self.init(TokenizerFiles(directory: directory).load())
    }

    init(_ definition: TokenizerDefinition) throws {
        let vocabulary = definition.vocabulary
        var ids: [[UInt32]: Int32] = [:]
        var tokens: [Int32: AddedToken] = [:]
        var next = vocabulary.count
        for token in definition.addedTokens where !token.content.isEmpty {
            let id = ids[token.content] ?? vocabulary.id(of: Array(token.text.utf8))
            if id == nil { next += 1 }
            let known = id ?? Int32(next - 1)
            ids[token.content] = known
            tokens[known] = token
        }
        vocabularySize = next
        func id(of name: String, _ key: String) throws -> Int32 {
            let found = ids[name.unicodeScalars.map(\.value)] ?? vocabulary.id(of: Array(name.utf8))
            guard let found else {
                throw TokenizerError.invalidValue(
                    file: definition.file, key: key, problem: "is \(quoted(name)), which is not in the vocabulary")
            }
            return found
        }
        startOfText = try id(of: definition.startOfText, "bos_token")
        endOfText = try id(of: definition.endOfText, "eos_token")

        // The reference fails on a missing byte where the unknown token itself is missing; the end stands in here.
        let end = endOfText
        let unknown = definition.unknown.map {
            vocabulary.id(of: Array($0.utf8)) ?? ids[$0.unicodeScalars.map(\.value)] ?? end
        }
        encoder = BytePairEncoder(
            vocabulary: vocabulary, merges: definition.merges, unknown: unknown, fusesUnknown: definition.fusesUnknown)
        splitter = definition.splitter
        var raw = AddedTokenMatcher()
        var normalized = AddedTokenMatcher()
        for (id, token) in tokens {
            if token.isNormalized {
                let content = WordSplitter.normalize(token.content[...])
                normalized.add(content, id: id, isSingleWord: token.isSingleWord)
            } else {
                raw.add(token.content, id: id, isSingleWord: token.isSingleWord)
            }
        }
        rawTokens = raw
        normalizedTokens = normalized
    }

    /// The ids of a text between ``startOfText`` and ``endOfText``, not padded, in O(n log n). A text of more than
    /// `contextLength` ids is cut, ``endOfText`` staying last; below 2 only ``endOfText`` (1) or nothing (0) is left.
    public func encode(_ text: String, contextLength: Int) -> [Int32] {
        guard contextLength > 1 else { return contextLength == 1 ? [endOfText] : [] }
        let room = contextLength - 1  // for all but the end
        var ids = [startOfText]
        let scalars = text.unicodeScalars.map(\.value)
        _ = rawTokens.split(scalars[...]) { part, id in
            if let id {
                ids.append(id)
                return ids.count < room
            }
            return normalizedTokens.split(WordSplitter.normalize(part)[...]) { part, id in
                if let id {
                    ids.append(id)
                    return ids.count < room
                }
                return splitter.split(part) { word in
                    encoder.encode(word, into: &ids)
                    return ids.count < room
                }
            }
        }
        if ids.count > room { ids.removeLast(ids.count - room) }
        ids.append(endOfText)
        return ids
    }
}
