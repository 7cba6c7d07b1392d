// SPDX-License-Identifier: Apache-2.0

import Datasets
import FileIO
import Foundation
import JSON
import Models
import MultiLabel
import Torch
import TrainingOptions

/// The automatic recipe: stages whose settings are chosen on pictures that nothing was fitted to.
///
/// | stage | gives |
/// |---|---|
/// | text | how much the labels' texts are worth on the model as it came |
/// | head | weights for the labels beside them, on the frozen tower |
/// | tuned | the last block of the image tower, the text tower and the head, trained together |
/// | refit | the head fitted again to the tuned tower |
/// | stack | the sum of the last two, weighted by the validation pictures; still one head |
///
/// With the effort `thorough` the whole image tower is then trained on varied pictures, from where `tuned` stands, and
/// the last three come once more. The simplest of the best is kept, with its probabilities calibrated and its thresholds
/// fitted.
struct AutomaticTraining {
    let options: TrainingConfiguration
    let bundle: ModelBundle
    let training: AnnotationTable
    /// Pictures to choose by; nil to take a fifth of the training pictures.
    let validation: AnnotationTable?
    let labels: [Label]
    let templates: [PromptTemplate]
    let fingerprint: String
    let device: Device
    let monitor: WorkMonitor

    var run: RunDirectory { RunDirectory(path: options.output) }

    /// Trains from the start, or from where the run stopped, to the end.
    ///
    /// - Parameter report: Told when the run is taken up and when it is finished.
    /// - Returns: The pictures that choices were made by, with their annotations; nil if there were none.
    /// - Throws: `Interrupted` after an interruption, with what there is saved; ``TrainingError`` and the errors of the
    ///   parts.
    func callAsFunction(report: (TrainingEvent) -> Void) throws -> AnnotationTable? {
        report(.takenUp)
        if device == .cpu { try Library.useDeterministicAlgorithms() }
        try options.requireUnchanged(path: run.path)
        let earlier = try RecipeRecord.read(run: run.path)
        if let earlier, earlier.data != fingerprint { throw TrainingError.changedData(path: training.source) }
        if let earlier, earlier.status == "finished" {
            report(.finished(model: run.model))
            return validation ?? earlier.heldOut.map(training.selecting)
        }
        // A run that an earlier version began goes on as it was.
        let groups = earlier.map(\.plan.textGroups) ?? textGroups
        let task = try task(training, validation, anchor: nil, textGroups: groups)
        let start = try task.load()
        let plan = try earlier?.plan ?? self.plan(start).plan
        let lock = try run.begin(options) { try RecipeRecord.read(run: run.path) == earlier }
        defer { withExtendedLifetime(lock) {} }
        var record = earlier ?? RecipeRecord(data: fingerprint, plan: plan)
        try write(record)
        do {
            let pictures = pictures(task)
            let states: Tensor
            do {
                states = try pictures.read(
                    start.classifier.model, plan.activationBytes > 0 ? start.frozenImageLayers : nil, monitor)
                try requireEnough()
            } catch let error as InputError where earlier == nil {
                // A run that cannot begin leaves nothing behind.
                for name in [run.configuration, run.path + "/" + RecipeRecord.fileName, run.checkpoints] {
                    try removeTree(path: name)
                }
                throw error
            }
            let sets = try train(start, pictures, states, &record)
            record.status = "finished"
            try write(record)
            try removeTree(path: run.checkpoints)
            for line in record.table.split(separator: "\n") { monitor.note(String(line)) }
            if let reason = record.reason { monitor.note(reason) }
            report(.finished(model: run.model))
            return sets.validation.isEmpty ? nil : sets.validationTable
        } catch let interruption as Interrupted {
            throw interruption.described(
                "stopped, with what is done saved; go on with: mumic train --resume --output \(run.path)")
        }
    }

    /// What the recipe would do, and how long it would take, in plain words.
    ///
    /// - Throws: The errors of loading the model and of reading pictures.
    func explanation() throws -> String {
        try requireEnough()
        let start = try task(training, validation, anchor: nil, textGroups: textGroups).load()
        let (plan, speed) = try plan(start)
        return plan.words(try speed ?? self.speed(start))
    }

    /// Refuses data of which nothing can be held out.
    private func requireEnough() throws {
        if validation != nil || training.images.count > 1 { return }
        throw InputError.badData(
            "\(training.source) has one picture, and training without --validation holds some out to choose by; add pictures, or give --validation"
        )
    }

    // MARK: The run's files

    private func write(_ record: RecipeRecord) throws {
        try AtomicFile.write(try jsonText(record), to: run.path + "/" + RecipeRecord.fileName, durable: true)
    }

    /// Plain training as a stage does it.
    func task(
        _ training: AnnotationTable, _ validation: AnnotationTable?, anchor: AnchoredStart?, wholeTower: Bool = false,
        textGroups: Int?
    ) throws -> FineTuning {
        FineTuning(
            options: options.tuning(wholeTower: wholeTower, textGroups: textGroups), checkpoint: bundle.checkpoint,
            targets: TargetRows(training), validation: validation, labels: labels, templates: templates,
            fingerprint: fingerprint, device: device, anchor: anchor)
    }
}
