// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
package import Imaging
package import TorchNN
import Yams

/// The options that every kind of run has; saved as `RUN/config.yml` under the names of the command line.
package protocol RunConfiguration: Codable, Equatable, Sendable {
    /// The names of all options in the order in which they are written.
    static var keys: [String] { get }
    /// The run's directory.
    var output: String { get set }
    /// Passes over the data.
    var epochs: Int { get }
    /// Pictures in a forward pass.
    var batchSize: Int { get }
    /// Forward passes in an optimiser step.
    var accumulate: Int { get }
    /// The peak learning rate.
    var learningRate: Double { get }
    /// Optimiser steps of linear warm-up.
    var warmupSteps: Int { get }
    /// What follows the warm-up.
    var schedule: LearningRateSchedule.Shape { get }
    /// The optimiser's constants.
    var optimizer: AdamW.Configuration { get }
    /// How much pictures are varied.
    var augment: ImageAugmenter.Level { get }
    /// Whether each epoch has an order of its own.
    var shuffle: Bool { get }
    /// The type matrix products run in.
    var precision: Precision { get }
    /// The largest norm of the gradient; 0 for no bound.
    var gradientClip: Double { get }
    /// What everything random derives from.
    var seed: UInt64 { get }
    /// Threads that decode pictures.
    var workers: Int { get set }
    /// Optimiser steps between checkpoints within an epoch, or nil.
    var checkpointEvery: Int? { get set }
}

extension RunConfiguration {
    /// The first value that no run can have: its option's name and what is wrong.
    package func firstCommonProblem() -> (key: String, problem: String)? {
        if epochs < 1 { return ("epochs", "must be at least 1") }
        if batchSize < 1 { return ("batch-size", "must be at least 1") }
        if accumulate < 1 { return ("accumulate", "must be at least 1") }
        if !learningRate.isFinite || learningRate <= 0 { return ("learning-rate", "must be a number above 0") }
        if !optimizer.weightDecay.isFinite || optimizer.weightDecay < 0 {
            return ("weight-decay", "must be a number of at least 0")
        }
        if warmupSteps < 0 { return ("warmup-steps", "must be at least 0") }
        if !gradientClip.isFinite || gradientClip < 0 { return ("gradient-clip", "must be a number of at least 0") }
        if workers < 1 { return ("workers", "must be at least 1") }
        if let checkpointEvery, checkpointEvery < 1 { return ("checkpoint-every", "must be at least 1") }
        for (key, count) in [("epochs", epochs), ("batch-size", batchSize), ("accumulate", accumulate)]
        where count > 1_000_000_000 { return (key, "must be at most 1000000000") }
        if workers > 1024 { return ("workers", "must be at most 1024") }
        return nil
    }

    /// The configuration as YAML under the names of the options, in their order, numbers with all their digits.
    ///
    /// - Throws: What the encoder throws.
    package func yaml() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        // JSON's scalars and lists are YAML's; Yams itself would round numbers to fifteen digits.
        let values = topLevelValues(ofJSON: try encoder.encode(self))
        return Self.keys.compactMap { key in values[key].map { "\(key): \($0)\n" } }.joined()
    }

    /// Reads what ``yaml()`` wrote.
    ///
    /// - Parameters:
    ///   - yaml: The text.
    ///   - path: Its file, for messages.
    /// - Throws: ``TrainingError`` if it cannot be read.
    package init(yaml: String, path: String) throws {
        do {
            self = try YAMLDecoder().decode(Self.self, from: yaml)
        } catch {
            throw TrainingError.damagedRun(path: path, problem: "is not a configuration of this kind of run")
        }
    }

    /// The configuration that a run began with, or nil if there is none in its directory.
    ///
    /// - Parameter output: The run's directory.
    /// - Returns: The configuration, or nil.
    /// - Throws: ``TrainingError`` if it is there and cannot be read.
    package static func saved(output: String) throws -> Self? {
        let path = RunDirectory(path: output).configuration
        do {
            return try Self(yaml: readText(path: path, maximumBytes: 16 << 20), path: path)
        } catch let error as FileIOError where error.isMissingInput {
            return nil
        }
    }

    /// The first option that makes another run of a resumed one: its name, and its values before and now.
    func firstChange(from before: Self) throws -> (key: String, before: String, now: String)? {
        var now = self
        // These change speed and safety, not what comes out.
        (now.workers, now.checkpointEvery, now.output) = (before.workers, before.checkpointEvery, before.output)
        if now == before { return nil }
        let (old, new) = (try before.values(), try now.values())
        for key in Self.keys where old[key] != new[key] {
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

/// The values of a JSON object that has no white space between its tokens and no escapes in its keys, as they stand.
func topLevelValues(ofJSON object: Data) -> [String: String] {
    var values: [String: String] = [:]
    var depth = 0
    var isInString = false
    var isEscaped = false
    var key: String?
    var token: [UInt8] = []
    func text(_ bytes: some Sequence<UInt8>) -> String { String(decoding: Array(bytes), as: UTF8.self) }
    for byte in object.dropFirst().dropLast() {  // without the braces
        let isOutside = depth == 0 && !isInString
        if isOutside, byte == UInt8(ascii: ":") {
            key = text(token.dropFirst().dropLast())  // without its quotes
            token = []
            continue
        }
        if isOutside, byte == UInt8(ascii: ",") {
            if let key { values[key] = text(token) }
            token = []
            continue
        }
        token.append(byte)
        if isInString {
            if !isEscaped, byte == UInt8(ascii: "\"") { isInString = false }
            isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
        } else {
            switch byte {
            case UInt8(ascii: "\""): isInString = true
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            default: break
            }
        }
    }
    if let key { values[key] = text(token) }
    return values
}
