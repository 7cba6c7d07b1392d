// SPDX-License-Identifier: Apache-2.0

import FileIO
import Testing
import Torch
import TorchNN

@testable import Models

/// What freezing, learning rates, adapters and tables know of CLIP's parameters.
@Suite struct PartTests {
    @Test(arguments: GoldenTests.cases) func `every parameter has its part`(_ name: String) throws {
        let (model, store) = try GoldenTests.load(name)
        let architecture = model.architecture
        var counts: [String: Int] = [:]
        for parameter in store.parameters {
            let part = try #require(architecture.part(of: parameter.name), "\(parameter.name)")
            counts["\(part)", default: 0] += 1
        }
        func count(_ tower: Tower, _ part: TowerPart) -> Int? { counts["\(ParameterPart.tower(tower, part))"] }
        for tower in Tower.allCases {
            let blocks = architecture.blockCount(of: tower)
            #expect((0..<blocks).allSatisfy { count(tower, .block($0)) == 16 } && count(tower, .block(blocks)) == nil)
            #expect(count(tower, .pooling) == 2 && count(tower, .projection) == 1)
            #expect(count(tower, .stem) == (tower == .image ? 2 : nil))
            #expect(count(tower, .embeddings) == (tower == .image ? 3 : 2))
        }
        #expect(counts["\(ParameterPart.temperature)"] == 1)
    }

    @Test(arguments: [
        "", ".", "head.weight", "bias", "logit_scale.x", "logit_bias", "vision_model", "vision_model.other.weight",
        "vision_model.encoder.layers", "vision_model.encoder.layers.01.mlp.fc1.weight",
        "text_model.encoder.layers.99.mlp.fc1.weight", "text_model.encoder.layers.-1.mlp.fc1.weight",
    ]) func `other names have none`(_ name: String) throws {
        #expect(try GoldenTests.files("legacy-eos").0.part(of: name) == nil)
    }

    @Test func `linear layers have the widths that they are built with`() throws {
        let (_, store) = try GoldenTests.load("legacy-eos")
        let (config, _) = try GoldenTests.files("legacy-eos")
        var found = 0
        for parameter in store.parameters where parameter.name.hasSuffix(".weight") {
            let shape = parameter.tensor.shape
            guard let widths = config.linearLayer(String(parameter.name.dropLast(".weight".count))) else {
                #expect(shape.count != 2 || parameter.name.contains("embedding"), "\(parameter.name)")
                continue
            }
            found += 1
            #expect(shape == [widths.to, widths.from], "\(parameter.name)")
        }
        #expect(found == 2 + 6 * (config.blockCount(of: .image) + config.blockCount(of: .text)))
        for path in [
            "vision_model.encoder.layers.0.mlp", "text_projection.weight", "vision_model.encoder.layers.0.mlp.fc3",
        ] {
            #expect(config.linearLayer(path) == nil, "\(path)")
        }
    }

    @Test func `properties tell two shapes apart`() throws {
        let (config, _) = try GoldenTests.files("legacy-eos")
        #expect(config.firstDifference(from: config) == nil)
        var other = config
        other.text.tower.layerNormEps = 0.25
        other.text.vocabSize = 7
        #expect(
            config.firstDifference(from: other)
                == "text_config.layer_norm_eps is \(config.text.tower.layerNormEps) in one and 0.25 in the other")
    }

    @Test func `a family that nobody knows is named with those that are known`() throws {
        let file = try ConfigReader(path: "config.json", bytes: Array(#"{"model_type": "resnet"}"#.utf8))
        let error = try #require(throws: InputError.self) { try ModelRegistry.family(of: file) }
        #expect("\(error)".hasPrefix("config.json: key 'model_type' is 'resnet'; only 'clip'"), "\(error)")
        #expect("\(error)".contains("(both towers) can be used; take a relative such as "))
    }
}
