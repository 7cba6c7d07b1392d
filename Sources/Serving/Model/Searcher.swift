// SPDX-License-Identifier: Apache-2.0

import FileIO
import Logging
import Models
import PictureIndex
import Search
import Synchronization

/// A picture that is like another, or a text.
struct SearchMatch: Encodable, Sendable {
    var image: String?
    var text: String?
    /// The cosine, −1...1.
    let score: Float
}

/// An index of pictures on a thread of its own.
actor Searcher {
    /// The most rows that a query may ask for.
    static let largestTopK = 1000
    /// The searches that may wait; further ones are refused.
    private static let queue = 64

    private let thread: ModelThread
    private let figures = Figures()
    private var index: (any VectorIndex)?

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// How many rows it has.
    nonisolated var rows: Int { figures.rows.load(ordering: .relaxed) }

    /// A thread without an index.
    private init(name: String) { thread = ModelThread(name: "index " + name) }

    /// Opens an index of a model's features. Throws ``FileIO/InputError`` where it cannot be used, or is another model's.
    static func open(
        _ path: String, of model: ServerOptions.Model, columns: Int, _ options: ServerOptions
    ) async throws -> Searcher {
        let searcher = Searcher(name: model.name)
        try await searcher.open(path, of: model, columns: columns, options)
        return searcher
    }

    private func open(
        _ path: String, of model: ServerOptions.Model, columns: Int, _ options: ServerOptions
    ) throws {
        let index = try openVectorIndex(path: path, columns: columns)
        let warning = try index.check(
            ModelCheckpoint(directory: model.directory, resolvingBase: options.resolvingBase).fingerprint())
        if let warning { options.logger.warning("\(warning)") }
        self.index = index
        figures.rows.store(index.count, ordering: .relaxed)
    }

    /// For each feature, a unit vector of D values, the nearest rows, best first, with what has been written to the index
    /// meanwhile. Throws ``QueueFull`` at once where too many searches wait, and `CancellationError`.
    nonisolated func nearest(_ features: [[Float]], limit: Int) async throws -> [[SearchMatch]] {
        let waiting = figures.waiting.wrappingAdd(1, ordering: .relaxed).newValue
        defer { figures.waiting.wrappingSubtract(1, ordering: .relaxed) }
        if waiting > Self.queue { throw QueueFull(retryAfter: 1) }
        return try await search(features, limit: limit)
    }

    private func search(_ features: [[Float]], limit: Int) throws -> [[SearchMatch]] {
        try Task.checkCancellation()
        guard let index else { return features.map { _ in [] } }
        if let database = index as? DatabaseIndex, try database.refresh() {
            figures.rows.store(database.count, ordering: .relaxed)
        }
        return try index.nearest(features, limit: min(limit, index.count), monitor: .silent).map { hits in
            try Task.checkCancellation()
            return try hits.map { hit in
                let row = try index.row(hit.row)
                return SearchMatch(image: row.image, text: row.text, score: min(1, max(-1, hit.score)))
            }
        }
    }

    /// Numbers that may be read from anywhere.
    private final class Figures: Sendable {
        let rows = Atomic<Int>(0)
        let waiting = Atomic<Int>(0)
    }
}
