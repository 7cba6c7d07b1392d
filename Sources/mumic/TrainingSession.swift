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
    let writesReport: Bool

    func run() throws {
        let device = try computeDevice(options.device)
        try checkRunDirectory(options.output, resumes: resumes)
        let fileLabels = try options.labels.map(readLabelFile)
        let annotated = try readTable(options.data, labels: fileLabels?.map(\.name))
        let training = try holdingOut(annotated)
        let validation = try options.validation.map { try readTable($0, labels: annotated.labels) }
            .map { $0.leavingOut(options.holdOut) }
        let bundle = try ModelBundle(directory: try modelDirectory(options.model), resolvingBase: modelDirectory)
        let kept = Set(training.labels)
        let labels = try bundle.resolve(
            fileLabels?.filter { kept.contains($0.name) } ?? training.labels.map { Label(name: $0) })
        let templates =
            options.template.isEmpty
            ? bundle.description?.templates ?? [.standard] : try options.template.map(promptTemplate)
        let trainer = Trainer(
            options: options, checkpoint: bundle.checkpoint, training: training, validation: validation, labels: labels,
            templates: templates, fingerprint: try fingerprint(), device: device)
        if checksPictures, try !trainer.hasCheckpoint() {
            for table in [training, validation].compactMap({ $0 }) {
                try checkPictures(
                    table.images, source: table.source, preprocessor: bundle.checkpoint.preprocessor,
                    workers: options.workers)
            }
        }
        let display = TrainingDisplay()
        try trainer.run(monitor: .console, report: display.show)
        try reportAnnotationNoise()
        // A finished run that is resumed stays as it is; one that was killed before its report gets it now.
        if writesReport, let validation, !FileManager.default.fileExists(atPath: options.output + "/report.html") {
            try writeTrainingReport(
                options: options, validation: validation, labels: labels, templates: templates, start: bundle,
                device: device)
        }
    }

    /// The annotations without the labels that are held out.
    private func holdingOut(_ table: AnnotationTable) throws -> AnnotationTable {
        if options.holdOut.isEmpty { return table }
        if let unknown = options.holdOut.first(where: { !table.labels.contains($0) }) {
            throw UsageError("--hold-out: \(options.data) has no label '\(printable(unknown))'; check its spelling")
        }
        let left = table.leavingOut(options.holdOut)
        if left.labels.isEmpty {
            throw UsageError("--hold-out leaves no label of \(options.data) to train on; name fewer")
        }
        StandardError.line(
            "held out: \(left.labels.count) of \(table.labels.count) labels are trained on")
        return left
    }

    /// Says what rates of wrong annotations training has found.
    private func reportAnnotationNoise() throws {
        if options.robust != .forward || options.robustRate != nil { return }
        guard let noise = try ClassifierDescription.read(directory: options.output + "/model")?.annotationNoise
        else { return }
        StandardError.line(
            String(
                format: "wrong annotations, estimated: %.1f %% of absent labels, %.1f %% of present ones",
                100 * noise.falsePositiveRate, 100 * noise.falseNegativeRate))
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

    /// A hash of the files that the annotations and labels were read from.
    private func fingerprint() throws -> String {
        try mumic.fingerprint([options.data, options.validation, options.labels])
    }
}
