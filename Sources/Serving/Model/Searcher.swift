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
    private let thread: ModelThread
    private let index: any VectorIndex
    private let count: RowCount

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// How many rows it has.
    nonisolated var rows: Int { count.value.load(ordering: .relaxed) }

    /// Opens an index of a model's features. Throws ``FileIO/InputError`` where it cannot be used, or is another model's.
    init(path: String, of model: ServerOptions.Model, columns: Int, _ options: ServerOptions) async throws {
        thread = ModelThread(name: "index " + model.name)
        let index = try openVectorIndex(path: path, columns: columns)
        let warning = try index.check(
            ModelCheckpoint(directory: model.directory, resolvingBase: options.resolvingBase).fingerprint())
        if let warning { options.logger.warning("\(warning)") }
        self.index = index
        count = RowCount(index.count)
    }

    /// For each feature, a unit vector of D values, the nearest rows, best first, with what has been written to the index
    /// meanwhile.
    func nearest(_ features: [[Float]], limit: Int) throws -> [[SearchMatch]] {
        if let database = index as? DatabaseIndex, try database.refresh() {
            count.value.store(database.count, ordering: .relaxed)
        }
        return try index.nearest(features, limit: min(limit, index.count), monitor: .silent).map { hits in
            try hits.map { hit in
                let row = try index.row(hit.row)
                return SearchMatch(image: row.image, text: row.text, score: min(1, max(-1, hit.score)))
            }
        }
    }
}

/// A number that may be read from anywhere.
private final class RowCount: Sendable {
    let value: Atomic<Int>
    init(_ value: Int) { self.value = Atomic(value) }
}
