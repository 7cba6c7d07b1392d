// SPDX-License-Identifier: Apache-2.0

public import FileIO
import Foundation
public import Imaging
public import MultiLabel

/// What was found for a query: a line of JSON.
public struct SearchAnswer: Codable, Sendable, Equatable {
    /// A row that was found.
    public struct Result: Codable, Sendable, Equatable {
        /// The picture; nil for a text.
        public var image: String?
        /// The text; nil for a picture.
        public var text: String?
        /// The cosine of row and query, −1...1.
        public let score: Float
    }

    /// The picture's name, or the words.
    public let query: String
    /// The best rows, best first; nil where the query could not be read.
    public var results: [Result]?
    /// Why the query could not be read.
    public var error: String?
}

/// Collects queries, and answers many of them in one pass over an index, in their order.
///
/// A pass over a large index takes seconds, however few queries are answered in it.
public final class SearchQueue {
    /// A query that waits: a picture, or words where there is no path.
    private struct Query {
        let name: String
        let path: String?
        let feature: Swift.Result<[Float], ImagingError>
    }

    private let index: any VectorIndex
    private let topK: Int
    private let excludesSelf: Bool
    private let queriesAtOnce: Int
    private let monitor: WorkMonitor
    private let receive: ([SearchAnswer]) throws -> Void
    private var waiting: [Query] = []

    /// A queue before an index, of answers with at most `topK` rows, without those of a query's own name or file if it
    /// `excludesSelf`. `receive` takes some answers at a time, in the order of the queries, and what it throws ends the
    /// search.
    public init(
        _ index: any VectorIndex, topK: Int, excludesSelf: Bool = false, monitor: WorkMonitor = .silent,
        receive: @escaping ([SearchAnswer]) throws -> Void
    ) {
        self.index = index
        self.topK = min(topK, index.count)
        self.excludesSelf = excludesSelf
        self.monitor = monitor
        self.receive = receive
        // With many results each, fewer queries keep the memory flat.
        queriesAtOnce = max(1, min(256, (1 << 20) / max(1, self.topK)))
    }

    /// Takes a picture with its feature, or with the reason why it has none.
    public func add(_ picture: Picture, _ feature: Swift.Result<[Float], ImagingError>) throws {
        try add(Query(name: picture.name, path: picture.path, feature: feature))
    }

    /// Takes words with their feature.
    public func add(_ words: String, _ feature: [Float]) throws {
        try add(Query(name: words, path: nil, feature: .success(feature)))
    }

    private func add(_ query: Query) throws {
        waiting.append(query)
        if waiting.count >= queriesAtOnce { try finish() }
    }

    /// Answers the queries that wait.
    public func finish() throws {
        var answers = try nearest(waiting.filter { (try? $0.feature.get()) != nil })[...]
        try receive(
            waiting.map { query in
                switch query.feature {
                case .success: SearchAnswer(query: query.name, results: answers.popFirst())
                case .failure(let error): SearchAnswer(query: query.name, error: "\(error)")
                }
            })
        waiting.removeAll(keepingCapacity: true)
    }

    private func nearest(_ queries: [Query]) throws -> [[SearchAnswer.Result]] {
        let features = try queries.map { try $0.feature.get() }
        // Room for the query's own rows, of which there is mostly one.
        var limit = excludesSelf ? topK + 8 : topK
        var answers = try index.nearest(features, limit: limit, monitor: monitor).enumerated().map { place, hits in
            try results(hits, for: queries[place])
        }
        while excludesSelf, limit < index.count, let place = answers.firstIndex(where: { $0.count < topK }) {
            // A name that is in the index many times over.
            limit = min(limit * 4, index.count)
            for place in place..<answers.count where answers[place].count < topK {
                let hits = try index.nearest([features[place]], limit: limit, monitor: monitor)[0]
                answers[place] = try results(hits, for: queries[place])
                // Rows of NaN are never found: fewer than asked for are then all that there are.
                if hits.count < limit { limit = index.count }
            }
        }
        return answers
    }

    /// The best rows that are not the query itself.
    private func results(_ hits: [EmbeddingIndex.Hit], for query: Query) throws -> [SearchAnswer.Result] {
        let file = excludesSelf ? query.path.flatMap(FileIdentity.init) : nil
        var results: [SearchAnswer.Result] = []
        for hit in hits where results.count < topK {
            let row = try index.row(hit.row)
            if excludesSelf {
                let name = query.path == nil ? row.text : row.image
                if name == query.name { continue }
                if let file, let image = row.image, FileIdentity(image) == file { continue }
            }
            // Rounding may carry a cosine a little past its ends.
            results.append(.init(image: row.image, text: row.text, score: min(1, max(-1, hit.score))))
        }
        return results
    }
}

extension Embedder {
    /// Searches with pictures, and returns how many there were and how many of them could not be read. Throws as
    /// ``features(of:receive:)``, what the queue throws, and ``FileIO/Interrupted``.
    /// - Throws: As ``features(of:receive:)``, what the queue throws, and ``FileIO/Interrupted``.
    public func search(
        _ pictures: some Sequence<Picture> & Sendable, through queue: SearchQueue, monitor: WorkMonitor = .silent
    ) throws -> PictureTally {
        let progress = monitor.begin("searching", total: nil)
        let tally = try features(of: pictures) { picture, feature in
            try queue.add(picture, feature)
            progress.advance()
            try monitor.check()
        }
        try queue.finish()
        progress.finish()
        return tally
    }

    /// Searches with words. Throws as ``features(of:)``, and what the queue throws.
    public func search(_ words: [String], through queue: SearchQueue) throws {
        for text in words { try queue.add(text, try features(of: [text])[0]) }
        try queue.finish()
    }
}
