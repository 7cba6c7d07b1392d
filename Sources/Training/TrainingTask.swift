// SPDX-License-Identifier: Apache-2.0

package import Imaging
package import Torch
package import TorchNN

/// What a run trains and on what: all that fine-tuning on labels and pretraining on captions do not share.
///
/// The loop over epochs and steps, the order of the rows, the optimiser, checkpoints and the log are ``TrainingLoop``'s.
package protocol TrainingTask {
    /// The run's options.
    associatedtype Configuration: RunConfiguration
    /// The model while it trains.
    associatedtype Model: TrainedModel
    /// What a validation finds; a line of `metrics.jsonl`.
    associatedtype Validation: ValidationResult

    /// The run's options.
    var options: Configuration { get }
    /// The rows to train on.
    var rows: [TrainingRow] { get }
    /// The file that the rows come from.
    var source: String { get }
    /// A hash of everything that the rows were read from.
    var fingerprint: String { get }
    /// How pictures are prepared.
    var preprocessor: ImagePreprocessor { get }
    /// Where to compute.
    var device: Device { get }
    /// Whether there is something to validate on.
    var validates: Bool { get }

    /// Loads the model and marks what trains.
    func load() throws -> Model
    /// Measures the model; nil if it was interrupted.
    func validate(
        _ model: Model, step: Int, isInterrupted: () -> Bool, report: (TrainingEvent) -> Void
    ) throws -> Validation?
    /// Writes the model as it is into an empty directory; `validation` is what was just found of it.
    func export(_ model: Model, validation: Validation?, to directory: String) throws
}

/// A picture with the place in the data that it comes from.
package struct TrainingRow: Sendable {
    /// Where the picture is.
    package let path: String
    /// Its line in the data, from 1.
    package let line: Int

    package init(path: String, line: Int) {
        self.path = path
        self.line = line
    }
}

/// A model while it trains.
package protocol TrainedModel {
    /// All parameters, by names that do not clash.
    var all: [(name: String, tensor: Tensor)] { get }
    /// Those that train.
    var trained: [ParameterStore.Parameter] { get }
    /// What trains and what does not, part by part.
    var groups: [ParameterGroup] { get }

    /// τ as it is now.
    func temperature() throws -> Double
    /// Keeps what the update may have pushed out of its range inside.
    func clamp() throws
    /// Runs forward and backward over the rows of a step and leaves the gradients in the parameters.
    ///
    /// - Parameters:
    ///   - step: The step's number, for messages.
    ///   - batches: Rows, batch by batch.
    ///   - pixels: The prepared pictures of a batch `[B, 3, S, S]`, to be asked for once each and in order.
    /// - Returns: The loss.
    /// - Throws: ``TrainingError`` if it is not finite or a picture cannot be read.
    func gradients(_ step: Int, batches: [[Int]], pixels: ([Int]) throws -> Tensor) throws -> Double
}

extension TrainedModel {
    /// Throws if the update of `step` has left a parameter that is not finite.
    package func checkFinite(step: Int) throws {
        for (name, tensor) in all where try !tensor.isFinite() {
            throw TrainingError.notFinite(what: "the parameter \(name)", step: step)
        }
    }
}

/// What a validation finds.
package protocol ValidationResult: Encodable {
    /// By what models of a run are compared, the larger the better; nil where that is undefined.
    var score: Double? { get }
    /// The numbers that people want to see while they wait.
    var summary: [(name: String, value: Double?)] { get }
}

/// A part of the model for the table of what trains.
public struct ParameterGroup: Sendable, Equatable {
    /// What people call the part.
    public let name: String
    /// Numbers in it.
    public let parameters: Int
    /// How many of them train.
    public let trained: Int

    /// The groups of a CLIP model with what training adds to it, in the order in which people think of them.
    package static func of(
        _ parameters: [ParameterStore.Parameter], trained: [ParameterStore.Parameter]
    ) -> [ParameterGroup] {
        let names = [
            ("image tower", "vision_model."), ("image projection", "visual_projection."),
            ("text tower", "text_model."), ("text projection", "text_projection."),
            ("temperature", "logit_scale"), ("bias", "bias"), ("linear head", "head."),
        ]
        let trainedNames = Set(trained.map(\.name))
        return names.compactMap { name, prefix in
            let members = parameters.filter { $0.name.hasPrefix(prefix) }
            if members.isEmpty { return nil }
            let count = { (list: [ParameterStore.Parameter]) in list.reduce(0) { $0 + $1.tensor.count } }
            return ParameterGroup(
                name: name, parameters: count(members),
                trained: count(members.filter { trainedNames.contains($0.name) }))
        }
    }
}
