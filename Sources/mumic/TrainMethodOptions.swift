// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import MultiLabel
import TorchNN
import Training

/// What is minimised.
struct LossArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "mumic (default), bce, siglip, asl, focal, two-way, softmax or linear-head.", valueName: "loss"))
    var loss: String?
    @Option(
        help: ArgumentHelp(
            "What scores labels: text (default), or linear, fixed weights on the image tower.", valueName: "head"))
    var head: ClassifierHead?
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The temperature at the start, 0.01 to 1, or auto: temperature and bias from a first batch (default: 0.07; siglip: 0.1).",
            valueName: "x"))
    var temperature: StartingTemperature?
    @Flag(help: "Keep the temperature as it is.")
    var fixedTemperature = false
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Where the bias of the logits starts: a number, auto (where a first batch's probabilities meet its share of positives) or none (default: mumic, asl and focal without --temperature or --fixed-temperature: auto, else none; siglip: -10).",
            valueName: "x"))
    var bias: BiasChoice?
    @Flag(help: "Keep the bias as it is.")
    var fixedBias = false
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Move targets by this share towards one half (default: 0).", valueName: "x"))
    var labelSmoothing: Double?
    @Option(
        help: ArgumentHelp(
            "Weight of a label's positives: none (default), balanced (negatives by positives) or sqrt (its root).",
            valueName: "weight"))
    var positiveWeight: PositiveWeighting?
    @Option(parsing: .unconditional, help: ArgumentHelp("asl: focus on hard positives (default: 0).", valueName: "x"))
    var aslGammaPositive: Double?
    @Option(parsing: .unconditional, help: ArgumentHelp("asl: focus on hard negatives (default: 4).", valueName: "x"))
    var aslGammaNegative: Double?
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("asl: negatives up to this probability do not count (default: 0.05).", valueName: "x"))
    var aslClip: Double?
    @Option(parsing: .unconditional, help: ArgumentHelp("focal: focus on hard pairs (default: 2).", valueName: "x"))
    var focalGamma: Double?
    @Option(parsing: .unconditional, help: ArgumentHelp("focal: weight of positives (default: 0.25).", valueName: "x"))
    var focalAlpha: Double?

    func give(to partial: inout PartialConfiguration) {
        (partial.loss, partial.head, partial.temperature, partial.bias) = (loss, head, temperature, bias)
        partial.fixedTemperature = fixedTemperature ? true : nil
        partial.fixedBias = fixedBias ? true : nil
        (partial.labelSmoothing, partial.positiveWeight) = (labelSmoothing, positiveWeight)
        (partial.aslGammaPositive, partial.aslGammaNegative, partial.aslClip) = (
            aslGammaPositive, aslGammaNegative, aslClip
        )
        (partial.focalGamma, partial.focalAlpha) = (focalGamma, focalAlpha)
    }
}

/// How imperfect labels are treated.
struct LabelQualityArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Unknown targets in training: ignore (default) or negative, taken as 0.", valueName: "meaning"))
    var unknown: UnknownTargets?
    @Option(
        help: ArgumentHelp(
            "Against wrong labels: none (default), forward (targets are what annotation and model make probable, by the rates of wrong annotations), reject (largest losses left out), correct (turned round) or bootstrap (targets move towards the model).",
            valueName: "method"))
    var robust: RobustTraining?
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "How much of it: forward: the share of wrong annotations (default: estimated in training); reject, correct: the share that each epoch adds (default: 0.002); bootstrap: the model's share (default: 0.2).",
            valueName: "x"))
    var robustRate: Double?
    @Option(
        help: ArgumentHelp(
            "Each picture once an epoch: natural (default), or labels equally often: balanced.", valueName: "order"))
    var sampling: Sampling?
    @Option(
        help: ArgumentHelp(
            "A label of the data not to train on, to measure zero-shot scores with; may be repeated.",
            valueName: "label"))
    var holdOut: [String] = []

    func give(to partial: inout PartialConfiguration) {
        (partial.unknown, partial.robust, partial.robustRate, partial.sampling) = (
            unknown, robust, robustRate, sampling
        )
        partial.holdOut = holdOut.isEmpty ? nil : OneOrMany(holdOut)
    }
}

/// What of the model trains.
struct ScopeArguments: ParsableArguments {
    @Option(help: ArgumentHelp("A tower that is not trained: image or text; may be repeated.", valueName: "tower"))
    var freeze: [Tower] = []
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Train only the last groups of the image tower: 1 its projection, 2 the last layer too, and so on.",
            valueName: "n"))
    var lockImageUnlockedGroups: Int?
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The same for the text tower.", valueName: "n"))
    var lockTextUnlockedLayers: Int?
    @Flag(help: "Keep token, patch, position and class embeddings as they are.")
    var freezeEmbeddings = false
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Multiply the learning rate by this from layer to layer downwards, image tower (default: 1).",
            valueName: "x"))
    var imageLayerDecay: Double?
    @Option(parsing: .unconditional, help: ArgumentHelp("The same for the text tower (default: 1).", valueName: "x"))
    var textLayerDecay: Double?
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Train adapters of this rank (LoRA) instead of the towers' weights.", valueName: "n"))
    var loraRank: Int?
    @Option(parsing: .unconditional, help: ArgumentHelp("The adapters' alpha (default: 16).", valueName: "x"))
    var loraAlpha: Double?
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Layers that get adapters: q_proj, k_proj, v_proj, out_proj, fc1, fc2 (default: q_proj v_proj).",
            valueName: "layers"))
    var loraTargets: [LoRATarget] = []
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Validate and keep a moving average of the weights with this decay, such as 0.999.", valueName: "x"))
    var ema: Double?
    @Flag(help: "Compute frozen layers in every epoch again, even where pictures do not vary (--augment none).")
    var noCache = false

    func give(to partial: inout PartialConfiguration) {
        partial.freeze = freeze.isEmpty ? nil : OneOrMany(freeze)
        (partial.lockImageUnlockedGroups, partial.lockTextUnlockedLayers) = (
            lockImageUnlockedGroups, lockTextUnlockedLayers
        )
        partial.freezeEmbeddings = freezeEmbeddings ? true : nil
        (partial.imageLayerDecay, partial.textLayerDecay) = (imageLayerDecay, textLayerDecay)
        (partial.loraRank, partial.loraAlpha, partial.ema) = (loraRank, loraAlpha, ema)
        partial.loraTargets = loraTargets.isEmpty ? nil : OneOrMany(loraTargets)
        partial.noCache = noCache ? true : nil
    }
}
