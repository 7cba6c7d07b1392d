// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
public import Audit
import Datasets
import Evaluation
import FileIO
import JSON
import Models
import MultiLabel
import Report
import TrainingOptions

extension IssueOrder: ExpressibleByArgument {}

/// Looks for annotations that are probably wrong.
struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "List the annotations that are probably wrong or missing.",
        discussion: """
            Computes each picture's feature once, fits a classifier of all labels to all folds of the pictures but \
            one, and asks it for the probabilities of that one: so no picture's own annotations speak for \
            themselves. Annotations that these contradict, by the thresholds of confident learning (arXiv \
            1911.00068), are listed, the most doubtful first. MODEL should not have been trained on these very \
            annotations: one that has may have learned the mistakes by heart. Take the model before fine-tuning, or \
            one fine-tuned on other data.

            The folder gets audit.csv (all of them), audit.html (the first ones, with their pictures), and \
            pred_probs.npy with labels.json, which cleanlab's multilabel_classification takes as they are. Prints \
            JSON with counts and each label's estimated share of mistakes.

              mumic audit --model openai/clip-vit-base-patch32 --data train.csv --output doubts
            """)

    @OptionGroup var model: ModelOptions
    @Option(help: .init("Annotations: CSV, JSON lines, COCO or Create ML.", valueName: "file")) var data: String
    @Option(help: .init("The folder for the lists.", valueName: "folder")) var output: String

    @Option(number: "Parts that are held out in turn; 0 takes MODEL's own probabilities as they are.", "n")
    var folds = 5

    @Option(number: "Another seed parts the pictures otherwise.", "n") var seed: UInt64 = 0
    @Option(number: "The classifiers' L2 penalty on features of mean squared norm 1.", "weight") var penalty = 0.5

    @Option(
        help: .init(
            "By what doubts are ranked: self-confidence (the probability of what was annotated), or adjusted (the same, minus its label's mean).",
            valueName: "order"))
    var order = IssueOrder.selfConfidence

    @Option(number: "How many of each kind audit.html shows; 0 for no page.", "n") var top = 100
    @OptionGroup var annotations: AnnotationFileOptions
    @OptionGroup var labels: LabelOptions

    mutating func validate() throws {
        if folds < 0 || folds == 1 || folds > 1000 { throw ValidationError("--folds must be 0, or lie in 2...1000") }
        if !(penalty > 0 && penalty <= 1e9) { throw ValidationError("--penalty must lie above 0, up to 1e9") }
        if !(0...10_000).contains(top) { throw ValidationError("--top must lie in 0...10000") }
    }

    func run() throws {
        let scoring = try model.predictor()
        let (templates, fileLabels) = (try labels.templates(), try labels.fileLabels())
        let directory = try model.directory()
        let table = try annotations.read(data, labels: fileLabels)
        try createDirectory(path: output)
        let options = AuditOptions(
            folds: folds, seed: seed, order: order,
            fit: HeldOutOptions(penalty: penalty, workers: scoring.pictures.workers))
        try options.check(table)
        let predictor = try Predictor(
            modelBundle(directory), labels: fileLabels ?? table.labels.map { Label(name: $0) }, templates: templates,
            options: scoring)
        let (features, logits) = try predictor.features(of: table, monitor: .console)
        let result =
            folds == 0
            ? try AuditResult(
                table,
                probabilities: logits.enumerated().map { pair, logit in
                    Float(predictor.ranking.reading.probability(Double(logit), label: pair % table.labels.count))
                }, options: options)
            : try AuditResult(table, features: features, logits: logits, options: options, monitor: .console)
        try result.write(to: output)
        if top > 0 {
            let page = try result.html(model: model.model, top: top, monitor: .console)
            try AtomicFile.write(page, to: output + "/audit.html", durable: false)
        }
        try StandardOutput.shared.write(try jsonText(AuditSummary(result)))
    }
}
