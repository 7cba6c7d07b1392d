// SPDX-License-Identifier: Apache-2.0
// https://github.com/huggingface/transformers/blob/main/src/transformers/models/auto/tokenization_auto.py

public import Foundation
import JSON

/// The tokenizer of a model that takes all texts at one length: SigLIP's, SigLIP 2's, or T5's as open_clip has it.
///
/// Ids are those that transformers' `AutoTokenizer` gives for the directory of a `siglip` model, padded to the length.
public struct PaddingTokenizer: TextTokenizer {
    /// What a model directory may have of it.
    public static let fileNames = [
        "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "spiece.model",
    ]

    /// The number of ids of its vocabulary.
    public var vocabularySize: Int { unpadded.vocabularySize }
    /// No start; the id that ends texts.
    public var boundaries: (start: Int32?, end: Int32) { (nil, unpadded.end) }
    /// The id that fills up.
    public let pad: Int32

    private let unpadded: any UnpaddedTokenizer
    private let padsLeft: Bool
    private let cleaner: TextCleaner?

    /// Reads a model directory's files.
    ///
    /// - Parameters:
    ///   - directory: The directory.
    ///   - cleaner: What is done to texts first; nil for nothing.
    /// - Throws: ``TokenizerError`` if a file is missing or describes another kind of tokenizer.
    public init(directory: URL, cleaner: TextCleaner? = nil) throws {
        let files = try TokenizerSideFiles(directory: directory)
        self.cleaner = cleaner
        var usesLeft = false
        var usualPad: String? = "<pad>"
        func t5() throws -> UnigramTokenizer {
            try UnigramTokenizer(files.requiredTokenizer(), file: files.path("tokenizer.json"), kind: .t5)
        }
        switch files.className {
        case nil, "SiglipTokenizer":
            unpadded = try SigLIPTokenizer(files)
            usualPad = "</s>"
        case "Siglip2Tokenizer":
            unpadded = try GemmaTokenizer(files, form: .rebuilt(lowercase: true))
            usesLeft = true
        case "GemmaTokenizer":
            unpadded = try GemmaTokenizer(files, form: .rebuilt(lowercase: false))
            usesLeft = true
        case "T5Tokenizer": unpadded = try t5()
        case "PreTrainedTokenizer", "TokenizersBackend":
            if try files.requiredTokenizer()["model"]?["type"]?.string == "Unigram" {
                try UnigramTokenizer.requireT5(files.requiredTokenizer(), file: files.path("tokenizer.json"))
                unpadded = try t5()
            } else {
                unpadded = try GemmaTokenizer(files, form: .verbatim)
            }
            usualPad = files.tokenizer?["padding"]?["pad_token"]?.string
        case let name?:
            throw files.invalid(
                "tokenizer_class",
                "is \(quoted(name)), only SiglipTokenizer, Siglip2Tokenizer, GemmaTokenizer and T5Tokenizer can be used"
            )
        }
        // The class that is written in Python reads nothing but tokens from tokenizer.json.
        let ownSide = unpadded is SigLIPTokenizer ? nil : files.tokenizer?["padding"]?["direction"]?.string
        let side = files.configuration?["padding_side"]?.string ?? ownSide
        if let cut = files.configuration?["truncation_side"]?.string, cut != "right" {
            throw files.invalid("truncation_side", "is \(quoted(cut)): texts are cut at the right only")
        }
        padsLeft = side.map { $0.lowercased() == "left" } ?? usesLeft
        guard let name = try files.special("pad_token")?.text ?? usualPad else {
            throw files.invalid("pad_token", "is missing: texts could not be padded")
        }
        guard let id = unpadded.id(of: name) else {
            throw files.invalid("pad_token", "is \(quoted(name)), which is not in the vocabulary")
        }
        pad = id
    }

    /// `contextLength` ids of a text: cut so that the end keeps its place, or filled up.
    public func encode(_ text: String, contextLength: Int) -> [Int32] {
        let ids = unpadded.ids(of: cleaner?(text) ?? text, limit: contextLength).prefix(contextLength)
        let fill = [Int32](repeating: pad, count: max(0, contextLength - ids.count))
        return padsLeft ? fill + ids : ids + fill
    }
}

/// A kind of tokenizer before its texts are padded.
protocol UnpaddedTokenizer: Sendable {
    /// The number of ids.
    var vocabularySize: Int { get }
    /// The id that ends texts.
    var end: Int32 { get }
    /// The id of a token; nil where there is no such token.
    func id(of token: String) -> Int32?
    /// At most `limit` ids, what is added around a text included.
    func ids(of text: String, limit: Int) -> [Int32]
}
