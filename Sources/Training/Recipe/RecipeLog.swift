// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation

/// A run's `metrics.jsonl` over its stages.
final class RecipeLog {
    private let log: MetricsLog
    private let path: String
    /// Optimiser steps of all stages so far.
    var runningStep: Int

    /// Goes on behind so many bytes and steps.
    init(_ run: RunDirectory, bytes: Int, runningStep: Int) throws {
        path = run.metrics
        if FileManager.default.fileExists(atPath: path) {
            let all = try readFile(path: path, maximumBytes: .max)
            if all.count > bytes { try AtomicFile.write(Array(all.prefix(bytes)), to: path, durable: true) }
        }
        log = try MetricsLog(run)
        self.runningStep = runningStep
    }

    /// The log of a run, cut back to what the latest tuning knows of.
    static func resumed(_ run: RunDirectory) throws -> RecipeLog {
        let latest = try TuningState.all(of: run).max { $0.runningStep < $1.runningStep }
        return try RecipeLog(run, bytes: latest?.logBytes ?? 0, runningStep: latest?.runningStep ?? 0)
    }

    func append(_ line: some Encodable) throws { try log.append(line) }

    /// Waits for the disk, and tells how many bytes there are.
    func synchronize() throws -> Int {
        try log.synchronize()
        return try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
    }
}
