// SPDX-License-Identifier: Apache-2.0

import Datasets
import Duplicates
public import FileIO
import Foundation
import Models
import MultiLabel
public import Report
import Terminal
import Torch
public import TrainingOptions

/// A fine-tuning run from the files that its options name to its model and its report: what `mumic train` does.
///
///     var options = TrainingConfiguration(data: "train.csv", model: "clip", output: "run", workers: 4)
///     options.validation = "validation.csv"
///     try FineTuningRun(options).run { event in
///         if case .step(let step, _) = event { print(step.loss) }
///     }
///
/// The model is then in `run/model`. ``Trainer`` trains on tables that do not come from files.
public struct FineTuningRun {
    /// What is trained on what, and where it goes.
    public var options: TrainingConfiguration
    /// Adds to the report's page what only the caller knows, such as its own version and command line.
    public var completesReport: (inout ReportContents) -> Void = { _ in }
    /// The processes that train together; each of them makes the same run. The default is one process.
    public var communicator: any Communicator = SingleProcess()
    private let findModel: (String) throws -> String

    /// A run; nothing is read or written yet.
    ///
    /// - Parameters:
    ///   - options: Its options.
    ///   - findModel: Gives the directory of a model that the options, or an adapter, name. The default takes the name
    ///     for a directory.
    public init(_ options: TrainingConfiguration, findModel: @escaping (String) throws -> String = { $0 }) {
        self.options = options
        self.findModel = findModel
    }

    /// Reads the data, trains from the start or from where the run stopped to the end, and writes the report.
    ///
    /// - Parameters:
    ///   - monitor: Shows stages, takes notes, and is asked often whether to go on.
    ///   - report: Told of steps and validations.
    /// - Throws: `Interrupted` after an interruption, in words that say what was kept and how to go on; `DatasetError`,
    ///   ``TrainingError`` and the errors of the other parts.
    public func run(monitor: WorkMonitor = .silent, report: (TrainingEvent) -> Void = { _ in }) throws {
        try options.check()
        if !options.resume { for note in options.notes { monitor.note("note: " + note) } }
        try checkRunDirectory(options.output, resumes: options.resume)
        let inputs = try inputs(monitor)
        // A finished run that is resumed stays as it is; one that was killed before its report gets it now.
        let held =
            try options.isAutomatic
            ? automatic(inputs, monitor)(report: report) : trainPlainly(inputs, monitor, report)
        if options.noReport || communicator.rank > 0 { return }
        if let held, !FileManager.default.fileExists(atPath: options.output + "/report.html") {
            try writeReport(held, inputs.labels, inputs.templates, start: inputs.bundle, inputs.device, monitor)
        }
    }

    /// What the automatic recipe would do with this run, and how long it would take, in plain words; nothing is written.
    ///
    /// - Throws: As ``run(monitor:report:)``, and `InputError` for a run that trains plainly.
    public func explanation(monitor: WorkMonitor = .silent) throws -> String {
        try options.check()
        return try automatic(inputs(monitor), monitor).explanation()
    }

    /// What a run is made of once its files are read.
    private struct Inputs {
        let training: AnnotationTable
        let validation: AnnotationTable?
        let bundle: ModelBundle
        let labels: [Label]
        let templates: [PromptTemplate]
        let fingerprint: String
        let device: Device
    }

    private func inputs(_ monitor: WorkMonitor) throws -> Inputs {
        let device = try Device(named: options.device)
        if options.resume {
            try checkPipes([
                ("data", options.data), ("validation", options.validation), ("labels", options.labels),
            ])
        }
        let labelFile = try options.labels.map { path in try LabelFile(path: path) }
        let annotated = try readTable(options.data, labels: labelFile?.labels.map(\.name), monitor)
        let training = try holdingOut(annotated, monitor)
        let validation = try options.validation.map { try readTable($0, labels: annotated.labels, monitor) }?
            .leavingOut(options.holdOut)
        let bundle = try ModelBundle(directory: try findModel(options.model), resolvingBase: findModel)
        for note in bundle.checkpoint.notes { monitor.note("note: " + note) }
        let kept = Set(training.labels)
        let labels = try bundle.resolve(
            labelFile?.labels.filter { kept.contains($0.name) } ?? training.labels.map { Label(name: $0) })
        return Inputs(
            training: training, validation: validation, bundle: bundle, labels: labels,
            templates: options.template.isEmpty
                ? bundle.description?.templates ?? [.standard] : try options.templates(),
            fingerprint: fingerprint([annotated.contentHash, validation?.contentHash, labelFile?.contentHash]),
            device: device)
    }

    private func automatic(_ inputs: Inputs, _ monitor: WorkMonitor) -> AutomaticTraining {
        if !options.resume { noteLabelChanges(inputs, monitor) }
        return AutomaticTraining(
            options: options, bundle: inputs.bundle, training: inputs.training, validation: inputs.validation,
            labels: inputs.labels, templates: inputs.templates, fingerprint: inputs.fingerprint,
            device: inputs.device, monitor: monitor)
    }

