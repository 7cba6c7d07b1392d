// SPDX-License-Identifier: Apache-2.0

import JSON

/// Reads `tokenizer.json` and makes sure that it describes CLIP's kind of tokenizer.
///
/// `truncation`, `padding` and `decoder` are ignored: lengths are the caller's, and nothing is decoded.
struct TokenizerJSON {
    let root: JSONValue
    let file: String

    /// The normalizer's expression for white space, and the pre-tokenizer's for words and, in front of it, for markers.
    static let spaces = #"\s+"#
    static let words = #"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"#
    static let markers = #"<\|startoftext\|>|<\|endoftext\|>|"#

    /// - Throws: ``TokenizerError``.
    func definition() throws -> TokenizerDefinition {
        guard root.members != nil else {
            throw invalid("(the whole file)", "must be an object")
        }
        let model = try checkModel()
        try checkNormalizer()
        let splitter = try checkPreTokenizer()
        let vocabulary = try Vocabulary(model["vocab"], file: file, key: "model.vocab")
        var definition = TokenizerDefinition(
            file: file, vocabulary: vocabulary, merges: try merges(of: model, vocabulary: vocabulary))
        definition.unknown = model["unk_token"]?.string
        definition.fusesUnknown = model["fuse_unk"]?.bool ?? false
        definition.splitter = splitter
        definition.addedTokens = try addedTokens()
        if let (start, end) = try markers() {
            definition.startOfText = start
            definition.endOfText = end
        }
        return definition
    }

    private func unsupported(_ key: String, _ found: JSONValue?, _ expected: String) -> TokenizerError {
        .unsupported(file: file, key: key, found: description(of: found), expected: expected)
    }

    private func invalid(_ key: String, _ problem: String) -> TokenizerError {
        .invalidValue(file: file, key: key, problem: problem)
    }

    /// Demands that a value is what it has to be.
    private func require(_ isRight: Bool, _ key: String, _ found: JSONValue?, _ expected: String) throws {
        if !isRight { throw unsupported(key, found, expected) }
    }

    private func require(
        _ parts: [(type: String, value: JSONValue)], are types: [String], _ key: String, _ expected: String
    ) throws {
        let found = parts.map(\.type)
        if found == types { return }
        throw TokenizerError.unsupported(
            file: file, key: key, found: quoted(found.joined(separator: ", ")), expected: expected)
    }

    private func checkModel() throws -> JSONValue {
        guard let model = root["model"], model.members != nil else {
            throw invalid("model", "must be an object")
        }
        let type = model["type"]
        try require(type == nil || type == .string("BPE"), "model.type", type, "'BPE'")
        let suffix = model["end_of_word_suffix"]
        try require(
            suffix?.string == BytePairEncoder.suffix, "model.end_of_word_suffix", suffix, "'\(BytePairEncoder.suffix)'")
        let prefix = model["continuing_subword_prefix"]
        try require(prefix == nil || prefix == .string(""), "model.continuing_subword_prefix", prefix, "none")
        let dropout = model["dropout"]
        try require(dropout == nil || dropout?.number == 0, "model.dropout", dropout, "none")
        for key in ["byte_fallback", "ignore_merges"] {
            let flag = model[key]
            try require(flag == nil || flag == .bool(false), "model.\(key)", flag, "false")
        }
        let fuse = model["fuse_unk"]
        try require(fuse == nil || fuse?.bool != nil, "model.fuse_unk", fuse, "true or false")
        let unknown = model["unk_token"]
        try require(unknown == nil || unknown?.string != nil, "model.unk_token", unknown, "a token")
        return model
    }

