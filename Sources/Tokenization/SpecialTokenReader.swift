// SPDX-License-Identifier: Apache-2.0

/// Reads the special tokens that a tokenizer's side files name.
struct SpecialTokenReader {
    let document: JSONDocument
    let file: String

    /// The tokens under fixed keys: a string, or an object with `content` and flags.
    func named(_ keys: [String]) throws -> [String: AddedToken] {
        try requireObject()
        var tokens: [String: AddedToken] = [:]
        for key in keys {
            guard let value = document.member(key, of: document.root) else { continue }
            tokens[key] = try token(value, key: key)
        }
        return tokens
    }

    /// The tokens under further keys that end in `_token`.
    func others(than keys: [String]) throws -> [AddedToken] {
        try (document.members(document.root) ?? []).compactMap { member in
            let key = document.string(member.key)
            guard key.hasSuffix("_token"), !keys.contains(key) else { return nil }
            switch member.value {
            case .string, .object: return try token(member.value, key: key)
            default: return nil
            }
        }
    }

    /// `additional_special_tokens` and `extra_special_tokens`.
    func extra() throws -> [AddedToken] {
        for key in ["extra_special_tokens", "additional_special_tokens"] {
            let value = document.member(key, of: document.root)
            if let members = document.members(value), !members.isEmpty {
                return try members.map { try token($0.value, key: key) }
            }
            if let values = document.array(value), !values.isEmpty { return try values.map { try token($0, key: key) } }
        }
        return []
    }

    /// `added_tokens_decoder`: an object from ids to tokens, in the order of the ids; nil if there is none.
    func decoder() throws -> [AddedToken]? {
        let key = "added_tokens_decoder"
        guard let value = document.member(key, of: document.root) else { return nil }
        guard let members = document.members(value) else { throw invalid(key, "must be an object of ids and tokens") }
        return try members.map { member -> (Int, AddedToken) in
            guard let id = Int(document.string(member.key)) else { throw invalid(key, "must have ids as its keys") }
            return (id, try token(member.value, key: key))
        }.sorted { $0.0 < $1.0 }.map(\.1)
    }

    /// `added_tokens.json`: an object from tokens to ids.
    func legacy() throws -> [AddedToken] {
        try requireObject()
        return try (document.members(document.root) ?? []).map { member -> (Int, AddedToken) in
            guard case .integer(let id) = member.value else {
                throw invalid(document.string(member.key), "must have an id")
            }
            return (id, AddedToken(document.string(member.key)))
        }.sorted { $0.0 < $1.0 }.map(\.1)
    }

    /// A token with its flags. Special tokens are looked for in the raw text unless they say otherwise.
    func token(_ value: JSONDocument.Value, key: String) throws -> AddedToken {
        if let text = document.string(value) { return AddedToken(text, isBare: true) }
        guard let content = document.string(document.member("content", of: value)) else {
            throw invalid(key, "must be a token: a string, or an object with a string 'content'")
        }
        func flag(_ name: String) throws -> Bool {
            guard let member = document.member(name, of: value) else { return false }
            guard let flag = document.bool(member) else { throw invalid("\(key).\(name)", "must be true or false") }
            return flag
        }
        return AddedToken(content, isNormalized: try flag("normalized"), isSingleWord: try flag("single_word"))
    }

    private func requireObject() throws {
        guard document.members(document.root) != nil else { throw invalid("(the whole file)", "must be an object") }
    }

    private func invalid(_ key: String, _ problem: String) -> TokenizerError {
        .invalidValue(file: file, key: key, problem: problem)
    }
}
