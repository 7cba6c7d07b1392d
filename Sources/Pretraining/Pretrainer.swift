// SPDX-License-Identifier: Apache-2.0

public import CLIP
public import Datasets
public import Torch
public import Training

/// Trains a CLIP model on captioned pictures and keeps the best one in the run's directory.
public struct Pretrainer {
    private let loop: TrainingLoop<CaptionTraining>

    /// Prepares a run; nothing is loaded or written yet.
    ///
    /// - Parameters:
    ///   - options: The run's configuration.
    ///   - checkpoint: The model to start from.
    ///   - bias: b of a model that was trained with SigLIP's loss, or nil for where the loss starts it.
    ///   - captions: The captioned pictures.
    ///   - validation: Others, or nil.
    ///   - fingerprint: A hash of everything that the captions were read from.
    ///   - device: Where to compute.
    public init(
        options: PretrainingConfiguration, checkpoint: CLIPCheckpoint, bias: Double?, captions: CaptionTable,
        validation: CaptionTable?, fingerprint: String, device: Device
    ) {
        let start = options.loss.defaultBias.map { bias ?? $0 }
        self.loop = TrainingLoop(
            CaptionTraining(
                options: options, checkpoint: checkpoint, bias: start, captions: captions, validation: validation,
                fingerprint: fingerprint, device: device))
    }

    /// Whether there is a checkpoint to go on from.
    ///
    /// - Throws: `FileIOError` if the run's directory cannot be read.
    public func hasCheckpoint() throws -> Bool { try loop.hasCheckpoint() }

    /// Trains from the last whole checkpoint, or from the start, to the end.
    ///
    /// - Parameters:
    ///   - isInterrupted: Asked after every step; if true, a checkpoint is saved and the run ends.
    ///   - report: Told what happens.
    /// - Throws: ``Training/TrainingInterrupted`` after an interruption, ``Training/TrainingError`` and the errors of
    ///   the parts.
    public func run(isInterrupted: () -> Bool, report: (TrainingEvent) -> Void) throws {
        try loop(isInterrupted: isInterrupted, report: report)
    }
}
