// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Tokenization

@Suite struct CLIPTokenizerTests {
    @Test(arguments: Fixtures.directories)
    func `every line of the corpus has the reference's ids`(directory: String) throws {
        let corpus = try Fixtures.corpus()
        let tokenizer = try Fixtures.tokenizer(directory)
        #expect(corpus.rows.count >= 300)
        #expect(tokenizer.vocabularySize == corpus.sizes[directory])
        for row in corpus.rows {
            let expected = row.ids(of: directory)
            #expect(expected.count >= 2)
            #expect(tokenizer.encode(row.text, contextLength: 77) == expected, "\(quoted(row.text))")
        }
    }

    @Test(arguments: Fixtures.directories)
    func `a text that is too long is cut before the end, which stays last`(directory: String) throws {
        let tokenizer = try Fixtures.tokenizer(directory)
        for row in try Fixtures.corpus().rows {
            let whole = row.ids(of: directory)
            for length in [2, 3, 9, 76] {
                let cut = whole.count <= length ? whole : Array(whole.prefix(length - 1)) + [tokenizer.endOfText]
                #expect(tokenizer.encode(row.text, contextLength: length) == cut)
            }
        }
        #expect(tokenizer.encode("a photo", contextLength: 1) == [tokenizer.endOfText])
        #expect(tokenizer.encode("a photo", contextLength: 0).isEmpty)
        #expect(tokenizer.encode("a photo", contextLength: -3).isEmpty)
    }

    @Test func `every code point, before a mark and between letters, gives the reference's ids`() throws {
        let blocks = try JSONDecoder().decode([String].self, from: Data(contentsOf: Fixtures.url("code-points.json")))
        let tokenizer = try Fixtures.tokenizer("bytes")
        #expect(blocks.count == 0x110000 / 4096)
        for (block, expected) in blocks.enumerated() {
            var digest: UInt64 = 0xCBF2_9CE4_8422_2325
            for code in UInt32(block * 4096)..<UInt32((block + 1) * 4096) {
                guard let scalar = Unicode.Scalar(code) else { continue }
                var text = String.UnicodeScalarView("A".unicodeScalars)
                text.append(scalar)
                text.append(contentsOf: "\u{334}B".unicodeScalars)
                for id in tokenizer.encode(String(text), contextLength: 77) {
                    digest = (digest ^ UInt64(id)) &* 0x100_0000_01B3
                }
            }
            #expect(digest == UInt64(expected, radix: 16), "block \(String(block * 4096, radix: 16))")
        }
    }

    @Test func `bytes that are not UTF-8 become U+FFFD, one for each maximal part`() throws {
        let tokenizer = try Fixtures.tokenizer("bytes")
        let repaired = String(decoding: [0x61, 0xFF, 0xE2, 0x82, 0x62, 0xED, 0xA0, 0x80] as [UInt8], as: UTF8.self)
        #expect(
            tokenizer.encode(repaired, contextLength: 77)
                == tokenizer.encode("a\u{FFFD}\u{FFFD}b\u{FFFD}\u{FFFD}\u{FFFD}", contextLength: 77))
    }

    @Test func `a word of a million letters is merged in well under quadratic time`() throws {
        let tokenizer = try Fixtures.tokenizer("pair-merges")
        let word = String(repeating: "swimming", count: 125_000)
        var ids: [Int32] = []
        let time = ContinuousClock().measure { ids = tokenizer.encode(word, contextLength: .max) }
        #expect(ids.count > 2 && ids.count <= 1_000_002)
        // The quadratic algorithm takes hours; the bound leaves room for a slow, busy machine.
        #expect(time < .seconds(60))
    }

    @Test func `a long run of marks is ordered stably`() throws {
        let tokenizer = try Fixtures.tokenizer("bytes")
        let mixed = "x" + String(repeating: "\u{301}\u{323}", count: 20_000)
        let sorted = "x" + String(repeating: "\u{323}", count: 20_000) + String(repeating: "\u{301}", count: 20_000)
        #expect(tokenizer.encode(mixed, contextLength: .max) == tokenizer.encode(sorted, contextLength: .max))
    }

    @Test func `merging by heap equals merging by scanning for the earliest pair`() throws {
        let bytes = Array("abc".utf8)
        var seed: UInt64 = 7
        func random(_ bound: Int) -> Int {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(seed >> 33) % bound
        }
        for _ in 0..<200 {
            var tokens = bytes.flatMap { [[$0], [$0] + Array("</w>".utf8)] }
            var merges: [(Int, Int)] = []
            for _ in 0..<8 {
                let left = random(tokens.count)
                let right = random(tokens.count)
                let merged = tokens[left] + tokens[right]
                guard !tokens[left].contains(0x3C), !tokens.contains(merged) else { continue }
                tokens.append(merged)
                merges.append((left, right))
            }
            var vocabulary = Vocabulary(capacity: tokens.count, bytes: 0)
            for (id, token) in tokens.enumerated() { vocabulary.set(token[...], to: Int32(id)) }
            var list = MergeList(file: "test", vocabulary: vocabulary, capacity: 8)
            for (left, right) in merges { try list.add(tokens[left][...], tokens[right][...], place: "") }
            let encoder = BytePairEncoder(
                vocabulary: vocabulary, merges: list.merges, unknown: nil, fusesUnknown: false)
            for _ in 0..<20 {
                let word = (0...random(12)).map { _ in bytes[random(3)] }
                var symbols = word.map { [$0] }
                symbols[symbols.count - 1] += Array("</w>".utf8)
                for (left, right) in merges {
                    var k = 0
                    while k + 1 < symbols.count {
                        if symbols[k] == tokens[left], symbols[k + 1] == tokens[right] {
                            symbols[k] += symbols.remove(at: k + 1)
                        }
                        k += 1
                    }
                }
                var ids: [Int32] = []
                encoder.encode(word.map { UInt32($0) }, into: &ids)
                #expect(ids.map { tokens[Int($0)] } == symbols)
            }
        }
    }

    @Test func `canonically equivalent tokens of a vocabulary stay apart`() {
        var vocabulary = Vocabulary(capacity: 2, bytes: 8)
        vocabulary.set(Array("\u{E9}".utf8)[...], to: 4)
        vocabulary.set(Array("e\u{301}".utf8)[...], to: 5)
        #expect(vocabulary.id(of: Array("\u{E9}".utf8)) == 4)
        #expect(vocabulary.id(of: Array("e\u{301}".utf8)) == 5)
        #expect(vocabulary.count == 2)
    }
}
