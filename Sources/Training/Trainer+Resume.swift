// SPDX-License-Identifier: Apache-2.0

import Datasets
import FileIO
import Foundation
import Yams

extension TrainingConfiguration {
    /// The configuration as YAML under the names of the options.
    ///
    /// - Throws: What the encoder throws.
    public func yaml() throws -> String { try YAMLEncoder().encode(self) }

    /// Reads what ``yaml()`` wrote.
    ///
    /// - Parameters:
    ///   - yaml: The text.
    ///   - path: Its file, for messages.
    /// - Throws: ``TrainingError`` if it cannot be read.
    public init(yaml: String, path: String) throws {
        do {
            self = try YAMLDecoder().decode(TrainingConfiguration.self, from: yaml)
        } catch {
            throw TrainingError.damagedRun(path: path, problem: "is not a configuration that this program wrote")
        }
    }

    /// The configuration that a run began with, or nil if there is none in its directory.
    ///
    /// - Parameter output: The run's directory.
    /// - Returns: The configuration, or nil.
    /// - Throws: ``TrainingError`` if it is there and cannot be read.
    public static func saved(output: String) throws -> TrainingConfiguration? {
        let path = RunDirectory(path: output).configuration
        do {
            return try TrainingConfiguration(yaml: readText(path: path, maximumBytes: 16 << 20), path: path)
        } catch let error as FileIOError where error.isMissingInput {
            return nil
        }
    }

    /// The first option that makes another run of a resumed one: its name, and its values before and now.
    func firstChange(from before: TrainingConfiguration) throws -> (key: String, before: String, now: String)? {
        var now = self
        // These change speed and safety, not what comes out.
        (now.workers, now.checkpointEvery, now.output) = (before.workers, before.checkpointEvery, before.output)
        if now == before { return nil }
        let (old, new) = (try before.values(), try now.values())
        for key in TrainingConfiguration.keys where old[key] != new[key] {
            return (key, old[key] ?? "not given", new[key] ?? "not given")
        }
        return nil
    }

    private func values() throws -> [String: String] {
        guard let object = try JSONSerialization.jsonObject(with: JSONEncoder().encode(self)) as? [String: Any] else {
            return [:]
        }
        return object.mapValues { value in
            (value as? [Any]).map { $0.map { "\($0)" }.joined(separator: ", ") } ?? "\(value)"
        }
    }
}

extension Trainer {
    /// Checks that a directory can take a run.
    ///
    /// - Parameters:
    ///   - output: The run's directory.
    ///   - resumes: Whether a run in it is to be gone on with.
    /// - Throws: ``TrainingError/runNotEmpty(path:)`` if there is something in it and it is not.
    public static func checkOutput(_ output: String, resumes: Bool) throws {
        if resumes { return }
        if try !RunDirectory(path: output).isEmpty() { throw TrainingError.runNotEmpty(path: output) }
    }

    /// Whether there is a checkpoint to go on from.
    ///
    /// - Throws: `FileIOError` if the run's directory cannot be read.
    public func hasCheckpoint() throws -> Bool {
        do { return try !run.savedSteps().isEmpty } catch let error as FileIOError where error.isMissingInput {
            return false
        }
    }

    /// The state of the last whole checkpoint, or of a run that has not begun; leaves `config.yml` in place.
    func lastState() throws -> TrainingState {
        try run.create()
        if let saved = try TrainingConfiguration.saved(output: run.path) {
            if let change = try options.firstChange(from: saved) {
                throw TrainingError.changedOption(
                    key: change.key, before: change.before, now: change.now, path: run.path)
            }
        } else {
            try AtomicFile.write(try options.yaml(), to: run.configuration, durable: true)
        }
        for step in try run.savedSteps() {
            let state = try Checkpoint.state(at: run.checkpoint(step: step))
            guard state.step == step, step <= stepsPerEpoch * options.epochs else {
                throw TrainingError.damagedRun(
                    path: run.checkpoint(step: step), problem: "does not belong to this run (it says step \(state.step))")
            }
            if state.dataFingerprint != fingerprint { throw TrainingError.changedData(path: set.table.source) }
            return state
        }
        return TrainingState(dataFingerprint: fingerprint)
    }
}
