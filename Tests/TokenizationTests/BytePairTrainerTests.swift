// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import Testing

@testable import Tokenization

/// The recorded trainings (Scripts/goldens/record-tokenizer-training-goldens.py).
private struct Training: Decodable {
    struct Case: Decodable {
        let vocabularySize: Int
        let minimumFrequency: Int
        let merges: [String]
    }

    struct Row: Decodable {
        let text: String
        let ids: [Int32]
    }

    let cases: [Case]
    let rows: [Row]

    static func load() throws -> Training {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Training.self, from: Data(contentsOf: Fixtures.url("training.json")))
    }
}

@Suite struct BytePairTrainerTests {
    private func train(_ texts: [String], size: Int, frequency: Int = 2) throws -> TrainedTokenizer {
        var trainer = try BytePairTrainer(vocabularySize: size, minimumFrequency: frequency)
        for text in texts { trainer.add(text) }
        return trainer.train()
    }

    private func contents(_ tokenizer: TrainedTokenizer) -> [String: [UInt8]] {
        Dictionary(uniqueKeysWithValues: tokenizer.files().map { ($0.name, $0.contents) })
    }

    /// The merges as lines of merges.txt.
    private func merges(_ tokenizer: TrainedTokenizer) throws -> [String] {
        let file = try #require(contents(tokenizer)["merges.txt"])
        let lines = String(decoding: file, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.first == "#version: 0.2" && lines.last == "")
        return lines.dropFirst().dropLast().map(String.init)
    }

    @Test func `the merges are the reference's, in its order, for every size and frequency`() throws {
        let golden = try Training.load()
        #expect(golden.cases.count == 6)
        for recorded in golden.cases {
            let tokenizer = try train(
                golden.rows.map(\.text), size: recorded.vocabularySize, frequency: recorded.minimumFrequency)
            #expect(try merges(tokenizer) == recorded.merges)
            #expect(tokenizer.mergeCount == recorded.merges.count)
            #expect(tokenizer.vocabularySize == 514 + recorded.merges.count)
        }
        #expect(golden.cases.contains { $0.merges.count + 514 < $0.vocabularySize && !$0.merges.isEmpty })
    }

    @Test func `tokenizer.json is the reference's byte for byte`() throws {
        let golden = try Training.load()
        let files = contents(try train(golden.rows.map(\.text), size: 700))
        #expect(try files["tokenizer.json"] == Array(Data(contentsOf: Fixtures.url("trained/tokenizer.json"))))
    }

    @Test func `both forms of the files give every text the reference's ids`() throws {
        let golden = try Training.load()
        let tokenizer = try train(golden.rows.map(\.text), size: 700)
        let side = ["tokenizer_config.json", "special_tokens_map.json"]
        for names in [["tokenizer.json"], ["tokenizer.json"] + side, ["vocab.json", "merges.txt"] + side] {
            let files = contents(tokenizer).filter { names.contains($0.key) }
            #expect(files.count == names.count)
            let loaded = try Fixtures.withDirectory(files) { try CLIPTokenizer(directory: $0) }
            #expect(loaded.vocabularySize == 700 && loaded.startOfText == 698 && loaded.endOfText == 699)
            for row in golden.rows {
                #expect(loaded.encode(row.text, contextLength: 77) == row.ids, "\(quoted(row.text))")
            }
        }
    }

