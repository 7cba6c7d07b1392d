// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import GRDB
public import Models

/// An index of pictures: their features, in an SQLite file that any number of processes read while one writes.
///
/// Every ``put(_:)`` is a transaction: whatever ends the process, the file holds whole ones. While it is open there are
/// `-wal` and `-shm` beside it, which belong to it; ``close()`` by the last process puts their content into the file and
/// removes them.
public final class PictureDatabase: Sendable {
    /// The file.
    public let path: String
    /// The model whose features it holds.
    public let fingerprint: ModelFingerprint
    /// D, the length of a feature.
    public let dimension: Int
    let queue: DatabaseQueue

    /// How long to wait for another process that is writing; its transactions take milliseconds.
    private static let patience = 30.0

    private let readsOnly: Bool

    /// Opens an index to read it. Throws ``FileIO/InputError`` where the file is missing or is none, and
    /// ``IndexFailure``.
    public convenience init(reading path: String) throws { try self.init(path, readsOnly: true) }

    /// Opens an index to change what it holds. Throws as ``init(reading:)``.
    public convenience init(changing path: String) throws { try self.init(path, readsOnly: false) }

    /// Opens an index to add features of a model to it, or makes it where there is none. Throws
    /// ``FileIO/FileIOError`` where it cannot be made, ``FileIO/InputError`` where it holds another model's features,
    /// and as ``init(reading:)``.
    public convenience init(path: String, model: ModelFingerprint, dimension: Int) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
        if descriptor < 0 { throw FileIOError.system(operation: .write, path: path, code: errno) }
        Foundation.close(descriptor)
        try self.init(path, readsOnly: false) { try Schema.create($0, model: model, dimension: dimension) }
        guard let difference = fingerprint.firstDifference(from: model) else { return }
        throw InputError.badData(
            "\(printable(path)) holds features of another model: \(difference); use that model, or write another file"
        )
    }

    private init(_ path: String, readsOnly: Bool, create: ((DatabaseQueue) throws -> Void)? = nil) throws {
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw InputError.missing("there is no index \(printable(path)); write it with `mumic index`")
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw InputError.badData("\(printable(path)) is no regular file; name what `mumic index` wrote")
        }
        var configuration = Configuration()
        configuration.busyMode = .timeout(Self.patience)
        (queue, fingerprint, dimension) = try inFile(path) {
            let queue = try DatabaseQueue(path: Self.place(path, readsOnly), configuration: configuration)
            if try queue.read({ try Schema.isEmpty($0, path) }) {
                guard let create else {
                    throw InputError.badData("\(printable(path)) is an empty file; index pictures into it first")
                }
                try create(queue)
            }
            if !readsOnly {
                // Readers go on while there are writes; what was committed outlives the process.
                try queue.writeWithoutTransaction {
                    try $0.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL")
                }
            }
            let model = try queue.read { try IndexedModel($0, path) }
            return (queue, model.fingerprint, model.dimension)
        }
        self.path = path
        self.readsOnly = readsOnly
    }

    /// What SQLite is to open. A file in a folder that cannot be written to, as on a read-only disk, has no place for
    /// what is beside it; where nothing is, nobody writes, and SQLite can do without.
    private static func place(_ path: String, _ readsOnly: Bool) -> String {
        let folder = (path as NSString).deletingLastPathComponent
        let isFixed =
            readsOnly && access(folder.isEmpty ? "." : folder, W_OK) != 0
            && !FileManager.default.fileExists(atPath: path + "-wal")
        // A name may look like an address.
        guard isFixed else { return path.hasPrefix("file:") ? "./" + path : path }
        return URL(fileURLWithPath: path).absoluteString + "?immutable=1"
    }

    /// Closes the file; nothing can be done with it afterwards. To be called also where errors end the work.
    public func close() throws { try inFile(path) { try queue.close() } }

    /// The number of pictures, those that cannot be read included.
    public func count() throws -> Int {
        try read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM pictures") ?? 0 }
    }

    func read<Result>(_ body: (Database) throws -> Result) throws -> Result {
        try inFile(path) { try queue.read(body) }
    }

    /// Reads without a transaction: for single statements, of which there may be one for each of millions of pictures.
    func lookUp<Result>(_ body: (Database) throws -> Result) throws -> Result {
        try inFile(path) { try queue.unsafeRead(body) }
    }

    func write<Result>(_ body: (Database) throws -> Result) throws -> Result {
        precondition(!readsOnly, "an index that was opened to read it is not changed")
        return try inFile(path) { try queue.write(body) }
    }
}
