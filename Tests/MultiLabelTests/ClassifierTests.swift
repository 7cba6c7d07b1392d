// SPDX-License-Identifier: Apache-2.0

import Datasets
import FileIO
import Foundation
import Models
import Safetensors
import TestSupport
import Testing
import Tokenization
import Torch
import TorchNN

@testable import MultiLabel

@Suite struct ClassifierTests {
    @Test func `a label's feature is the unit-norm mean of its prompts' features`() throws {
        let (checkpoint, model, _) = try Curve.load()
        let labels = [
            Label(name: "pool"), Label(name: "sun", prompts: ["red sun", "sun of the hotel", "sun"]),
            Label(name: "bed", prompts: ["double bed"]),
        ]
        let templates = [PromptTemplate.standard, try #require(PromptTemplate("the {} of a hotel"))]
        let classifier = try MultiLabelClassifier(model, of: checkpoint, labels: labels, templates: templates)
        let features = try withoutGradient { try classifier.labelFeatures() }
        let width = checkpoint.featureWidth
        #expect(features.shape == [3, width])
        var expected: [Float] = []
        for label in labels {
            var mean = [Double](repeating: 0, count: width)
            for text in label.texts(templates: templates) {
                let ids = checkpoint.tokenizer.encode(text, contextLength: 20)
                let feature = try withoutGradient { try model.textFeatures([ids]).floats() }
                for index in 0..<width { mean[index] += Double(feature[index]) }
            }
            let norm = mean.reduce(0) { $0 + $1 * $1 }.squareRoot()
            expected += mean.map { Float($0 / norm) }
        }
        // Sums in another order, on values up to 1.
        #expect(try largestDifference(features.floats(), expected) <= 2e-6)
    }

    @Test func `new labels are scored by the cosine times the checkpoint's scale`() throws {
        let bundle = try ModelBundle(directory: Curve.model)
        #expect(bundle.description == nil && bundle.head == .text)
        let labels = ["grand piano", "pool", "цветок"].map { Label(name: $0) }
        let classifier = try bundle.classifier(labels: labels, templates: nil, device: .cpu, dtype: .float32)
        #expect(classifier.templates == [.standard] && classifier.head.bias == nil)
        let (checkpoint, model, store) = try Curve.load()
        try withoutGradient {
            let pixels = try Curve.pixels(checkpoint, 5)
            let logits = try classifier.scorer().logits(pooled: classifier.model.pooledImages(pixels))
            let prompts = labels.map { checkpoint.tokenizer.encode("a photo of a \($0.name)", contextLength: 20) }
            let (images, texts) = (try model.imageFeatures(pixels).floats(), try model.textFeatures(prompts).floats())
            let scale = try #require(store.parameters.first { $0.name == "logit_scale" }).tensor.item()
            var expected: [Float] = []
            let width = checkpoint.featureWidth
            for picture in 0..<5 {
                for label in 0..<3 {
                    let cosine = (0..<width).reduce(0.0) {
                        $0 + Double(images[picture * width + $1]) * Double(texts[label * width + $1])
                    }
                    expected.append(Float(cosine * exp(Double(scale))))
                }
            }
            // The scale is about 14, so that 1e-6 of a cosine is 1.4e-5.
            #expect(try largestDifference(logits.floats(), expected) <= 3e-5)
        }
    }

    @Test func `the model's bias and templates are used`() throws {
        let folder = try TemporaryFolder()
        try folder.copyModel()
        try folder.put(
            "mumic.json",
            """
            {"version": 1, "labels": [{"name": "pool"}, {"name": "sun"}], "templates": ["my {}"], "bias": -3.5}
            """)
        let bundle = try ModelBundle(directory: folder.path)
        let labels = try bundle.resolve(nil)
        let own = try bundle.classifier(labels: labels, templates: nil, device: .cpu, dtype: .float32)
        #expect(own.templates.map(\.text) == ["my {}"])
        let plain = try ModelBundle(directory: Curve.model).classifier(
            labels: labels, templates: own.templates, device: .cpu, dtype: .float32)
        try withoutGradient {
            let pixels = try Curve.pixels(bundle.checkpoint, 3)
            let a = try own.scorer().logits(pooled: own.model.pooledImages(pixels))
            let b = try plain.scorer().logits(pooled: plain.model.pooledImages(pixels))
            #expect(try largestDifference(a.floats(), b.floats().map { $0 - 3.5 }) <= 1e-5)
        }
        let given = try bundle.classifier(labels: labels, templates: [.standard], device: .cpu, dtype: .float32)
        #expect(given.templates == [.standard])
    }

    @Test func `labels without prompts take those that the model knows`() throws {
        let folder = try TemporaryFolder()
        try folder.copyModel()
        try folder.put(
            "mumic.json",
            """
            {"version": 1, "labels": [{"name": "pool", "prompts": ["a pool", "water"]}, {"name": "sun"}], "templates": ["a photo of a {}"], "bias": 0}
            """)
        let bundle = try ModelBundle(directory: folder.path)
        let pool = Label(name: "pool", prompts: ["a pool", "water"])
        #expect(try bundle.resolve(nil) == [pool, Label(name: "sun")])
        #expect(try bundle.resolve([Label(name: "new"), Label(name: "pool")]) == [Label(name: "new"), pool])
        let own = Label(name: "pool", prompts: ["mine"])
        #expect(try bundle.resolve([own]) == [own])
        #expect(throws: MultiLabelError.noLabels(directory: Curve.model)) {
            try ModelBundle(directory: Curve.model).resolve(nil)
        }
        try folder.put("mumic.json", wholeDescription("{\"version\": 1}"))
        #expect(throws: MultiLabelError.noLabels(directory: folder.path)) {
            try ModelBundle(directory: folder.path).resolve(nil)
        }
    }

    @Test func `a label without any text is an error`() throws {
        let (checkpoint, model, _) = try Curve.load()
        #expect(throws: MultiLabelError.emptyLabel(label: "pool")) {
            try MultiLabelClassifier(model, of: checkpoint, labels: [Label(name: "pool")], templates: [])
        }
    }

    @Test(arguments: [Float(1000), -1000]) func `a temperature that is none is an error`(_ scale: Float) throws {
        let folder = try TemporaryFolder()
        try folder.copyModel()
        let (_, _, store) = try Curve.load()
        try SafetensorsWriter.write(
            store.parameters.map { parameter in
                let values = parameter.name == "logit_scale" ? [scale] : try parameter.tensor.floats()
                return .init(name: parameter.name, shape: parameter.tensor.shape, values: values)
            }, to: folder("model.safetensors"), durable: false)
        #expect(throws: MultiLabelError.temperature(directory: folder.path, logitScale: scale)) {
            try ModelBundle(directory: folder.path).classifier(
                labels: [Label(name: "pool")], templates: nil, device: .cpu, dtype: .float32)
        }
    }
}

