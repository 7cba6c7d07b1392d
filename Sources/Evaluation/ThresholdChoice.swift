// SPDX-License-Identifier: Apache-2.0

/// From which probability on a label counts as predicted.
public enum ThresholdChoice: Sendable, Equatable, LosslessStringConvertible {
    /// One probability for all labels, in [0, 1].
    case number(Double)
    /// The model's own, a probability for each label.
    case fitted

    /// Reads a number or the word `fitted`.
    public init?(_ description: String) {
        if description == "fitted" {
            self = .fitted
        } else if let number = Double(description) {
            self = .number(number)
        } else {
            return nil
        }
    }

    /// The choice as it is read.
    public var description: String {
        switch self {
        case .number(let number): "\(number)"
        case .fitted: "fitted"
        }
    }

    /// Whether it is `fitted`, or lies in [0, 1].
    public var isInRange: Bool { if case .number(let number) = self { (0...1).contains(number) } else { true } }
}

/// How a picture's logits become scores.
public enum ScoreMode: String, Sendable, CaseIterable {
    /// Each label by itself: the sigmoid of its logit, calibrated where the model is.
    case sigmoid
    /// All scored labels against each other, as zero-shot classification with CLIP does.
    case softmax

    /// What is ranked and written of logits, `[N, L]`: themselves, or the natural logarithms of each picture's softmax.
    public func scores(_ logits: [Double], labelCount: Int) -> [Double] {
        self == .softmax ? logSoftmax(logits, labelCount: labelCount) : logits
    }
}
