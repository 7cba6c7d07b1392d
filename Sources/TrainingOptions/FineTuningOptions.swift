// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
public import Datasets
public import Models
public import MultiLabel
public import TorchNN

extension AnnotationOptions.Unlisted: ExpressibleByArgument, Encodable {}
extension LabelSeparator: ExpressibleByArgument, Encodable {
    /// As it is written, where it is not empty.
    public init?(argument: String) { self.init(argument) }

    /// As it is written.
    public var defaultValueDescription: String { written }

    /// Writes it as it is written.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(written)
    }
}
extension PositiveWeighting: ExpressibleByArgument {}
extension LoRATarget: ExpressibleByArgument {}

/// The model that is fine-tuned, and its labels.
public struct LabelledModelOptions: ParsableArguments, Sendable {
    /// The model's directory, or its Hub name.
    @Option(help: .init("The model to start from: a directory or a Hub name.", valueName: "model"))
    public var model = ""
    /// A file of labels, or nil for those of the data.
    @Option(
        help: .init(
            "Labels, one a line, or CSV label,prompt[,prompt…] (default: those of the data).", valueName: "file"))
    public var labels: String?
    /// Whether labels that a row does not list are absent or unknown.
    @Option(help: .init("What labels are that a row does not list.", valueName: "meaning"))
    public var unlisted = AnnotationOptions.Unlisted.absent
    /// What parts labels in a cell of a narrow table, or nil for `|` and lists.
    @Option(
        help: .init(
            "What parts labels in a cell of image,labels tables (default: |, or lists as JSON and Python write them).",
            valueName: "text"))
    public var separator: LabelSeparator?
    /// Sentences with `{}` for a label's name. None are those of the model, or else `a photo of a {}`.
    @Option(help: .init("A sentence with {} for a label's name; may be repeated.", valueName: "sentence"))
    public var template: [String] = []
    /// Whether a run ends without a report of the validation pictures.
    @Flag(help: "Do not evaluate on the validation pictures once more at the end for RUN/report.html.")
    public var noReport = false

    /// For the parser.
    public init() {}
}

/// What is minimised.
public struct LossOptions: ParsableArguments, Sendable {
    /// What is minimised.
    @Option(help: .init("What is minimised.", valueName: "loss")) public var loss = TrainingLoss.mumic
    /// What scores the labels.
    @Option(
        help: .init(
            "What scores labels: their texts, fixed weights on the image tower (linear), or both (anchored).",
            valueName: "head"))
    public var head = ClassifierHead.text
    @Option(
        number:
            "The temperature at the start, 0.01 to 1 (SigLIP: 0.001 to 1), or auto: temperature and bias from a first batch (default: 0.07; siglip: 0.1).",
        "x")
    var temperature: StartingValue?
    /// Whether τ stays as it is.
    @Flag(help: "Keep the temperature as it is.") public var fixedTemperature = false
    @Option(
        number:
            "Where the bias of the logits starts: a number, auto (where a first batch's probabilities meet its share of positives) or none (default: mumic, asl and focal without --temperature or --fixed-temperature: auto, else none; siglip: -10).",
        "x")
    var bias: StartingBias?
    /// Whether b stays as it is.
    @Flag(help: "Keep the bias as it is.") public var fixedBias = false
    /// Share by which targets move towards one half.
    @Option(number: "Move targets by this share towards one half.", "x") public var labelSmoothing = 0.0
    /// How much more a label's positives weigh.
    @Option(
        help: .init(
            "Weight of a label's positives: one, negatives by positives (balanced) or its root (sqrt).",
            valueName: "weight"))
    public var positiveWeight = PositiveWeighting.none
    /// ASL's focus on hard positives.
    @Option(number: "asl: focus on hard positives.", "x") public var aslGammaPositive = 0.0
    /// ASL's focus on hard negatives.
    @Option(number: "asl: focus on hard negatives.", "x") public var aslGammaNegative = 4.0
    /// The probability up to which ASL does not count a negative.
    @Option(number: "asl: negatives up to this probability do not count.", "x") public var aslClip = 0.05
    /// The focal loss's focus on hard pairs.
    @Option(number: "focal: focus on hard pairs.", "x") public var focalGamma = 2.0
    /// The weight of positives in the focal loss; that of negatives is the rest to 1.
    @Option(number: "focal: weight of positives.", "x") public var focalAlpha = 0.25

