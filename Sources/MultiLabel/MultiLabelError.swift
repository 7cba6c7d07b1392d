// SPDX-License-Identifier: Apache-2.0

public import FileIO

/// What keeps a classifier from being built.
public enum MultiLabelError: UserFacingError, Equatable {
    /// `mumic.json` cannot be used.
    case description(path: String, problem: String)
    /// Neither the model nor the user says which labels there are.
    case noLabels(directory: String)
    /// Labels were asked for that a fixed head has not.
    case labelNotInHead(label: String, directory: String)
    /// A label has no text that the tokenizer can turn into tokens.
    case emptyLabel(label: String)
    /// The weights' temperature is no positive number.
    case temperature(directory: String, logitScale: Float)
    /// The model computes values that are no numbers.
    case notFinite(input: String)
    /// Templates were given for a fixed head, which reads no text.
    case headHasNoText(directory: String)

    /// Wrong usage where labels or templates that were given, or left out, do not fit the model; else bad data.
    public var failureKind: FailureKind {
        switch self {
        case .noLabels, .headHasNoText: .wrongUsage
        default: .badData
        }
    }

    /// One line: what, where, what to do.
    public var description: String {
        switch self {
        case .description(let path, let problem): "\(path) \(problem); correct it, or train the model again"
        case .noLabels(let directory):
            "\(directory) has no labels of its own (no mumic.json); give some with --labels FILE"
        case .labelNotInHead(let label, let directory):
            "label '\(label)' is not among those that the linear head in \(directory) was trained on; only models with label texts can score new labels"
        case .emptyLabel(let label): "label '\(label)' has no text; give it a name or prompts"
        case .temperature(let directory, let logitScale):
            "logit_scale in \(directory) is \(logitScale), which is no temperature; the checkpoint is damaged, use another"
        case .notFinite(let input):
            "the model gives infinite values or NaN for \(input); its weights are damaged or too large, use another model or --precision float32"
        case .headHasNoText(let directory):
            "the model in \(directory) scores its labels by a linear head and reads no templates; leave --template out"
        }
    }
}
