// SPDX-License-Identifier: Apache-2.0
// https://github.com/mlfoundations/open_clip/blob/main/src/open_clip/transformer.py (lock, lock_text_tower)
// https://github.com/huggingface/pytorch-image-models/blob/main/timm/optim/_param_groups.py (param_groups_layer_decay)

import Foundation
package import Models
package import TorchNN
import TrainingOptions

/// Which parameters of a model train, and how fast.
///
/// A tower of L blocks falls into L + 2 groups, counted from its end as open_clip counts what it unlocks and timm what
/// it slows down: 0 is the projection into the joint embedding; 1 the last block with the pooling behind it; 2 ... L the
/// blocks before, one each; L + 1 the embeddings, with what stands between them and the first block.
package struct TrainablePlan: Sendable {
    /// What trains of one tower.
    package struct Part: Sendable, Equatable {
        /// How many groups train, counted from the end; 0 freezes the tower, nil lets all of it train.
        package var unlockedGroups: Int?
        /// Whether the tables and vectors that tokens, positions, patches and the class begin with stay as they are.
        package var freezesEmbeddings: Bool
        /// The learning rate of group g is the step's times this to the power of g; 1 makes all alike.
        package var layerDecay: Double

        /// A tower that trains whole, unless told otherwise.
        package init(unlockedGroups: Int? = nil, freezesEmbeddings: Bool = false, layerDecay: Double = 1) {
            self.unlockedGroups = unlockedGroups
            self.freezesEmbeddings = freezesEmbeddings
            self.layerDecay = layerDecay
        }

        /// A tower that stays as it is.
        package static var frozen: Part { Part(unlockedGroups: 0) }

        func trains(group: Int) -> Bool { unlockedGroups.map { group < $0 } ?? true }
    }

    private let parts: [Tower: Part]
    private let architecture: any ModelArchitecture
    private let lora: LoRAConfiguration?
    private let usesTexts: Bool
    private let keepsTokenTable: Bool

    /// A plan for models of a shape. With `lora`, adapters train in place of the towers' own weights. `usesTexts` is false
    /// where a linear head reads the image tower's pooled state: the text tower and both projections have no part then.
    /// A large table of tokens stays as it is unless `trainsTokenTable`.
    package init(
        _ architecture: any ModelArchitecture, image: Part = Part(), text: Part = Part(),
        lora: LoRAConfiguration? = nil, usesTexts: Bool = true, trainsTokenTable: Bool = false
    ) {
        self.parts = [.image: image, .text: usesTexts ? text : .frozen]
        self.architecture = architecture
        self.lora = lora
        self.usesTexts = usesTexts
        self.keepsTokenTable = architecture.hasLargeTokenTable && !trainsTokenTable
    }

    /// What the step's learning rate is multiplied by for a parameter, or for an adapter's half; nil if it stays as it is.
    /// What belongs to no tower, such as the temperature and a head, trains at the step's rate.
    package func multiplier(of name: String) -> Double? {
        guard case .tower(let tower, let place)? = architecture.part(of: name) else { return 1 }
        let group = group(of: place, in: tower)
        guard let part = parts[tower], part.trains(group: group) else { return nil }
        if !usesTexts, group == 0 { return nil }
        if lora != nil {
            if !name.hasSuffix(LoRANames.down), !name.hasSuffix(LoRANames.up) { return nil }
        } else if part.freezesEmbeddings && place == .embeddings
            || keepsTokenTable && name == architecture.tokenTable
        {
            return nil
        }
        return pow(part.layerDecay, Double(group))
    }

    /// Whether the linear layer at a path gets an adapter; to be asked for layers whose name is a target.
    package func adapts(_ layer: String) -> Bool {
        lora != nil && multiplier(of: layer + "." + LoRANames.down) != nil
    }

    /// The lowest of a tower's L layers, from 0, that has to be run again in every step, since it or something below it
    /// trains; its input is the same in every step if it is above 0. It is 0 too if the embeddings train, L if only what
    /// lies behind the layers trains, and nil if nothing does.
    package func firstTrainedBlock(of tower: Tower) -> Int? {
        guard let part = parts[tower] else { return nil }
        let layers = architecture.blockCount(of: tower)
        let groups = min(max(part.unlockedGroups ?? layers + 2, 0), layers + 2)
        // Adapters sit in layers, and a linear head leaves the projection out.
        let first = lora != nil || !usesTexts ? 1 : 0
        return groups > first ? max(0, layers - groups + 1) : nil
    }

    private func group(of place: TowerPart, in tower: Tower) -> Int {
        let layers = architecture.blockCount(of: tower)
        switch place {
        case .projection: return 0
        case .pooling: return 1
        case .block(let index): return layers - index
        case .stem, .embeddings: return layers + 1
        }
    }
}
