// SPDX-License-Identifier: Apache-2.0

import Models
import Testing
import Torch
import TorchNN
import TrainingOptions

@testable import Training

@Suite struct TrainablePlanTests {
    typealias Part = TrainablePlan.Part

    /// 3 layers for pictures, 2 for texts.
    private static func config() throws -> CLIPConfig {
        try CLIPConfig(
            ConfigReader(
                path: "config.json",
                bytes: Array(
                    """
                    {"vision_config": {"num_hidden_layers": 3}, "text_config": {"num_hidden_layers": 2}}
                    """.utf8)))
    }

    private static let imageGroups = [
        ["visual_projection.weight"],
        ["vision_model.post_layernorm.bias", "vision_model.encoder.layers.2.self_attn.q_proj.weight"],
        ["vision_model.encoder.layers.1.layer_norm1.weight", "vision_model.encoder.layers.1.mlp.fc2.bias"],
        ["vision_model.encoder.layers.0.mlp.fc1.weight"],
        [
            "vision_model.embeddings.class_embedding", "vision_model.embeddings.patch_embedding.weight",
            "vision_model.embeddings.position_embedding.weight", "vision_model.pre_layrnorm.weight",
        ],
    ]
    private static let textGroups = [
        ["text_projection.weight"],
        ["text_model.final_layer_norm.weight", "text_model.encoder.layers.1.self_attn.out_proj.bias"],
        ["text_model.encoder.layers.0.layer_norm2.weight"],
        ["text_model.embeddings.token_embedding.weight", "text_model.embeddings.position_embedding.weight"],
    ]

    private func table(_ plan: TrainablePlan, _ groups: [[String]]) -> [[Double?]] {
        groups.map { $0.map(plan.multiplier) }
    }

