// SPDX-License-Identifier: Apache-2.0

import Datasets
import Duplicates
import FileIO
import Foundation
import Imaging
import Models
import MultiLabel
import Torch
import TorchNN
import TrainingOptions

/// Which pictures train and which choose.
struct RecipeSets {
    /// Training pictures, by their numbers among all.
    let training: [Int]
    /// Pictures to choose by, by their numbers among all.
    let validation: [Int]
    /// For each training picture the group of its near-duplicates.
    let groups: [Int]
    let trainingTable: AnnotationTable
    let validationTable: AnnotationTable
}

extension AutomaticTraining {
    /// The share of the training pictures that is held out where there are no validation pictures.
    private static let heldOutShare = 0.2
    /// The share of the free disk that activations may take.
    private static let diskShare = 0.5

    /// The multiply-adds that a step may spend on the text tower: some three seconds on two cores. A GPU is a hundred times
    /// as fast, but what the backward pass needs has to fit into its memory.
    private var textBudget: Double { device == .cpu ? 2e11 : 2e12 }

    /// The last groups of the text tower that train; nil for all. Long lists, and towers whose texts are padded, would take
    /// hours on two cores; what is left out is computed once.
    var textGroups: Int? {
        let architecture = bundle.checkpoint.architecture
        let prompts = labels.flatMap { $0.texts(templates: templates) }.map(bundle.checkpoint.tokens)
        // Forward and backward.
        let block = 3 * architecture.textBlockCost(prompts)
        return RecipePlan.textGroups(
            blockCost: block, blocks: architecture.blockCount(of: .text), budget: textBudget)
    }

    /// Settles what is going to be done; measures the machine only where the time is bounded.
    func plan(_ start: FineTunedModel) throws -> (plan: RecipePlan, speed: RecipeSpeed?) {
        let all = training.images.count
        let held = validation?.images.count ?? Int((Double(all) * Self.heldOutShare).rounded())
        let effort = RecipePlan.effort(options.effort, on: device)
        var bytes = 0
        if effort != .fast, let frozen = start.frozenImageLayers {
            let shape = try frozen.rowShape(bundle.checkpoint.preprocessor.outputSize)
            bytes = shape.reduce(2 * (all + (validation?.images.count ?? 0)), *)
            if let free = try freeBytes(), Double(bytes) > Self.diskShare * Double(free) {
                monitor.note(
                    String(
                        format:
                            "note: what the frozen layers make of the pictures would take %.1f GB of %.1f GB that are free; pictures are read again in every epoch instead",
                        Double(bytes) / 1e9, Double(free) / 1e9))
                bytes = 0
            }
        }
        let speed = try options.minutes.map { _ in try self.speed(start) }
        let plan = RecipePlan(
            effort: effort, pictures: all - (validation == nil ? held : 0), validationPictures: held,
            holdsOut: validation == nil, width: bundle.checkpoint.pooledWidth, activationBytes: bytes, speed: speed,
            minutes: options.minutes, textGroups: start.textGroups)
        return (plan, speed)
    }

    /// The bytes that are free where the run is written; nil if the system does not say.
    private func freeBytes() throws -> Int? {
        var folder = URL(fileURLWithPath: run.path)
        while !FileManager.default.fileExists(atPath: folder.path), folder.path != "/" {
            folder.deleteLastPathComponent()
        }
        let attributes = try FileManager.default.attributesOfFileSystem(forPath: folder.path)
        return (attributes[.systemFreeSize] as? NSNumber)?.intValue
    }

