// SPDX-License-Identifier: Apache-2.0
// https://github.com/huggingface/transformers/blob/main/src/transformers/tokenization_utils_base.py (_from_pretrained)

import Foundation
import JSON

/// A token that is looked for in the text itself, with what it does to the blanks around it.
struct PlacedToken: Sendable {
    var content: [UInt32]
    var isNormalized = false
    var isSingleWord = false
    /// Whether white space before it, and behind it, goes with it.
    var takesLeft = false
    var takesRight = false
    /// The id that a file gives it; nil where it only names the token.
    var id: Int32?
    /// Whether it is named by a bare string, which leaves these to the class.
    var isBare = true

    init(_ content: String) { self.content = content.unicodeScalars.map(\.value) }

    var text: String { String(String.UnicodeScalarView(content.compactMap { Unicode.Scalar($0) })) }
}

/// The files of a model's tokenizer that say which class it has and which tokens it adds, as transformers 5 reads them.
struct TokenizerSideFiles {
    let directory: URL
    /// `tokenizer_config.json`.
    let configuration: JSONValue?
    /// `tokenizer.json`.
    let tokenizer: JSONValue?
    private let specialMap: JSONValue?
    private let legacyTokens: JSONValue?

    /// The named tokens, in transformers' order.
    private static let specialKeys = [
        "bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token",
    ]

    init(directory: URL) throws {
        func document(_ name: String) throws -> JSONValue? {
            let path = directory.appendingPathComponent(name).path
            guard FileManager.default.fileExists(atPath: path) else { return nil }
            guard let bytes = FileManager.default.contents(atPath: path) else {
                throw TokenizerError.unreadable(file: path, reason: "reading failed")
            }
            return try JSONValue(parsing: [UInt8](bytes)) { TokenizerError($0, file: path) }
        }
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: directory.path, isDirectory: &isDirectory), isDirectory.boolValue
        else { throw TokenizerError.directoryNotFound(path: directory.path) }
        self.directory = directory
        configuration = try document("tokenizer_config.json")
        tokenizer = try document("tokenizer.json")
        let isListed = configuration?["added_tokens_decoder"] != nil
        specialMap = isListed ? nil : try document("special_tokens_map.json")
        legacyTokens = isListed ? nil : try document("added_tokens.json")
    }

    /// The class that the configuration names, without `Fast` at its end.
    var className: String? {
        configuration?["tokenizer_class"]?.string.map { $0.hasSuffix("Fast") ? String($0.dropLast(4)) : $0 }
    }

    func path(_ name: String) -> String { directory.appendingPathComponent(name).path }

    /// The error of a key of `tokenizer_config.json`.
    func invalid(_ key: String, _ problem: String) -> TokenizerError {
        .invalidValue(file: path("tokenizer_config.json"), key: key, problem: problem)
    }

    /// The contents of `tokenizer.json`, which has to be there.
    func requiredTokenizer() throws -> JSONValue {
        guard let tokenizer else { throw TokenizerError.noUnigramFile(path: directory.path) }
        return tokenizer
    }

    /// A named token, such as `pad_token`.
    func special(_ key: String) throws -> PlacedToken? {
        try (specialMap?[key] ?? configuration?[key]).flatMap { value in
            if case .null = value { return nil }
            return try token(value, key: key)
        }
    }

    /// The tokens that are looked for in texts: those that a file lists, by their ids there, then the named and further
    /// special ones that are not among them. `usual` are those that the class names itself.
    func added(usual: [String: String]) throws -> [PlacedToken] {
        var listed: [(id: Int, token: PlacedToken)] = []
        if let members = configuration?["added_tokens_decoder"]?.members {
            for member in members {
                guard let id = Int(member.key) else {
                    throw invalid("added_tokens_decoder", "must have ids as its keys")
                }
                listed.append((id, try token(member.value, key: "added_tokens_decoder")))
            }
        } else {
            for member in legacyTokens?.members ?? [] {
                guard case .integer(let id) = member.value else { throw invalid(member.key, "must have an id") }
                var token = PlacedToken(member.key)
                token.isNormalized = try !isSpecial(member.key)
                listed.append((id, token))
            }
            for (index, entry) in (tokenizer?["added_tokens"]?.array ?? []).enumerated() {
                let key = "added_tokens[\(index)]"
                guard case .integer(let id)? = entry["id"] else { throw invalid(key + ".id", "must be an id") }
                listed.removeAll { $0.id == id }
                listed.append((id, try token(entry, key: key)))
            }
        }
        var tokens = listed.sorted { $0.id < $1.id }.map { id, token in
            var token = token
            token.id = Int32(exactly: id)
            return token
        }
        func add(_ token: PlacedToken) {
            if !tokens.contains(where: { $0.content == token.content }) { tokens.append(token) }
        }
        for key in Self.specialKeys {
            if let token = try special(key) ?? usual[key].map({ PlacedToken($0) }) { add(token) }
        }
        for (key, value) in furtherSpecial { add(try token(value, key: key)) }
        return tokens
    }

    /// The special tokens that have no name, each with the key that lists it.
    private var furtherSpecial: [(key: String, value: JSONValue)] {
        [configuration, specialMap].flatMap { root in
            ["extra_special_tokens", "additional_special_tokens"].flatMap { key in
                (root?[key]?.array ?? root?[key]?.members?.map(\.value) ?? []).map { (key, $0) }
            }
        }
    }

    /// Whether a token is one of the named or further special ones.
    private func isSpecial(_ text: String) throws -> Bool {
        try Self.specialKeys.contains { try special($0)?.text == text }
            || furtherSpecial.contains { ($0.value.string ?? $0.value["content"]?.string) == text }
    }

    private func token(_ value: JSONValue, key: String) throws -> PlacedToken {
        if let text = value.string { return PlacedToken(text) }
        guard let content = value["content"]?.string else {
            throw invalid(key, "must be a token: a string, or an object with a string 'content'")
        }
        var token = PlacedToken(content)
        token.isBare = false
        token.isNormalized = value["normalized"]?.bool ?? false
        token.isSingleWord = value["single_word"]?.bool ?? false
        token.takesLeft = value["lstrip"]?.bool ?? false
        token.takesRight = value["rstrip"]?.bool ?? false
        return token
    }
}

