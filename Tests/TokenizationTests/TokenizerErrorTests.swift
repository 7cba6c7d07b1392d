// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import Testing

@testable import Tokenization

@Suite struct TokenizerErrorTests {
    private func utf8(_ text: String) -> [UInt8] { Array(text.utf8) }

    /// The error of a `tokenizer.json` in which one piece of text is replaced.
    private func failure(replacing old: String, with new: String) throws -> TokenizerError? {
        let text = try Fixtures.text("pair-merges/tokenizer.json")
        let changed = text.replacingOccurrences(of: old, with: new)
        #expect(changed != text)
        return try Fixtures.failure(["tokenizer.json": utf8(changed)])
    }

    @Test func `a missing directory is missing input, and missing files in it are not`() throws {
        let nowhere = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        do {
            _ = try CLIPTokenizer(directory: nowhere)
            Issue.record("a directory that is not there was read")
        } catch let error as TokenizerError {
            #expect(error == .directoryNotFound(path: nowhere.path) && error.isMissingInput)
        }
        for files in [[:], ["vocab.json": utf8("{\"a\":0}")], ["merges.txt": utf8("")]] as [[String: [UInt8]]] {
            let error = try #require(try Fixtures.failure(files))
            guard case .noTokenizerFiles = error else {
                Issue.record("\(error)")
                continue
            }
            #expect(!error.isMissingInput)
        }
    }

    @Test(arguments: [
        ("\"type\":\"BPE\"", "\"type\":\"WordPiece\"", "model.type"),
        ("\"end_of_word_suffix\":\"</w>\"", "\"end_of_word_suffix\":null", "model.end_of_word_suffix"),
        ("_subword_prefix\":\"\"", "_subword_prefix\":\"##\"", "model.continuing_subword_prefix"),
        ("\"dropout\":null", "\"dropout\":0.1", "model.dropout"),
        ("\"byte_fallback\":false", "\"byte_fallback\":true", "model.byte_fallback"),
        ("\"ignore_merges\":false", "\"ignore_merges\":true", "model.ignore_merges"),
        ("\"type\":\"NFC\"", "\"type\":\"NFKC\"", "normalizer.normalizers"),
        ("\"Regex\":\"\\\\s+\"", "\"Regex\":\"x+\"", "normalizer.normalizers[1].pattern"),
        ("[\\\\p{N}]|", "[\\\\p{N}]+|", "pre_tokenizer.pretokenizers[0].pattern"),
        ("\"behavior\":\"Removed\"", "\"behavior\":\"Isolated\"", "pre_tokenizer.pretokenizers[0].behavior"),
        ("\"invert\":true", "\"invert\":false", "pre_tokenizer.pretokenizers[0].invert"),
        ("\"type\":\"Split\"", "\"type\":\"Digits\"", "pre_tokenizer.pretokenizers"),
        ("\"RobertaProcessing\"", "\"Sequence\"", "post_processor"),
    ])
    func `what is not CLIP's tokenizer is refused by the name of its key`(old: String, new: String, key: String) throws
    {
        let error = try #require(try failure(replacing: old, with: new))
        guard case .unsupported(_, let found, _, _) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(found == key)
        #expect(error.description.contains(key) && error.description.contains("tokenizer.json"))
    }

    @Test(arguments: [
        "[]", "3", "{}", "{\"a\":-1}", "{\"a\":2147483648}", "{\"a\":1e400}", "{\"a\":1.5}", "{\"a\":\"0\"}",
        "{\"a\":0,\"b\":0}", "{\"a\":99999999999999999999999999}", "{\"a\":[0]}",
    ])
    func `values of the wrong kind or out of range name their key`(vocabulary: String) throws {
        let error = try #require(try Fixtures.failure(["vocab.json": utf8(vocabulary), "merges.txt": []]))
        guard case .invalidValue = error else {
            Issue.record("\(error)")
            return
        }
        #expect(error.description.contains("vocab.json: key '"))
    }

