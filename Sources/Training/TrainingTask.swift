// SPDX-License-Identifier: Apache-2.0

package import FileIO
package import Imaging
package import Models
import Randomness
package import Torch
package import TorchNN
package import TrainingOptions

/// What a run trains and on what: all that fine-tuning on labels and pretraining on captions do not share.
///
/// The loop over epochs and steps, the optimiser, checkpoints and the log are ``TrainingLoop``'s.
package protocol TrainingTask {
    /// The run's options.
    associatedtype Configuration: RunConfiguration
    /// The model while it trains.
    associatedtype Model: TrainedModel
    /// What a validation finds; a line of `metrics.jsonl`.
    associatedtype Validation: ValidationResult

    /// The subcommand that goes on with such a run, for messages.
    static var command: String { get }
    /// The run's options.
    var options: Configuration { get }
    /// The rows to train on: the picture of each, with the row's line.
    var rows: [Picture] { get }
    /// The file that the rows come from.
    var source: String { get }
    /// A hash of everything that the rows were read from.
    var fingerprint: String { get }
    /// How pictures are prepared.
    var preprocessor: ImagePreprocessor { get }
    /// Where to compute.
    var device: Device { get }

    /// Called when a new run has its directory, before anything is computed.
    func begin(in directory: String) throws
    /// Loads the model and marks what trains.
    func load() throws -> Model
    /// The rows of an epoch, as many as there are, in the order in which steps take them. It depends on the options and
    /// the epoch alone.
    func order(epoch: Int) -> [Int]
    /// The batches of an epoch. What is computed once, such as what frozen layers make of the pictures, is computed when
    /// the first epoch of the run, or of a resumed one, asks for it.
    func batches(_ model: Model, _ rows: EpochRows, monitor: WorkMonitor) throws -> any BatchSource
    /// Measures the model; nil if there is nothing to measure it on.
    func validate(_ model: Model, monitor: WorkMonitor) throws -> Validation?
    /// Writes the model as it is into an empty directory; `validation` is what was just found of it.
    func export(_ model: Model, validation: Validation?, to directory: String) throws
}

extension TrainingTask {
    package func begin(in directory: String) {}

    package func order(epoch: Int) -> [Int] { naturalOrder(epoch: epoch) }

    /// Each row once: in a permutation that depends on the seed and the epoch, or as they stand.
    func naturalOrder(epoch: Int) -> [Int] {
        var order = Array(rows.indices)
        if options.shuffle {
            var random = orderRandom(epoch: epoch)
            order.shuffle(using: &random)
        }
        return order
    }

    /// The numbers that the order of an epoch is drawn from.
    func orderRandom(epoch: Int) -> CountedRandom {
        CountedRandom(seed: options.seed, stream: UInt64(epoch) &* 2 &+ 1)
    }

    /// The pictures themselves, varied as the options say.
    package func batches(_ model: Model, _ rows: EpochRows, monitor: WorkMonitor) throws -> any BatchSource {
        EpochPictures(self, rows)
    }
}

/// A model while it trains.
package protocol TrainedModel {
    /// All parameters, by names that do not clash.
    var all: [(name: String, tensor: Tensor)] { get }
    /// Those that train.
    var trained: [ParameterStore.Parameter] { get }
    /// The same with the learning rate of each, as a multiple of the step's.
    var optimized: [AdamW.Parameter] { get }
    /// What trains and what does not, part by part.
    var groups: [ParameterGroup] { get }

    /// τ as it is now.
    func temperature() throws -> Double
    /// Keeps what the update of `step` may have pushed out of its range inside, and takes notice of it.
    func updated(step: Int) throws
    /// Runs `body` with the weights that are to be measured and kept.
    func withMeasuredWeights<R>(_ body: () throws -> R) throws -> R
    /// Runs forward and backward over the batches of a step and leaves the gradients in the parameters: this process's
    /// share of them, where several train.
    ///
    /// - Parameter step: The rows, and their batches to be pulled.
    /// - Returns: The loss, or this process's share of it.
    /// - Throws: ``TrainingError`` if it is not finite or a picture cannot be read.
    func gradients(_ step: TrainingStep) throws -> Double
}

extension TrainedModel {
    package var optimized: [AdamW.Parameter] { trained.map { AdamW.Parameter(name: $0.name, tensor: $0.tensor) } }

    package func withMeasuredWeights<R>(_ body: () throws -> R) throws -> R { try body() }

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

    /// The groups of a model with what training adds to it, in the order in which people think of them.
    package static func of(
        _ parameters: [ParameterStore.Parameter], trained: [ParameterStore.Parameter],
        _ architecture: any ModelArchitecture
    ) -> [ParameterGroup] {
        let names = [
            "image tower", "image projection", "token table", "text tower", "text projection", "temperature", "bias",
            "head",
            "linear head", "adapters",
        ]
        let trainedNames = Set(trained.map(\.name))
        let head = parameters.contains { $0.name == "head.text_weight" } ? "head" : "linear head"
        var counts: [String: (all: Int, trained: Int)] = [:]
        for parameter in parameters {
            let count = parameter.tensor.count
            let name = group(of: parameter.name, architecture) ?? head
            counts[name, default: (0, 0)].all += count
            if trainedNames.contains(parameter.name) { counts[name]?.trained += count }
        }
        return names.compactMap { name in
            counts[name].map { ParameterGroup(name: name, parameters: $0.all, trained: $0.trained) }
        }
    }

    /// What people call the part that a parameter belongs to; nil for the head.
    private static func group(of name: String, _ architecture: any ModelArchitecture) -> String? {
        if name.hasSuffix(LoRANames.down) || name.hasSuffix(LoRANames.up) { return "adapters" }
        if architecture.hasLargeTokenTable, name == architecture.tokenTable { return "token table" }
        switch architecture.part(of: name) {
        case .tower(let tower, .projection): return "\(tower.rawValue) projection"
        case .tower(let tower, _): return "\(tower.rawValue) tower"
        case .temperature: return "temperature"
        case .bias: return "bias"
        case nil: return name == "bias" ? "bias" : nil
        }
    }
}
