// SPDX-License-Identifier: Apache-2.0

public import Foundation

/// What a run has come to, as far as no two runs of the same options may differ.
public struct RunEnd: Sendable {
    /// The bytes of every file of the model, by its path.
    public let model: [String: Data]
    /// The name of the last checkpoint, and the bytes of its files.
    public let checkpoint: (name: String, files: [String: Data])
    /// The lines of `metrics.jsonl` without the speed, which no two runs share.
    public let metrics: [String]

    /// What a run that is done has left.
    ///
    /// - Parameter run: The run's directory.
    /// - Throws: If a file cannot be read.
    public init(run: String) throws {
        model = try files(below: run + "/model")
        let names = try FileManager.default.contentsOfDirectory(atPath: run + "/checkpoints").sorted()
        checkpoint = (names.last ?? "", try files(below: run + "/checkpoints/" + (names.last ?? "")))
        let text = try String(contentsOfFile: run + "/metrics.jsonl", encoding: .utf8)
        metrics = text.split(separator: "\n", omittingEmptySubsequences: false).map {
            String($0.replacing(/"images_per_second":[^,}]*/, with: ""))
        }
    }

    /// Where two runs differ: the names of files, or the first line of the metrics.
    public func differences(from other: RunEnd) -> [String] {
        func names(_ one: [String: Data], _ two: [String: Data]) -> [String] {
            Set(one.keys).union(two.keys).filter { one[$0] != two[$0] }.sorted()
        }
        var found = names(model, other.model).map { "model/" + $0 }
        if checkpoint.name != other.checkpoint.name { found.append("\(checkpoint.name), \(other.checkpoint.name)") }
        found += names(checkpoint.files, other.checkpoint.files).map { "checkpoint/" + $0 }
        if metrics != other.metrics {
            let place = zip(metrics, other.metrics).enumerated().first { $1.0 != $1.1 }?.offset
            found.append("metrics.jsonl, line \((place ?? min(metrics.count, other.metrics.count)) + 1)")
        }
        return found
    }
}

/// The bytes of every file below a directory, by path.
public func files(below root: String) throws -> [String: Data] {
    var result: [String: Data] = [:]
    for path in try FileManager.default.subpathsOfDirectory(atPath: root) {
        var isDirectory: ObjCBool = false
        _ = FileManager.default.fileExists(atPath: root + "/" + path, isDirectory: &isDirectory)
        if !isDirectory.boolValue { result[path] = try Data(contentsOf: URL(fileURLWithPath: root + "/" + path)) }
    }
    return result
}
