// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import TestSupport
import Testing

@testable import Tokenization

/// Tokenizers of SigLIP's kinds, recorded by `Scripts/goldens/record-siglip-tokenizers.py`.
struct PaddingTokenizerTests {
    /// The small ones beside, or the folder of a larger recording.
    static let fixtures =
        ProcessInfo.processInfo.environment["MUMIC_TOKENIZER_FIXTURES"].map { URL(fileURLWithPath: $0) }
        ?? URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures")
    static let kinds = ["siglip", "siglip-bytes", "siglip2", "gemma", "gemma-verbatim", "t5"]

    static func tokenizer(_ kind: String) throws -> PaddingTokenizer {
        try PaddingTokenizer(
            directory: fixtures.appendingPathComponent(kind), cleaner: kind == "t5" ? .canonicalize : nil)
    }

    /// Texts with the ids that transformers' AutoTokenizer gives, padded to 24.
    static func recorded(_ kind: String) throws -> [(text: String, ids: [Int32])] {
        let file = fixtures.appendingPathComponent(kind).appendingPathComponent("ids.jsonl")
        return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map { line in
            let pair = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [Any])
            return (
                try #require(pair.first as? String), try #require(pair.last as? [NSNumber]).map(\.int32Value)
            )
        }
    }

    @Test(arguments: kinds) func `ids are those of transformers`(_ kind: String) throws {
        let tokenizer = try Self.tokenizer(kind)
        let recorded = try Self.recorded(kind)
        #expect(recorded.count >= 200)
        let wrong = recorded.filter { tokenizer.encode($0.text, contextLength: 24) != $0.ids }
        #expect(wrong.isEmpty, "\(wrong.count): \(wrong.prefix(3))")
    }

    @Test(arguments: [
        ("siglip", 1, 1), ("siglip-bytes", 1, 1), ("siglip2", 0, 1), ("gemma", 0, 1), ("gemma-verbatim", 0, 1),
        ("t5", 1, 1),
    ])
    func `a text is padded and cut so that its end keeps its place`(_ kind: String, pad: Int32, end: Int32) throws {
        let tokenizer = try Self.tokenizer(kind)
        #expect(tokenizer.pad == pad && tokenizer.boundaries.end == end && tokenizer.boundaries.start == nil)
        let text = "a photo of the pool with sea view at night"
        let bare = tokenizer.encode(text, contextLength: 60).filter { $0 != pad && $0 != end }
        for length in [2, 5, bare.count + 1, bare.count + 4] {
            let ids = tokenizer.encode(text, contextLength: length)
            let used = Array(bare.prefix(length - 1)) + [end]
            let fill = [Int32](repeating: pad, count: length - used.count)
            #expect(ids == (kind == "gemma" ? fill + used : used + fill))
        }
    }

    private func error(_ files: [String: Data]) throws -> String {
        let folder = try TemporaryFolder()
        for (name, contents) in files { try contents.write(to: URL(fileURLWithPath: folder(name))) }
        let error = try #require(throws: TokenizerError.self) {
            try PaddingTokenizer(directory: URL(fileURLWithPath: folder.path))
        }
        return "\(error)"
    }

    @Test(arguments: [
        (#"{}"#, "no spiece.model"),
        (#"{"tokenizer_class": "PreTrainedTokenizerFast"}"#, "no tokenizer.json"),
        (#"{"tokenizer_class": "BertTokenizer"}"#, "BertTokenizer"),
        (#"{"tokenizer_class": "GemmaTokenizer"}"#, "no tokenizer.json"), (#"{"#, "tokenizer_config.json:1"),
    ]) func `a directory without the kind's files is refused`(_ configuration: String, _ words: String) throws {
        let message = try error(["tokenizer_config.json": Data(configuration.utf8)])
        #expect(message.contains(words), "\(message)")
    }

    @Test func `a model of SentencePiece that is cut anywhere is refused or read, never a crash`() throws {
        let whole = try Data(contentsOf: Self.fixtures.appendingPathComponent("siglip/spiece.model"))
        let folder = try TemporaryFolder()
        var random = SeededRandom(seed: 6)
        var refused = 0
        for round in 0..<300 {
            var bytes = [UInt8](whole)
            if round % 2 == 0 {
                bytes.removeLast(Int(random.next() % UInt64(bytes.count)))
            } else {
                for _ in 0..<4 {
                    bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
                }
            }
            try Data(bytes).write(to: URL(fileURLWithPath: folder("spiece.model")))
            do {
                let tokenizer = try PaddingTokenizer(directory: URL(fileURLWithPath: folder.path))
                #expect(tokenizer.encode("a photo of a pool", contextLength: 9).count == 9)
            } catch let error as TokenizerError {
                #expect("\(error)".contains(folder.path), "\(error)")
                refused += 1
            }
        }
        #expect(refused > 50)
    }

    @Test(arguments: [
        (TextCleaner.whitespace, " Sea  View\tNr_5! ", "Sea View Nr_5!"),
        (.lower, " Sea  View\tNr_5! ", "sea view nr_5!"),
        (.canonicalize, " Sea  View\tNr_5! ", "sea view nr 5"), (.canonicalize, "men’s “shoes”", "mens shoes"),
        (.canonicalize, "ΟΔΟΣ ΣΑΣ", "οδος σας"),
        (.canonicalize, "cafe\u{301} ＡＢ！ ﬁne ｶﾞ", "café ab fine ガ"), (.whitespace, "a\u{2028}b\u{0}c\u{FEFF}", "a bc"),
    ]) func `open_clip's cleaning`(_ cleaner: TextCleaner, _ text: String, _ clean: String) {
        #expect(cleaner(text) == clean)
    }
}
