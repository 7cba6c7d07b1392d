// SPDX-License-Identifier: Apache-2.0

/// What a run tells while it goes on, beside the stages and notes of its `WorkMonitor`.
public enum TrainingEvent {
    /// The run is taken up. From here on an interruption is waited for: the run saves what it has and ends.
    case takenUp
    /// Before the first step: what trains, the step to begin with, and all steps.
    case began(groups: [ParameterGroup], firstStep: Int, totalSteps: Int)
    /// A step is done.
    case step(StepReport, images: Int)
    /// A validation is done, with its main numbers; `isBest` if its model has been kept.
    case validated([(name: String, value: Double?)], step: Int, isBest: Bool)
    /// The last step is done, now or before; the directory of the model that was kept.
    case finished(model: String)
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
    /// The stage of the automatic recipe; nil in plain training.
    public var stage: String?

    enum CodingKeys: String, CodingKey {
        case step, epoch, loss
        case learningRate = "learning_rate"
        case temperature
        case imagesPerSecond = "images_per_second"
        case stage
    }
}

/// A line of `metrics.jsonl` for a validation.
struct ValidationLine<Validation: Encodable>: Encodable {
    /// The last step before it.
    let step: Int
    /// The stage of the automatic recipe; nil in plain training.
    var stage: String?
    let validation: Validation
}
