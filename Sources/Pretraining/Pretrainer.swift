// SPDX-License-Identifier: Apache-2.0

public import Datasets
public import FileIO
public import Models
public import Torch
public import Training
public import TrainingOptions

/// Trains a model on captioned pictures and keeps the best one in the run's directory.
public struct Pretrainer {
    private let loop: TrainingLoop<CaptionTraining>

    /// Prepares a run; nothing is loaded or written yet.
    ///
    /// - Parameters:
    ///   - options: The run's configuration.
    ///   - checkpoint: The model to start from.
    ///   - bias: b of a model that was trained with SigLIP's loss, or nil for where the model or the loss starts it.
    ///   - captions: The captioned pictures.
    ///   - validation: Others, or nil.
    ///   - fingerprint: A hash of everything that the captions were read from.
    ///   - device: Where to compute.
    public init(
        options: PretrainingConfiguration, checkpoint: ModelCheckpoint, bias: Double?, captions: CaptionTable,
        validation: CaptionTable?, fingerprint: String, device: Device
    ) {
        self.loop = TrainingLoop(
            CaptionTraining(
                options: options, checkpoint: checkpoint, bias: bias, captions: captions, validation: validation,
                fingerprint: fingerprint, device: device))
    }

    /// Whether there is a checkpoint to go on from.
    ///
    /// - Throws: `FileIOError` if the run's directory cannot be read.
    public func hasCheckpoint() throws -> Bool { try loop.hasCheckpoint() }

    /// Trains from the last whole checkpoint, or from the start, to the end.
    ///
    /// - Parameters:
    ///   - monitor: Shown what is computed beside the steps, and asked after every step and picture whether to go on.
    ///   - report: Told what happens.
    /// - Throws: `Interrupted` after an interruption, with a checkpoint saved and words that say how to go on;
    ///   ``Training/TrainingError`` and the errors of the parts.
    public func run(monitor: WorkMonitor = .silent, report: (TrainingEvent) -> Void = { _ in }) throws {
        try loop(monitor: monitor, report: report)
    }
}
