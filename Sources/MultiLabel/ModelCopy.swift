// SPDX-License-Identifier: Apache-2.0

public import FileIO
import Foundation
public import Models
import Torch
import TorchNN

/// A copy of a model directory with another description or in another form, which appears whole or not at all.
///
/// The model itself is only read.
public struct ModelCopy {
    private let source: String
    private let destination: String

    /// Checks, before any long work, that the copy can be made: `destination` must not be there yet, or be an empty
    /// folder. Throws ``FileIO/InputError`` where the copy would be written into the model or over something else.
    public init(of source: String, to destination: String) throws {
        let destination = withoutTrailingSeparators(destination)
        // Nothing can be renamed to these.
        if ["", ".", ".."].contains(Self.name(destination)) {
            throw InputError.usage("--output '\(printable(destination))' names no new folder; give it a name")
        }
        var isDirectory: ObjCBool = false
        if FileManager.default.fileExists(atPath: destination, isDirectory: &isDirectory) {
            if !isDirectory.boolValue {
                throw InputError.badData("--output \(printable(destination)) is a file; name a new folder")
            }
            if try !listDirectory(path: destination).isEmpty {
                throw InputError.usage("--output \(printable(destination)) is not empty; name a new folder")
            }
        }
        let model = Self.resolved(source)
        if (Self.resolved(destination) + "/").hasPrefix(model == "/" ? "/" : model + "/") {
            throw InputError.usage(
                "--output \(printable(destination)) lies in the model, which is left as it is; name another folder")
        }
        self.source = source
        self.destination = destination
    }

    /// Copies all files, with `description` as the copy's `mumic.json`. Throws ``FileIO/FileIOError`` and
    /// ``FileIO/Interrupted``; there is no copy then.
    public func write(_ description: ClassifierDescription, monitor: WorkMonitor = .silent) throws {
        try place(monitor: monitor) { aside in
            try copyDirectory(from: source, to: aside) { $0 != ClassifierDescription.fileName }
            try description.write(to: aside)
        }
    }

    /// Writes the model with its weights in another type, in Hugging Face's layout; `resolvingBase` finds the directory
    /// of an adapter's base. Throws ``FileIO/InputError`` where the type cannot hold a weight, and the errors of
    /// reading and writing; there is no copy then.
    public func export(
        as type: ModelCheckpoint.ExportType, resolvingBase: ((_ model: String) throws -> String)? = nil,
        monitor: WorkMonitor = .silent
    ) throws {
        let checkpoint = try ModelCheckpoint(directory: source, resolvingBase: resolvingBase)
        let (_, store) = try checkpoint.load()
        if type == .float16 {
            for parameter in store.parameters where try parameter.tensor.to(dtype: .float16).isFinite() == false {
                throw InputError.badData(
                    "\(printable(source)): parameter '\(parameter.name)' has values that float16 cannot hold; use --precision bfloat16"
                )
            }
        }
        try place(monitor: monitor) { aside in
            try checkpoint.export(to: aside, parameters: store.parameters, as: type)
            for name in [ClassifierDescription.fileName, "head.safetensors"] {
                let path = source + "/" + name
                guard FileManager.default.fileExists(atPath: path) else { continue }
                try AtomicFile.write(
                    try readFile(path: path, maximumBytes: 4 << 30), to: aside + "/" + name, durable: true)
            }
        }
    }

    /// Makes the copy: `fill` writes the files into a directory aside, which is then renamed unless `monitor` stops it.
    /// Throws ``FileIO/FileIOError``, ``FileIO/Interrupted``, and what `fill` throws; there is no copy then.
    public func place(monitor: WorkMonitor = .silent, _ fill: (String) throws -> Void) throws {
        let aside = temporaryPath(beside: destination)
        try createDirectory(path: aside)
        defer { try? removeTree(path: aside) }
        try fill(aside)
        try monitor.check()
        try renameDirectoryDurably(from: aside, to: destination)
    }

    /// The path without links, as far as it is there.
    private static func resolved(_ path: String) -> String {
        if let real = realpath(path, nil) {
            defer { free(real) }
            return String(cString: real)
        }
        let above = folder(of: path)
        if above == path { return path }
        let resolved = resolved(above)
        return (resolved == "/" ? "" : resolved) + "/" + name(path)
    }

    private static func name(_ path: String) -> String {
        String(path[(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)...])
    }
}
