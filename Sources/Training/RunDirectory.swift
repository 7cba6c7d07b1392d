// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import JSON
import TensorBoard
import TrainingOptions

/// The files of a run and what may be believed of them after a crash.
struct RunDirectory {
    let path: String

    var model: String { path + "/model" }
    var checkpoints: String { path + "/checkpoints" }
    var metrics: String { path + "/metrics.jsonl" }
    var configuration: String { path + "/config.yml" }
    var tensorBoard: String { path + "/tensorboard" }

    /// What a pretraining run makes before anything else: the model that it begins with.
    private static let startNames = ["start", "start.new"]

    /// Whether there is anything in it.
    func isEmpty() throws -> Bool {
        guard FileManager.default.fileExists(atPath: path) else { return true }
        // What a process leaves that was killed before it had written config.yml is nothing.
        return try listDirectory(path: path).allSatisfy { name in
            try name.hasPrefix(".mumic-") || Self.startNames.contains(name)
                || name == "checkpoints" && savedSteps().isEmpty
        }
    }

    /// Takes the directory for as long as the lock lives, and removes what a killed process left. Throws
    /// ``TrainingError/runInUse(path:)`` if somebody else has it.
    func lock() throws -> RunLock {
        let lock = try RunLock(path: path)
        for name in try listDirectory(path: path) where name.hasPrefix(".mumic-") || name == ".model" {
            try removeTree(path: path + "/" + name)
        }
        for name in try listDirectory(path: checkpoints) where name.hasPrefix(".") {
            try removeTree(path: checkpoints + "/" + name)
        }
        if FileManager.default.fileExists(atPath: tensorBoard) {
            for name in try listDirectory(path: tensorBoard) where name.hasPrefix(".mumic-") {
                try removeTree(path: tensorBoard + "/" + name)
            }
        }
        return lock
    }

    func create() throws {
        try createDirectory(path: path)
        try createDirectory(path: checkpoints)
    }

    /// Takes the run for this process: makes its directory, and writes its configuration if it has none.
    ///
    /// - Parameters:
    ///   - options: The configuration.
    ///   - isAsBefore: Asked with the lock held whether the directory has what it had when it was looked at.
    /// - Returns: The lock, to be kept until the end.
    /// - Throws: ``TrainingError/runInUse(path:)`` if another process has the directory, or was faster.
    func begin(_ options: some RunConfiguration, isAsBefore: () throws -> Bool) throws -> RunLock {
        try create()
        let lock = try lock()
        if try !isAsBefore() { throw TrainingError.runInUse(path: path) }
        if !FileManager.default.fileExists(atPath: configuration) {
            try AtomicFile.write(try options.yaml(), to: configuration, durable: true)
        }
        return lock
    }

    /// Makes what `fill` writes into an empty directory the run's model, in one step.
    func replaceModel(_ fill: (_ directory: String) throws -> Void) throws {
        let aside = path + "/.model"
        try removeTree(path: aside)
        try createDirectory(path: aside)
        try fill(aside)
        try renameDirectoryDurably(from: aside, to: model, replacing: true)
    }

    /// Reads a file of JSON that a run has written.
    ///
    /// - Throws: ``TrainingError/damagedRun(path:problem:)`` if it is something else, and `FileIOError`.
    static func read<State: Decodable>(
        _ type: State.Type, _ path: String, maximumBytes: Int = 1 << 20
    ) throws -> State {
        let bytes = try readFile(path: path, maximumBytes: maximumBytes)
        guard let state = try? JSONDecoder().decode(type, from: Data(bytes)) else {
            throw TrainingError.damagedRun(path: path, problem: "is not what this program wrote")
        }
        return state
    }

    /// Whole checkpoints, the latest first.
    func savedSteps() throws -> [Int] {
        guard FileManager.default.fileExists(atPath: checkpoints) else { return [] }
        let names = try listDirectory(path: checkpoints).filter { $0.hasPrefix("step-") }
        return names.compactMap { Int($0.dropFirst(5)) }.sorted(by: >)
    }

    func checkpoint(step: Int) -> String {
        let digits = String(step)
        return checkpoints + "/step-" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits
    }

    /// Cuts `metrics.jsonl` back to what a checkpoint knows of: whole lines of steps before `step`, and the validation
    /// after the step before it only if that has been done.
    func trimMetrics(step: Int, isValidated: Bool) throws {
        guard FileManager.default.fileExists(atPath: metrics) else { return }
        let bytes = try readFile(path: metrics, maximumBytes: .max)
        struct Line: Decodable {
            struct Anything: Decodable {
                init(from decoder: any Decoder) {}
            }
            let step: Int
            let validation: Anything?
        }
        var kept: [UInt8] = []
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast() {
            guard let parsed = try? JSONDecoder().decode(Line.self, from: Data(line)) else { break }
            let last = parsed.validation != nil && !isValidated ? step - 1 : step
            if parsed.step >= last { continue }
            kept += line + [UInt8(ascii: "\n")]
        }
        if kept != bytes { try AtomicFile.write(kept, to: metrics, durable: true) }
    }
}

/// The right to write to a run's directory; the system frees it however the process ends.
final class RunLock {
    private let descriptor: Int32

    init(path: String) throws(TrainingError) {
        descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if descriptor < 0 || flock(descriptor, LOCK_EX | LOCK_NB) != 0 { throw .runInUse(path: path) }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }
}

/// A run's `metrics.jsonl`, each line handed to the system as it is written, and the same for TensorBoard.
final class MetricsLog {
    private let path: String
    private let descriptor: Int32
    private let scalars: ScalarLog

    init(_ run: RunDirectory) throws(FileIOError) {
        self.path = run.metrics
        self.scalars = try ScalarLog(directory: run.tensorBoard, metrics: path)
        self.descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
        if descriptor < 0 { throw .system(operation: .write, path: path, code: errno) }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Writes a line of JSON.
    func append(_ line: some Encodable) throws {
        let text = Array(try jsonLine(line).utf8)
        var rest = text[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                throw FileIOError.system(operation: .write, path: path, code: errno)
            }
        }
        try scalars.append(text.dropLast())
    }

    /// Waits until what was appended has reached the disk.
    func synchronize() throws(FileIOError) {
        if fsync(descriptor) != 0 { throw .system(operation: .synchronize, path: path, code: errno) }
        try scalars.synchronize()
    }
}
