// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
public import Models
public import MultiLabel
public import Torch

extension Tower: ExpressibleByArgument {}
extension ClassifierHead: ExpressibleByArgument {}

/// What is minimised.
public enum TrainingLoss: String, Codable, Sendable, CaseIterable, ExpressibleByArgument {
    /// Tempered-sigmoid binary cross-entropy on cosines with label texts, METHOD's own.
    case mumic
    /// The same with τ = 1 and no bias: plain sigmoid cross-entropy.
    case bce
    /// SigLIP's form: summed over the labels and averaged over the pictures; τ starts at 0.1 and b at −10.
    case siglip
    /// Asymmetric loss (arXiv 2009.14119).
    case asl
    /// Focal loss (arXiv 1708.02002).
    case focal
    /// Two-way multi-label loss (Kobayashi, CVPR 2023).
    case twoWay = "two-way"
    /// Cross-entropy of the softmax over a picture's known labels.
    case softmax
    /// Binary cross-entropy of a fixed linear head on the image tower's pooled state; label texts are not used.
    case linearHead = "linear-head"
}

/// The type matrix products run in.
public enum Precision: String, Codable, Sendable, CaseIterable, ExpressibleByArgument {
    /// Everything in float32.
    case float32
    /// Matrix products in bfloat16; master weights, layer norms and the loss in float32.
    case bfloat16

    /// The tensors' type.
    public var dtype: DType { self == .float32 ? .float32 : .bfloat16 }
}

/// Where τ or b starts.
public enum StartingValue: Encodable, Sendable, Equatable, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByArgument
{
    /// At a number.
    case value(Double)
    /// τ: where the cosines and targets of a first batch put it, and b with it unless that is given. b: where the
    /// probabilities of a first batch come true as often as they say, at the temperature's start.
    case auto

    /// A number.
    public init(floatLiteral value: Double) { self = .value(value) }

    /// A whole number.
    public init(integerLiteral value: Int) { self = .value(Double(value)) }

    /// Reads a number or the word auto.
    public init?(argument: String) {
        if argument == "auto" {
            self = .auto
        } else if let value = Double(argument) {
            self = .value(value)
        } else {
            return nil
        }
    }

    /// What may be read, in words.
    public static var allValueStrings: [String] { ["a number", "auto"] }

    /// Writes a number or the word auto.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if let number { try container.encode(number) } else { try container.encode("auto") }
    }

    /// The number, if it is one.
    package var number: Double? { if case .value(let value) = self { value } else { nil } }
}

/// What `--bias` says: where b starts, or that there is none.
struct StartingBias: ExpressibleByArgument, Sendable {
    let start: StartingValue?

    init(start: StartingValue?) { self.start = start }

    init?(argument: String) {
        guard argument == "none" || StartingValue(argument: argument) != nil else { return nil }
        start = StartingValue(argument: argument)
    }

    static var allValueStrings: [String] { StartingValue.allValueStrings + ["none"] }
}

/// What is done about targets that are probably wrong.
public enum RobustTraining: String, Codable, Sendable, CaseIterable, ExpressibleByArgument {
    /// Nothing.
    case none
    /// Pairs of largest loss are left out (arXiv 2206.03740).
    case reject
    /// Targets of largest loss are turned round.
    case correct
    /// Targets move towards what the model says (arXiv 1412.6596).
    case bootstrap
    /// Targets become what annotation and model make probable together, by the rates at which annotations are wrong.
    case forward
}

/// What training does with unknown targets.
public enum UnknownTargets: String, Codable, Sendable, CaseIterable, ExpressibleByArgument {
    /// Leaves them out of the loss.
    case ignore
    /// Takes them as absent.
    case negative
}

/// How often an epoch shows each picture.
public enum Sampling: String, Codable, Sendable, CaseIterable, ExpressibleByArgument {
    /// Once.
    case natural
    /// By its labels: each label is drawn equally often, then one of its pictures.
    case balanced
}
