// SPDX-License-Identifier: Apache-2.0

public import FileIO
import Foundation
import GRDB
public import Search

// Bringing an index up to date.
extension PictureDatabase {
    /// Pictures that are written together: what an end by force can lose at most.
    static let rowsInTransaction = 64
    /// Embeds those of some pictures that are new or have changed; the others stay as they are.
    ///
    /// A picture that cannot be read is in the index with the reason, and is tried again the next time. Whatever ends
    /// the work, what was embedded so far is in the file, in whole transactions.
    ///
    /// - Parameters:
    ///   - pictures: The pictures, pulled as they are needed.
    ///   - embedder: The model, whose fingerprint is the index's.
    ///   - monitor: Shows a stage, and is asked after every picture whether to go on.
    ///   - finish: Throws where the pictures ended early, as a list does that breaks off.
    ///   - failed: Takes each picture that cannot be read, and why.
    /// - Returns: What became of the pictures.
    /// - Throws: As ``Search/Embedder/features(of:receive:)``, ``IndexFailure``, ``FileIO/Interrupted``, and what
    ///   `finish` throws.
    public func update(
        with pictures: some Sequence<Picture> & Sendable, embedder: Embedder, monitor: WorkMonitor = .silent,
        finish: () throws -> Void = {}, failed: (_ name: String, _ reason: String) -> Void = { _, _ in }
    ) throws -> IndexChanges {
        let progress = monitor.begin("indexing", total: nil)
        let changed = ChangedPictures(of: pictures, for: self, monitor: monitor, progress: progress)
        var waiting: [IndexedPicture] = []
        var failures = 0
        func write() throws {
            try put(waiting)
            waiting.removeAll(keepingCapacity: true)
        }
        do {
            _ = try embedder.features(of: changed) { picture, result in
                var found: IndexedPicture
                switch result {
                case .success(let feature): found = IndexedPicture(name: picture.name, vector: feature)
                case .failure(let error):
                    found = IndexedPicture(name: picture.name, error: "\(error)")
                    failures += 1
                    failed(picture.name, "\(error)")
                }
                found.path = absolutePath(picture)
                found.stamp = changed.nextStamp()
                waiting.append(found)
                if waiting.count >= Self.rowsInTransaction { try write() }
                progress.advance()
                try monitor.check()
            }
            try write()
            var changes = try changed.finish()
            try finish()
            progress.finish()
            changes.failed = failures
            changes.pictures = try count()
            return changes
        } catch {
            try? write()
            _ = try? changed.finish()
            guard let interrupted = error as? Interrupted else { throw error }
            throw interrupted.described(
                "\(interrupted.signal == SIGINT ? "interrupted" : "terminated"); \(printable(path)) holds \(try count()) pictures; run the same command again to go on"
            )
        }
    }

    /// Takes out pictures whose files are gone; gives how many. Pictures that came without a file stay.
    ///
    /// Throws ``FileIO/InputError`` where all files are gone: a disk may be missing.
    public func removeMissing(monitor: WorkMonitor = .silent) throws -> Int {
        var (gone, all): ([Int], Int) = ([], 0)
        try read { database in
            let rows = try Row.fetchCursor(database, sql: "SELECT id, path FROM pictures WHERE path IS NOT NULL")
            while let row = try rows.next() {
                all += 1
                try monitor.check()
                if isGone(try row.decode(atIndex: 1)) { gone.append(try row.decode(atIndex: 0)) }
            }
        }
        if gone.count == all, all > 0 {
            throw InputError.badData(
                "the files of all \(all) pictures in \(printable(path)) are gone, and none was taken out; see whether a disk is missing, or remove the index"
            )
        }
        var removed = 0
        for start in stride(from: 0, to: gone.count, by: 4096) {
            removed += try remove(ids: Array(gone[start..<min(start + 4096, gone.count)]))
        }
        return removed
    }

    /// Opens an index to take in what `mumic embed` wrote, or makes it where there is none. Throws
    /// ``FileIO/InputError`` where nothing says by what model that is, and as ``init(path:model:dimension:)``.
    public convenience init(path: String, holding embeddings: EmbeddingIndex) throws {
        guard let model = embeddings.fingerprint else {
            throw InputError.missing(
                "there is no \(printable(EmbeddingIndex.fingerprintPath(embeddings.path))), which says by what model the rows are; embed the pictures again"
            )
        }
        try self.init(path: path, model: model, dimension: embeddings.dimension)
    }

    /// Takes in what `mumic embed` wrote as OUT.npy, OUT.jsonl and OUT.json, without a look at the pictures: they have
    /// no file and no hash here until the index is updated with them. Rows of another model are refused, and texts.
    ///
    /// Throws as ``Search/EmbeddingIndex/init(path:columns:)``, and ``IndexFailure``.
    public func add(_ embeddings: EmbeddingIndex, monitor: WorkMonitor = .silent) throws -> IndexChanges {
        let rowsAtOnce = 1024
        let progress = monitor.begin("indexing", total: embeddings.count)
        var changes = IndexChanges()
        for start in stride(from: 0, to: embeddings.count, by: rowsAtOnce) {
            let range = start..<min(start + rowsAtOnce, embeddings.count)
            let values = embeddings.withRows(range) { bytes in
                [Float](unsafeUninitializedCapacity: range.count * dimension) { values, count in
                    count = bytes.copyBytes(to: UnsafeMutableRawBufferPointer(values)) / 4
                }
            }
            let pictures = try range.map { number in
                let row = try embeddings.row(number)
                guard let name = row.image else {
                    throw InputError.badData(
                        "row \(number) of the embeddings is a text, and an index holds pictures; search in the .npy itself"
                    )
                }
                if let error = row.error { return IndexedPicture(name: name, error: error) }
                let place = (number - start) * dimension
                return IndexedPicture(name: name, vector: Array(values[place..<place + dimension]))
            }
            let known = try count(named: pictures.map(\.name))
            try put(pictures)
            changes.updated += known
            changes.added += pictures.count - known
            changes.failed += pictures.count { $0.error != nil }
            progress.advance(by: range.count)
            try monitor.check()
        }
        progress.finish()
        changes.pictures = try count()
        return changes
    }
}

extension IndexChanges {
    /// Throws where there was no picture, or where some could not be read, with those that are given as findings.
    public func check(_ inputs: [String], failures: [String]) throws(InputError) {
        if added + updated + unchanged == 0 {
            throw .badData("there are no pictures in \(inputs.joined(separator: " ")); name JPEG, PNG or WebP files")
        }
        guard failed > 0 else { return }
        throw .badData(
            "\(failed) of \(added + updated + unchanged) pictures could not be read; they are in the index with the reason and are never found",
            findings: failures)
    }
}

/// Whether there certainly is no file: one that only cannot be looked at is not gone.
private func isGone(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) != 0 && (errno == ENOENT || errno == ENOTDIR)
}
