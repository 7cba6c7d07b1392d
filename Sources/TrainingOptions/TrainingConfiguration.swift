// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import FileIO
import Models
public import MultiLabel
public import TorchNN

/// Everything that a fine-tuning run depends on; saved as `RUN/config.yml` under the names of the options.
public struct TrainingConfiguration: RunConfiguration {
    /// What the shared options are where nobody says anything.
    public static let defaults = RunDefaults(
        command: "train", data: "Annotations: CSV, JSON lines, COCO or Create ML", epochs: 10, batchSize: 32,
        learningRate: 1e-5, weightDecay: 0.1, warmupSteps: 0)
    /// All options as they are where nobody says anything.
    public static let standard: TrainingConfiguration = .unsaid

    /// What is trained on, where to, and how the run begins.
    @OptionGroup(title: "Data, model and run") public var run: RunOptions<TrainingConfiguration>
    /// The model that is fine-tuned, and its labels.
    @OptionGroup(title: "Data, model and run") public var start: LabelledModelOptions
    /// Whether the recipe trains, and how deep.
    @OptionGroup(title: "The automatic recipe") public var automatic: RecipeOptions
    /// How the steps go.
    @OptionGroup(title: "Steps") public var steps: StepOptions<TrainingConfiguration>
    /// How pictures are varied and ordered.
    @OptionGroup(title: "Pictures") public var pictures: PictureOptions
    /// Where the run computes.
    @OptionGroup(title: "Machine") public var machine: MachineOptions
    /// What is minimised.
    @OptionGroup(title: "Loss") public var objective: LossOptions
    /// How imperfect labels are treated.
    @OptionGroup(title: "Imperfect labels") public var quality: LabelQualityOptions
    /// What of the model trains.
    @OptionGroup(title: "What trains") public var scope: ScopeOptions

    /// For the parser.
    public init() {}

    /// The defaults, for given data, model and output; as many threads as processors decode pictures if nothing is said.
    public init(data: String, model: String, output: String, workers: Int? = nil) {
        self = .standard
        (run.data, start.model, run.output, machine.workers) = (data, model, output, workers)
    }

    /// The options of ``LabelledModelOptions`` by their names.
    public subscript<Value>(dynamicMember path: WritableKeyPath<LabelledModelOptions, Value>) -> Value {
        get { start[keyPath: path] }
        set { start[keyPath: path] = newValue }
    }

    /// The options of ``RecipeOptions`` by their names.
    public subscript<Value>(dynamicMember path: WritableKeyPath<RecipeOptions, Value>) -> Value {
        get { automatic[keyPath: path] }
        set { automatic[keyPath: path] = newValue }
    }

    /// The options of ``LossOptions`` by their names.
    public subscript<Value>(dynamicMember path: WritableKeyPath<LossOptions, Value>) -> Value {
        get { objective[keyPath: path] }
        set { objective[keyPath: path] = newValue }
    }

    /// The options of ``LabelQualityOptions`` by their names.
    public subscript<Value>(dynamicMember path: WritableKeyPath<LabelQualityOptions, Value>) -> Value {
        get { quality[keyPath: path] }
        set { quality[keyPath: path] = newValue }
    }

    /// The options of ``ScopeOptions`` by their names.
    public subscript<Value>(dynamicMember path: WritableKeyPath<ScopeOptions, Value>) -> Value {
        get { scope[keyPath: path] }
        set { scope[keyPath: path] = newValue }
    }
}

// MARK: Where τ and b start

extension TrainingConfiguration {
    /// Whether fixed weights score the labels, and their texts are not used.
    public var usesLinearHead: Bool { self.loss == .linearHead || self.head == .linear }

    /// τ at the start. If nobody says it, it is where SigLIP's paper has it, and 0.07 for other losses.
    public var temperature: StartingValue {
        get { objective.temperature ?? (isSigLIP ? 0.1 : 0.07) }
        set { objective.temperature = newValue }
    }

