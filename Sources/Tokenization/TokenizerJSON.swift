// SPDX-License-Identifier: Apache-2.0

/// Reads `tokenizer.json` and makes sure that it describes CLIP's kind of tokenizer.
///
/// `truncation`, `padding` and `decoder` are ignored: lengths are the caller's, and nothing is decoded.
struct TokenizerJSON {
    let document: JSONDocument
    let file: String

    /// The normalizer's expression for white space, and the pre-tokenizer's for words and, in front of it, for markers.
    static let spaces = #"\s+"#
    static let words = #"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"#
    static let markers = #"<\|startoftext\|>|<\|endoftext\|>|"#

    /// - Throws: ``TokenizerError``.
    func definition() throws -> TokenizerDefinition {
        guard document.members(document.root) != nil else {
            throw TokenizerError.invalidValue(file: file, key: "(the whole file)", problem: "must be an object")
        }
        let model = try checkModel()
        try checkNormalizer()
        let splitter = try checkPreTokenizer()
        let vocabulary = try document.vocabulary(document.member("vocab", of: model), file: file, key: "model.vocab")
        var definition = TokenizerDefinition(
            file: file, vocabulary: vocabulary, merges: try merges(of: model, vocabulary: vocabulary))
        definition.unknown = document.string(document.member("unk_token", of: model))
        definition.fusesUnknown = document.bool(document.member("fuse_unk", of: model)) ?? false
        definition.splitter = splitter
        definition.addedTokens = try addedTokens()
        if let (start, end) = try markers() {
            definition.startOfText = start
            definition.endOfText = end
        }
        return definition
    }

    private func unsupported(_ key: String, _ found: JSONDocument.Value?, _ expected: String) -> TokenizerError {
        .unsupported(file: file, key: key, found: document.name(of: found), expected: expected)
    }

    private func checkModel() throws -> JSONDocument.Value {
        guard let model = document.member("model", of: document.root), document.members(model) != nil else {
            throw TokenizerError.invalidValue(file: file, key: "model", problem: "must be an object")
        }
        let type = document.member("type", of: model)
        if type != nil, document.string(type) != "BPE" { throw unsupported("model.type", type, "'BPE'") }
        let suffix = document.member("end_of_word_suffix", of: model)
        if document.string(suffix) != BytePairEncoder.suffix {
            throw unsupported("model.end_of_word_suffix", suffix, "'\(BytePairEncoder.suffix)'")
        }
        let prefix = document.member("continuing_subword_prefix", of: model)
        if prefix != nil, document.string(prefix) != "" {
            throw unsupported("model.continuing_subword_prefix", prefix, "none")
        }
        switch document.member("dropout", of: model) {
        case nil, .integer(0)?, .number(0)?: break
        case let dropout: throw unsupported("model.dropout", dropout, "none")
        }
        for key in ["byte_fallback", "ignore_merges"] {
            let flag = document.member(key, of: model)
            if flag != nil, document.bool(flag) != false { throw unsupported("model.\(key)", flag, "false") }
        }
        let fuse = document.member("fuse_unk", of: model)
        if fuse != nil, document.bool(fuse) == nil { throw unsupported("model.fuse_unk", fuse, "true or false") }
        let unknown = document.member("unk_token", of: model)
        if unknown != nil, document.string(unknown) == nil { throw unsupported("model.unk_token", unknown, "a token") }
        return model
    }

