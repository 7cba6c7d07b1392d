// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The pictures under a directory, one at a time, in byte order of their paths: files that are called so, and those whose
/// first bytes are a picture's. Hidden files, pipes and devices are left out. Links are followed, except to a directory
/// that is open already: a loop ends there.
struct DirectoryWalk {
    /// Files that are no pictures: how many there were, and the first.
    private(set) var leftOut: (count: Int, first: String?) = (0, nil)
    /// The directory itself, where it cannot be listed.
    private var unreadable: String?

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
        if !descend(into: path.hasSuffix("/") ? path : path + "/") { unreadable = path }
    }

    /// The next picture's path, or that of a directory that cannot be listed.
    mutating func next() -> String? {
        if let path = unreadable {
            unreadable = nil
            return path
        }
        while let last = levels.indices.last {
            guard let name = levels[last].names.popLast() else {
                levels.removeLast()
                continue
            }
            let path = levels[last].path + name
            guard name.hasSuffix("/") else {
                if Self.pictureExtensions.contains(fileExtension(name)) || Self.beginsAsPicture(path) { return path }
                leftOut = (leftOut.count + 1, leftOut.first ?? path)
                continue
            }
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
            default: names.append(name)
            }
        }
        return names.sorted { $1.utf8.lexicographicallyPrecedes($0.utf8) }
    }

    /// Whether a file begins as JPEG, PNG or WebP does.
    private static func beginsAsPicture(_ path: String) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        if descriptor < 0 { return false }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 12)
        guard read(descriptor, &bytes, bytes.count) == bytes.count else { return false }
        return bytes.starts(with: [0xFF, 0xD8, 0xFF])
            || bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
            || bytes.starts(with: Array("RIFF".utf8)) && bytes[8...].elementsEqual(Array("WEBP".utf8))
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
