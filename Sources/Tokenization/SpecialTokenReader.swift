// SPDX-License-Identifier: Apache-2.0

import JSON

/// Reads the special tokens that a tokenizer's side files name.
struct SpecialTokenReader {
    let root: JSONValue
    let file: String

    /// The tokens under fixed keys: a string, or an object with `content` and flags.
    func named(_ keys: [String]) throws -> [String: AddedToken] {
        try requireObject()
        var tokens: [String: AddedToken] = [:]
        for key in keys {
            guard let value = root[key] else { continue }
            tokens[key] = try token(value, key: key)
        }
        return tokens
    }

    /// The tokens under further keys that end in `_token`.
    func others(than keys: [String]) throws -> [AddedToken] {
        try (root.members ?? []).compactMap { member in
            let key = member.key
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
            let value = root[key]
            if let members = value?.members, !members.isEmpty {
                return try members.map { try token($0.value, key: key) }
            }
            if let values = value?.array, !values.isEmpty { return try values.map { try token($0, key: key) } }
        }
        return []
    }

    /// `added_tokens_decoder`: an object from ids to tokens, in the order of the ids; nil if there is none.
    func decoder() throws -> [AddedToken]? {
        let key = "added_tokens_decoder"
        guard let value = root[key] else { return nil }
        guard let members = value.members else { throw invalid(key, "must be an object of ids and tokens") }
        return try members.map { member -> (Int, AddedToken) in
            guard let id = Int(member.key) else { throw invalid(key, "must have ids as its keys") }
            return (id, try token(member.value, key: key))
        }.sorted { $0.0 < $1.0 }.map(\.1)
    }

    /// `added_tokens.json`: an object from tokens to ids.
    func legacy() throws -> [AddedToken] {
        try requireObject()
        return try (root.members ?? []).map { member -> (Int, AddedToken) in
            guard case .integer(let id) = member.value else {
                throw invalid(member.key, "must have an id")
            }
            return (id, AddedToken(member.key))
        }.sorted { $0.0 < $1.0 }.map(\.1)
    }

    /// A token with its flags. Special tokens are looked for in the raw text unless they say otherwise.
    func token(_ value: JSONValue, key: String) throws -> AddedToken {
        if let text = value.string { return AddedToken(text, isBare: true) }
        guard let content = value["content"]?.string else {
            throw invalid(key, "must be a token: a string, or an object with a string 'content'")
        }
        func flag(_ name: String) throws -> Bool {
            guard let member = value[name] else { return false }
            guard let flag = member.bool else { throw invalid("\(key).\(name)", "must be true or false") }
            return flag
        }
        return AddedToken(content, isNormalized: try flag("normalized"), isSingleWord: try flag("single_word"))
    }

    private func requireObject() throws {
        guard root.members != nil else { throw invalid("(the whole file)", "must be an object") }
    }

    private func invalid(_ key: String, _ problem: String) -> TokenizerError {
        .invalidValue(file: file, key: key, problem: problem)
    }
}
