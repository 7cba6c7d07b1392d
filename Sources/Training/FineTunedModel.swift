// SPDX-License-Identifier: Apache-2.0

import Datasets
import Foundation
import Imaging
import Models
import MultiLabel
import Tokenization
package import Torch
import TorchNN
package import TrainingOptions

/// The classifier while it trains: the parameters of the towers, and what training adds to them.
struct FineTunedModel: TrainedModel {
    let classifier: MultiLabelClassifier
    let plan: TrainablePlan
    /// The layers of the image tower that no step changes; nil if there are none, or if they are not to be kept.
    let frozenImageLayers: FrozenLayers?
    let trained: [ParameterStore.Parameter]
    /// The towers with their adapters.
    let store: ParameterStore
    /// What is no part of the model itself: bias and linear head.
    let extra: [ParameterStore.Parameter]
    /// The last groups of the text tower that train; nil for all.
    var textGroups: Int? { options.lockTextUnlockedLayers }
    private let options: TrainingConfiguration
    private let loss: MultiLabelLoss
    private let targets: TargetRows
    private let device: Device
    private let texts: Texts?
    private let average: WeightAverage?
    private let correction: ForwardCorrection?

    /// How the labels' features come about in a step, where the head reads texts.
    private enum Texts {
        /// They are always the same.
        case frozen(Tensor)
        /// By what has to be run of the tower.
        case learned(() throws -> Tensor)
    }

    /// Loads the towers, sets τ and b to where they start, and marks what trains.
    init(
        _ checkpoint: ModelCheckpoint, labels: [Label], templates: [PromptTemplate], targets: TargetRows,
        anchor: AnchoredStart? = nil, _ options: TrainingConfiguration, device: Device
    ) throws {
        let plan = TrainablePlan(checkpoint.architecture, options)
        let lora = options.lora.map { LoRAPlan($0, seed: options.seed, includes: plan.adapts) }
        let (model, store) = try checkpoint.load(on: device, lora: lora)
        let start = try LogitStart(options, targets: targets, model: model, anchor: anchor, device: device)
        if let scale = start.logitScale { try model.logitScale.copyInPlace(Tensor(repeating: scale, shape: [])) }
        func trains(_ name: String) -> Bool {
            switch name == "bias" ? .bias : checkpoint.architecture.part(of: name) {
            case .temperature: start.trainsTemperature
            case .bias: start.head.bias != nil && !options.fixedBias
            case nil where AnchoredHead.constants.contains { name == "head." + $0 }: false
            case nil where name == "head.shared_bias": !options.fixedBias
            default: plan.multiplier(of: name) != nil
            }
        }
        self.plan = plan
        self.store = store
        self.extra = start.parameters
        self.trained = (store.parameters + store.adapterParameters + start.parameters).filter { trains($0.name) }
        self.targets = targets
        self.options = options
        self.device = device
        self.loss = options.multiLabelLoss(
            positiveWeights: options.positiveWeight.weights(
                targets: targets.values(targets.table.images.indices), labels: targets.labelCount))
        let classifier = try MultiLabelClassifier(
            model, of: checkpoint, labels: labels, templates: templates, head: start.head)
        self.classifier = classifier
        self.texts =
            try !start.head.readsTexts
            ? nil
            : withoutGradient {
                switch plan.firstTrainedBlock(of: .text) {
                case nil: .frozen(try classifier.labelFeatures())
                case 0: .learned(classifier.labelFeatures)
                case let block?: .learned(try classifier.labelFeatures(from: block))
                }
            }
        self.frozenImageLayers =
            options.cache
            ? FrozenLayers(model, plan, precision: options.precision, device: device, directory: options.output) : nil
        self.average = try options.ema.map { [trained] in try WeightAverage(trained, decay: $0) }
        self.correction =
            options.robust == .forward
            ? try ForwardCorrection(
                rate: options.robustRate, targets: targets.values(targets.table.images.indices),
                labels: targets.labelCount,
                pairs: min(options.batchSize * options.accumulate, targets.table.images.count) * targets.labelCount)
            : nil
        if trained.isEmpty { throw TrainingError.nothingTrains }
        for parameter in trained { try parameter.tensor.setRequiresGradient(true) }
    }

    private var parameters: [ParameterStore.Parameter] { store.parameters + store.adapterParameters + extra }

    var all: [(name: String, tensor: Tensor)] {
        parameters.map { ($0.name, $0.tensor) } + (average?.state ?? []) + (correction?.state ?? [])
    }

    /// What steps change: all that a frozen part does not hold.
    var changing: [(name: String, tensor: Tensor)] {
        trained.map { ($0.name, $0.tensor) } + (average?.state ?? []) + (correction?.state ?? [])
    }

    var optimized: [AdamW.Parameter] {
        trained.map {
            AdamW.Parameter(name: $0.name, tensor: $0.tensor, multiplier: plan.multiplier(of: $0.name) ?? 1)
        }
    }

    var groups: [ParameterGroup] {
        ParameterGroup.of(parameters, trained: trained, classifier.model.architecture)
    }

    func temperature() throws -> Double { exp(-Double(try classifier.model.logitScale.item())) }

    func updated(step: Int) throws {
        if classifier.model.logitScale.requiresGradient { try classifier.model.clampTemperature() }
        // Texts may be worth nothing, and never count against their label.
        if let head = classifier.head as? AnchoredHead { try head.textWeight.clampInPlace(0, .infinity) }
        try average?.update(step: step)
        try correction?.updated()
    }

