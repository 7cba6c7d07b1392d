// SPDX-License-Identifier: Apache-2.0

public import Datasets
public import FileIO
import Randomness

/// How an audit is made.
public struct AuditOptions: Sendable {
    /// K, the parts of the pictures that are held out in turn; 0 where the probabilities are a model's own. Default 5.
    public var folds: Int
    /// Another seed parts the pictures otherwise.
    public var seed: UInt64
    /// By what doubts are ranked.
    public var order: IssueOrder
    /// How the classifiers are fitted.
    public var fit: HeldOutOptions

    /// Options; every one has a default.
    public init(
        folds: Int = 5, seed: UInt64 = 0, order: IssueOrder = .selfConfidence, fit: HeldOutOptions = HeldOutOptions()
    ) {
        self.folds = folds
        self.seed = seed
        self.order = order
        self.fit = fit
    }

    /// Checks, before any long work, that every part can have a picture; throws ``FileIO/InputError`` otherwise.
    public func check(_ table: AnnotationTable) throws {
        if folds <= table.images.count { return }
        throw InputError.usage(
            "--folds \(folds) is more than the \(table.images.count) pictures of \(table.source); take fewer")
    }
}

/// What an audit found, and the files that say it.
public struct AuditResult: Sendable {
    /// The annotations.
    public let table: AnnotationTable
    /// How they were looked at.
    public let options: AuditOptions
    /// p of every label for every picture, `[N, L]`, row major.
    public let probabilities: [Float]
    /// What was found out about each label, and all doubts.
    public let found: ConfidentLearning
    /// The probable mistakes, the most doubtful first.
    public let mistakes: [LabelIssue]
    /// Labels of unknown pairs that are probably there, the most probable first.
    public let suggestions: [LabelIssue]

    /// Audits annotations by probabilities, `[N, L]` in [0, 1], that do not come from these very annotations. Throws
    /// ``AuditError`` if the parts do not belong together.
    public init(_ table: AnnotationTable, probabilities: [Float], options: AuditOptions) throws(AuditError) {
        self.table = table
        self.options = options
        self.probabilities = probabilities
        found = try ConfidentLearning(
            probabilities: probabilities, targets: table.targets, labelCount: table.labels.count)
        mistakes = found.ranked([.probablyWrong, .probablyMissing], by: options.order)
        suggestions = found.ranked([.missing], by: options.order)
    }

    /// Audits annotations by classifiers that have not seen the picture in question, of the pictures' features, `[N,
    /// D]`, finite and of length 1, and a model's finite logits, `[N, L]`. Throws ``AuditError`` if the parts do not
    /// belong together, and ``FileIO/Interrupted``.
    public init(
        _ table: AnnotationTable, features: [Float], logits: [Float], options: AuditOptions = AuditOptions(),
        monitor: WorkMonitor = .silent
    ) throws {
        var random = CountedRandom(seed: options.seed, stream: 0)
        let folds = try foldsOfRows(table.images.count, folds: options.folds, using: &random)
        let progress = monitor.begin("fitting", total: options.folds * table.labels.count, unit: "classifiers")
        let probabilities = try heldOutProbabilities(
            features: features, dimension: features.count / table.images.count, logits: logits, targets: table.targets,
            labels: table.labels.count, folds: folds, options: options.fit
        ) { done in
            progress.update(count: done)
            try monitor.check()
        }
        progress.finish()
        try self.init(table, probabilities: probabilities, options: options)
    }

    /// Writes audit.csv with all doubts, and pred_probs.npy and labels.json, which cleanlab's multilabel_classification
    /// takes as `pred_probs` and `labels`, to a folder that is there; each appears whole. cleanlab knows no unknown
    /// pairs: they count as not given. Throws ``FileIO/FileIOError``.
    public func write(to folder: String) throws {
        let list = try AtomicFileWriter(path: folder + "/audit.csv")
        try list.append(
            CSVWriter.line(["image", "label", "given", "probability", "self_confidence", "kind", "rank", "line"]))
        for issues in [mistakes, suggestions] {
            for (rank, issue) in issues.enumerated() {
                let image = table.images[issue.image]
                try list.append(
                    CSVWriter.line([
                        image.name, table.labels[issue.label], issue.kind.given, "\(issue.probability)",
                        "\(issue.selfConfidence)", issue.kind.rawValue, "\(rank + 1)",
                        image.line.map(String.init) ?? "",
                    ]))
            }
        }
        let count = table.labels.count
        let matrix = try NPYWriter(path: folder + "/pred_probs.npy", columns: count)
        let lists = try AtomicFileWriter(path: folder + "/labels.json")
        try lists.append("[")
        for row in table.images.indices {
            let pairs = row * count..<(row + 1) * count
            try matrix.append(row: Array(probabilities[pairs]))
            let given = table.given(row).map(String.init).joined(separator: ", ")
            try lists.append((row == 0 ? "\n" : ",\n") + "[" + given + "]")
        }
        try lists.append("\n]\n")
        try list.commit(durable: false)
        try matrix.commit(durable: false)
        try lists.commit(durable: false)
    }
}

extension AnnotationTable {
    /// The labels that were given to a picture.
    package func given(_ image: Int) -> [Int] { labels.indices.filter { targets[image * labels.count + $0] > 0.5 } }
}

extension LabelIssue.Kind {
    /// What was annotated, as the list has it.
    fileprivate var given: String {
        switch self {
        case .probablyWrong: "1"
        case .probablyMissing: "0"
        case .missing: ""
        }
    }
}
