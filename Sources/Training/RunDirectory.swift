// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation

/// The files of a run and what may be believed of them after a crash.
struct RunDirectory {
    let path: String

    var model: String { path + "/model" }
    var checkpoints: String { path + "/checkpoints" }
    var metrics: String { path + "/metrics.jsonl" }
    var configuration: String { path + "/config.yml" }

    /// Whether there is anything in it.
    func isEmpty() throws -> Bool {
        guard FileManager.default.fileExists(atPath: path) else { return true }
        return try listDirectory(path: path).isEmpty
    }

    func create() throws {
        try createDirectory(path: path)
        try createDirectory(path: checkpoints)
    }

    /// Whole checkpoints, the latest first; what was being written when a process died is removed.
    func savedSteps() throws -> [Int] {
        guard FileManager.default.fileExists(atPath: checkpoints) else { return [] }
        var steps: [Int] = []
        for name in try listDirectory(path: checkpoints) {
            if name.hasPrefix("step-"), let step = Int(name.dropFirst(5)) {
                steps.append(step)
            } else if name.hasPrefix(".") {
                try removeTree(path: checkpoints + "/" + name)
            }
        }
        return steps.sorted(by: >)
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

/// Appends lines to a file, each of them handed to the system as it is written.
final class LineLog {
    private let handle: FileHandle

    init(path: String) throws {
        if !FileManager.default.fileExists(atPath: path) { try AtomicFile.write("", to: path, durable: false) }
        guard let handle = FileHandle(forWritingAtPath: path) else {
            throw TrainingError.damagedRun(path: path, problem: "cannot be written to")
        }
        self.handle = handle
        try handle.seekToEnd()
    }

    func append(_ line: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try handle.write(contentsOf: try encoder.encode(line) + Data([UInt8(ascii: "\n")]))
    }

    func synchronize() throws { try handle.synchronize() }
}
