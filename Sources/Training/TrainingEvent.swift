// SPDX-License-Identifier: Apache-2.0

/// What a run tells while it goes on.
public enum TrainingEvent {
    /// Before the first step: what trains, the step to begin with, and all steps.
    case began(groups: [ParameterGroup], firstStep: Int, totalSteps: Int)
    /// A step is done.
    case step(StepReport, images: Int)
    /// Before the first step: the cosines of some pictures are computed, to start τ and b by.
    case fitsStart(images: Int)
    /// τ and b have been set by them; b is nil if it had been given.
    case fittedStart(temperature: Double, bias: Double?)
    /// The first pictures cannot tell where to start: too few of their labels are known, or all cosines are equal.
    case startNotFitted
    /// Before the first step: pictures go once through layers that do not train.
    case computesFrozenLayers(images: Int)
    /// A validation begins.
    case validates(images: Int)
    /// Pictures have been scored for it.
    case scored(images: Int)
    /// A validation is done, with its main numbers; `isBest` if its model has been kept.
    case validated([(name: String, value: Double?)], step: Int, isBest: Bool)
}

/// A line of `metrics.jsonl` for a step.
public struct StepReport: Codable, Sendable, Equatable {
    /// Optimiser steps before this one.
    public var step: Int
    /// Passes over the data before this one.
    public var epoch: Int
    /// The loss of the step's pictures before the update.
    public var loss: Double
    /// The learning rate of the update.
    public var learningRate: Double
    /// τ during the step.
    public var temperature: Double
    /// The rate of the step, pictures per second.
    public var imagesPerSecond: Double

    enum CodingKeys: String, CodingKey {
        case step, epoch, loss
        case learningRate = "learning_rate"
        case temperature
        case imagesPerSecond = "images_per_second"
    }
}

/// A line of `metrics.jsonl` for a validation.
struct ValidationLine<Validation: Encodable>: Encodable {
    /// The last step before it.
    let step: Int
    let validation: Validation
}

/// Thrown after a run that was asked to stop has saved a checkpoint.
public struct TrainingInterrupted: Error {
    /// Optimiser steps that the checkpoint holds.
    public let step: Int
}
