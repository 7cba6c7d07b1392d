// SPDX-License-Identifier: Apache-2.0

public import FileIO
import Foundation

/// A run's `metrics.jsonl` as TensorBoard shows it.
///
/// The lines are the truth, the events are made from them: a run that goes on writes its event file anew from the lines
/// that it kept, so that each step is there once and none is missing, however the run was stopped. The events of lines
/// from before have the time of this start: the lines hold none.
///
///     let log = try ScalarLog(directory: run + "/tensorboard", metrics: run + "/metrics.jsonl")
///     log.append(line)
public final class ScalarLog {
    private let file: EventFileWriter

    /// Makes a new event file of the lines so far of `metrics`, which need not be there yet. What old event files in
    /// the directory, this run's alone, hold is removed.
    public init(directory: String, metrics: String) throws(FileIOError) {
        var lines: [UInt8] = []
        do throws(FileIOError) {
            lines = try readFile(path: metrics, maximumBytes: .max)
        } catch {
            if !error.isMissingInput { throw error }
        }
        let events = lines.split(separator: UInt8(ascii: "\n")).lazy.compactMap { ScalarEvent(line: $0) }
        file = try EventFileWriter(directory: directory, history: events, wallTime: Date().timeIntervalSince1970)
    }

    /// Appends the numbers of a line, with the time of now; a line without numbers adds nothing.
    public func append(_ line: some Sequence<UInt8>) throws(FileIOError) {
        guard let event = ScalarEvent(line: line) else { return }
        try file.append(event, wallTime: Date().timeIntervalSince1970)
    }

    /// Waits until what was appended has reached the disk.
    public func synchronize() throws(FileIOError) { try file.synchronize() }
}
