// SPDX-License-Identifier: Apache-2.0

import Foundation
import Models
import MultiLabel
import Torch
import TorchNN
import TrainingOptions

/// An anchored head to begin with, in place of one without weights.
struct AnchoredStart {
    /// log(1/τ); nil for the model's own.
    let logitScale: Double?
    /// Makes the head, for the labels that are trained.
    let head: () throws -> AnchoredHead
}

/// What stands between a model's towers and logits when training starts.
struct LogitStart {
    /// log(1/τ); nil where a linear head scores.
    let logitScale: Double?
    /// Whether τ is learned.
    let trainsTemperature: Bool
    /// What scores the labels.
    let head: any LabelHead
    /// What of it is no part of the model itself: `bias`, and a head's parameters as `head.…`.
    let parameters: [ParameterStore.Parameter]

    /// The start that options ask for.
    ///
    /// - Parameters:
    ///   - options: The run's configuration.
    ///   - targets: What is to be learned; a linear head starts at its base rates.
    ///   - model: The model; b is a parameter of its own if it has one.
    ///   - anchor: The anchored head to go on from; nil to begin one where the options ask for it.
    ///   - device: Where to compute.
    /// - Throws: `TorchError` if memory runs out.
    init(
        _ options: TrainingConfiguration, targets: TargetRows, model: any ImageTextModel, anchor: AnchoredStart?,
        device: Device
    ) throws {
        let labelCount = targets.labelCount
        let isTempered = !options.usesLinearHead && options.loss != .bce
        trainsTemperature = isTempered && !options.fixedTemperature
        switch (options.usesLinearHead, isTempered, options.temperature) {
        case _ where anchor != nil: logitScale = anchor?.logitScale
        case (true, _, _): logitScale = nil
        case (_, false, _): logitScale = 0
        case (_, _, .value(let start)):
            try model.check(startingTemperature: start)
            logitScale = log(1 / start)
        case (_, _, .auto): logitScale = log(1 / 0.07)  // until the first batch has been seen
        }
        if options.usesLinearHead {
            // ASL begins where its authors do, at a probability of one half: it gives negatives that are improbable
            // already no gradient, so that from the base rates positives alone would pull.
            let head = LinearHead(
                weight: try Tensor(repeating: 0, shape: [labelCount, model.architecture.pooledWidth], device: device),
                bias: try Tensor(
                    options.loss == .asl ? Array(repeating: 0, count: labelCount) : targets.baseLogits(),
                    shape: [labelCount]
                ).to(device: device))
            self.head = head
            parameters = head.parameters.map { .init(name: "head." + $0.name, tensor: $0.tensor) }
        } else if options.head == .anchored {
            let head =
                try anchor?.head()
                ?? AnchoredHead(
                    labels: labelCount, width: model.architecture.pooledWidth,
                    sharedBias: isTempered ? options.bias?.number ?? 0 : 0, device: device)
            self.head = head
            parameters = head.parameters.map { .init(name: "head." + $0.name, tensor: $0.tensor) }
        } else if isTempered, options.bias != nil || options.startsFromFirstBatch {
            let start = try Tensor(repeating: options.bias?.number ?? 0, shape: [], device: device)
            try model.logitBias?.copyInPlace(start)
            head = TextHead(bias: model.logitBias ?? start)
            parameters = model.logitBias == nil ? [.init(name: "bias", tensor: start)] : []
        } else {
            head = TextHead()
            parameters = []
        }
    }
}

extension TrainingConfiguration {
    /// Whether τ or b, or both, start where the cosines of a first batch put them.
    var startsFromFirstBatch: Bool {
        !usesLinearHead && self.loss != .bce && (temperature == .auto || bias == .auto)
    }

    /// Whether the first pictures have to be looked at before the first step.
    func looksAtFirstPictures(_ anchor: AnchoredStart?) -> Bool {
        anchor == nil && (startsFromFirstBatch || self.head == .anchored)
    }

    /// The adapters that train, if any.
    var lora: LoRAConfiguration? {
        scope.loraRank.map { LoRAConfiguration(rank: $0, alpha: scope.loraAlpha, targets: scope.loraTargets) }
    }

    /// The loss with its parameters.
    ///
    /// - Parameter positiveWeights: One for each label, or nil.
    /// - Returns: The loss.
    func multiLabelLoss(positiveWeights: [Float]?) -> MultiLabelLoss {
        switch objective.loss {
        case .mumic, .bce, .linearHead:
            .binaryCrossEntropy(labelSmoothing: objective.labelSmoothing, positiveWeights: positiveWeights)
        case .siglip: .sigLIP(labelSmoothing: objective.labelSmoothing, positiveWeights: positiveWeights)
        case .asl:
            .asymmetric(
                gammaPositive: objective.aslGammaPositive, gammaNegative: objective.aslGammaNegative,
                clip: objective.aslClip)
        case .focal: .focal(gamma: objective.focalGamma, alpha: objective.focalAlpha)
        case .twoWay: .twoWay()
        case .softmax: .softmax
        }
    }
}

extension TrainablePlan {
    /// What trains of a model, as the options say.
    init(_ architecture: any ModelArchitecture, _ options: TrainingConfiguration) {
        func part(_ tower: Tower, _ unlocked: Int?, _ decay: Double) -> Part {
            options.freeze.contains(tower)
                ? .frozen
                : Part(unlockedGroups: unlocked, freezesEmbeddings: options.freezeEmbeddings, layerDecay: decay)
        }
        self.init(
            architecture, image: part(.image, options.lockImageUnlockedGroups, options.imageLayerDecay),
            text: part(.text, options.lockTextUnlockedLayers, options.textLayerDecay), lora: options.lora,
            usesTexts: !options.usesLinearHead, trainsTokenTable: options.trainTokenTable)
    }
}