    @Test func `everything trains unless told otherwise`() throws {
        let plan = TrainablePlan(try Self.config())
        for name in (Self.imageGroups + Self.textGroups).joined() { #expect(plan.multiplier(of: name) == 1) }
        for name in ["logit_scale", "bias", "head.weight"] { #expect(plan.multiplier(of: name) == 1) }
        #expect(plan.firstTrainedBlock(of: .image) == 0 && plan.firstTrainedBlock(of: .text) == 0)
    }

    /// open_clip's groups: lock(unlocked_groups: n) unlocks the last n of them.
    @Test(arguments: [(0, nil), (1, 3), (2, 2), (3, 1), (4, 0), (5, 0), (6, 0)] as [(Int, Int?)])
    func `unlocked groups are those of open_clip`(_ count: Int, _ firstBlock: Int?) throws {
        let plan = TrainablePlan(try Self.config(), image: Part(unlockedGroups: count), text: .frozen)
        for (group, names) in Self.imageGroups.enumerated() {
            for name in names { #expect(plan.multiplier(of: name) == (group < count ? 1 : nil), "\(name)") }
        }
        for name in Self.textGroups.joined() { #expect(plan.multiplier(of: name) == nil) }
        #expect(plan.multiplier(of: "logit_scale") == 1)
        #expect(plan.firstTrainedBlock(of: .image) == firstBlock)
        #expect(plan.firstTrainedBlock(of: .text) == nil)
    }

    @Test func `unlocked layers of the text tower are counted from its end`() throws {
        let plan = TrainablePlan(try Self.config(), text: Part(unlockedGroups: 3))
        #expect(table(plan, Self.textGroups) == [[1], [1, 1], [1], [nil, nil]])
        #expect(plan.firstTrainedBlock(of: .text) == 0 && plan.firstTrainedBlock(of: .image) == 0)
        let less = TrainablePlan(try Self.config(), text: Part(unlockedGroups: 2))
        #expect(table(less, Self.textGroups) == [[1], [1, 1], [nil], [nil, nil]])
        #expect(less.firstTrainedBlock(of: .text) == 1)
    }

    @Test func `frozen embeddings are tables and vectors but no norm`() throws {
        let part = Part(freezesEmbeddings: true)
        let plan = TrainablePlan(try Self.config(), image: part, text: part)
        #expect(table(plan, Self.imageGroups) == [[1], [1, 1], [1, 1], [1], [nil, nil, nil, 1]])
        #expect(table(plan, Self.textGroups) == [[1], [1, 1], [1], [nil, nil]])
    }

    /// timm's scales: the head 1, the last block with the norm behind it one step down, the stem the slowest.
    @Test func `layers decay as in timm`() throws {
        let plan = TrainablePlan(
            try Self.config(), image: Part(layerDecay: 0.5), text: Part(unlockedGroups: 2, layerDecay: 0.25))
        #expect(
            table(plan, Self.imageGroups) == [
                [1], [0.5, 0.5], [0.25, 0.25], [0.125], [0.0625, 0.0625, 0.0625, 0.0625],
            ])
        #expect(table(plan, Self.textGroups) == [[1], [0.25, 0.25], [nil], [nil, nil]])
        #expect(plan.multiplier(of: "logit_scale") == 1)
    }

    @Test func `a linear head reads no text and no projection`() throws {
        let plan = TrainablePlan(try Self.config(), image: Part(unlockedGroups: 2), usesTexts: false)
        #expect(table(plan, Self.imageGroups) == [[nil], [1, 1], [nil, nil], [nil], [nil, nil, nil, nil]])
        for name in Self.textGroups.joined() { #expect(plan.multiplier(of: name) == nil) }
        #expect(plan.multiplier(of: "head.weight") == 1)
        #expect(plan.firstTrainedBlock(of: .image) == 2 && plan.firstTrainedBlock(of: .text) == nil)
        let head = TrainablePlan(try Self.config(), image: Part(unlockedGroups: 1), usesTexts: false)
        #expect(head.firstTrainedBlock(of: .image) == nil)
    }

    @Test func `with adapters, the weights stay`() throws {
        let lora = LoRAConfiguration(rank: 4, alpha: 4)
        let plan = TrainablePlan(
            try Self.config(), image: Part(unlockedGroups: 3, freezesEmbeddings: true, layerDecay: 0.5),
            text: .frozen, lora: lora)
        for name in (Self.imageGroups + Self.textGroups).joined() { #expect(plan.multiplier(of: name) == nil) }
        let layer = { (tower: String, index: Int) in "\(tower).encoder.layers.\(index).self_attn.q_proj" }
        #expect(plan.multiplier(of: layer("vision_model", 2) + ".lora_A.weight") == 0.5)
        #expect(plan.multiplier(of: layer("vision_model", 1) + ".lora_B.weight") == 0.25)
        #expect(plan.multiplier(of: layer("vision_model", 0) + ".lora_A.weight") == nil)
        #expect((0..<3).map { plan.adapts(layer("vision_model", $0)) } == [false, true, true])
        #expect(!plan.adapts(layer("text_model", 1)))
        #expect(plan.multiplier(of: "logit_scale") == 1)
        #expect(plan.firstTrainedBlock(of: .image) == 1 && plan.firstTrainedBlock(of: .text) == nil)
        let projection = TrainablePlan(try Self.config(), image: Part(unlockedGroups: 1), lora: lora)
        #expect(projection.firstTrainedBlock(of: .image) == nil && projection.firstTrainedBlock(of: .text) == 0)
        #expect(!TrainablePlan(try Self.config()).adapts(layer("text_model", 1)))
    }

    @Test func `each parameter has a multiplier of its own`() throws {
        let plan = TrainablePlan(try Self.config(), image: Part(unlockedGroups: 2, layerDecay: 0.5))
        let names = ["vision_model.encoder.layers.0.mlp.fc1.bias", "visual_projection.weight", "logit_scale"]
        let all = names + ["vision_model.encoder.layers.2.mlp.fc1.bias"]
        #expect(all.map(plan.multiplier) == [nil, 1, 1, 0.5])
    }
}
