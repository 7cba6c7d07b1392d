// SPDX-License-Identifier: Apache-2.0

public import Evaluation
public import FileIO
import Foundation

/// A name with a value, such as a library with its version.
public struct ReportFact: Sendable, Equatable {
    /// What it is.
    public var name: String
    /// Its value.
    public var value: String

    /// A fact.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// Everything that the page of an evaluation is made of.
///
/// What is nil or empty has no place on the page. All texts may come from strangers: they are escaped, shortened where
/// they are very long, and freed of control characters.
public struct ReportContents: Sendable {
    /// The heading of the page.
    public var title: String
    /// The model as the user named it.
    public var model: String
    /// The annotations as the user named them.
    public var data: String
    /// The day of the evaluation in the form in which it is to be shown.
    public var date: String?
    /// The metrics, of the same pictures and labels as the scores.
    public var evaluation: EvaluationReport
    /// Logits z of N pictures and L labels, `[N, L]`, row major, finite; or what ``reading`` says.
    public var scores: [Double]
    /// How scores become probabilities.
    public var reading = ScoreReading(.logits)
    /// Targets `[N, L]`: above 0.5 positive, NaN unknown.
    public var targets: [Float]
    /// The N pictures in the order of the rows; may be empty, and then there are no thumbnails.
    public var pictures: [Picture] = []
    /// The names of the labels that the model was trained on; nil where nobody knows.
    public var seenLabels: [String]?
    /// In how many training pictures labels are; nil where nobody knows.
    public var trainingPositives: [String: Int]?
    /// Numbers of positives between frequent and rare labels; nil for thirds of the labels.
    public var bandBoundaries: BandBoundaries?
    /// The metrics of another model, mostly the one that training started from.
    public var before: EvaluationReport?
    /// The metrics of weights between the model that training started from and what came of it.
    public var interpolation: InterpolationCurve?
    /// The share α of fine-tuned weights in the model that the page is about; nil where nobody knows.
    public var alpha: Double?
    /// What the stages of the automatic recipe gave; nil where none trained.
    public var recipe: RecipeStages?
    /// What has to be known before the numbers are believed; sentences without a full stop that stand at the very top.
    public var notes: [String] = []
    /// What a run wrote about itself.
    public var training = TrainingLog()
    /// The run's options, as YAML.
    public var configuration: String?
    /// Programs and libraries with their versions.
    public var versions: [ReportFact] = []
    /// The command that made the page.
    public var commandLine: String?

    /// Contents with what is always there; the rest can be set afterwards. Scores are finite logits `[N, L]`, targets
    /// are `[N, L]` with NaN where unknown.
    public init(
        title: String, model: String, data: String, evaluation: EvaluationReport, scores: [Double], targets: [Float]
    ) {
        (self.title, self.model, self.data, self.evaluation) = (title, model, data, evaluation)
        (self.scores, self.targets) = (scores, targets)
    }

    /// The contents of today's page of a model (its directory or name) on the pictures of the annotations at the path
    /// `data`.
    public init(model: String, data: String, evaluation: EvaluationReport, scores: [Double], targets: [Float]) {
        let file = data.split(separator: "/").last.map(String.init) ?? data
        self.init(
            title: "\(model) on \(file)", model: model, data: data, evaluation: evaluation, scores: scores,
            targets: targets)
        date = Date().formatted(Date.ISO8601FormatStyle(timeZone: .current).year().month().day())
    }

    /// The page: one HTML file that needs nothing else and asks the network for nothing.
    ///
    /// Its size depends on the number of labels, not on that of the pictures; at most 240 of these are decoded. Throws
    /// ``ReportError`` if the parts do not belong together.
    public func html() throws -> String {
        let pairs = try PairTable(self)
        let before = before.map { Comparison(before: $0, after: evaluation) }
        let sections: [Section?] = [
            headlineSection(before), comparisonSection(before), try seenSection(pairs, before), groupSection(),
            interpolationSection(), recipeSection(), trainingSection(), labelSection(before), bandSection(before),
            curveSection(pairs), reliabilitySection(pairs), distributionSection(pairs),
            coOccurrenceSection(pairs), confusionSection(pairs), pictureSection(pairs), configurationSection(),
        ]
        return try Page(title: title, summary: summary(before), facts: facts, sections: sections.compactMap { $0 })
            .html()
    }

    /// Whether each label, in label order, was trained on; nil where nobody knows.
    var isSeen: [Bool]? {
        guard let seenLabels else { return nil }
        let seen = Set(seenLabels)
        return evaluation.perLabel.map { seen.contains($0.label) }
    }

    /// Whether some labels were trained on and others not.
    var hasNewLabels: Bool { isSeen.map { Set($0).count == 2 } ?? false }
}

/// What can be wrong with the contents of a page.
public enum ReportError: UserFacingError, Equatable {
    /// There are more or fewer of something than the evaluation's pictures and labels ask for.
    case wrongCount(of: String, expected: Int, found: Int)

    /// Bad data.
    public var failureKind: FailureKind { .badData }

    /// One line: what is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .wrongCount(let what, let expected, let found):
            "the report was given \(found) \(what) where its evaluation has \(expected); give it what was evaluated"
        }
    }
}
