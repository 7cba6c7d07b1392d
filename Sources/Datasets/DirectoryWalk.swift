// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The pictures under a directory, one at a time, in byte order of their paths. Hidden files, pipes and devices are
/// left out. Links are followed, except to a directory that is open already: a loop ends there.
struct DirectoryWalk {
    static let pictureExtensions: Set<String> = ["jpg", "jpeg", "png", "webp"]

    private struct Identity: Equatable {
        var device: UInt64
        var file: UInt64
    }

    private struct Level {
        var identity: Identity
        /// Names still to come, last first; directories end with a slash, which puts them where their paths belong.
        var names: [String]
        var path: String
    }

    private var levels: [Level] = []

    init(_ path: String) {
        descend(into: path.hasSuffix("/") ? path : path + "/")
    }

    /// The next picture's path, or that of a directory that cannot be listed.
    mutating func next() -> String? {
        while let last = levels.indices.last {
            guard let name = levels[last].names.popLast() else {
                levels.removeLast()
                continue
            }
            let path = levels[last].path + name
            guard name.hasSuffix("/") else { return path }
            if !descend(into: path) { return String(path.dropLast()) }
        }
        return nil
    }

    @discardableResult
    private mutating func descend(into path: String) -> Bool {
        var status = stat()
        guard stat(path, &status) == 0 else { return false }
        let identity = Identity(device: UInt64(truncatingIfNeeded: status.st_dev), file: UInt64(status.st_ino))
        if levels.contains(where: { $0.identity == identity }) { return true }
        guard let names = Self.list(path) else { return false }
        levels.append(Level(identity: identity, names: names, path: path))
        return true
    }

    private static func list(_ path: String) -> [String]? {
        guard let directory = opendir(path) else { return nil }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name.utf8.first != UInt8(ascii: ".") else { continue }
            switch status(of: path + name, type: entry.pointee.d_type) {
            case .directory: names.append(name + "/")
            case .special: continue
            default: if pictureExtensions.contains(fileExtension(name)) { names.append(name) }
            }
        }
        return names.sorted { $1.utf8.lexicographicallyPrecedes($0.utf8) }
    }

    /// Asks the file system only where the entry leaves it open: links, and systems without types.
    private static func status(of path: String, type: UInt8) -> PathStatus {
        switch Int(type) {
        case Int(DT_DIR): .directory
        case Int(DT_REG): .file
        case Int(DT_LNK), Int(DT_UNKNOWN): PathStatus(path)
        default: .special
        }
    }
}
