// SPDX-License-Identifier: Apache-2.0

import Datasets
import Duplicates
import FileIO
import Foundation
import Imaging
import Models
import MultiLabel
import Torch
import TrainingOptions

/// The pictures of a run, training ones first: read once, and kept as what the frozen layers make of them.
final class RecipePictures {
    let pictures: [Picture]
    private let sources: (_ index: Int) -> String
    private let task: FineTuning
    private let folder: String
    private(set) var kept: HalfRows?
    /// Of each picture, what tells it from others; nil where nothing does.
    private(set) var fingerprints: [PictureFingerprint?] = []

    /// - Parameters:
    ///   - pictures: All pictures.
    ///   - task: How they are prepared and computed.
    ///   - folder: Where files take their space.
    ///   - sources: The file that lists a picture, for messages.
    init(_ pictures: [Picture], _ task: FineTuning, folder: String, sources: @escaping (Int) -> String) {
        (self.pictures, self.task, self.folder, self.sources) = (pictures, task, folder, sources)
    }

    private var activations: String { folder + "/activations.f16" }
    private var fingerprintFile: String { folder + "/fingerprints.json" }

    /// Runs all pictures through the model, or finds what an earlier attempt made of them.
    ///
    /// - Parameters:
    ///   - model: The model as it came.
    ///   - frozen: Its frozen layers, whose output is kept; nil to keep pooled states alone.
    ///   - monitor: Shown how far it is.
    /// - Returns: The pooled states of all pictures, `[N, W]`, float32.
    /// - Throws: `InputError` with a finding for each picture that cannot be read, `Interrupted`, and `FileIOError` if
    ///   the disk is full.
    func read(_ model: any ImageTextModel, _ frozen: FrozenLayers?, _ monitor: WorkMonitor) throws -> Tensor {
        let collector = FingerprintCollector(count: pictures.count)
        guard let frozen else {
            let states = try pooled(model, collector, monitor, title: "reading pictures")
            fingerprints = collector.all
            return states
        }
        let shape = try frozen.rowShape(task.preprocessor.outputSize)
        if let found = FingerprintFile.read(fingerprintFile, count: pictures.count),
            let rows = HalfRows(path: activations, shape: shape, count: pictures.count)
        {
            (fingerprints, kept) = (found, rows)
        } else {
            let writer = try HalfRows.Writer(path: activations)
            _ = try passed(collector, monitor, title: "reading pictures") { pixels in
                let rows = try frozen.below(pixels)
                try writer.append(rows)
                return try rows.reshaped([rows.shape[0], -1]).narrowed(dimension: 1, start: 0, count: 1)
            }
            fingerprints = collector.all
            try FingerprintFile.write(fingerprints, to: fingerprintFile)
            try writer.commit()
            kept = HalfRows(path: activations, shape: shape, count: pictures.count)
        }
        return try states(model, frozen, monitor, title: "looking at pictures")
    }

    /// The pooled states of all pictures by a model, `[N, W]`, float32: from what was kept, or from the pictures.
    func states(
        _ model: any ImageTextModel, _ frozen: FrozenLayers?, _ monitor: WorkMonitor, title: String
    ) throws -> Tensor {
        guard let kept, let frozen else { return try pooled(model, nil, monitor, title: title) }
        let all = kept.selecting(Array(pictures.indices))
        var batches: [Tensor] = []
        for batch in Array(pictures.indices).chunked(64) {
            try monitor.check()
            batches.append(
                try withoutGradient {
                    try frozen.pooled(all.tensor(batch).to(device: task.device)).to(dtype: .float32)
                })
        }
        return try Tensor.concatenated(batches, dimension: 0)
    }

    /// Decodes all pictures and runs them through the whole image tower, `[N, W]`, float32.
    private func pooled(
        _ model: any ImageTextModel, _ collector: FingerprintCollector?, _ monitor: WorkMonitor, title: String
    ) throws -> Tensor {
        try passed(collector, monitor, title: title) { pixels in
            try task.options.precision.run(on: task.device) { try model.pooledImages(pixels) }.to(dtype: .float32)
        }
    }

    /// Decodes all pictures and computes a row of each, `[N, X]`.
    private func passed(
        _ collector: FingerprintCollector?, _ monitor: WorkMonitor, title: String,
        compute: (Tensor) throws -> Tensor
    ) throws -> Tensor {
        let progress = monitor.begin(title, total: pictures.count)
        var values: [Float] = []
        var (findings, place, first) = ([String](), 0, "")
        var inspect: (@Sendable (Int, RGBImage) -> Void)?
        if let collector { inspect = { collector($0, $1) } }
        try MultiLabel.forEachPicture(
            pictures, preprocessor: task.preprocessor,
            options: .init(batchSize: task.options.batchSize, workers: task.options.workers, device: task.device),
            progress: progress, monitor: monitor, inspect: inspect,
            compute: compute,
            receive: { picture, result in
                switch result {
                case .success(let row): values += row
                case .failure(let error):
                    if findings.isEmpty { first = sources(place) }
                    findings.append("\(picture.place(in: sources(place))): \(printable(picture.name)): \(error)")
                }
                place += 1
            })
        try requireReadable(findings, of: first)
        progress.finish()
        return try Tensor(values, shape: [pictures.count, values.count / max(1, pictures.count)])
            .to(device: task.device)
    }
}
