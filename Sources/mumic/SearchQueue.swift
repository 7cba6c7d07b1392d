// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import Imaging
import JSON

/// Collects queries, answers many in one pass over the index, and prints the answers in the queries' order.
final class SearchQueue {
    /// What to search with: a picture, or words where there is no path.
    struct Query {
        let name: String
        let path: String?
    }

    private struct Result: Encodable {
        var image: String?
        var text: String?
        let score: Float
    }

    private struct Line: Encodable {
        let query: String
        var results: [Result]?
        var error: String?
    }

    private let index: EmbeddingIndex
    private let topK: Int
    private let excludesSelf: Bool
    private let format: Search.Format
    private let queriesAtOnce: Int
    private var waiting: [(query: Query, feature: [Float]?, error: String?)] = []

    init(index: EmbeddingIndex, topK: Int, excludesSelf: Bool, format: Search.Format) {
        self.index = index
        self.topK = min(topK, index.count)
        self.excludesSelf = excludesSelf
        self.format = format
        // A pass over a large index takes seconds. With many results each, fewer queries keep the memory flat.
        queriesAtOnce = max(1, min(256, (1 << 20) / max(1, self.topK)))
    }

    /// Takes a query with its feature, or with the reason why it has none.
    func add(_ query: Query, _ feature: Swift.Result<[Float], ImagingError>) throws {
        switch feature {
        case .success(let feature): waiting.append((query, feature, nil))
        case .failure(let error): waiting.append((query, nil, "\(error)"))
        }
        if waiting.count >= queriesAtOnce { try finish() }
    }

    /// Answers the queries that wait.
    func finish() throws {
        var answers = try nearest(waiting.compactMap { entry in entry.feature.map { (entry.query, $0) } })[...]
        for (query, feature, error) in waiting {
            let results = feature == nil ? nil : answers.popFirst()
            try write(Line(query: query.name, results: results, error: error))
        }
        waiting.removeAll(keepingCapacity: true)
        try StandardOutput.shared.flush()
    }

    private func nearest(_ queries: [(query: Query, feature: [Float])]) throws -> [[Result]] {
        // Room for the query's own rows, of which there is mostly one.
        var limit = excludesSelf ? topK + 8 : topK
        var answers = try index.nearest(queries.map(\.feature), limit: limit).enumerated().map { place, hits in
            try results(hits, for: queries[place].query)
        }
        while excludesSelf, limit < index.count, let place = answers.firstIndex(where: { $0.count < topK }) {
            // A name that is in the index many times over.
            limit = min(limit * 4, index.count)
            for place in place..<answers.count where answers[place].count < topK {
                let hits = try index.nearest([queries[place].feature], limit: limit)[0]
                answers[place] = try results(hits, for: queries[place].query)
                // Rows of NaN are never found: fewer than asked for are then all that there are.
                if hits.count < limit { limit = index.count }
            }
        }
        return answers
    }

    /// The best rows that are not the query itself.
    private func results(_ hits: [EmbeddingIndex.Hit], for query: Query) throws -> [Result] {
        let file = excludesSelf ? query.path.flatMap(FileIdentity.init) : nil
        var results: [Result] = []
        for hit in hits where results.count < topK {
            let row = try index.row(hit.row)
            if excludesSelf {
                let name = query.path == nil ? row.text : row.image
                if name == query.name { continue }
                if let file, let image = row.image, FileIdentity(image) == file { continue }
            }
            // Rounding may carry a cosine a little past its ends.
            results.append(Result(image: row.image, text: row.text, score: min(1, max(-1, hit.score))))
        }
        return results
    }

    private func write(_ line: Line) throws {
        switch format {
        case .jsonl: try StandardOutput.shared.write(try jsonLine(line))
        case .table:
            var text = printable(line.query, maximumCharacters: 4096) + "\n"
            if let error = line.error { text += "  error: \(error)\n" }
            for result in line.results ?? [] {
                let name = printable(result.image ?? result.text ?? "", maximumCharacters: 4096)
                text += "  " + String(format: "%7.4f", result.score) + "  \(name)\n"
            }
            try StandardOutput.shared.write(text)
        }
    }
}

/// Which file a path leads to.
private struct FileIdentity: Equatable {
    let device: dev_t
    let number: ino_t

    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        device = status.st_dev
        number = status.st_ino
    }
}
