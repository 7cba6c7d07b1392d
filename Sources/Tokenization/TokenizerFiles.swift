// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON

/// Reads a checkpoint's tokenizer files, with the precedence that transformers 5 gives them.
struct TokenizerFiles {
    let directory: URL

    private static let specialKeys = [
        "bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token",
    ]

    /// - Throws: ``TokenizerError``.
    func load() throws -> TokenizerDefinition {
        var isDirectory: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: directory.path, isDirectory: &isDirectory)
        guard exists, isDirectory.boolValue else {
            throw TokenizerError.directoryNotFound(path: directory.path)
        }
        let configuration = try document("tokenizer_config.json")
        let tokenizer = try document("tokenizer.json")
        var definition =
            if let tokenizer {
                try TokenizerJSON(root: tokenizer, file: path("tokenizer.json")).definition()
            } else {
                try loadVocabularyAndMerges()
            }

        // transformers builds CLIPTokenizer's own splitter and special tokens around the vocabulary, and takes
        // tokenizer.json as it is for any other class.
        let tokenizerClass = configuration?["tokenizer_class"]?.string
        let isOwnClass = tokenizerClass.map { $0 == "CLIPTokenizer" || $0 == "CLIPTokenizerFast" } ?? true
        let isVerbatim = tokenizer != nil && !isOwnClass
        if !isVerbatim {
            definition.splitter = WordSplitter()
            definition.fusesUnknown = false
            definition.startOfText = "<|startoftext|>"
            definition.endOfText = "<|endoftext|>"
            definition.unknown = "<|endoftext|>"
        }
        try addSpecialTokens(to: &definition, configuration: configuration, isVerbatim: isVerbatim)
        return definition
    }

    /// The vocabulary and merges of the two-file form.
    private func loadVocabularyAndMerges() throws -> TokenizerDefinition {
        guard let root = try document("vocab.json"), let bytes = try read("merges.txt") else {
            throw TokenizerError.noTokenizerFiles(path: directory.path)
        }
        let vocabulary = try Vocabulary(root, file: path("vocab.json"), key: "(the whole file)")
        let file = path("merges.txt")
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw TokenizerError.unreadable(file: file, reason: "it is not UTF-8 text")
        }
        var list = MergeList(file: file, vocabulary: vocabulary, capacity: bytes.count / 10)
        let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
        let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (number, line) in lines.enumerated() {
            let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            if line.isEmpty || line.starts(with: "#version".utf8) { continue }
            try list.add(line: line, place: "line \(number + 1)")
        }
        return TokenizerDefinition(file: path("vocab.json"), vocabulary: vocabulary, merges: list.merges)
    }

    /// Adds the tokens that the side files name, and takes the begin, end and unknown token from them.
    private func addSpecialTokens(
        to definition: inout TokenizerDefinition, configuration: JSONValue?, isVerbatim: Bool
    ) throws {
        let fromTokenizer = definition.addedTokens
        var added: [AddedToken] = []
        var named: [String: AddedToken] = [:]
        var others: [AddedToken] = []
        var extra: [AddedToken] = []
        if let configuration {
            let reader = SpecialTokenReader(root: configuration, file: path("tokenizer_config.json"))
            named = try reader.named(Self.specialKeys)
            others = try reader.others(than: Self.specialKeys)
            extra = try reader.extra()
            added = try reader.decoder() ?? []
        }
        if configuration?["added_tokens_decoder"] != nil {
            // It replaces the lists of the other files.
        } else {
            // What added_tokens.json lists is special if a side file says so other than by an object in the first.
            var special = Set(named.values.filter(\.isBare).map(\.content))
            if let map = try document("special_tokens_map.json") {
                let reader = SpecialTokenReader(root: map, file: path("special_tokens_map.json"))
                let tokens = try reader.named(Self.specialKeys)
                special.formUnion(tokens.values.map(\.content))
                named.merge(tokens) { $1 }
                extra += try reader.extra().filter { !extra.contains($0) }
            }
            if let map = try document("added_tokens.json") {
                let reader = SpecialTokenReader(root: map, file: path("added_tokens.json"))
                special.formUnion(extra.map(\.content))
                added = try reader.legacy().map { token in
                    var token = token
                    token.isNormalized = !special.contains(token.content)
                    return token
                }
            }
            added += fromTokenizer.filter { token in !added.contains { $0.content == token.content } }
        }
        if isVerbatim {
            added = fromTokenizer + added.filter { !fromTokenizer.contains($0) }
        } else {
            let defaults = ["bos_token": definition.startOfText, "eos_token": definition.endOfText]
            for key in ["bos_token", "eos_token", "unk_token", "pad_token"] where named[key] == nil {
                named[key] = AddedToken(defaults[key] ?? "<|endoftext|>", isBare: true)
            }
            definition.startOfText = named["bos_token"]?.text ?? definition.startOfText
            definition.endOfText = named["eos_token"]?.text ?? definition.endOfText
            definition.unknown = named["unk_token"]?.text ?? definition.unknown
        }
        // A token that two keys describe differently is added twice, and the later description holds.
        let listed = Set(added.map(\.content))
        var distinct: [AddedToken] = []
        for token in Self.specialKeys.compactMap({ named[$0] }) + others + extra
        where !listed.contains(token.content) && !distinct.contains(token) {
            distinct.append(token)
        }
        definition.addedTokens = added + distinct
    }

    private func path(_ name: String) -> String { directory.appendingPathComponent(name).path }

    private func document(_ name: String) throws -> JSONValue? {
        try read(name).map { try JSONValue(parsing: $0) { TokenizerError($0, file: path(name)) } }
    }

    /// A file's bytes, or nil if it is not there.
    private func read(_ name: String) throws -> [UInt8]? {
        let path = path(name)
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else { return nil }
        if isDirectory.boolValue { throw TokenizerError.unreadable(file: path, reason: "it is a directory") }
        do {
            return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        } catch {
            throw TokenizerError.unreadable(file: path, reason: "reading failed")
        }
    }
}
