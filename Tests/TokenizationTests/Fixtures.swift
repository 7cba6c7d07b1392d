// SPDX-License-Identifier: Apache-2.0

import Foundation

@testable import Tokenization

/// The recorded tokenizers and ids (Scripts/goldens/record-tokenizer-goldens.py).
enum Fixtures {
    struct Corpus: Decodable {
        let sizes: [String: Int]
        let rows: [Row]
    }

    /// A line and its ids, by directory; a directory that agrees with `pair-merges` is left out.
    struct Row: Decodable {
        let text: String
        let ids: [String: [Int32]]

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            text = try container.decode(String.self, forKey: Key(stringValue: "text"))
            var ids: [String: [Int32]] = [:]
            for key in container.allKeys where key.stringValue != "text" {
                ids[key.stringValue] = try container.decode([Int32].self, forKey: key)
            }
            self.ids = ids
        }

        func ids(of directory: String) -> [Int32] { ids[directory] ?? ids["pair-merges"] ?? [] }
    }

    struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    static let directories = ["bytes", "pair-merges", "string-merges", "two-files", "verbatim"]

    static func url(_ name: String) -> URL {
        Bundle.module.bundleURL.appendingPathComponent("Fixtures").appendingPathComponent(name)
    }

    static func corpus() throws -> Corpus {
        try JSONDecoder().decode(Corpus.self, from: Data(contentsOf: url("corpus.json")))
    }

    static func tokenizer(_ name: String) throws -> CLIPTokenizer { try CLIPTokenizer(directory: url(name)) }

    static func text(_ name: String) throws -> String { try String(contentsOf: url(name), encoding: .utf8) }

    /// Runs a body with a fresh directory that holds the given files.
    static func withDirectory<T>(_ files: [String: [UInt8]], _ body: (URL) throws -> T) throws -> T {
        let name = "tokenization-\(UUID().uuidString)"
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent(name)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        for (name, bytes) in files { try Data(bytes).write(to: directory.appendingPathComponent(name)) }
        return try body(directory)
    }

    /// The error of loading a directory with these files, or nil if it loads.
    static func failure(_ files: [String: [UInt8]]) throws -> TokenizerError? {
        try withDirectory(files) { directory in
            do {
                _ = try CLIPTokenizer(directory: directory)
                return nil
            } catch let error as TokenizerError {
                return error
            }
        }
    }
}
