// SPDX-License-Identifier: Apache-2.0

public import FileIO

/// What can be wrong with scores, targets or options.
///
/// Rows and columns are indices from 0; the descriptions count from 1, as people do.
public enum EvaluationError: UserFacingError, Equatable {
    /// There are no images or no labels.
    case empty(images: Int, labels: Int)
    /// More images or pairs than a ranking can index.
    case tooLarge(images: Int, labels: Int)
    /// An array has another length than the matrix asks for.
    case wrongCount(of: String, expected: Int, found: Int)
    /// A score is NaN or infinite.
    case scoreNotFinite(row: Int, column: Int, value: Double)
    /// A target is neither unknown nor within [0, 1].
    case targetOutOfRange(row: Int, column: Int, value: Double)
    /// A score that was declared a probability is outside [0, 1].
    case notAProbability(row: Int, column: Int, label: String, value: Double)
    /// A score that was declared a logarithm of a probability is above 0.
    case notALogProbability(row: Int, column: Int, label: String, value: Double)
    /// All known pairs are positives, or none is, so that nothing can be calibrated.
    case oneKind(positives: Int, pairs: Int)
    /// Scores are not higher where labels are annotated as present, so that no rising curve calibrates them.
    case scoresDoNotRise
    /// An option has a value outside what is allowed.
    case invalidOption(name: String, value: String, allowed: String)

    /// Bad data.
    public var failureKind: FailureKind { .badData }
}

extension EvaluationError {
    /// One line: what is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .empty(let images, let labels):
            return "there is nothing to evaluate: \(images) images and \(labels) labels; give at least one of each"
        case .tooLarge(let images, let labels):
            return "\(images) images × \(labels) labels are more than one evaluation can rank "
                + "(\(ScoreMatrix.maximumImages) images, \(ScoreMatrix.maximumPairs) pairs); evaluate a sample"
        case .wrongCount(let what, let expected, let found):
            return "\(expected) \(what) are needed and \(found) were given; give one for each place"
        case .scoreNotFinite(let row, let column, let value):
            return "the score of image \(row + 1), label \(column + 1) is \(value); give a finite number"
        case .targetOutOfRange(let row, let column, let value):
            return "the target of image \(row + 1), label \(column + 1) is \(value); "
                + "give 0, 1, a number between, or nothing where it is unknown"
        case .notAProbability(let row, let column, let label, let value):
            return "the score of image \(row + 1), label \(column + 1) '\(label)' is \(value), "
                + "not a probability in [0, 1]; pass --logits if the scores are logits"
        case .notALogProbability(let row, let column, let label, let value):
            return "the score of image \(row + 1), label \(column + 1) '\(label)' is \(value), "
                + "not the logarithm of a probability, which is at most 0; leave --log-probabilities out if the "
                + "scores are something else"
        case .oneKind(let positives, let pairs):
            return "\(positives) of \(pairs) known pairs are annotated as present, so there is nothing to calibrate "
                + "to; annotate pictures with and without labels"
        case .scoresDoNotRise:
            return "scores are no higher where labels are annotated as present, so no probabilities can be made of "
                + "them; train the model first, or check the annotations"
        case .invalidOption(let name, let value, let allowed): return "\(name) is \(value); give \(allowed)"
        }
    }
}
