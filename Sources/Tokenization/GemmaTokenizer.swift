// SPDX-License-Identifier: Apache-2.0
// https://github.com/huggingface/transformers/blob/main/src/transformers/models/siglip2/tokenization_siglip2.py
// https://github.com/huggingface/tokenizers, models/bpe

import JSON

/// Gemma's tokenizer, which SigLIP 2 has: byte-pair encoding of characters over the whole text, blanks written as `▁`, and
/// bytes for characters that the vocabulary lacks.
struct GemmaTokenizer: UnpaddedTokenizer {
    /// What of `tokenizer.json` holds.
    enum Form {
        /// Vocabulary, merges and what goes around texts; the rest is as the class in transformers has it.
        case rebuilt(lowercase: Bool)
        /// All of it.
        case verbatim
    }

    let end: Int32
    let vocabularySize: Int

    private let vocabulary: Vocabulary
    private let merges: MergeTable
    private let bytes: [Int32]?
    private let unknown: Int32?
    private let fusesUnknown: Bool
    private let lowercases: Bool
    private let raw: PlacedTokenSplitter
    private let normalized: PlacedTokenSplitter
    private let before: [Int32]
    private let behind: [Int32]
    /// Tokens that the vocabulary lacks.
    private let more: [String: Int32]

    init(_ files: TokenizerSideFiles, form: Form) throws {
        let root = try files.requiredTokenizer()
        let file = files.path("tokenizer.json")
        let json = TokenizerJSON(root: root, file: file)
        let model = root["model"]
        guard model?["type"]?.string == "BPE" || model?["type"] == nil, model?["merges"] != nil else {
            throw TokenizerError.invalidValue(
                file: file, key: "model.type", problem: "is not 'BPE', as Gemma's tokenizer is")
        }
        let vocabulary = try Vocabulary(model?["vocab"], file: file, key: "model.vocab")
        self.vocabulary = vocabulary
        merges = MergeTable(try json.merges(of: model ?? .null, vocabulary: vocabulary))
        vocabularySize = vocabulary.count
        let usual = [
            "bos_token": "<bos>", "eos_token": "<eos>", "unk_token": "<unk>", "pad_token": "<pad>",
            "mask_token": "<mask>",
        ]
        switch form {
        case .rebuilt(let lowercase):
            (lowercases, fusesUnknown) = (lowercase, true)
            bytes = byteTokens { vocabulary.id(of: Array($0.utf8)) }
        case .verbatim:
            lowercases = try json.checkGemma()
            fusesUnknown = model?["fuse_unk"]?.bool ?? false
            bytes = model?["byte_fallback"]?.bool == true ? byteTokens { vocabulary.id(of: Array($0.utf8)) } : nil
        }
        var (raw, normalized) = (PlacedTokenSplitter(), PlacedTokenSplitter())
        var ids: [String: Int32] = [:]
        var next = Int32(vocabulary.count)
        let isRebuilt = if case .rebuilt = form { true } else { false }
        for var token in try files.added(usual: isRebuilt ? usual : [:]) {
            let id = vocabulary.id(of: Array(token.text.utf8)) ?? next
            if id == next { next += 1 }
            ids[token.text] = id
            if token.isNormalized {
                token.content = Self.normalize(token.content[...], lowercase: lowercases)
                normalized.add(token, id: id)
            } else {
                raw.add(token, id: id)
            }
        }
        (self.raw, self.normalized, more) = (raw, normalized, ids)
        func named(_ key: String) throws -> String? { try files.special(key)?.text ?? (isRebuilt ? usual[key] : nil) }
        func id(_ token: String) -> Int32? { vocabulary.id(of: Array(token.utf8)) ?? ids[token] }
        unknown = try (isRebuilt ? named("unk_token") : model?["unk_token"]?.string).flatMap(id)
        // Flags of the configuration do not count where there is a tokenizer.json.
        let (first, last) = try json.around()
        func found(_ names: [String]) throws -> [Int32] {
            try names.map { name in
                guard let found = id(name) else {
                    throw TokenizerError.invalidValue(
                        file: file, key: "post_processor", problem: "names \(quoted(name)), which is no token")
                }
                return found
            }
        }
        (before, behind) = (try found(first), try found(last))
        end = try behind.last ?? named("eos_token").flatMap(id) ?? 0
    }