    /// For the parser.
    public init() {}
}

/// How imperfect labels are treated.
public struct LabelQualityOptions: ParsableArguments, Sendable {
    /// Whether unknown targets are left out or taken as 0 in training.
    @Option(help: .init("Unknown targets in training are left out or taken as 0.", valueName: "meaning"))
    public var unknown = UnknownTargets.ignore
    /// What is done about targets that are probably wrong.
    @Option(
        help: .init(
            "Against wrong labels: forward (targets are what annotation and model make probable, by the rates of wrong annotations), reject (largest losses left out), correct (turned round) or bootstrap (targets move towards the model).",
            valueName: "method"))
    public var robust = RobustTraining.none
    /// How much of it, or nil for the method's own.
    @Option(
        number:
            "How much of it: forward: the share of wrong annotations (default: estimated in training); reject, correct: the share that each epoch adds (default: 0.002); bootstrap: the model's share (default: 0.2).",
        "x")
    public var robustRate: Double?
    /// How often each picture is seen in an epoch.
    @Option(help: .init("Each picture once an epoch, or labels equally often.", valueName: "order"))
    public var sampling = Sampling.natural
    /// Labels of the data that are not trained on.
    @Option(
        help: .init(
            "A label of the data not to train on, to measure zero-shot scores with; may be repeated.",
            valueName: "label"))
    public var holdOut: [String] = []

    /// For the parser.
    public init() {}
}

/// What of the model trains.
public struct ScopeOptions: ParsableArguments, Sendable {
    /// Towers that are not trained.
    @Option(help: .init("A tower that is not trained; may be repeated.", valueName: "tower"))
    public var freeze: [Tower] = []
    /// The last groups of the image tower that alone train, or nil for all.
    @Option(
        number:
            "Train only the last groups of the image tower, counted and named as by open_clip: 1 its projection, 2 the last layer too, and so on.",
        "n")
    public var lockImageUnlockedGroups: Int?
    /// The last groups of the text tower that alone train, or nil for all.
    @Option(number: "The same for the text tower; open_clip calls its groups layers.", "n")
    public var lockTextUnlockedLayers: Int?
    /// Whether token, patch, position and class embeddings stay as they are.
    @Flag(help: "Keep token, patch, position and class embeddings as they are.") public var freezeEmbeddings = false
    /// Whether a table of more than 100,000 tokens trains too.
    @Flag(help: "Train the tokens' vectors also where there are more than 100,000 of them (SigLIP 2, MetaCLIP 2).")
    public var trainTokenTable = false
    /// What the learning rate is multiplied by from layer to layer downwards, image tower.
    @Option(number: "Multiply the learning rate by this from layer to layer downwards, image tower.", "x")
    public var imageLayerDecay = 1.0
    /// What the learning rate is multiplied by from layer to layer downwards, text tower.
    @Option(number: "The same for the text tower.", "x") public var textLayerDecay = 1.0
    /// The rank of adapters that train instead of the towers' weights, or nil for none.
    @Option(number: "Train adapters of this rank (LoRA) instead of the towers' weights.", "n") public var loraRank: Int?
    /// The adapters' α: they are scaled by α / rank.
    @Option(number: "The adapters' alpha.", "x") public var loraAlpha = ScopeOptions.usualAlpha
    /// The layers that get an adapter.
    @Option(parsing: .upToNextOption, help: .init("Layers that get adapters.", valueName: "layers"))
    public var loraTargets = ScopeOptions.usualTargets
    /// The decay of a moving average of the weights, which is then what is validated and kept; nil for none.
    @Option(number: "Validate and keep a moving average of the weights with this decay, such as 0.999.", "x")
    public var ema: Double?
    /// Whether what frozen layers make of unvaried pictures is computed once.
    @Flag(
        inversion: .prefixedNo, exclusivity: .chooseLast,
        help: "Compute frozen layers once, not in every epoch, where pictures do not vary (--augment none).")
    public var cache = true

    static let usualAlpha = 16.0
    static let usualTargets = [LoRATarget.query, .value]

    /// For the parser.
    public init() {}
}
