// SPDX-License-Identifier: Apache-2.0

import JSON

/// A CLIP tokenizer that ``BytePairTrainer`` made, ready to be written to files. Ids are laid out as in CLIP's
/// vocabulary: 256 byte symbols, the same with `</w>`, the merges in their order, `<|startoftext|>` and
/// `<|endoftext|>`.
public struct TrainedTokenizer: Sendable {
    /// A file's name and its whole content.
    public typealias File = (name: String, contents: [UInt8])

    /// The tokens by id, without the two markers.
    private(set) var tokens: [String]
    private(set) var merges: [SymbolPair] = []

    /// The number of ids, the two markers included.
    public var vocabularySize: Int { tokens.count + 2 }

    /// The number of merges.
    public var mergeCount: Int { merges.count }

    private static let markers = ["<|startoftext|>", "<|endoftext|>"]

    /// The bytes in the order of the characters that stand for them, and the place of each byte in it.
    private static let byteOrder = BytePairEncoder.alphabet.indices.sorted {
        BytePairEncoder.alphabet[$0].unicodeScalars.lexicographicallyPrecedes(
            BytePairEncoder.alphabet[$1].unicodeScalars)
    }
    private static let symbolOfByte: [Int32] = {
        var symbols = [Int32](repeating: 0, count: 256)
        for (symbol, byte) in byteOrder.enumerated() { symbols[byte] = Int32(symbol) }
        return symbols
    }()

    /// A tokenizer without merges.
    init() {
        let alphabet = Self.byteOrder.map { String(BytePairEncoder.alphabet[$0]) }
        tokens = alphabet + alphabet.map { $0 + BytePairEncoder.suffix }
    }

    /// A word's symbols before any merge.
    static func symbols(of word: ArraySlice<UInt8>) -> [Int32] {
        var symbols = word.map { symbolOfByte[Int($0)] }
        if let last = symbols.popLast() { symbols.append(last + 256) }
        return symbols
    }

    /// Adds the merge of two tokens and returns its id. No token is made twice: the same characters inside a word are
    /// always put together in the same way, and no word spells out `</w>`.
    mutating func add(_ pair: SymbolPair) -> Int32 {
        merges.append(pair)
        tokens.append(tokens[Int(pair.first)] + tokens[Int(pair.second)])
        return Int32(tokens.count - 1)
    }

    /// The files of Hugging Face's form for one directory: `tokenizer.json`, byte for byte as transformers 5 saves it,
    /// `vocab.json` and `merges.txt` for other programs, `tokenizer_config.json` and `special_tokens_map.json`.
    /// `contextLength` is the most ids of a text, the markers included.
    public func files(contextLength: Int = 77) -> [File] {
        let (start, end) = (JSONValue.string(Self.markers[0]), JSONValue.string(Self.markers[1]))
        let vocabulary = (tokens + Self.markers).enumerated().map { "\(jsonQuoted($1)):\($0)" }
        let lines = merges.map { "\(tokens[Int($0.first)]) \(tokens[Int($0.second)])\n" }
        let special: JSONValue = ["bos_token": start, "eos_token": end, "pad_token": end, "unk_token": end]
        let configuration: JSONValue = [
            "bos_token": start, "eos_token": end, "model_max_length": .integer(contextLength), "pad_token": end,
            "tokenizer_class": "CLIPTokenizer", "unk_token": end,
        ]
        return [
            ("tokenizer.json", Array(tokenizerJSON.indented().utf8)),
            ("vocab.json", Array("{\(vocabulary.joined(separator: ","))}".utf8)),
            ("merges.txt", Array(("#version: 0.2\n" + lines.joined()).utf8)),
            ("tokenizer_config.json", Array((configuration.indented() + "\n").utf8)),
            ("special_tokens_map.json", Array((special.indented() + "\n").utf8)),
        ]
    }

    private var tokenizerJSON: JSONValue {
        let ids = (tokens + Self.markers).enumerated().map { JSONValue.Member(key: $1, value: .integer($0)) }
        let merges = merges.map { pair in
            JSONValue.array([pair.first, pair.second].map { .string(tokens[Int($0)]) })
        }
        let markers = Self.markers.enumerated().map { ($1, JSONValue.integer(tokens.count + $0)) }
        let addedTokens = markers.map { content, id -> JSONValue in
            [
                "id": id, "content": .string(content), "single_word": false, "lstrip": false, "rstrip": false,
                "normalized": false, "special": true,
            ]
        }
        let processor: JSONValue = [
            "type": "RobertaProcessing", "sep": [.string(markers[1].0), markers[1].1],
            "cls": [.string(markers[0].0), markers[0].1], "trim_offsets": false, "add_prefix_space": false,
        ]
        let model: JSONValue = [
            "type": "BPE", "dropout": .null, "unk_token": .string(Self.markers[1]), "continuing_subword_prefix": "",
            "end_of_word_suffix": .string(BytePairEncoder.suffix), "fuse_unk": false, "byte_fallback": false,
            "ignore_merges": false, "vocab": .object(ids), "merges": .array(merges),
        ]
        return [
            "version": "1.0", "truncation": .null, "padding": .null, "added_tokens": .array(addedTokens),
            "normalizer": Self.normalizer, "pre_tokenizer": Self.preTokenizer, "post_processor": processor,
            "decoder": ["type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true],
            "model": model,
        ]
    }

    /// What ``WordSplitter/normalize(_:)`` does.
    private static let normalizer: JSONValue = [
        "type": "Sequence",
        "normalizers": [
            ["type": "NFC"],
            ["type": "Replace", "pattern": ["Regex": .string(TokenizerJSON.spaces)], "content": " "],
            ["type": "Lowercase"],
        ],
    ]

    /// The splitting into words that ``WordSplitter`` does.
    private static let preTokenizer: JSONValue = [
        "type": "Sequence",
        "pretokenizers": [
            [
                "type": "Split", "pattern": ["Regex": .string(TokenizerJSON.markers + TokenizerJSON.words)],
                "behavior": "Removed", "invert": true,
            ],
            ["type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true],
        ],
    ]
}