    @Test(arguments: [
        ("", 1), ("{", 1), ("{\n\"a\":0,}", 2), ("{\"a\"\n\n:x}", 3), ("{\"a\":0}\n1", 2), ("{\"\\ud800\":1}", 1),
        ("{\"a\":01}", 1), ("{\"a\":-}", 1), ("{\"a\nb\":1}", 1), ("{\"\\x\":1}", 1), ("{\"a\":tru}", 1),
        ("nul", 1),
        (String(repeating: "[", count: 100_000), 1), (String(repeating: "{\"a\":", count: 100_000), 1),
    ])
    func `what is not JSON is refused with its line`(text: String, line: Int) throws {
        let error = try #require(try Fixtures.failure(["tokenizer.json": utf8(text)]))
        guard case .malformedJSON(_, let found, _) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(found == line)
    }

    @Test func `a byte that is not UTF-8 is refused with its line`() throws {
        let error = try Fixtures.failure(["tokenizer.json": utf8("{\n\"") + [0xFF] + utf8("\":1}")])
        guard case .malformedJSON(_, 2, let problem)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(problem.contains("UTF-8"))
        let merges = try Fixtures.failure(["vocab.json": utf8("{\"a\":0}"), "merges.txt": [0x61, 0x20, 0xC0]])
        guard case .unreadable? = merges else {
            Issue.record("\(String(describing: merges))")
            return
        }
    }

    @Test(arguments: [
        ("#version: 0.2\na b\n", 2), ("a a\n", 1), ("a\n", 1), ("a a a\n", 1), ("\n\nx a\n", 3), ("a  a\n", 1),
    ])
    func `a merge that the vocabulary does not know names its line`(merges: String, line: Int) throws {
        let vocabulary = utf8("{\"a\":0,\"<|startoftext|>\":1,\"<|endoftext|>\":2}")
        let error = try #require(try Fixtures.failure(["vocab.json": vocabulary, "merges.txt": utf8(merges)]))
        guard case .invalidMerge(_, let place, _) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(place == "line \(line)")
    }

    @Test func `line ends of Windows, blank lines and a byte-order mark change nothing`() throws {
        let merges = try Fixtures.text("two-files/merges.txt")
        let files = [
            "vocab.json": utf8("\u{FEFF}" + (try Fixtures.text("two-files/vocab.json"))),
            "merges.txt": utf8("\u{FEFF}" + merges.replacingOccurrences(of: "\n", with: "\r\n") + "\r\n\n"),
        ]
        try Fixtures.withDirectory(files) { directory in
            let tokenizer = try CLIPTokenizer(directory: directory)
            for row in try Fixtures.corpus().rows {
                #expect(tokenizer.encode(row.text, contextLength: 77) == row.ids(of: "two-files"))
            }
        }
    }

    @Test func `tokenizer.json wins over vocab.json and merges.txt`() throws {
        let files = [
            "tokenizer.json": utf8(try Fixtures.text("pair-merges/tokenizer.json")), "vocab.json": utf8("no"),
            "merges.txt": utf8("no"),
        ]
        try Fixtures.withDirectory(files) { directory in
            let row = try #require(try Fixtures.corpus().rows.first { $0.text == "a photo of a cat" })
            let ids = try CLIPTokenizer(directory: directory).encode(row.text, contextLength: 77)
            #expect(ids == row.ids(of: "pair-merges"))
        }
    }

    @Test func `cut and altered files are errors of one line or load, and never stop the program`() throws {
        let whole = utf8(try Fixtures.text("string-merges/tokenizer.json"))
        let configuration = utf8(try Fixtures.text("two-files/tokenizer_config.json"))
        var seed: UInt64 = 99
        func random(_ bound: Int) -> Int {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(seed >> 33) % bound
        }
        var failures = 0
        for _ in 0..<300 {
            var bytes = whole
            var side = configuration
            switch random(3) {
            case 0: bytes = Array(bytes.prefix(random(bytes.count)))
            case 1: for _ in 0...random(3) { bytes[random(bytes.count)] = UInt8(random(256)) }
            default: for _ in 0...random(3) { side[random(side.count)] = utf8("{}[]\",:0na")[random(10)] }
            }
            if let error = try Fixtures.failure(["tokenizer.json": bytes, "tokenizer_config.json": side]) {
                failures += 1
                #expect(!error.description.contains("\n"))
                #expect(!error.isMissingInput)
            }
        }
        #expect(failures > 100)
    }
}
