// SPDX-License-Identifier: Apache-2.0

import Datasets
import Evaluation
import FileIO
import Foundation
import Models
import MultiLabel
import Torch
import Training

/// What can be fitted on the pooled states of a tower that stays as it is.
public enum FrozenMethod: String, CaseIterable, Sendable {
    /// The votes of the nearest training pictures by cosine, weighted by it, and the base rates where none votes; how many
    /// vote is chosen on the validation pictures.
    case neighbours
    /// A logistic regression a label with an L2 penalty that is chosen on the validation pictures.
    case regression
}

/// Pictures with the states that the start's image tower has of them.
struct FrozenPictures {
    /// h before the projection, `[N, W]`, row major.
    var states: [Float]
    /// `[N, L]`, row major: NaN unknown.
    var targets: [Float]
    let width: Int
    let labelCount: Int

    var count: Int { states.count / max(1, width) }

    /// These rows, in this order.
    func selecting(_ rows: [Int]) -> [Float] { rows.flatMap { states[$0 * width..<($0 + 1) * width] } }
}

/// Baselines on frozen states, as strong as a single number that validation chooses makes them.
enum FrozenFeatures {
    /// Scores of the test pictures, `[N, L]`, and what was chosen by the validation's GAP.
    struct Outcome {
        var scores: [Double]
        var kind: ScoreKind
        var chosen: [String: String]
        var candidates: [String: Double]
        /// An option whose best value stands at an edge.
        var openEdge: String?
    }

    // MARK: Neighbours

    /// Chooses the number of neighbours from 1, 3, 5, 10, 20, 50 and on, as long as more are better.
    static func neighbours(
        _ training: FrozenPictures, validation: FrozenPictures, test: FrozenPictures
    ) throws -> Outcome {
        var counts = [1, 3, 5, 10, 20, 50].filter { $0 <= training.count }
        var found: [Double] = []
        while found.count < counts.count {
            let votes = votes(training, of: validation, count: counts[found.count])
            found.append(
                try averagePrecision(scores: votes.map(Float.init), targets: validation.targets) ?? -.infinity)
            // Fewer than one and more than all do not exist, so that no choice stays open.
            if found.count == counts.count, bestIndex(found) == found.count - 1, let last = counts.last,
                last < training.count
            {
                counts.append(min(2 * last, training.count))
            }
        }
        let best = counts[bestIndex(found)]
        return Outcome(
            scores: votes(training, of: test, count: best), kind: .probabilities, chosen: ["neighbours": "\(best)"],
            candidates: Dictionary(uniqueKeysWithValues: zip(counts.map { "neighbours=\($0)" }, found)))
    }

    /// The weighted share of the nearest pictures that have a label, `[N, L]`, with a thousandth of the base rate.
    static func votes(_ training: FrozenPictures, of queries: FrozenPictures, count: Int) -> [Double] {
        let labels = training.labelCount
        let rates = (0..<labels).map { label in
            (0..<training.count).reduce(0.0) { sum, row in
                let target = training.targets[row * labels + label]
                return sum + (target.isNaN ? 0 : Double(target))
            } / Double(max(1, training.count))
        }
        let (ours, theirs) = (unit(training), unit(queries))
        var result: [Double] = []
        for query in 0..<queries.count {
            let cosines = EmbeddingMeasures.cosines(query, of: theirs, to: ours)
            let nearest = EmbeddingMeasures.nearest(cosines, count)
            let total = nearest.reduce(0.0) { $0 + Double(cosines[$1]) }
            for label in 0..<labels {
                let vote = nearest.reduce(0.0) { sum, row in
                    let target = training.targets[row * labels + label]
                    return target.isNaN ? sum : sum + Double(cosines[row]) * Double(target)
                }
                result.append(0.999 * max(0, min(1, total > 0 ? vote / total : 0)) + 1e-3 * rates[label])
            }
        }
        return result
    }

    private static func unit(_ pictures: FrozenPictures) -> EmbeddedPictures {
        var result = pictures.states
        for row in 0..<pictures.count {
            let range = row * pictures.width..<(row + 1) * pictures.width
            let norm = pictures.states[range].reduce(0) { $0 + $1 * $1 }.squareRoot()
            for place in range where norm > 0 { result[place] /= norm }
        }
        return EmbeddedPictures(
            features: result, width: pictures.width, targets: pictures.targets, labelCount: pictures.labelCount)
    }

    // MARK: Regression

