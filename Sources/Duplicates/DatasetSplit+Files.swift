// SPDX-License-Identifier: Apache-2.0

import Datasets
import FileIO
import Foundation

extension DatasetSplit {
    /// Checks, before any long work, that a folder can be made.
    ///
    /// - Parameter folder: The folder's path; nothing or an empty folder may be there.
    /// - Throws: `InputError` where something is there.
    public static func requireNew(_ folder: String) throws {
        let path = withoutTrailingSeparators(folder)
        // Nothing can be renamed to these.
        let name = path.utf8.split(separator: UInt8(ascii: "/")).last.map { String(Substring($0)) } ?? ""
        if ["", ".", ".."].contains(name) {
            throw InputError.usage("--output '\(printable(folder))' names no new folder; give it a name")
        }
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else { return }
        if !isDirectory.boolValue {
            throw InputError.badData("--output \(printable(path)) is a file; name a new folder")
        }
        if try !listDirectory(path: path).isEmpty {
            throw InputError.usage("--output \(printable(path)) is not empty; name a new folder")
        }
    }

    /// Writes a wide CSV for each part, `image` and a column for each label: 1, 0, empty for unknown, or the number
    /// between.
    ///
    /// Names of pictures that are relative become relative to the new files; absolute ones stay. The folder appears
    /// whole, by renaming.
    ///
    /// - Parameter folder: The folder; it must not be there yet, or be empty.
    /// - Throws: `InputError` where something is there, `FileIOError` where it cannot be written.
    public func write(to folder: String) throws {
        try Self.requireNew(folder)
        let target = withoutTrailingSeparators(folder)
        try createDirectory(path: FileIO.folder(of: target))
        let paths = RelativePaths(from: target)
        let aside = temporaryPath(beside: target)
        do {
            try createDirectory(path: aside)
            for part in names.indices {
                let file = try AtomicFileWriter(path: "\(aside)/\(names[part]).csv")
                try file.append(CSVWriter.line(["image"] + table.labels))
                for row in rows(of: part) {
                    let targets = table.targets[row * table.labels.count..<(row + 1) * table.labels.count]
                    try file.append(CSVWriter.line([paths.name(of: table.images[row])] + targets.map(Self.cell)))
                }
                try file.commit(durable: true)
            }
            try renameDirectoryDurably(from: aside, to: target)
        } catch {
            try? removeTree(path: aside)
            throw error
        }
    }

    /// A target as a cell, which reads back as the same number.
    private static func cell(_ target: Float) -> String {
        target.isNaN ? "" : target == 0 ? "0" : target == 1 ? "1" : "\(target)"
    }
}

/// Names of pictures for files in a folder that may not be there yet.
struct RelativePaths {
    /// The folder's real path, by its pieces.
    private let folder: [String]

    /// Names for files in `folder`, whose own folder is there.
    init(from folder: String) {
        let above = Self.pieces(Self.real(FileIO.folder(of: folder)))
        self.folder = above + Self.pieces(folder).suffix(1)
    }

    /// The name under which a picture is found from there.
    func name(of picture: Picture) -> String {
        guard let path = picture.path, picture.name.utf8.first != Self.separator else { return picture.name }
        // Only folders are resolved: a link to a picture keeps its name.
        let own = Self.pieces(Self.real(FileIO.folder(of: path))) + Self.pieces(path).suffix(1)
        // Bytes are compared, since a file system tells composed letters from decomposed ones.
        let common = zip(folder, own.dropLast()).prefix { $0.0.utf8.elementsEqual($0.1.utf8) }.count
        let up = Array(repeating: "..", count: folder.count - common)
        return (up + own[common...]).joined(separator: "/")
    }

    private static let separator = UInt8(ascii: "/")

    private static func pieces(_ path: String) -> [String] {
        path.utf8.split(separator: separator).map { String(Substring($0)) }
    }

    /// A folder's path without links and dots; as it is where it is not there.
    private static func real(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
