// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation

/// Where a run of experiments finds its inputs and keeps what it makes.
public struct Workspace: Sendable {
    /// The folder with `mumic` and `sample-world`.
    public var programs: String
    /// The folder of everything that is made.
    public var work: String
    /// The folder with this repository's models.
    public var models: String
    /// A folder with further models and data, if there is one.
    public var shared: String?
    /// The folder of the definitions.
    public var tables: String

    /// Creates a workspace; all paths are made absolute, since programs and files may be in other folders.
    public init(programs: String, work: String, models: String, shared: String?, tables: String) {
        self.programs = absolutePath(programs)
        self.work = absolutePath(work)
        self.models = absolutePath(models)
        self.shared = shared.map(absolutePath)
        self.tables = absolutePath(tables)
    }

    /// A text of a definition with its folders filled in; nil where it needs a folder that was not given.
    func resolved(_ text: String) -> String? {
        if text.contains("{shared}"), shared == nil { return nil }
        return text.replacing("{models}", with: models).replacing("{tables}", with: tables)
            .replacing("{shared}", with: shared ?? "")
    }

    /// Options with their folders filled in.
    func resolved(_ options: OptionList) throws -> OptionList {
        var result = OptionList()
        for (name, value) in options.entries {
            guard case .values(let values) = value else {
                result[name] = value
                continue
            }
            result[name] = .values(
                try values.map { text in
                    guard let resolved = resolved(text) else {
                        throw ExperimentError.invalidOption(name: name, value: text, allowed: "--shared too")
                    }
                    return resolved
                })
        }
        return result
    }

    func program(_ name: String) -> String { programs + "/" + name }
    var mumic: String { program("mumic") }
}

func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

func writing(_ body: () throws(FileIOError) -> Void) throws { try reading(body) }

func writeText(_ text: String, to path: String) throws {
    try writing { () throws(FileIOError) in try AtomicFile.write(text, to: path, durable: false) }
}

func makeFolder(_ path: String) throws {
    try writing { () throws(FileIOError) in try createDirectory(path: path) }
}

func removeFolder(_ path: String) throws {
    guard exists(path) else { return }
    try writing { () throws(FileIOError) in try removeTree(path: path) }
}

/// A value from a file that this program wrote; nil where there is none or it is damaged.
func savedValue<Value: Decodable>(_ type: Value.Type, _ path: String) -> Value? {
    FileManager.default.contents(atPath: path).flatMap { try? JSONDecoder().decode(type, from: $0) }
}
