// SPDX-License-Identifier: Apache-2.0
// verbs FIXTURE FOLDER: everything that mumic does, as library calls, on a small model with its pictures (FIXTURE holds
// model, images and train.csv). Writes into FOLDER.

import Audit
import Datasets
import Evaluation
import FileIO
import Foundation
import Hub
import Interpolation
import MultiLabel
import Report
import Search
import Torch
import Training
import TrainingOptions

/// Ends the program with status 1 where a result is not what it has to be.
func expect(_ condition: Bool, _ what: String) throws {
    struct Difference: Error { let what: String }
    if !condition { throw Difference(what: what) }
}

let fixture = CommandLine.arguments[1]
let folder = CommandLine.arguments[2]
let data = fixture + "/train.csv"

// Load: a directory, and a Hub name that lies in the Hub's cache.
let start = try ModelBundle(directory: fixture + "/model")
let snapshot = folder + "/hub/models--org--small/snapshots/0123456789012345678901234567890123456789"
try createDirectory(path: folder + "/hub/models--org--small/refs")
try copyDirectory(from: fixture + "/model", to: snapshot) { _ in true }
try AtomicFile.write(
    "0123456789012345678901234567890123456789", to: folder + "/hub/models--org--small/refs/main", durable: false)
guard let name = HubModelName("org/small") else { fatalError("org/small is a name") }
let hub = HubClient(
    configuration: try HubConfiguration(environment: ["HF_HUB_CACHE": folder + "/hub", "HF_HUB_OFFLINE": "1"]))
try expect(try hub.snapshot(of: name) == snapshot, "the Hub's cache gives another folder")

// Train, with a callback for progress.
var options = TrainingConfiguration(data: data, model: fixture + "/model", output: folder + "/run", workers: 2)
options.validation = data
options.epochs = 2
options.learningRate = 1e-3
var losses: [Double] = []
try FineTuningRun(options).run { event in
    if case .step(let step, _) = event { losses.append(step.loss) }
}
try expect(losses.count > 1 && losses.allSatisfy(\.isFinite), "the losses are \(losses)")

// Predict: pictures in memory.
let bundle = try ModelBundle(directory: folder + "/run/model")
let bytes = try readFile(path: fixture + "/images/p00.png", maximumBytes: 1 << 20)
var predictions: [Prediction] = []
try Predictor(bundle, options: PredictorOptions(topK: 3)).predict([
    Picture(name: "in memory", bytes: bytes), Picture(name: "broken", bytes: [1, 2, 3]),
]) { predictions.append($0) }
try expect(predictions.count == 2 && predictions[0].predictions?.count == 3, "the predictions are \(predictions)")
try expect(predictions[1].error != nil, "a broken picture has labels")

// Evaluate, and a report.
let table = try AnnotationTable.readForScoring(path: data)
let evaluation = try bundle.evaluate(table, metrics: EvaluationOptions(bootstrapReplicates: 10))
try expect((evaluation.report.gap ?? 0) > 0.2, "GAP is \(String(describing: evaluation.report.gap))")
let page = try ReportContents(
    model: "run/model", data: data, evaluation: evaluation.report, scores: evaluation.scores, targets: table.targets
).html()
try expect(page.contains("</html>"), "the report is no page")

// Calibrate and fit thresholds: copies of the model that know what was fitted.
try ModelCopy(of: folder + "/run/model", to: folder + "/calibrated")
    .write(bundle.fittingCalibration(to: table).description)
let calibrated = try ModelBundle(directory: folder + "/calibrated")
try ModelCopy(of: folder + "/calibrated", to: folder + "/fitted")
    .write(calibrated.fittingThresholds(to: table).description)
let fitted = try ModelBundle(directory: folder + "/fitted")
try expect(fitted.description?.calibration != nil, "the calibration is lost")
try expect(fitted.description?.thresholds.count == table.labels.count, "thresholds are missing")
_ = try Predictor(fitted, options: PredictorOptions(threshold: .fitted))

// Interpolate.
let models = try InterpolatedModels(start: start, fineTuned: bundle, device: .cpu)
let choice = try models.choose(
    of: [0, 0.5, 1], keep: 0.98, by: table, labels: bundle.resolve(table.labels.map { Label(name: $0) }),
    templates: nil, options: PictureStreamOptions())
try models.write(choice, to: ModelCopy(of: folder + "/run/model", to: folder + "/between"))
try expect(choice.curve.curve.count == 3, "the curve has \(choice.curve.curve.count) points")

// Audit, with a page.
let (features, logits) = try Predictor(start, labels: table.labels.map { Label(name: $0) }).features(of: table)
let audit = try AuditResult(table, features: features, logits: logits)
try createDirectory(path: folder + "/audit")
try audit.write(to: folder + "/audit")
try expect(try audit.html(model: "model", top: 10).contains("</html>"), "the audit's page is no page")

// Index and search.
let embedder = try Embedder(bundle.checkpoint, options: PictureStreamOptions())
let tally = try embedder.embed(PictureInputs([fixture + "/images"]), to: folder + "/photos.npy")
let index = try EmbeddingIndex(path: folder + "/photos.npy", columns: embedder.dimension)
var answers: [SearchAnswer] = []
try embedder.search(["a photo of a pool"], through: SearchQueue(index, topK: 2) { answers += $0 })
try expect(tally.pictures == index.count && answers.first?.results?.count == 2, "the answers are \(answers)")

// Export.
try ModelCopy(of: folder + "/run/model", to: folder + "/small").export(as: .float16)
_ = try ModelBundle(directory: folder + "/small")

print("verbs: GAP \(evaluation.report.gap ?? 0), \(audit.mistakes.count) doubts, \(index.count) pictures")