/// Models with a fixed head.
@Suite struct LinearHeadTests {
    private let folder: TemporaryFolder
    private let weight: [Float]
    private let bias: [Float] = [0.5, -1, 2]

    init() throws {
        folder = try TemporaryFolder()
        try folder.copyModel()
        try folder.put(
            "mumic.json",
            """
            {"version": 1, "labels": [{"name": "a"}, {"name": "b"}, {"name": "c"}], "loss": "linear-head", "templates": ["a photo of a {}"],
             "bias": 0}
            """)
        var random = SeededRandom(seed: 3)
        weight = (0..<3 * 24).map { _ in Float.random(in: -1...1, using: &random) }
        try SafetensorsWriter.write(
            [.init(name: "weight", shape: [3, 24], values: weight), .init(name: "bias", shape: [3], values: bias)],
            to: folder("head.safetensors"), durable: false)
    }

    private func classifier(_ names: [String], templates: [PromptTemplate]? = nil) throws -> MultiLabelClassifier {
        try ModelBundle(directory: folder.path).classifier(
            labels: names.map { Label(name: $0) }, templates: templates, device: .cpu, dtype: .float32)
    }

    @Test(arguments: [["a", "b", "c"], ["c", "a"], ["b"]])
    func `the head's rows follow the labels`(_ names: [String]) throws {
        let classifier = try classifier(names)
        try withoutGradient {
            let pooled = try classifier.model.pooledImages(Curve.pixels(ModelCheckpoint(directory: folder.path), 4))
            let logits = try classifier.scorer { throw MultiLabelError.emptyLabel(label: "not asked for") }
                .logits(pooled: pooled)
            #expect(logits.shape == [4, names.count])
            let states = try pooled.floats()
            var expected: [Float] = []
            for picture in 0..<4 {
                for name in names {
                    let row = try #require(["a", "b", "c"].firstIndex(of: name))
                    let product = (0..<24).reduce(Double(bias[row])) {
                        $0 + Double(states[picture * 24 + $1]) * Double(weight[row * 24 + $1])
                    }
                    expected.append(Float(product))
                }
            }
            // Sums of 24 products of a few units each.
            #expect(try largestDifference(logits.floats(), expected) <= 2e-5)
        }
    }

    @Test func `labels that the head does not have are errors`() throws {
        #expect(throws: MultiLabelError.labelNotInHead(label: "d", directory: folder.path)) {
            try classifier(["a", "d"])
        }
        #expect(throws: MultiLabelError.headHasNoText(directory: folder.path)) {
            try classifier(["a"], templates: [.standard])
        }
    }

    @Test func `a head that is missing or misshapen is an error on one line`() throws {
        try SafetensorsWriter.write(
            [
                .init(name: "weight", shape: [2, 24], values: Array(weight.prefix(48))),
                .init(name: "bias", shape: [3], values: bias),
            ],
            to: folder("head.safetensors"), durable: false)
        let misshapen = try #require(throws: InputError.self) { try classifier(["a"]) }
        #expect("\(misshapen)".contains("'weight' in \(folder("head.safetensors")) has shape [2, 24]"))
        try FileManager.default.removeItem(atPath: folder("head.safetensors"))
        let missing = try #require(throws: (any Error).self) { try classifier(["a"]) }
        #expect("\(missing)".contains(folder("head.safetensors")) && !"\(missing)".contains("\n"))
    }
}
