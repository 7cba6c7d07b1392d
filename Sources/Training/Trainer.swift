// SPDX-License-Identifier: Apache-2.0

public import CLIP
public import Datasets
import Evaluation
public import MultiLabel
public import Torch

/// Fine-tunes a model on annotations and keeps the best one in the run's directory.
public struct Trainer {
    private let loop: TrainingLoop<FineTuning>

    /// Prepares a run; nothing is loaded or written yet.
    ///
    /// - Parameters:
    ///   - options: The run's configuration.
    ///   - checkpoint: The model to start from.
    ///   - training: The annotations, which have at least one known label.
    ///   - validation: Annotations with the same labels in the same order, or nil.
    ///   - labels: The labels in the order of the annotations' columns.
    ///   - templates: Sentences for labels without prompts.
    ///   - fingerprint: A hash of everything that the annotations were read from.
    ///   - device: Where to compute.
    public init(
        options: TrainingConfiguration, checkpoint: CLIPCheckpoint, training: AnnotationTable,
        validation: AnnotationTable?, labels: [Label], templates: [PromptTemplate], fingerprint: String, device: Device
    ) {
        self.loop = TrainingLoop(
            FineTuning(
                options: options, checkpoint: checkpoint, targets: TargetRows(training, unknown: options.unknown),
                validation: validation,
                labels: labels, templates: templates, fingerprint: fingerprint, device: device))
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
    /// - Throws: ``TrainingInterrupted`` after an interruption, ``TrainingError`` and the errors of the parts.
    public func run(isInterrupted: () -> Bool, report: (TrainingEvent) -> Void) throws {
        try loop(isInterrupted: isInterrupted, report: report)
    }
}
