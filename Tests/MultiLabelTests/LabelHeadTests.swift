// SPDX-License-Identifier: Apache-2.0

import Datasets
import Foundation
import Models
import TestSupport
import Testing
import Torch

@testable import MultiLabel

/// What `mumic.json` says of what scores the labels: the kind of head, and a bias for all labels or for each.
@Suite struct LabelHeadTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func read(_ keys: String) throws -> ClassifierDescription {
        try folder.put(
            "mumic.json", wholeDescription(#"{"version": 1, "labels": [{"name": "a"}, {"name": "b"}], \#(keys)}"#))
        return try #require(try ClassifierDescription.read(directory: folder.path))
    }

    @Test func `the head is a key of its own, and files of the first versions are read by their loss`() throws {
        #expect(try read(#""bias": 0"#).head == .text)
        #expect(try read(#""head": "text", "loss": "asl""#).head == .text)
        #expect(try read(#""head": "linear", "loss": "asl""#).head == .linear)
        #expect(try read(#""loss": "linear-head""#).head == .linear)
        let error = try #require(throws: MultiLabelError.self) { try read(#""head": "round""#) }
        #expect("\(error)".contains("'head' is 'round', known are text, linear"))
    }

    @Test(arguments: ClassifierHead.allCases)
    func `only a head that is not of texts is written`(_ head: ClassifierHead) throws {
        let description = ClassifierDescription(
            labels: [], templates: [.standard], temperature: 1, bias: 0, head: head)
        let text = String(decoding: try description.encoded(), as: UTF8.self)
        #expect(text.contains("\"head\" : \"\(head.rawValue)\"") == (head != .text))
        #expect(text.contains("\"head\"") == (head != .text))
        try folder.put("mumic.json", text)
        #expect(try ClassifierDescription.read(directory: folder.path) == description)
    }

    @Test func `a bias is a number, or a list with one for each label`() throws {
        for (text, bias) in [("-2.5", -2.5), ("[0.5, -3]", LabelBias.perLabel([0.5, -3]))] {
            let description = try read("\"bias\": \(text)")
            #expect(description.bias == bias)
            #expect(try JSONEncoder().encode([bias]) == Data("[\(text.replacing(" ", with: ""))]".utf8))
        }
        #expect(try read(#""bias": 2"#).bias.number == 2 && read(#""bias": [1, 2]"#).bias.number == nil)
        for (text, problem) in [
            ("[1]", "has 1 biases for 2 labels"), ("[1, 2, 3]", "has 3 biases for 2 labels"),
            ("[1, \"x\"]", "at 'bias'"), ("[1, null]", "at 'bias'"), ("{}", "at 'bias'"),
        ] {
            let error = try #require(throws: MultiLabelError.self) { try read("\"bias\": \(text)") }
            #expect("\(error)".contains(problem), "\(error)")
        }
    }

    @Test func `a tensor of one bias or of several becomes the same again`() throws {
        for bias in [LabelBias.shared(-1.25), .perLabel([0.5, 3, -8])] {
            #expect(try LabelBias(bias.tensor(on: .cpu)) == bias)
        }
    }

    /// Asked for in another order, and with a label that the model does not know: that one gets the mean.
    @Test func `labels are scored with their own biases`() throws {
        try folder.copyModel()
        _ = try read(#""bias": [2, -4]"#)
        let labels = ["b", "new", "a"].map { Label(name: $0) }
        let own = try ModelBundle(directory: folder.path)
        let plain = try ModelBundle(directory: Curve.model)
        func logits(_ bundle: ModelBundle) throws -> [Float] {
            let classifier = try bundle.classifier(
                labels: labels, templates: [.standard], device: .cpu, dtype: .float32)
            return try withoutGradient {
                let pooled = try classifier.model.pooledImages(Curve.pixels(bundle.checkpoint, 2))
                return try classifier.scorer().logits(pooled: pooled).floats()
            }
        }
        let expected = try zip(logits(plain), [-4, -1, 2, -4, -1, 2] as [Float]).map { $0 + $1 }
        #expect(try largestDifference(logits(own), expected) <= 1e-5)
    }
}
