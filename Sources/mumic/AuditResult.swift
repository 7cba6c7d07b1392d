// SPDX-License-Identifier: Apache-2.0

import Audit
import Datasets
import FileIO

/// What an audit found, and the files that say it.
struct AuditResult {
    let table: AnnotationTable
    /// p, `[N, L]`, row major.
    let probabilities: [Float]
    let found: ConfidentLearning
    /// The probable mistakes, the most doubtful first.
    let mistakes: [LabelIssue]
    /// Labels of unknown pairs that are probably there, the most probable first.
    let suggestions: [LabelIssue]

    init(table: AnnotationTable, probabilities: [Float], found: ConfidentLearning, order: IssueOrder) {
        (self.table, self.probabilities, self.found) = (table, probabilities, found)
        mistakes = found.ranked([.probablyWrong, .probablyMissing], by: order)
        suggestions = found.ranked([.missing], by: order)
    }

    /// Writes audit.csv, pred_probs.npy and labels.json; each appears whole.
    func write(to folder: String) throws {
        let list = try AtomicFileWriter(path: folder + "/audit.csv")
        try list.append(
            CSVWriter.line(
                ["image", "label", "given", "probability", "self_confidence", "kind", "rank", "line"]))
        for issues in [mistakes, suggestions] {
            for (rank, issue) in issues.enumerated() {
                let image = table.images[issue.image]
                try list.append(
                    CSVWriter.line([
                        image.name, table.labels[issue.label], given(issue), "\(issue.probability)",
                        "\(issue.selfConfidence)", issue.kind.rawValue, "\(rank + 1)", "\(image.line ?? 0)",
                    ]))
            }
        }
        try list.commit(durable: false)
        try writeForCleanlab(folder)
    }

    /// `labels` and `pred_probs` of cleanlab's multilabel_classification. It has no unknown pairs: they are not given.
    private func writeForCleanlab(_ folder: String) throws {
        let count = table.labels.count
        let matrix = try NPYWriter(path: folder + "/pred_probs.npy", columns: count)
        let lists = try AtomicFileWriter(path: folder + "/labels.json")
        try lists.append("[")
        for row in table.images.indices {
            let pairs = row * count..<(row + 1) * count
            try matrix.append(row: Array(probabilities[pairs]))
            let given = (0..<count).filter { table.targets[pairs.lowerBound + $0] > 0.5 }
            try lists.append((row == 0 ? "\n" : ",\n") + "[" + given.map(String.init).joined(separator: ", ") + "]")
        }
        try lists.append("\n]\n")
        try matrix.commit(durable: false)
        try lists.commit(durable: false)
    }

    /// What was annotated, as the list has it.
    private func given(_ issue: LabelIssue) -> String {
        switch issue.kind {
        case .probablyWrong: "1"
        case .probablyMissing: "0"
        case .missing: ""
        }
    }
}

/// What `mumic audit` prints.
struct AuditSummary: Encodable {
    struct Label: Encodable {
        let label: String
        let positives: Int
        let negatives: Int
        let unknown: Int
        let probablyWrong: Int
        let probablyMissing: Int
        let missing: Int
        let wrongRate: Double?
        let missingRate: Double?
        let noiseRate: Double?
        let positiveThreshold: Double?
        let negativeThreshold: Double?

        enum CodingKeys: String, CodingKey {
            case label, positives, negatives, unknown, missing
            case probablyWrong = "probably_wrong"
            case probablyMissing = "probably_missing"
            case wrongRate = "wrong_rate"
            case missingRate = "missing_rate"
            case noiseRate = "noise_rate"
            case positiveThreshold = "positive_threshold"
            case negativeThreshold = "negative_threshold"
        }

