// SPDX-License-Identifier: Apache-2.0

public import Datasets
public import FileIO
public import Models
public import MultiLabel
public import Torch
public import TrainingOptions

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
    ///   - communicator: The processes that train together; each of them prepares the same run.
    public init(
        options: TrainingConfiguration, checkpoint: ModelCheckpoint, training: AnnotationTable,
        validation: AnnotationTable?, labels: [Label], templates: [PromptTemplate], fingerprint: String, device: Device,
        communicator: any Communicator = SingleProcess()
    ) {
        var options = options
        options.recipe = .plain
        self.init(
            FineTuning(
                options: options, checkpoint: checkpoint, targets: TargetRows(training, unknown: options.unknown),
                validation: validation, labels: labels, templates: templates, fingerprint: fingerprint, device: device),
            communicator)
    }

    init(_ task: FineTuning, _ communicator: any Communicator) {
        self.loop = TrainingLoop(task, communicator: communicator)
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
    ///   ``TrainingError`` and the errors of the parts.
    public func run(monitor: WorkMonitor = .silent, report: (TrainingEvent) -> Void = { _ in }) throws {
        try loop(monitor: monitor, report: report)
    }
}