    /// Trains as the options say.
    ///
    /// - Returns: The validation pictures.
    private func trainPlainly(
        _ inputs: Inputs, _ monitor: WorkMonitor, _ report: (TrainingEvent) -> Void
    ) throws -> AnnotationTable? {
        let bundle = inputs.bundle
        var anchor: AnchoredStart?
        if options.head == .anchored, bundle.head == .anchored {
            if !options.resume { noteLabelChanges(inputs, monitor) }
            anchor = AnchoredStart(logitScale: nil) {
                try AnchoredHead.load(of: bundle, labels: inputs.labels, device: inputs.device)
            }
        } else if bundle.head == .anchored {
            monitor.note("note: --head \(options.head.rawValue) leaves out the anchored head of \(options.model)")
        }
        var options = options
        options.recipe = .plain
        var task = FineTuning(
            options: options, checkpoint: bundle.checkpoint,
            targets: TargetRows(inputs.training, unknown: options.unknown), validation: inputs.validation,
            labels: inputs.labels, templates: inputs.templates, fingerprint: inputs.fingerprint,
            device: inputs.device, anchor: anchor)
        if !options.skipPictureCheck, try !Trainer(task, communicator).hasCheckpoint() {
            task.seen = try lookAtPictures(inputs, monitor)
        }
        let trainer = Trainer(task, communicator)
        try trainer.run(monitor: monitor, report: report)
        try noteAnnotationNoise(monitor)
        return inputs.validation
    }

    /// Reads all pictures once, and tells of those that are in training and validation both.
    private func lookAtPictures(_ inputs: Inputs, _ monitor: WorkMonitor) throws -> SeenPictures {
        let hashes = try [inputs.training, inputs.validation].map { table -> [String?] in
            guard let table else { return [] }
            let hashes = PixelHashes(count: table.images.count)
            try checkPictures(
                table.images, of: table.source, preprocessor: inputs.bundle.checkpoint.preprocessor,
                workers: options.workers, hashes: hashes, monitor)
            return hashes.all
        }
        let seen = SeenPictures(
            training: hashes[0].compactMap { $0 }, validation: hashes[1].compactMap { $0 })
        if let table = inputs.validation, !options.allowShared,
            let note = sharedPicturesNote(training: seen.training, validation: hashes[1], table)
        {
            monitor.note("warning: " + note)
        }
        return seen
    }

    /// Says how the labels differ from those of an anchored model that is gone on from.
    private func noteLabelChanges(_ inputs: Inputs, _ monitor: WorkMonitor) {
        guard inputs.bundle.head == .anchored, let own = inputs.bundle.description?.labels else { return }
        let known = Dictionary(uniqueKeysWithValues: own.map { ($0.name, $0.prompts) })
        let names = Set(inputs.labels.map(\.name))
        func note(_ labels: [String], _ words: String) {
            guard let first = labels.first else { return }
            monitor.note("note: \(words): \(labels.count), such as '\(printable(first, maximumCharacters: 80))'")
        }
        note(
            inputs.labels.filter { known[$0.name] == nil }.map(\.name),
            "labels that are new to the model and begin with their texts alone")
        note(
            own.map(\.name).filter { !names.contains($0) }, "labels of the model that are in the data no more and leave"
        )
        note(
            inputs.labels.filter { label in known[label.name].map { $0 != label.prompts } ?? false }.map(\.name),
            "labels with other texts than the model was trained with, whose weights are kept")
    }

    private func readTable(_ path: String, labels: [String]?, _ monitor: WorkMonitor) throws -> AnnotationTable {
        let table = try AnnotationTable.read(
            path: path,
            options: AnnotationOptions(
                imagesDirectory: options.images, unlisted: options.unlisted, labels: labels,
                extraLabels: .error, separator: options.separator))
        // With an error among them all findings are printed, warnings too.
        try table.requireUsable()
        for finding in table.findings { monitor.note(finding.formatted(path: path)) }
        let positives = table.targets.count { $0 > 0.5 }
        let unknown = table.targets.count { $0.isNaN }
        monitor.note(
            "\(path): \(formatCount(table.images.count)) pictures, \(formatCount(table.labels.count)) labels, \(formatCount(positives)) positives, \(formatCount(unknown)) unknown"
        )
        return table
    }

    /// The annotations without the labels that are held out.
    private func holdingOut(_ table: AnnotationTable, _ monitor: WorkMonitor) throws -> AnnotationTable {
        if options.holdOut.isEmpty { return table }
        if let unknown = options.holdOut.first(where: { !table.labels.contains($0) }) {
            throw InputError.usage(
                "--hold-out: \(options.data) has no label '\(printable(unknown))'; check its spelling")
        }
        let left = table.leavingOut(options.holdOut)
        if left.labels.isEmpty {
            throw InputError.usage("--hold-out leaves no label of \(options.data) to train on; name fewer")
        }
        monitor.note("held out: \(left.labels.count) of \(table.labels.count) labels are trained on")
        return left
    }

    /// Says what rates of wrong annotations training has found.
    private func noteAnnotationNoise(_ monitor: WorkMonitor) throws {
        if options.robust != .forward || options.robustRate != nil { return }
        guard let noise = try ClassifierDescription.read(directory: options.output + "/model")?.annotationNoise
        else { return }
        monitor.note(
            String(
                format: "wrong annotations, estimated: %.1f %% of absent labels, %.1f %% of present ones",
                100 * noise.falsePositiveRate, 100 * noise.falseNegativeRate))
    }
}