        /// Writes every key, `null` where there is nothing to say.
        func encode(to encoder: any Encoder) throws {
            var keys = encoder.container(keyedBy: CodingKeys.self)
            try keys.encode(label, forKey: .label)
            try keys.encode(positives, forKey: .positives)
            try keys.encode(negatives, forKey: .negatives)
            try keys.encode(unknown, forKey: .unknown)
            try keys.encode(probablyWrong, forKey: .probablyWrong)
            try keys.encode(probablyMissing, forKey: .probablyMissing)
            try keys.encode(missing, forKey: .missing)
            try keys.encode(wrongRate, forKey: .wrongRate)
            try keys.encode(missingRate, forKey: .missingRate)
            try keys.encode(noiseRate, forKey: .noiseRate)
            try keys.encode(positiveThreshold, forKey: .positiveThreshold)
            try keys.encode(negativeThreshold, forKey: .negativeThreshold)
        }
    }

    let images: Int
    let labels: Int
    let folds: Int
    let seed: UInt64
    let penalty: Double
    let positives: Int
    let negatives: Int
    let unknown: Int
    let probablyWrong: Int
    let probablyMissing: Int
    let missing: Int
    let noiseRate: Double?
    let perLabel: [Label]

    enum CodingKeys: String, CodingKey {
        case images, labels, folds, seed, penalty, positives, negatives, unknown, missing
        case probablyWrong = "probably_wrong"
        case probablyMissing = "probably_missing"
        case noiseRate = "noise_rate"
        case perLabel = "per_label"
    }

    init(_ result: AuditResult, folds: Int, seed: UInt64, penalty: Double) {
        let table = result.table
        var counts = Array(repeating: [LabelIssue.Kind: Int](), count: table.labels.count)
        for issue in result.found.issues { counts[issue.label][issue.kind, default: 0] += 1 }
        perLabel = table.labels.indices.map { index in
            let (audit, count) = (result.found.labels[index], counts[index])
            return Label(
                label: table.labels[index], positives: audit.positives, negatives: audit.negatives,
                unknown: audit.unknown, probablyWrong: count[.probablyWrong] ?? 0,
                probablyMissing: count[.probablyMissing] ?? 0, missing: count[.missing] ?? 0,
                wrongRate: audit.wrongRate, missingRate: audit.missingRate, noiseRate: audit.noiseRate,
                positiveThreshold: audit.positiveThreshold, negativeThreshold: audit.negativeThreshold)
        }
        images = table.images.count
        labels = table.labels.count
        (self.folds, self.seed, self.penalty) = (folds, seed, penalty)
        positives = perLabel.reduce(0) { $0 + $1.positives }
        negatives = perLabel.reduce(0) { $0 + $1.negatives }
        unknown = perLabel.reduce(0) { $0 + $1.unknown }
        probablyWrong = perLabel.reduce(0) { $0 + $1.probablyWrong }
        probablyMissing = perLabel.reduce(0) { $0 + $1.probablyMissing }
        missing = perLabel.reduce(0) { $0 + $1.missing }
        let judged = perLabel.filter { $0.noiseRate != nil }
        let pairs = judged.reduce(0) { $0 + $1.positives + $1.negatives }
        let wrong = judged.reduce(0.0) { $0 + ($1.noiseRate ?? 0) * Double($1.positives + $1.negatives) }
        noiseRate = pairs > 0 ? wrong / Double(pairs) : nil
    }

    /// Writes every key, `null` where there is nothing to say.
    func encode(to encoder: any Encoder) throws {
        var keys = encoder.container(keyedBy: CodingKeys.self)
        try keys.encode(images, forKey: .images)
        try keys.encode(labels, forKey: .labels)
        try keys.encode(folds, forKey: .folds)
        try keys.encode(seed, forKey: .seed)
        try keys.encode(penalty, forKey: .penalty)
        try keys.encode(positives, forKey: .positives)
        try keys.encode(negatives, forKey: .negatives)
        try keys.encode(unknown, forKey: .unknown)
        try keys.encode(probablyWrong, forKey: .probablyWrong)
        try keys.encode(probablyMissing, forKey: .probablyMissing)
        try keys.encode(missing, forKey: .missing)
        try keys.encode(noiseRate, forKey: .noiseRate)
        try keys.encode(perLabel, forKey: .perLabel)
    }
}
