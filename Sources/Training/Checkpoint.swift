// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import JSON
import Safetensors
package import Torch

/// What a run needs to go on beside the tensors.
struct TrainingState: Codable, Equatable {
    /// Optimiser steps done.
    var step = 0
    /// Whether the validation that is due after the last step has been done.
    var isValidated = false
    /// The best validation score so far.
    var bestScore: Double?
    /// The step after which it was reached.
    var bestStep: Int?
    /// Whether `RUN/model` is what it will be.
    var isFinished = false
    /// What the data and labels were, as a hash.
    var dataFingerprint: String
}

/// A directory with everything that a run needs to go on, written aside and renamed: whole, or not there.
package struct Checkpoint {
    package typealias NamedTensors = [(name: String, tensor: Tensor)]

    static let stateFile = "training.json"
    static let weightsFile = "model.safetensors"
    static let optimizerFile = "optimizer.safetensors"

    /// Writes a checkpoint and removes all but the last two.
    static func save(_ state: TrainingState, weights: NamedTensors, optimizer: NamedTensors, in run: RunDirectory)
        throws
    {
        let aside = try writeAside(state, weights: weights, optimizer: optimizer, in: run)
        // Before the new one has its name: nothing is left to do after a run's last checkpoint.
        for old in try run.savedSteps().filter({ $0 != state.step }).dropFirst(1) {
            // Under another name first: a process that dies while it removes leaves nothing that looks whole.
            let removed = run.checkpoints + "/.old"
            try renameDirectoryDurably(from: run.checkpoint(step: old), to: removed)
            try removeTree(path: removed)
        }
        try renameDirectoryDurably(from: aside, to: run.checkpoint(step: state.step), replacing: true)
    }

    /// Writes a checkpoint's files into a directory aside, to be renamed; gives its path.
    static func writeAside(
        _ state: some Encodable, weights: NamedTensors, optimizer: NamedTensors, in run: RunDirectory
    ) throws -> String {
        let aside = run.checkpoints + "/.new"
        try removeTree(path: aside)
        try createDirectory(path: aside)
        try write(weights, to: aside + "/" + weightsFile)
        try write(optimizer, to: aside + "/" + optimizerFile)
        // Without a line end, as runs have it since the first version.
        try AtomicFile.write(Array(try jsonText(state).utf8.dropLast()), to: aside + "/" + stateFile, durable: true)
        return aside
    }

    /// Writes float32 tensors as a safetensors file that has reached the disk on return.
    package static func write(_ tensors: NamedTensors, to path: String) throws {
        let entries = tensors.map { name, tensor in
            SafetensorsWriter.Tensor(name: name, dtype: .float32, shape: tensor.shape) { body in
                try tensor.withBytes(body)
            }
        }
        try SafetensorsWriter.write(entries, to: path, durable: true)
    }

    static func state(at path: String) throws -> TrainingState {
        try RunDirectory.read(TrainingState.self, path + "/" + stateFile)
    }

    /// Overwrites tensors with a checkpoint's, which must be the same ones.
    static func restore(_ tensors: NamedTensors, from path: String) throws {
        let file = try SafetensorsFile(path: path)
        guard file.entries.count == tensors.count else {
            throw TrainingError.damagedRun(
                path: path, problem: "has \(file.entries.count) tensors instead of \(tensors.count)")
        }
        for (name, tensor) in tensors {
            guard let entry = file[name], entry.shape == tensor.shape, entry.dtype == .float32 else {
                throw TrainingError.damagedRun(path: path, problem: "lacks '\(name)' of shape \(tensor.shape)")
            }
            let host = try Tensor(emptyWithShape: tensor.shape)
            try file.withBytes(of: entry) { try host.store($0, dtype: .float32, at: 0) }
            file.release(entry)
            try tensor.copyInPlace(host)
        }
    }
}