    func id(of token: String) -> Int32? { vocabulary.id(of: Array(token.utf8)) ?? more[token] }

    func ids(of text: String, limit: Int) -> [Int32] {
        var ids: [Int32] = []
        for (part, id) in raw.split(text.unicodeScalars.map(\.value)) {
            if let id {
                ids.append(id)
                continue
            }
            for (part, id) in normalized.split(Self.normalize(part, lowercase: lowercases)) {
                if let id { ids.append(id) } else { encode(part, into: &ids) }
            }
        }
        return before + ids.prefix(max(0, limit - before.count - behind.count)) + behind
    }

    /// Lower case if asked for, and blanks as `▁`.
    private static func normalize(_ text: ArraySlice<UInt32>, lowercase: Bool) -> [UInt32] {
        var result: [UInt32] = []
        result.reserveCapacity(text.count)
        for code in text {
            if code == 0x20 {
                result.append(0x2581)
            } else if lowercase {
                UnicodeClasses.shared.appendLowercase(code, to: &result)
            } else {
                result.append(code)
            }
        }
        return result
    }

    private func encode(_ text: ArraySlice<UInt32>, into ids: inout [Int32]) {
        var symbols: [Int32] = []
        var isAfterUnknown = false
        for code in text {
            var utf8: [UInt8] = []
            BytePairEncoder.appendBytes(of: CollectionOfOne(code), to: &utf8)
            if let id = vocabulary.id(of: utf8) {
                symbols.append(id)
                isAfterUnknown = false
            } else if let bytes {
                symbols += utf8.map { bytes[Int($0)] }
                isAfterUnknown = false
            } else if let unknown {
                if !(isAfterUnknown && fusesUnknown) { symbols.append(unknown) }
                isAfterUnknown = true
            }
        }
        merges.apply(to: &symbols)
        for symbol in symbols where symbol >= 0 { ids.append(symbol) }
    }
}

extension TokenizerJSON {
    /// Makes sure that the steps before the model are Gemma's; gives whether lower case is one of them.
    fileprivate func checkGemma() throws -> Bool {
        func invalid(_ key: String, _ problem: String) -> TokenizerError {
            .invalidValue(file: file, key: key, problem: problem)
        }
        for key in ["dropout", "continuing_subword_prefix", "end_of_word_suffix", "ignore_merges"] {
            switch root["model"]?[key] {
            case nil, .null, .bool(false), .integer(0), .number(0), .string(""): continue
            case let value?:
                throw invalid("model.\(key)", "is \(description(of: value)), which Gemma's tokenizer has not")
            }
        }
        var (lowercases, replaces) = (false, false)
        let normalizer = root["normalizer"]
        for step in normalizer?["normalizers"]?.array ?? normalizer.map({ [$0] }) ?? [] {
            switch step["type"]?.string {
            case "Lowercase": lowercases = true
            case "Replace" where step["pattern"]?["String"]?.string == " " && step["content"]?.string == "\u{2581}":
                replaces = true
            default:
                throw invalid(
                    "normalizer", "has a step that Gemma's tokenizer has not: \(description(of: step["type"]))")
            }
        }
        if !replaces { throw invalid("normalizer", "does not write blanks as ▁, as Gemma's tokenizer does") }
        // Behind the normalizer there are no blanks left to split at.
        if let splitter = root["pre_tokenizer"], splitter != .null {
            guard splitter["type"]?.string == "Split", splitter["pattern"]?["String"]?.string == " " else {
                throw invalid("pre_tokenizer", "is not Gemma's: \(description(of: splitter["type"]))")
            }
        }
        return lowercases
    }

    /// The tokens that the post-processor puts before and behind a text.
    fileprivate func around() throws -> (before: [String], behind: [String]) {
        let key = "post_processor"
        guard let processor = root[key], processor != .null else { return ([], []) }
        guard processor["type"]?.string == "TemplateProcessing" else {
            throw TokenizerError.invalidValue(
                file: file, key: key, problem: "is \(description(of: processor["type"])), it must be a template")
        }
        var (before, behind, isBehind): ([String], [String], Bool) = ([], [], false)
        for step in processor["single"]?.array ?? [] {
            if step["Sequence"] != nil {
                isBehind = true
            } else if let name = step["SpecialToken"]?["id"]?.string {
                if isBehind { behind.append(name) } else { before.append(name) }
            }
        }
        return (before, behind)
    }
}