    private func checkNormalizer() throws {
        let expected = "a Sequence of NFC, Replace and Lowercase"
        let types = try sequence(root["normalizer"], "normalizers", key: "normalizer", expected: expected)
        try require(types, are: ["NFC", "Replace", "Lowercase"], "normalizer.normalizers", expected)
        let replace = types[1].value
        let pattern = replace["pattern"]?["Regex"]
        try require(
            pattern?.string == Self.spaces && replace["content"]?.string == " ", "normalizer.normalizers[1].pattern",
            pattern, #"'\s+', replaced by one blank"#)
    }

    private func checkPreTokenizer() throws -> WordSplitter {
        let expected = "a Sequence of Split and ByteLevel"
        let parts = try sequence(root["pre_tokenizer"], "pretokenizers", key: "pre_tokenizer", expected: expected)
        try require(parts, are: ["Split", "ByteLevel"], "pre_tokenizer.pretokenizers", expected)
        let (split, byteLevel) = (parts[0].value, parts[1].value)
        var splitter = WordSplitter()
        let pattern = split["pattern"]?["Regex"]
        switch pattern?.string {
        case Self.words: splitter.splitsMarkers = false
        case Self.markers + Self.words: splitter.splitsMarkers = true
        default: throw unsupported("pre_tokenizer.pretokenizers[0].pattern", pattern, "its own expression for words")
        }
        let behavior = split["behavior"]
        try require(
            behavior?.string == "Removed", "pre_tokenizer.pretokenizers[0].behavior", behavior, "'Removed'")
        let invert = split["invert"]
        try require(invert?.bool == true, "pre_tokenizer.pretokenizers[0].invert", invert, "true")
        let prefix = byteLevel["add_prefix_space"]
        try require(prefix?.bool == false, "pre_tokenizer.pretokenizers[1].add_prefix_space", prefix, "false")
        splitter.splitsInsideMarkers = byteLevel["use_regex"]?.bool ?? true
        return splitter
    }

    /// The parts of a sequence, each with its type.
    private func sequence(
        _ value: JSONValue?, _ list: String, key: String, expected: String
    ) throws -> [(type: String, value: JSONValue)] {
        let type = value?["type"]
        guard type?.string == "Sequence", let parts = value?[list]?.array else {
            throw unsupported(type == nil ? key : "\(key).type", type ?? value, expected)
        }
        return parts.map { ($0["type"]?.string ?? "?", $0) }
    }

    func merges(
        of model: JSONValue, vocabulary: Vocabulary
    ) throws -> [(pair: UInt64, rank: Int32, id: Int32)] {
        guard let entries = model["merges"]?.array else {
            throw invalid("model.merges", "must be a list")
        }
        var list = MergeList(file: file, vocabulary: vocabulary, capacity: entries.count)
        for (index, entry) in entries.enumerated() {
            if let line = entry.string {
                if line.utf8.starts(with: "#version".utf8) { continue }
                try list.add(line: line.utf8[...], place: "model.merges[\(index)]")
            } else if let pair = entry.array, pair.count == 2, let first = pair[0].string, let second = pair[1].string {
                try list.add(first.utf8[...], second.utf8[...], place: "model.merges[\(index)]")
            } else {
                throw TokenizerError.invalidMerge(
                    file: file, place: "model.merges[\(index)]", problem: "it is not two tokens")
            }
        }
        return list.merges
    }

    private func addedTokens() throws -> [AddedToken] {
        guard let value = root["added_tokens"] else { return [] }
        guard let entries = value.array else {
            throw invalid("added_tokens", "must be a list")
        }
        let reader = SpecialTokenReader(root: root, file: file)
        return try entries.enumerated().map { index, entry -> (Int, AddedToken) in
            let key = "added_tokens[\(index)]"
            guard case .integer(let id)? = entry["id"], id >= 0, id < Int(Int32.max) else {
                throw invalid("\(key).id", "must be an id from 0 to \(Int32.max - 1)")
            }
            return (id, try reader.token(entry, key: key))
        }.sorted { $0.0 < $1.0 }.map(\.1)
    }

    /// The tokens that the post-processor puts around a text.
    private func markers() throws -> (start: String, end: String)? {
        let key = "post_processor"
        guard let processor = root[key] else { return nil }
        switch processor["type"]?.string {
        case "RobertaProcessing", "BertProcessing":
            let names = ["cls", "sep"].map { processor[$0]?.array?.first?.string }
            if let start = names[0], let end = names[1] { return (start, end) }
        case "TemplateProcessing":
            let names = (processor["single"]?.array ?? []).map { $0["SpecialToken"]?["id"]?.string }
            if names.count == 3, let start = names[0], names[1] == nil, let end = names[2] { return (start, end) }
        default: break
        }
        throw unsupported(key, processor["type"], "RobertaProcessing or a template of start, text and end")
    }
}
