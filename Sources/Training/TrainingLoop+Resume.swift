// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import TrainingOptions

/// Checks that a directory can take a run.
///
/// - Parameters:
///   - output: The run's directory.
///   - resumes: Whether a run in it is to be gone on with.
/// - Throws: ``TrainingError/runNotEmpty(path:)`` if there is something in it and it is not.
public func checkRunDirectory(_ output: String, resumes: Bool) throws {
    var isDirectory: ObjCBool = false
    if FileManager.default.fileExists(atPath: output, isDirectory: &isDirectory), !isDirectory.boolValue {
        throw TrainingError.outputIsFile(path: output)
    }
    if resumes { return }
    if try !RunDirectory(path: output).isEmpty() { throw TrainingError.runNotEmpty(path: output) }
}

extension TrainingLoop {
    /// Whether there is a checkpoint to go on from.
    ///
    /// - Throws: `FileIOError` if the run's directory cannot be read.
    package func hasCheckpoint() throws -> Bool {
        do { return try !run.savedSteps().isEmpty } catch let error as FileIOError where error.isMissingInput {
            return false
        }
    }

    /// The state of the last whole checkpoint, or of a run that has not begun; writes nothing.
    func lastState() throws -> TrainingState {
        try options.requireUnchanged(path: run.path)
        for step in try run.savedSteps() {
            let state = try Checkpoint.state(at: run.checkpoint(step: step))
            guard state.step == step, step <= totalSteps else {
                throw TrainingError.damagedRun(
                    path: run.checkpoint(step: step),
                    problem: "does not belong to this run (it says step \(state.step))")
            }
            if state.dataFingerprint != task.fingerprint { throw TrainingError.changedData(path: task.source) }
            return state
        }
        return TrainingState(dataFingerprint: task.fingerprint)
    }
}

extension RunConfiguration {
    /// Throws if a run in the directory has other options.
    func requireUnchanged(path: String) throws {
        guard let saved = try Self.saved(output: path), let change = try firstChange(from: saved) else { return }
        throw TrainingError.changedOption(key: change.key, before: change.before, now: change.now, path: path)
    }
}