    @Test func `the side files are JSON and carry the length and the class`() throws {
        let tokenizer = try train([], size: 514)
        let files = tokenizer.files(contextLength: 32)
        #expect(
            files.map(\.name) == [
                "tokenizer.json", "vocab.json", "merges.txt", "tokenizer_config.json", "special_tokens_map.json",
            ])
        let configuration = try #require(
            JSONSerialization.jsonObject(with: Data(files[3].contents)) as? [String: Any])
        #expect(configuration["model_max_length"] as? Int == 32)
        #expect(configuration["tokenizer_class"] as? String == "CLIPTokenizer")
        let special = try JSONDecoder().decode([String: String].self, from: Data(files[4].contents))
        #expect(special["bos_token"] == "<|startoftext|>" && special["unk_token"] == "<|endoftext|>")
    }

    @Test func `without texts the vocabulary is the alphabet, and spells every byte`() throws {
        let tokenizer = try train([], size: 10_000)
        #expect(tokenizer.vocabularySize == 514 && tokenizer.mergeCount == 0)
        let vocabulary = try JSONDecoder().decode(
            [String: Int32].self, from: Data(contents(tokenizer)["vocab.json"] ?? []))
        #expect(vocabulary.count == 514)
        #expect(vocabulary["!"] == 0 && vocabulary["!</w>"] == 256 && vocabulary["a"] == 64)
        #expect(vocabulary["<|startoftext|>"] == 512 && vocabulary["<|endoftext|>"] == 513)
        let loaded = try Fixtures.withDirectory(contents(tokenizer)) { try CLIPTokenizer(directory: $0) }
        #expect(loaded.encode("a!", contextLength: 77) == [512, 64 + 256, 256, 513])
    }

    @Test func `a size without room for the alphabet, or beyond 32 bits, is an error that names the bounds`() throws {
        for size in [Int.min, -1, 0, 513, Int(Int32.max) + 1, Int.max] {
            #expect(throws: TokenizerError.vocabularySize(size, minimum: 514, maximum: 2_147_483_647)) {
                _ = try BytePairTrainer(vocabularySize: size)
            }
        }
        let error = TokenizerError.vocabularySize(300, minimum: 514, maximum: 2_147_483_647)
        #expect(!error.isMissingInput)
        #expect(error.description.contains("300") && error.description.contains("514"))
        #expect(!error.description.contains("\n"))
    }

    @Test func `a frequency below 1 is taken for 1, and the order of the texts changes nothing`() throws {
        let texts = try Training.load().rows.map(\.text)
        let expected = try merges(train(texts, size: 2_000, frequency: 1))
        #expect(expected.count > 300)
        #expect(try merges(train(texts.reversed(), size: 2_000, frequency: 1)) == expected)
        #expect(try merges(train(texts, size: 2_000, frequency: -7)) == expected)
    }

    @Test func `training with counts kept up to date equals counting all pairs anew for every merge`() throws {
        var seed: UInt64 = 11
        func random(_ bound: Int) -> Int {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(seed >> 33) % bound
        }
        for _ in 0..<150 {
            let letters = Array("abcd".prefix(1 + random(4)))
            let texts = (0..<(1 + random(12))).map { _ in
                String((0...random(14)).map { _ in letters[random(letters.count)] })
            }
            let frequency = 1 + random(3)
            let tokenizer = try train(texts, size: 514 + 40, frequency: frequency)

            var words = texts.map { text in text.map { String($0) } }
            for index in words.indices { words[index][words[index].count - 1] += "</w>" }
            let alphabet = (0x21...0x7E).compactMap { Unicode.Scalar($0) }.map { String($0) }
            var ids: [String: Int] = [:]
            for (id, symbol) in alphabet.enumerated() {
                ids[symbol] = id
                ids[symbol + "</w>"] = 256 + id
            }
            var expected: [String] = []
            while expected.count < 40 {
                var counts: [[Int]: Int] = [:]
                for word in words {
                    for (first, second) in zip(word, word.dropFirst()) {
                        counts[[ids[first] ?? -1, ids[second] ?? -1], default: 0] += 1
                    }
                }
                let best = counts.min {
                    $0.value != $1.value ? $0.value > $1.value : $0.key.lexicographicallyPrecedes($1.key)
                }
                guard let best, best.value >= frequency else { break }
                let first = try #require(ids.first { $0.value == best.key[0] }?.key)
                let second = try #require(ids.first { $0.value == best.key[1] }?.key)
                #expect(ids[first + second] == nil, "a token was made twice")
                ids[first + second] = 512 + expected.count
                expected.append("\(first) \(second)")
                for index in words.indices {
                    var k = 0
                    while k + 1 < words[index].count {
                        if words[index][k] == first, words[index][k + 1] == second {
                            words[index][k] += words[index].remove(at: k + 1)
                        }
                        k += 1
                    }
                }
            }
            #expect(try merges(tokenizer) == expected)
        }
    }

    @Test func `a word of a hundred thousand letters is trained on in well under quadratic time`() throws {
        let word = String(repeating: "swimming", count: 12_500)
        var tokenizer: TrainedTokenizer?
        let time = ContinuousClock().measure { tokenizer = try? train([word], size: 600) }
        #expect((tokenizer?.mergeCount ?? 0) >= 15)
        // Milliseconds; the bound leaves room for a slow, busy machine.
        #expect(time < .seconds(30))
    }
}