    private func checkNormalizer() throws {
        let expected = "a Sequence of NFC, Replace and Lowercase"
        let normalizer = document.member("normalizer", of: document.root)
        let types = try sequence(normalizer, "normalizers", key: "normalizer", expected: expected)
        guard types.map(\.type) == ["NFC", "Replace", "Lowercase"] else {
            throw TokenizerError.unsupported(
                file: file, key: "normalizer.normalizers", found: quoted(types.map(\.type).joined(separator: ", ")),
                expected: expected)
        }
        let replace = types[1].value
        let pattern = document.member("Regex", of: document.member("pattern", of: replace))
        guard document.string(pattern) == Self.spaces, document.string(document.member("content", of: replace)) == " "
        else {
            throw unsupported("normalizer.normalizers[1].pattern", pattern, #"'\s+', replaced by one blank"#)
        }
    }

    private func checkPreTokenizer() throws -> WordSplitter {
        let expected = "a Sequence of Split and ByteLevel"
        let preTokenizer = document.member("pre_tokenizer", of: document.root)
        let parts = try sequence(preTokenizer, "pretokenizers", key: "pre_tokenizer", expected: expected)
        guard parts.map(\.type) == ["Split", "ByteLevel"] else {
            throw TokenizerError.unsupported(
                file: file, key: "pre_tokenizer.pretokenizers",
                found: quoted(parts.map(\.type).joined(separator: ", ")), expected: expected)
        }
        let (split, byteLevel) = (parts[0].value, parts[1].value)
        var splitter = WordSplitter()
        let pattern = document.member("Regex", of: document.member("pattern", of: split))
        switch document.string(pattern) {
        case Self.words: splitter.splitsMarkers = false
        case Self.markers + Self.words: splitter.splitsMarkers = true
        default: throw unsupported("pre_tokenizer.pretokenizers[0].pattern", pattern, "its own expression for words")
        }
        let behavior = document.member("behavior", of: split)
        guard document.string(behavior) == "Removed" else {
            throw unsupported("pre_tokenizer.pretokenizers[0].behavior", behavior, "'Removed'")
        }
        let invert = document.member("invert", of: split)
        guard document.bool(invert) == true else {
            throw unsupported("pre_tokenizer.pretokenizers[0].invert", invert, "true")
        }
        let prefix = document.member("add_prefix_space", of: byteLevel)
        guard document.bool(prefix) == false else {
            throw unsupported("pre_tokenizer.pretokenizers[1].add_prefix_space", prefix, "false")
        }
        splitter.splitsInsideMarkers = document.bool(document.member("use_regex", of: byteLevel)) ?? true
        return splitter
    }

    /// The parts of a sequence, each with its type.
    private func sequence(
        _ value: JSONDocument.Value?, _ list: String, key: String, expected: String
    ) throws -> [(type: String, value: JSONDocument.Value)] {
        let type = document.member("type", of: value)
        guard document.string(type) == "Sequence", let parts = document.array(document.member(list, of: value)) else {
            throw unsupported(type == nil ? key : "\(key).type", type ?? value, expected)
        }
        return parts.map { (document.string(document.member("type", of: $0)) ?? "?", $0) }
    }

    private func merges(
        of model: JSONDocument.Value, vocabulary: Vocabulary
    ) throws -> [(pair: UInt64, rank: Int32, id: Int32)] {
        guard let entries = document.array(document.member("merges", of: model)) else {
            throw TokenizerError.invalidValue(file: file, key: "model.merges", problem: "must be a list")
        }
        var list = MergeList(file: file, vocabulary: vocabulary, capacity: entries.count)
        for (index, entry) in entries.enumerated() {
            switch entry {
            case .string(let line):
                if document.bytes(line).starts(with: "#version".utf8) { continue }
                try list.add(line: document.bytes(line), place: "model.merges[\(index)]")
            case .array(let pair):
                guard pair.count == 2, case .string(let first) = pair[0], case .string(let second) = pair[1] else {
                    throw TokenizerError.invalidMerge(
                        file: file, place: "model.merges[\(index)]", problem: "it is not two tokens")
                }
                try list.add(document.bytes(first), document.bytes(second), place: "model.merges[\(index)]")
            default:
                throw TokenizerError.invalidMerge(
                    file: file, place: "model.merges[\(index)]", problem: "it is not two tokens")
            }
        }
        return list.merges
    }

    private func addedTokens() throws -> [AddedToken] {
        guard let value = document.member("added_tokens", of: document.root) else { return [] }
        guard let entries = document.array(value) else {
            throw TokenizerError.invalidValue(file: file, key: "added_tokens", problem: "must be a list")
        }
        let reader = SpecialTokenReader(document: document, file: file)
        return try entries.enumerated().map { index, entry -> (Int, AddedToken) in
            let key = "added_tokens[\(index)]"
            guard case .integer(let id)? = document.member("id", of: entry), id >= 0, id < Int(Int32.max) else {
                throw TokenizerError.invalidValue(
                    file: file, key: "\(key).id", problem: "must be an id from 0 to \(Int32.max - 1)")
            }
            return (id, try reader.token(entry, key: key))
        }.sorted { $0.0 < $1.0 }.map(\.1)
    }

    /// The tokens that the post-processor puts around a text.
    private func markers() throws -> (start: String, end: String)? {
        let key = "post_processor"
        guard let processor = document.member(key, of: document.root) else { return nil }
        let type = document.string(document.member("type", of: processor))
        switch type {
        case "RobertaProcessing", "BertProcessing":
            let names = ["cls", "sep"].map { name in
                document.string(document.array(document.member(name, of: processor))?.first)
            }
            if let start = names[0], let end = names[1] { return (start, end) }
        case "TemplateProcessing":
            let parts = document.array(document.member("single", of: processor)) ?? []
            let names = parts.map { part in
                document.string(document.member("id", of: document.member("SpecialToken", of: part)))
            }
            if names.count == 3, let start = names[0], names[1] == nil, let end = names[2] { return (start, end) }
        default: break
        }
        throw unsupported(
            key, document.member("type", of: processor), "RobertaProcessing or a template of start, text and end")
    }
}