/// Cuts a text at the tokens that are looked for in it.
struct PlacedTokenSplitter: Sendable {
    private var matcher = AddedTokenMatcher()
    private var takesLeft: Set<Int32> = []
    private var takesRight: Set<Int32> = []

    mutating func add(_ token: PlacedToken, id: Int32) {
        matcher.add(token.content, id: id, isSingleWord: token.isSingleWord)
        if token.takesLeft { takesLeft.insert(id) }
        if token.takesRight { takesRight.insert(id) }
    }

    /// The parts of a text in order: tokens with their ids, and what lies between, none empty.
    func split(_ text: [UInt32]) -> [(part: ArraySlice<UInt32>, id: Int32?)] {
        var parts: [(part: ArraySlice<UInt32>, id: Int32?)] = []
        _ = matcher.split(text[...]) { part, id in
            parts.append((part, id))
            return true
        }
        func isSpace(_ code: UInt32) -> Bool { Unicode.Scalar(code).map(PythonText.isSpace) ?? false }
        for (place, part) in parts.enumerated() {
            guard let id = part.id else { continue }
            if takesRight.contains(id), place + 1 < parts.count, parts[place + 1].id == nil {
                parts[place + 1].part = parts[place + 1].part.drop(while: isSpace)
            }
            if takesLeft.contains(id), place > 0, parts[place - 1].id == nil {
                let before = parts[place - 1].part
                parts[place - 1].part = before.dropLast(before.reversed().prefix(while: isSpace).count)
            }
        }
        return parts.filter { !$0.part.isEmpty }
    }
}
