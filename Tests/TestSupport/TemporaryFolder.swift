// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation

/// A folder that is removed with all it holds when the test is over.
public final class TemporaryFolder: Sendable {
    /// Where it is.
    public let path: String

    /// Where the folders of tests lie: in memory where there is room, since the tests write many small files that are to
    /// outlive a loss of power, for which a disk takes its time; else where temporary files lie.
    public static let root: String = {
        let memory = "/dev/shm"
        var system = statvfs()
        let hasRoom = statvfs(memory, &system) == 0 && UInt64(system.f_bavail) * UInt64(system.f_frsize) > 1 << 30
        return hasRoom && access(memory, W_OK | X_OK) == 0 ? memory : FileManager.default.temporaryDirectory.path
    }()

    /// A new empty folder, in a folder of its own, so that `..` is empty too.
    public init() throws {
        let own = Self.root + "/mumic-test-" + UUID().uuidString
        path = own + "/folder"
        try createDirectory(path: path)
    }

    deinit { try? removeTree(path: String(path.dropLast("/folder".count))) }

    /// The path of a name in it.
    public func callAsFunction(_ name: String) -> String { path + "/" + name }

    /// Writes a file, and the folders that it lies in; gives its path.
    @discardableResult public func put(_ name: String, _ text: String) throws -> String {
        try put(name, Array(text.utf8))
    }

    /// Writes a file, and the folders that it lies in; gives its path.
    @discardableResult public func put(_ name: String, _ bytes: some Sequence<UInt8>) throws -> String {
        let url = URL(fileURLWithPath: self(name))
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
        return self(name)
    }

    /// The text of a file.
    public func text(_ name: String) throws -> String { try String(contentsOfFile: self(name), encoding: .utf8) }

    /// The names in a folder, sorted.
    public func names(_ name: String = ".") throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: self(name)).sorted()
    }

    /// Whether there is something of that name.
    public func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: self(name)) }

    /// Copies a file or a folder into it.
    public func copy(_ source: String, to name: String) throws {
        try FileManager.default.copyItem(atPath: source, toPath: self(name))
    }
}
