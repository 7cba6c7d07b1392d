// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import Synchronization

/// Those of some pictures that an index does not have yet, or has with another content, in their order.
///
/// A picture of the same size and time is taken for the same without a look at it; else its hash decides. One whose
/// content the index has under another name, as after a folder was renamed, gets that feature and is not given out
/// either. What is given out has its stamp waiting, in the same order.
final class ChangedPictures: Sequence, Sendable {
    private struct State {
        var pictures: AnyIterator<Picture>
        var stamps: [ContentStamp] = []
        var touched: [(name: String, stamp: ContentStamp)] = []
        var copied: [IndexedPicture] = []
        var changes = IndexChanges()
        var error: (any Error)?
    }

    private let database: PictureDatabase
    private let monitor: WorkMonitor
    private let progress: any WorkProgress
    private let state: Mutex<State>

    init(
        of pictures: some Sequence<Picture> & Sendable, for database: PictureDatabase, monitor: WorkMonitor,
        progress: any WorkProgress
    ) {
        self.database = database
        self.monitor = monitor
        self.progress = progress
        state = Mutex(State(pictures: AnyIterator(pictures.makeIterator())))
    }

    func makeIterator() -> AnyIterator<Picture> { AnyIterator { self.next() } }

    /// The stamp of the picture that was given out first of those whose stamp was not asked for.
    func nextStamp() -> ContentStamp { state.withLock { $0.stamps.isEmpty ? ContentStamp() : $0.stamps.removeFirst() } }

    /// Writes what is still to be written, and gives what became of the pictures that were not given out. Throws the
    /// error that ended the sequence, if one did.
    func finish() throws -> IndexChanges {
        try state.withLock { state in
            try flush(&state, atLeast: 0)
            if let error = state.error { throw error }
            return state.changes
        }
    }

    private func next() -> Picture? {
        state.withLock { state in
            if state.error != nil { return nil }
            do {
                while let picture = state.pictures.next() {
                    try monitor.check()
                    if try isChanged(picture, &state) { return picture }
                    progress.advance()
                    try flush(&state, atLeast: PictureDatabase.rowsInTransaction)
                }
            } catch {
                state.error = error
            }
            return nil
        }
    }

    private func isChanged(_ picture: Picture, _ state: inout State) throws -> Bool {
        let known = try database.stamp(named: picture.name)
        var stamp = ContentStamp(lookingAt: picture)
        // Whatever could not be read is tried again.
        if let known, known.isReadable, stamp.looksLike(known.stamp) {
            state.changes.unchanged += 1
            return false
        }
        stamp.hash(picture)
        if let hash = stamp.sha256 {
            if let known, known.isReadable, hash == known.stamp.sha256 {
                state.changes.unchanged += 1
                state.touched.append((picture.name, stamp))
                return false
            }
            if let vector = try database.vector(ofContent: hash) {
                if known == nil { state.changes.added += 1 } else { state.changes.updated += 1 }
                var copy = IndexedPicture(name: picture.name, vector: vector)
                copy.path = absolutePath(picture)
                copy.stamp = stamp
                state.copied.append(copy)
                return false
            }
        }
        if known == nil { state.changes.added += 1 } else { state.changes.updated += 1 }
        state.stamps.append(stamp)
        return true
    }

    private func flush(_ state: inout State, atLeast count: Int) throws {
        if state.touched.count >= count {
            try database.touch(state.touched)
            state.touched = []
        }
        if state.copied.count >= count {
            try database.put(state.copied)
            state.copied = []
        }
    }
}

/// Where a picture's file is, from the root on; nil for one in memory.
func absolutePath(_ picture: Picture) -> String? {
    picture.path.map { path in
        path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    }
}