    /// b at the start, or nil for none. If nobody says it, it is where SigLIP's paper has it; as a first batch wants it
    /// with a temperature of auto, and with the losses mumic, asl and focal if the temperature is neither given nor
    /// fixed; and else there is none.
    public var bias: StartingValue? {
        get { objective.bias.map(\.start) ?? usualBias(givenTemperature: objective.temperature) }
        set { objective.bias = StartingBias(start: newValue) }
    }

    private var isSigLIP: Bool { self.loss == .siglip && self.head != .linear }

    private func usualBias(givenTemperature: StartingValue?) -> StartingValue? {
        if givenTemperature == .auto { return .auto }
        if isSigLIP { return -10 }
        let fitsFirstBatch = [.mumic, .asl, .focal].contains(self.loss) && self.head != .linear
        return fitsFirstBatch && givenTemperature == nil && !self.fixedTemperature ? .auto : nil
    }

    /// τ, and b where there is one or where its absence is not what a reader of the file would take for granted.
    public var derived: [String: (any Encodable)?] {
        let isNoneSurprising = usualBias(givenTemperature: temperature) != nil
        return [
            "recipe": recipeOrUsual, "temperature": temperature, "bias": bias ?? (isNoneSurprising ? "none" : nil),
        ]
    }

    /// Older files left the key out where SigLIP had no bias, and knew no recipe.
    public static func readWhole(_ arguments: inout [String: [String]]) {
        if arguments["loss"] == ["--loss=siglip"], arguments["head"] != ["--head=linear"], arguments["bias"] == nil {
            arguments["bias"] = ["--bias=none"]
        }
        // Files of versions without the recipe are of plain training.
        if arguments["recipe"] == nil { arguments["recipe"] = ["--recipe=plain"] }
        // Before there was a choice, all tables of tokens trained.
        if arguments["train-token-table"] == nil, arguments["recipe"] == ["--recipe=plain"] {
            arguments["train-token-table"] = ["--train-token-table"]
        }
    }

    /// PyTorch's constants, with this decay.
    public var optimizer: AdamW.Configuration { .init(weightDecay: self.weightDecay) }

    /// The sentences for labels' names; none for those of the model.
    ///
    /// - Throws: `InputError` for one that has no place for the name.
    public func templates() throws -> [PromptTemplate] {
        try self.template.map { try PromptTemplate(typed: $0) }
    }
}

// MARK: What does not go

extension TrainingConfiguration {
    /// What no run can do without and is not given.
    public var missing: String? {
        if self.data.isEmpty { return "--data is missing; name a file of annotations" }
        return self.model.isEmpty ? "--model is missing; name a directory or a Hub model to start from" : nil
    }

    /// Refuses values of the options of fine-tuning that no run can have.
    public func checkOwnValues() throws {
        try require(
            "temperature", "must lie in 0.001...1, or be the word auto", (0.001...1).contains(temperature.number ?? 1))
        try require("bias", "must be a finite number, auto or none", bias?.number?.isFinite ?? true)
        try require("label-smoothing", "must lie in 0..<1", (0..<1).contains(self.labelSmoothing))
        try require("asl-gamma-positive", "must lie in 0...100", (0...100).contains(self.aslGammaPositive))
        try require("asl-gamma-negative", "must lie in 0...100", (0...100).contains(self.aslGammaNegative))
        try require("focal-gamma", "must lie in 0...100", (0...100).contains(self.focalGamma))
        try require("asl-clip", "must lie in 0..<1", (0..<1).contains(self.aslClip))
        try require("focal-alpha", "must lie in 0...1", (0...1).contains(self.focalAlpha))
        try require(
            "minutes", "must be above 0 and at most 100000", isInRange(self.minutes ?? 1))
        try require("robust-rate", "must lie in 0...1", (0...1).contains(self.robustRate ?? 0))
        try require(
            "robust-rate", "must be below 0.5 for forward: annotations as often wrong as right say nothing",
            self.robust != .forward || self.robustRate ?? 0 < 0.5)
        try require(
            "lock-image-unlocked-groups", "must lie in 0...1000",
            (0...1000).contains(scope.lockImageUnlockedGroups ?? 0))
        try require(
            "lock-text-unlocked-layers", "must lie in 0...1000", (0...1000).contains(scope.lockTextUnlockedLayers ?? 0))
        try require("image-layer-decay", "must be above 0 and at most 1", isShare(scope.imageLayerDecay))
        try require("text-layer-decay", "must be above 0 and at most 1", isShare(scope.textLayerDecay))
        try require("lora-rank", "must lie in 1...4096", (1...4096).contains(scope.loraRank ?? 1))
        try require("lora-alpha", "must be above 0 and at most 1000000", scope.loraAlpha > 0 && scope.loraAlpha <= 1e6)
        try require("lora-targets", "must name at least one layer", scope.loraRank == nil || !scope.loraTargets.isEmpty)
        try require("ema", "must lie in 0..<1", (0..<1).contains(scope.ema ?? 0))
    }

