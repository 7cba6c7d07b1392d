// SPDX-License-Identifier: Apache-2.0

import CLIP
import ContentHash
import Datasets
import Evaluation
import FileIO
import Foundation
import Imaging
import MultiLabel
import Terminal
import Torch
import Training

/// A run from reading its data to its last word on the terminal.
struct TrainingSession {
    let options: TrainingConfiguration
    let resumes: Bool
    let checksPictures: Bool

    init(_ options: TrainingConfiguration, resumes: Bool, checksPictures: Bool) throws {
        self.options = options
        self.resumes = resumes
        self.checksPictures = checksPictures
    }

    func run() throws {
        let device = try computeDevice(options.device)
        try Trainer.checkOutput(options.output, resumes: resumes)
        let fileLabels = try options.labels.map(readLabelFile)
        let training = try readTable(options.data, labels: fileLabels?.map(\.name))
        let validation = try options.validation.map { try readTable($0, labels: training.labels) }
        let bundle = try ModelBundle(directory: try modelDirectory(options.model))
        let labels = try bundle.resolve(fileLabels ?? training.labels.map { Label(name: $0) })
        let templates =
            options.template.isEmpty
            ? bundle.description?.templates ?? [.standard] : try options.template.map(promptTemplate)
        let trainer = Trainer(
            options: options, checkpoint: bundle.checkpoint, training: training, validation: validation, labels: labels,
            templates: templates, fingerprint: try fingerprint(), device: device)
        if checksPictures, try !trainer.hasCheckpoint() {
            for table in [training, validation].compactMap({ $0 }) {
                try checkPictures(table, preprocessor: bundle.checkpoint.preprocessor)
            }
        }
        Interruption.waitForStep()
        let display = TrainingDisplay(options: options)
        do {
            try trainer.run(isInterrupted: { Interruption.isRequested }, report: display.show)
        } catch let error as TrainingInterrupted {
            display.clear()
            throw Interruption.error(
                "stopped after step \(error.step), which is saved; go on with: mumic train --resume --output \(options.output)"
            )
        }
        display.finish()
        StandardError.line("the model is in \(options.output)/model")
    }

    private func readTable(_ path: String, labels: [String]?) throws -> AnnotationTable {
        let unlisted = AnnotationFileOptions.Unlisted(rawValue: options.unlisted) ?? .absent
        let table = try AnnotationTable.read(
            path: path,
            options: AnnotationOptions(
                imagesDirectory: options.images, unlisted: unlisted.meaning, labels: labels, extraLabels: .error))
        // With an error among them all findings are printed, warnings too.
        try table.requireUsable()
        for finding in table.findings { StandardError.line(finding.formatted(path: path)) }
        let positives = table.targets.count { $0 > 0.5 }
        let unknown = table.targets.count { $0.isNaN }
        StandardError.line(
            "\(path): \(formatCount(table.images.count)) pictures, \(formatCount(table.labels.count)) labels, \(formatCount(positives)) positives, \(formatCount(unknown)) unknown"
        )
        return table
    }

    /// Decodes every picture once, so that a broken one is found now and not after an hour.
    private func checkPictures(_ table: AnnotationTable, preprocessor: ImagePreprocessor) throws {
        let shortSide = preprocessor.shortSide
        let loader = PictureLoader<AnnotatedImage, Bool>(
            table.images, workers: options.workers, ahead: options.workers * 4
        ) { (_, image) throws(ImagingError) in
            _ = try RGBImage(contentsOf: image.path, shortSideAtLeast: shortSide)
            return true
        }
        defer { loader.cancel() }
        let bar = ProgressBar(title: "checking pictures", total: table.images.count)
        var findings: [String] = []
        while let element = loader.next() {
            if case .failure(let error) = element.result {
                findings.append("\(table.source):\(element.input.line): \(printable(element.input.name)): \(error)")
            }
            bar.advance()
            try Interruption.check()
        }
        bar.finish()
        if !findings.isEmpty {
            throw BadDataError(
                message:
                    "\(findings.count) pictures of \(table.source) cannot be read; replace them or remove their lines",
                findings: findings)
        }
    }

    /// A hash of the files that the annotations and labels were read from.
    private func fingerprint() throws -> String {
        var hash = SHA256()
        for path in [options.data, options.validation, options.labels] {
            hash.update(Array((try path.map { try SHA256.hexadecimal(ofFileAt: $0) } ?? "none").utf8))
        }
        return hash.hexadecimal()
    }
}

/// What a run shows on stderr.
final class TrainingDisplay {
    private let options: TrainingConfiguration
    private var bar: ProgressBar?
    private var validationBar: ProgressBar?

    init(options: TrainingConfiguration) { self.options = options }

    func show(_ event: TrainingEvent) {
        switch event {
        case .began(let groups, let firstStep, let totalSteps):
            StandardError.line(table(groups))
            bar = ProgressBar(title: "training", total: totalSteps, startingAt: firstStep, unit: "steps")
        case .step(let step, _):
            let loss = String(
                format: "loss %.4f, temperature %.4f, %.1f images/s", step.loss, step.temperature, step.imagesPerSecond)
            bar?.update(extra: loss)
            bar?.advance()
        case .validates(let images): validationBar = ProgressBar(title: "validating", total: images)
        case .scored(let images): validationBar?.update(count: images)
        case .validated(let report, let step, let isBest):
            validationBar = nil
            let words = [("GAP", report.gap), ("GAP@\(report.k)", report.gapAtK), ("mAP", report.mapMacro)].map {
                name, value in
                "\(name) " + (value.map { String(format: "%.4f", $0) } ?? "undefined")
            }
            StandardError.line("step \(step): \(words.joined(separator: ", "))\(isBest ? ", the best so far" : "")")
        }
    }

    func clear() {
        bar = nil
        validationBar = nil
    }

    func finish() {
        bar?.finish()
        clear()
    }

    private func table(_ groups: [ParameterGroup]) -> String {
        let rows = groups.map { group in
            [
                group.name, formatCount(group.parameters),
                group.trained == 0 ? "frozen" : group.trained == group.parameters ? "trains" : "trains in part",
            ]
        }
        return formatTable(
            columns: [TableColumn("part"), TableColumn("parameters", .right), TableColumn("")], rows: rows)
    }
}
