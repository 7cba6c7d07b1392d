// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import TestSupport
import Testing

@testable import Tokenization

struct UnigramTests {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
        "Fixtures/unigram")

    /// Texts with the ids that transformers' AutoTokenizer gives, cut to 32.
    static let recorded: [(text: String, ids: [Int32])] = {
        let lines = (try? String(contentsOf: folder.appendingPathComponent("ids.jsonl"), encoding: .utf8)) ?? ""
        return lines.split(separator: "\n").compactMap { line in
            let pair = (try? JSONSerialization.jsonObject(with: Data(line.utf8))) as? [Any]
            guard let text = pair?.first as? String, let ids = pair?.last as? [NSNumber] else { return nil }
            return (text, ids.map(\.int32Value))
        }
    }()

    @Test func `ids are those of transformers`() throws {
        let tokenizer = try UnigramTokenizer(directory: Self.folder)
        #expect(Self.recorded.count == 400)
        for (text, ids) in Self.recorded {
            #expect(tokenizer.encode(text, contextLength: 32) == ids, "\(text.debugDescription)")
        }
        #expect(tokenizer.vocabularySize == 902 && tokenizer.boundaries.start == 0 && tokenizer.boundaries.end == 2)
    }

    @Test func `a text is cut so that its end keeps its place`() throws {
        let tokenizer = try UnigramTokenizer(directory: Self.folder)
        let whole = tokenizer.encode("a photo of the pool with sea view at night", contextLength: 77)
        for length in 2..<whole.count {
            #expect(
                tokenizer.encode("a photo of the pool with sea view at night", contextLength: length)
                    == Array(whole.prefix(length - 1)) + [2])
        }
        #expect(tokenizer.encode("pool", contextLength: 1) == [2] && tokenizer.encode("pool", contextLength: 0) == [])
    }

    /// The best of all ways through a word, by trying each.
    @Test func `the way through a word is the best of all`() {
        let pieces: [(piece: String, score: Double)] = [
            ("<s>", 0), ("<pad>", 0), ("</s>", 0), ("<unk>", 0), ("a", -2), ("b", -2.5), ("ab", -4.6), ("ba", -3.9),
            ("aba", -6.2), ("é", -1), ("bb", -5.1), ("abab", -8.7), ("", -1),
        ]
        let model = UnigramModel(pieces, unknown: 3)
        func best(_ word: ArraySlice<Character>) -> Double {
            if word.isEmpty { return 0 }
            var result = -18.7 + best(word.dropFirst())  // an unknown character, 10 below the worst piece
            for (piece, score) in pieces.dropFirst(4) where !piece.isEmpty && word.starts(with: Array(piece)) {
                result = max(result, score + best(word.dropFirst(piece.count)))
            }
            return result
        }
        for number in 0..<243 {
            var (rest, word) = (number, "")
            for _ in 0..<5 {
                word += ["a", "b", "é"][rest % 3]
                rest /= 3
            }
            var ids: [Int32] = []
            model.encode(word, into: &ids)
            let score = ids.reduce(0.0) { $0 + pieces[Int($1)].score }
            #expect(abs(score - best(Array(word)[...])) < 1e-9, "\(word)")
            #expect(ids.map { pieces[Int($0)].piece }.joined() == word)
        }
        var ids: [Int32] = []
        model.encode("axya", into: &ids)
        #expect(ids == [4, 3, 4], "neighbouring unknown characters are one")
        #expect(model.id(of: "aba") == 8 && model.id(of: "abb") == nil && model.id(of: "") == nil)
    }

    @Test(arguments: [
        (#"{"model": {"type": "BPE"}}"#, "model.type"),
        (#"{"model": {"type": "Unigram", "vocab": []}}"#, "model.vocab"),
        (#"{"model": {"type": "Unigram", "vocab": [["<s>", 0], ["x"]]}}"#, "model.vocab[1]"),
        (#"{"model": {"type": "Unigram", "vocab": [["<s>", 0], ["<pad>", 0]]}}"#, "has no '</s>'"),
        (#"{"model": {"type": "Unigram", "byte_fallback": true, "vocab": [["<s>", 0]]}}"#, "byte_fallback"),
        (
            #"{"model": {"type": "Unigram", "vocab": [["<s>", 0], ["</s>", 0], ["a", 0], ["b", 0]]}, "normalizer": {"type": "Precompiled", "precompiled_charsmap": "AAAA"}}"#,
            "precompiled_charsmap"
        ),
        ("{", "tokenizer.json:1"),
    ]) func `a file that is none of this kind is refused by its key`(_ text: String, _ key: String) throws {
        let folder = try TemporaryFolder()
        try folder.put("tokenizer.json", text)
        let error = try #require(throws: TokenizerError.self) {
            try UnigramTokenizer(directory: URL(fileURLWithPath: folder.path))
        }
        #expect("\(error)".contains(key), "\(error)")
        #expect(!UnigramTokenizer.isDescribed(in: URL(fileURLWithPath: folder.path)) || text.contains("Unigram"))
    }

    @Test func `maps of characters that are damaged replace nothing and do no harm`() {
        #expect(CharacterMap([]) == nil && CharacterMap([8, 0, 0, 0, 1, 2, 3, 4]) == nil)
        var random = SeededRandom(seed: 3)
        for _ in 0..<2000 {
            var bytes: [UInt8] = [64, 0, 0, 0]
            for _ in 0..<90 { bytes.append(UInt8(truncatingIfNeeded: random.next())) }
            bytes.append(0)
            if let map = CharacterMap(bytes) { _ = map.normalized("aé漢🏊\u{0}b") }
        }
    }

    @Test func `a directory without the file says where to get it`() throws {
        let folder = try TemporaryFolder()
        let error = try #require(throws: TokenizerError.self) {
            try UnigramTokenizer(directory: URL(fileURLWithPath: folder.path))
        }
        #expect("\(error)".contains("no tokenizer.json"))
    }
}