    private func isInRange(_ minutes: Double) -> Bool { minutes > 0 && minutes <= 100_000 }

    private func isShare(_ number: Double) -> Bool { number > 0 && number <= 1 }

    /// Refuses options that contradict each other.
    ///
    /// - Throws: `InputError`, a wrong usage.
    public func checkContradictions() throws {
        _ = try templates()
        func refuse(_ words: String, if contradicts: Bool) throws { if contradicts { throw InputError.usage(words) } }
        if let words = recipeContradiction { throw InputError.usage(words) }
        // With a temperature of auto, a bias of auto is what it brings with it.
        let saysBias = objective.bias?.start != nil && !(temperature == .auto && bias == .auto)
        let name = self.loss.rawValue
        try refuse(
            "--bias none does not go with --temperature auto, which sets both; give a temperature",
            if: objective.bias != nil && bias == nil && temperature == .auto)
        try refuse(
            "--fixed-bias goes with --bias; say where the bias is to stay",
            if: self.fixedBias && bias == nil && temperature != .auto)
        try refuse(
            "--bias does not go with a linear head, which has a bias for each label", if: saysBias && usesLinearHead)
        try refuse("--bias does not go with --loss bce, which is tau = 1, b = 0", if: saysBias && self.loss == .bce)
        try refuse(
            "--robust forward needs probabilities, and the scores of --loss \(name) are none",
            if: self.robust == .forward && [.twoWay, .softmax].contains(self.loss))
        try refuse(
            "--robust-rate goes with --robust reject, correct, bootstrap or forward",
            if: self.robust == .none && self.robustRate != nil)
        try refuse(
            "--positive-weight and --label-smoothing belong to cross-entropies, not to --loss \(name)",
            if: ![.mumic, .bce, .siglip, .linearHead].contains(self.loss)
                && (self.positiveWeight != .none || self.labelSmoothing > 0))
        try refuse(
            "--lora-alpha and --lora-targets go with --lora-rank",
            if: scope.loraRank == nil
                && (scope.loraAlpha != ScopeOptions.usualAlpha || scope.loraTargets != ScopeOptions.usualTargets))
        for (tower, groups) in [
            (Tower.image, scope.lockImageUnlockedGroups), (.text, scope.lockTextUnlockedLayers),
        ] {
            try refuse(
                "--freeze \(tower.rawValue) and unlocked layers of that tower exclude each other",
                if: groups != nil && scope.freeze.contains(tower))
        }
    }

    /// Which options have no effect beside others.
    public var notes: [String] {
        var notes: [String] = []
        let saysTemperature = temperature != (isSigLIP ? 0.1 : 0.07) || self.fixedTemperature
        if saysTemperature, usesLinearHead || self.loss == .bce {
            notes.append(
                (usesLinearHead ? "a linear head" : "--loss bce")
                    + " has no temperature to set; --temperature is not used")
        }
        if usesLinearHead, !self.template.isEmpty || self.freeze.contains(.text) {
            notes.append("a linear head reads no texts; --template and --freeze text are not used")
        }
        return notes
    }
}
