// SPDX-License-Identifier: Apache-2.0

import Datasets
import FileIO
import Foundation
import Yams

extension TrainingConfiguration {
    /// The configuration as YAML under the names of the options, in their order, numbers with all their digits.
    ///
    /// - Throws: What the encoder throws.
    public func yaml() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        var lines = ""
        // JSON's scalars and lists are YAML's; Yams itself would round numbers to fifteen digits.
        func add(_ key: CodingKeys, _ value: (some Encodable)?) throws {
            guard let value else { return }
            lines += "\(key.rawValue): \(String(decoding: try encoder.encode(value), as: UTF8.self))\n"
        }
        try add(.data, data)
        try add(.validation, validation)
        try add(.labels, labels)
        try add(.images, images)
        try add(.unlisted, unlisted)
        try add(.model, model)
        try add(.output, output)
        try add(.epochs, epochs)
        try add(.batchSize, batchSize)
        try add(.accumulate, accumulate)
        try add(.learningRate, learningRate)
        try add(.weightDecay, weightDecay)
        try add(.warmupSteps, warmupSteps)
        try add(.schedule, schedule)
        try add(.loss, loss)
        try add(.temperature, temperature)
        try add(.fixedTemperature, fixedTemperature)
        try add(.bias, bias)
        try add(.fixedBias, fixedBias)
        try add(.template, template)
        try add(.freeze, freeze)
        try add(.augment, augment)
        try add(.shuffle, shuffle)
        try add(.precision, precision)
        try add(.gradientClip, gradientClip)
        try add(.seed, seed)
        try add(.device, device)
        try add(.workers, workers)
        try add(.checkpointEvery, checkpointEvery)
        return lines
    }

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
        var isDirectory: ObjCBool = false
        if FileManager.default.fileExists(atPath: output, isDirectory: &isDirectory), !isDirectory.boolValue {
            throw TrainingError.outputIsFile(path: output)
        }
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

    /// Makes the run's directory with its configuration, and takes it for this process.
    ///
    /// - Parameter state: What the directory held before; if it has changed meanwhile, another process was faster.
    /// - Returns: The lock, to be kept until the end.
    /// - Throws: ``TrainingError/runInUse(path:)`` if another process has the directory.
    func begin(_ state: TrainingState) throws -> RunLock {
        try run.create()
        let lock = try run.lock()
        if try lastState() != state { throw TrainingError.runInUse(path: run.path) }
        if try TrainingConfiguration.saved(output: run.path) == nil {
            try AtomicFile.write(try options.yaml(), to: run.configuration, durable: true)
        }
        return lock
    }

    /// The state of the last whole checkpoint, or of a run that has not begun; writes nothing.
    func lastState() throws -> TrainingState {
        if let saved = try TrainingConfiguration.saved(output: run.path) {
            if let change = try options.firstChange(from: saved) {
                throw TrainingError.changedOption(
                    key: change.key, before: change.before, now: change.now, path: run.path)
            }
        }
        for step in try run.savedSteps() {
            let state = try Checkpoint.state(at: run.checkpoint(step: step))
            guard state.step == step, step <= stepsPerEpoch * options.epochs else {
                throw TrainingError.damagedRun(
                    path: run.checkpoint(step: step),
                    problem: "does not belong to this run (it says step \(state.step))")
            }
            if state.dataFingerprint != fingerprint { throw TrainingError.changedData(path: set.table.source) }
            return state
        }
        return TrainingState(dataFingerprint: fingerprint)
    }
}