    /// Chooses λ of min Σ CE + λ/2 ‖w‖² from 30 to 0.03, and on where the best stands at an end. States have mean 0 and
    /// mean squared norm 1; the biases begin at the base rates.
    static func regression(
        _ training: FrozenPictures, validation: FrozenPictures, test: FrozenPictures
    ) throws -> Outcome {
        let standard = StateStandard(training.states, width: training.width)
        func states(_ pictures: FrozenPictures) throws -> Tensor {
            try Tensor(pictures.states, shape: [pictures.count, pictures.width])
        }
        let labels = training.labelCount
        let rates = baseLogits(training)
        let regression = try AnchoredRegression(
            states: states(training), standard: standard,
            offsets: (0..<training.count).flatMap { _ in rates }, targets: training.targets, isIncluded: { _ in true })
        func logits(_ fit: AnchoredRegression.Fit, _ pictures: FrozenPictures) throws -> [Float] {
            let mean = try Tensor(standard.mean, shape: [training.width])
            let x = try (states(pictures) - mean).affine(scale: 1 / standard.scale)
            let bias = try Tensor(zip(fit.bias, rates).map { $0 + $1 }, shape: [labels])
            return try x.linear(weight: Tensor(fit.weight, shape: [labels, training.width]), bias: bias).floats()
        }
        var search = GridSearch(
            ["30", "10", "3", "1", "0.3", "0.1", "0.03"].map { OptionList([("penalty", $0)]) })
        var fits: [AnchoredRegression.Fit] = []
        while let point = search.next {
            let penalty = point.single("penalty").flatMap(Double.init) ?? 1
            let fit = try regression.fit(penalty: penalty, from: fits.last, monitor: .silent)
            fits.append(fit)
            search.receive(
                try averagePrecision(scores: logits(fit, validation), targets: validation.targets))
        }
        return Outcome(
            scores: try logits(fits[search.best], test).map(Double.init), kind: .logits,
            chosen: CellRunner.values(search.points[search.best]), candidates: search.candidates,
            openEdge: search.openEdge)
    }

    /// The logit of each label's share of its known targets, half a picture more on both sides.
    static func baseLogits(_ pictures: FrozenPictures) -> [Float] {
        BaseRates(targets: pictures.targets, labels: pictures.labelCount).logits.map(Float.init)
    }
}

extension CellRunner {
    /// Fits a baseline on frozen states, and writes its scores as evaluate does.
    func fitFrozen(_ method: FrozenMethod, _ cell: Cell, folder: String, into result: inout CellResult) throws {
        let labels = dataset.labels(heldOut: false, holdingOut: cell.table.holdsOut)
        let changed = try AnnotationTable.read(path: dataset.trainFile(cell.data, seed: cell.seed))
        let all = try dataset.frozenPictures(.training, labels: labels)
        let places = Dictionary(
            dataset.train.images.indices.map { (absolutePath(dataset.train.images[$0].path ?? ""), $0) },
            uniquingKeysWith: { first, _ in first })
        let rows = try changed.images.map { image in
            guard let row = places[image.name] else {
                throw ExperimentError.badOutput(path: changed.source, problem: "has a picture of no training table")
            }
            return row
        }
        var training = all
        (training.states, training.targets) = (all.selecting(rows), PreparedDataset.targets(changed, labels))
        let validation = try dataset.frozenPictures(.validation, labels: labels)
        let test = try dataset.frozenPictures(.test, labels: labels)
        let outcome =
            switch method {
            case .neighbours: try FrozenFeatures.neighbours(training, validation: validation, test: test)
            case .regression: try FrozenFeatures.regression(training, validation: validation, test: test)
            }
        (result.chosen, result.candidates) = (outcome.chosen, outcome.candidates)
        result.openEdge = outcome.openEdge
        let table = AnnotationTable(
            source: dataset.testFile, images: dataset.testImages, labels: labels, targets: test.targets)
        let report = try Evaluation.evaluate(
            ScoreMatrix(outcome.scores, of: table), labels: labels, kind: outcome.kind,
            options: EvaluationOptions(bootstrapReplicates: Self.replicates))
        try makeFolder(folder + "/evaluation")
        try report.write(scores: outcome.scores, of: table, to: folder + "/evaluation")
        try take(folder, cell, into: &result)
    }
}

extension PreparedDataset {
    /// The three parts of a data set.
    enum Part: String { case training, validation, test }

    /// The targets of some labels, `[N, L]`.
    static func targets(_ table: AnnotationTable, _ labels: [String]) -> [Float] {
        let columns = labels.compactMap { table.labels.firstIndex(of: $0) }
        return table.images.indices.flatMap { row in columns.map { table.targets[row * table.labels.count + $0] } }
    }

    /// A part's pictures by the start's tower, computed once and kept beside the tables.
    func frozenPictures(_ part: Part, labels: [String]) throws -> FrozenPictures {
        let table = try part == .training ? train : part == .test ? test : validationTable()
        let path = folder + "/states-\(part.rawValue).npy"
        if !exists(path) { try writeStates(of: table, to: path) }
        let file = try reading { () throws(FileIOError) in try NPYFile(path: path) }
        guard file.rows == table.images.count else {
            throw ExperimentError.badOutput(path: path, problem: "has \(file.rows) rows of \(table.images.count)")
        }
        return FrozenPictures(
            states: file.withRows(0..<file.rows) { Array($0.bindMemory(to: Float.self)) },
            targets: Self.targets(table, labels), width: file.columns, labelCount: labels.count)
    }

    private func writeStates(of table: AnnotationTable, to path: String) throws {
        let checkpoint = try ModelCheckpoint(directory: model)
        let (tower, _) = try checkpoint.load()
        let writer = try NPYWriter(path: path, columns: checkpoint.pooledWidth)
        try forEachPicture(
            of: table, preprocessor: checkpoint.preprocessor, options: PictureStreamOptions(),
            compute: { try tower.pooledImages($0).to(dtype: .float32) }, receive: { try writer.append(row: $0) })
        try writer.commit(durable: false)
    }
}