    /// Measures what a picture and a step take, on the first training pictures.
    func speed(_ start: FineTunedModel) throws -> RecipeSpeed {
        let task = try task(training, validation, anchor: nil, textGroups: start.textGroups)
        let rows = Array(task.rows.indices.prefix(RecipePlan.stepPictures))
        let pass = try seconds {
            try task.forEachPicture(
                rows.map { task.rows[$0] }, of: task.source, SilentProgress(), monitor,
                compute: { try start.classifier.model.pooledImages($0) }
            ) { _ in }
        }
        func step(_ model: FineTunedModel, _ frozen: FrozenLayers?) throws -> Double {
            let size = bundle.checkpoint.preprocessor.outputSize
            let pixels = try Tensor(
                repeating: 0, shape: [rows.count, 3, size.height, size.width], device: device)
            let inputs = try frozen?.below(pixels) ?? pixels
            var times: [Double] = []
            for _ in 0..<2 {
                let source = OneBatch(TrainingBatch(rows: rows, inputs: inputs))
                times.append(
                    try seconds {
                        _ = try model.gradients(
                            TrainingStep(number: 0, rows: rows, from: source, batchSize: rows.count))
                    })
                for parameter in model.trained { try parameter.tensor.clearGradient() }
            }
            let scale = Double(RecipePlan.stepPictures) / Double(max(1, rows.count))
            // AdamW and validations come on top.
            return 1.3 * (times.min() ?? 0) * scale
        }
        let whole = try self.task(training, validation, anchor: nil, wholeTower: true, textGroups: start.textGroups)
            .load()
        return RecipeSpeed(
            secondsOfPass: pass / Double(max(1, rows.count)),
            secondsOfStep: try step(start, start.frozenImageLayers),
            secondsOfWholeStep: try step(whole, nil) + pass)
    }

    private func seconds(_ body: () throws -> Void) rethrows -> Double {
        let clock = ContinuousClock.now
        try body()
        return (ContinuousClock.now - clock) / .seconds(1)
    }

    /// All pictures, training ones first.
    func pictures(_ task: FineTuning) -> RecipePictures {
        let count = training.images.count
        return RecipePictures(training.images + (validation?.images ?? []), task, folder: run.checkpoints) {
            $0 < count ? training.source : validation?.source ?? training.source
        }
    }

    /// Which pictures train and which choose; tells of pictures that are in both.
    func split(_ pictures: RecipePictures, _ record: inout RecipeRecord) -> RecipeSets {
        let count = training.images.count
        if let validation {
            let own = Array(pictures.fingerprints.prefix(count))
            let theirs = pictures.fingerprints.suffix(validation.images.count).map { $0?.pixelDigits }
            if !options.allowShared,
                let note = sharedPicturesNote(
                    training: Set(own.compactMap { $0?.pixelDigits }), validation: theirs, validation)
            {
                record.notes = [note]
                monitor.note("warning: " + note)
            }
            return RecipeSets(
                training: Array(0..<count), validation: Array(count..<count + validation.images.count),
                groups: DuplicateGroups(own).groups, trainingTable: training, validationTable: validation)
        }
        let groups = DuplicateGroups(pictures.fingerprints).groups
        let parts = stratifiedParts(
            targets: training.targets, labelCount: labels.count, groups: groups,
            shares: [1 - Self.heldOutShare, Self.heldOutShare], seed: options.seed)
        let (rows, held) = (parts.indices.filter { parts[$0] == 0 }, parts.indices.filter { parts[$0] == 1 })
        let note =
            "no validation data: \(held.count) of \(count) pictures are held out of training to choose by, near-duplicates kept together"
        record.notes = [note]
        record.heldOut = held
        monitor.note(note)
        return RecipeSets(
            training: rows, validation: held, groups: rows.map { groups[$0] },
            trainingTable: training.selecting(rows), validationTable: training.selecting(held))
    }
}

/// A batch that is there already.
private final class OneBatch: BatchSource {
    private var batch: TrainingBatch?

    init(_ batch: TrainingBatch) { self.batch = batch }

    func next(_ count: Int) -> TrainingBatch? {
        defer { batch = nil }
        return batch
    }
}

extension AnnotationTable {
    /// Some of the rows.
    func selecting(_ rows: [Int]) -> AnnotationTable {
        AnnotationTable(
            source: source, images: rows.map { images[$0] }, labels: labels,
            targets: rows.flatMap { targets[$0 * labels.count..<($0 + 1) * labels.count] })
    }
}
