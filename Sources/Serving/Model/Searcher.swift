// SPDX-License-Identifier: Apache-2.0

import FileIO
import Search

/// A picture that is like another, or a text.
struct SearchMatch: Encodable, Sendable {
    var image: String?
    var text: String?
    /// The cosine, −1...1.
    let score: Float
}

/// An index of pictures on a thread of its own.
actor Searcher {
    private let thread: ModelThread
    private var index: EmbeddingIndex
    /// How many rows it has.
    nonisolated let rows: Int

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// Opens an index whose rows have `columns` numbers. Throws ``FileIO/InputError`` where it cannot be used.
    init(path: String, columns: Int, model: ServerOptions.Model, _ options: ServerOptions) async throws {
        thread = ModelThread(name: "index " + model.name)
        let index = try EmbeddingIndex(path: path, columns: columns)
        self.index = index
        rows = index.count
    }

    /// For each feature, a unit vector of D values, the nearest rows, best first.
    func nearest(_ features: [[Float]], limit: Int) throws -> [[SearchMatch]] {
        try index.nearest(features, limit: limit).map { hits in
            try hits.map { hit in
                let row = try index.row(hit.row)
                return SearchMatch(image: row.image, text: row.text, score: min(1, max(-1, hit.score)))
            }
        }
    }
}
