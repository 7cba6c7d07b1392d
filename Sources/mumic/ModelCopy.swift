// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import MultiLabel

/// A copy of a model directory with another description, which appears whole or not at all.
struct ModelCopy {
    private let source: String
    private let destination: String

    /// Checks, before any long work, that the copy can be made.
    ///
    /// - Throws: `UsageError` where it would be written into the model or over something else.
    init(of source: String, to destination: String) throws {
        var destination = destination
        while destination.count > 1, destination.hasSuffix("/") { destination.removeLast() }
        // Nothing can be renamed to these.
        if ["", ".", ".."].contains(Self.parts(destination).name) {
            throw UsageError("--output '\(printable(destination))' names no new folder; give it a name")
        }
        var isDirectory: ObjCBool = false
        if FileManager.default.fileExists(atPath: destination, isDirectory: &isDirectory) {
            if !isDirectory.boolValue {
                throw BadDataError(message: "--output \(printable(destination)) is a file; name a new folder")
            }
            if try !listDirectory(path: destination).isEmpty {
                throw UsageError("--output \(printable(destination)) is not empty; name a new folder")
            }
        }
        let model = Self.resolved(source)
        if (Self.resolved(destination) + "/").hasPrefix(model == "/" ? "/" : model + "/") {
            throw UsageError(
                "--output \(printable(destination)) lies in the model, which is left as it is; name another folder")
        }
        self.source = source
        self.destination = destination
    }

    /// Copies all files, with `description` as the copy's `mumic.json`.
    func write(_ description: ClassifierDescription) throws {
        try place { aside in
            try copyDirectory(from: source, to: aside) { $0 != ClassifierDescription.fileName }
            try AtomicFile.write(
                try description.encoded(), to: aside + "/" + ClassifierDescription.fileName, durable: false)
        }
    }

    /// Makes the copy by filling a directory aside and renaming it.
    func place(_ fill: (String) throws -> Void) throws {
        let (folder, _) = Self.parts(destination)
        try createDirectory(path: folder)
        let aside = "\(folder)/.mumic-\(getpid())-\(UInt64.random(in: .min ... .max)).partial"
        try createDirectory(path: aside)
        defer { try? removeTree(path: aside) }
        try fill(aside)
        try Interruption.check()
        try renameDirectoryDurably(from: aside, to: destination)
    }

    /// The path without links, as far as it is there.
    private static func resolved(_ path: String) -> String {
        if let real = realpath(path, nil) {
            defer { free(real) }
            return String(cString: real)
        }
        let (folder, name) = parts(path)
        if folder == path { return path }
        let above = resolved(folder)
        return above == "/" ? "/" + name : above + "/" + name
    }

    /// A path's folder, `.` where none is written, and its last name.
    private static func parts(_ path: String) -> (folder: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return (path == "." ? "/" : ".", path) }
        let folder = path[..<slash]
        return (folder.isEmpty ? "/" : String(folder), String(path[path.index(after: slash)...]))
    }
}