    /// Gives a bias that the model itself has (SigLIP's) what belongs to its texts' score: other programs, which know nothing
    /// of a head, then score by texts as this one does for labels without weights. Where the score has no bias it is 0.
    func settleOwnBias() throws {
        guard let own = classifier.model.logitBias else { return }
        // Where texts alone score with a bias, it is the model's own.
        if classifier.head is TextHead, classifier.head.bias != nil { return }
        let shared = try (classifier.head as? AnchoredHead)?.sharedBias.item() ?? 0
        try own.copyInPlace(Tensor(repeating: Double(shared), shape: []))
    }

    /// The rates at which annotations are taken to be wrong; nil if they are trusted.
    func annotationNoise() throws -> AnnotationNoise? { try correction?.noise() }

    /// Lets the average, if there is one, begin at weights that were set since the model was loaded.
    func restartAverage() throws { try average?.restart() }

    func withMeasuredWeights<R>(_ body: () throws -> R) throws -> R {
        guard let average else { return try body() }
        return try average.withAverages(body)
    }

    /// The labels' features as the weights are now; to be asked for where the head reads texts.
    func labelFeatures() throws -> Tensor {
        switch texts {
        case .frozen(let features): features
        case .learned(let features): try options.precision.run(on: device, features)
        case nil: try classifier.labelFeatures()
        }
    }

    /// What gives logits as the weights are now, without a graph.
    func scorer() throws -> LabelScorer { try withoutGradient { try classifier.scorer(labelFeatures: labelFeatures) } }

    /// The loss of a step is divided by what all its batches count together, in all processes, so that several small
    /// batches give what one large batch gives. Label features are computed once for all of them: the batches add up the
    /// gradient at the features, which then goes through the text tower once.
    func gradients(_ step: TrainingStep) throws -> Double {
        let counted = loss.count(targets: targets.values(step.rows), labels: targets.labelCount)
        let count = try step.communicator.sum([counted])[0]
        if count == 0 {
            while try step.next() != nil {}
            return 0
        }
        var texts: (features: Tensor, leaf: Tensor)?
        let scorer = try classifier.scorer {
            let features = try labelFeatures()
            let leaf = features.requiresGradient ? try features.detached() : features
            if features.requiresGradient { try leaf.setRequiresGradient(true) }
            texts = (features, leaf)
            return leaf
        }
        var total = 0.0
        while let batch = try step.next() {
            let logits = try scorer.logits(pooled: pooled(batch.inputs))
            let trusted = try trusted(targets.values(batch.rows), logits: logits, step: step.number)
            let (targets, known) = try targets.tensors(trusted, device: device)
            let loss = try loss(logits: logits, targets: targets, known: known, count: count)
            let value = Double(try loss.item())
            if !value.isFinite {
                throw TrainingError.notFinite(what: try culprit(batch.inputs, texts?.leaf), step: step.number)
            }
            total += value
            if loss.requiresGradient { try loss.backward() }
        }
        if let texts, texts.features.requiresGradient, let gradient = try texts.leaf.gradient {
            try (texts.features * gradient).sum().backward()
        }
        try correction?.endStep(step.communicator)
        return total
    }

    /// The targets to train on in this step, in place of annotations that may be wrong.
    private func trusted(_ values: [Float], logits: Tensor, step: Int) throws -> [Float] {
        if let correction { return try correction.targets(values, logits: try logits.detached().floats()) }
        guard let method = NoiseRobustness(rawValue: options.robust.rawValue) else { return values }
        let share = method.share(
            epochs: Double(step) / Double(stepsPerEpoch), rate: options.robustRate ?? method.defaultRate)
        if share == 0 { return values }
        return method.adjusted(targets: values, logits: try logits.detached().floats(), share: share)
    }

    private var stepsPerEpoch: Int {
        let perStep = options.batchSize * options.accumulate
        return max(1, (targets.table.images.count + perStep - 1) / perStep)
    }

    /// The pooled states of a batch, of pictures or of what frozen layers made of them. Only the tower: cosines and
    /// logits in bfloat16 would tie.
    private func pooled(_ input: Tensor) throws -> Tensor {
        if let frozenImageLayers, options.augment == .none { return try frozenImageLayers.pooled(input) }
        return try options.precision.run(on: device) {
            plan.firstTrainedBlock(of: .image) == nil
                ? try withoutGradient { try classifier.model.pooledImages(input) }
                : try classifier.model.pooledImages(input)
        }
    }

    /// The first tensor on the way to the loss that is not finite, in words.
    private func culprit(_ input: Tensor, _ labelFeatures: Tensor?) throws -> String {
        for (name, tensor) in all where try !tensor.isFinite() { return "the parameter \(name)" }
        if let labelFeatures, try !labelFeatures.isFinite() { return "a label's feature" }
        return try withoutGradient { try pooled(input) }.isFinite() ? "the loss" : "a picture's feature"
    }
}

extension Precision {
    /// Runs a part of a tower's forward pass with its matrix products in this type.
    package func run<R>(on device: Device, _ body: () throws -> R) throws -> R {
        self == .bfloat16 ? try withBFloat16Autocast(on: device, body) : try body()
    }
}
