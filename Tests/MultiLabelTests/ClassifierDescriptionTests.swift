// SPDX-License-Identifier: Apache-2.0

import Datasets
import Evaluation
import Foundation
import TestSupport
import Testing

@testable import MultiLabel

@Suite struct ClassifierDescriptionTests {
    static func sample() throws -> ClassifierDescription {
        ClassifierDescription(
            labels: [Label(name: "pool", prompts: ["a pool", "schönes \"Becken\""]), Label(name: "sea view/1")],
            templates: [.standard, try #require(PromptTemplate("{} in {}"))], temperature: 0.07, bias: -0.1,
            thresholds: ["sea view/1": 0.3, "pool": 1, "b": 0, "a": 0.25], loss: "mumic",
            calibration: Calibration(
                method: .isotonic, global: .logistic(scale: 0.7, shift: -1.5),
                labels: [
                    "pool": .points([(-3, 0), (0.25, 0.1), (4, 0.1)].map { .init(logit: $0, probability: $1) }),
                    "a": .logistic(scale: 2, shift: 0),
                ]),
            positives: ["pool": 17, "sea view/1": 0],
            annotationNoise: AnnotationNoise(falsePositiveRate: 0.25, falseNegativeRate: 0.125))
    }

    @Test func `what is written is read back the same`() throws {
        let folder = try TemporaryFolder()
        let sample = try Self.sample()
        try folder.put("mumic.json", String(decoding: try sample.encoded(), as: UTF8.self))
        #expect(try ClassifierDescription.read(directory: folder.path) == sample)
    }

    @Test func `the same values give the same bytes`() throws {
        let first = try Self.sample().encoded()
        // Dictionaries are ordered anew in each process and by their history.
        for _ in 0..<8 {
            var other = try Self.sample()
            other.thresholds = [:]
            for name in ["a", "b", "pool", "sea view/1"].shuffled() {
                other.thresholds[name] = try Self.sample().thresholds[name]
            }
            #expect(try other.encoded() == first)
        }
        #expect(first.last == UInt8(ascii: "\n"))
        #expect(String(decoding: first, as: UTF8.self).contains("\"sea view/1\""))
    }

    @Test func `a model without a description has none`() throws {
        #expect(try ClassifierDescription.read(directory: TemporaryFolder().path) == nil)
    }

    @Test(arguments: ["labels", "templates", "bias"]) func `what scores depend on has to be there`(_ key: String) throws
    {
        let folder = try TemporaryFolder()
        let whole = wholeDescription(#"{"version": 1}"#)
        let parts = whole.split(separator: ", ").filter { !$0.contains("\"\(key)\"") }.joined(separator: ", ")
        try folder.put("mumic.json", parts.hasSuffix("}") ? parts : parts + "}")
        let error = try #require(throws: MultiLabelError.self) {
            try ClassifierDescription.read(directory: folder.path)
        }
        #expect("\(error)".contains("lacks the key '\(key)'"), "\(error)")
    }

    @Test func `everything else may be absent`() throws {
        let folder = try TemporaryFolder()
        try folder.put(
            "mumic.json",
            wholeDescription("{\"version\": 1, \"labels\": [{\"name\": \"pool\"}], \"something\": [1]}"))
        let read = try #require(try ClassifierDescription.read(directory: folder.path))
        #expect(read.labels == [Label(name: "pool")])
        #expect(read.templates == [.standard] && read.bias == 0 && read.thresholds.isEmpty && read.loss == nil)
        #expect(read.calibration == nil && read.positives == nil)
    }

    @Test(
        arguments: [
            ("", "is not JSON"), ("{", "is not JSON"), ("nonsense", "is not JSON"),
            (String(repeating: "[", count: 100_000), "is not JSON"),
            ("[1]", "wrong kind"), ("null", "wrong kind"), ("{}", "lacks the key 'version'"),
            ("{\"version\": \"1\"}", "at 'version'"),
            ("{\"version\": 2}", "has version 2, this program reads version 1"),
            ("{\"version\": 1e300}", "mumic.json"),
            ("{\"version\": 1, \"labels\": 3}", "at 'labels'"),
            ("{\"version\": 1, \"labels\": [\"pool\"]}", "at 'labels.[0]'"),
            ("{\"version\": 1, \"labels\": [{\"prompts\": []}]}", "lacks the key 'labels.[0].name'"),
            ("{\"version\": 1, \"labels\": [{\"name\": \"a\"}, {\"name\": \"a\"}]}", "names the label 'a' twice"),
            ("{\"version\": 1, \"labels\": [{\"name\": \"\"}]}", "has a label without a name"),
            ("{\"version\": 1, \"templates\": []}", "has no templates"),
            ("{\"version\": 1, \"templates\": [\"a photo\"]}", "'templates.[0]' has no {} for the label's name"),
            ("{\"version\": 1, \"bias\": \"x\"}", "at 'bias'"), ("{\"version\": 1, \"bias\": 1e999}", "mumic.json"),
            ("{\"version\": 1, \"temperature\": []}", "at 'temperature'"),
            ("{\"version\": 1, \"thresholds\": {\"a\": 1.5}}", "has the threshold 1.5 for 'a'"),
            ("{\"version\": 1, \"thresholds\": {\"a\": null}}", "'thresholds.a'"),
            ("{\"version\": 1, \"loss\": 4}", "at 'loss'"),
            ("{\"version\": 1, \"positives\": {\"a\": -1}}", "'positives' has -1.0"),
            ("{\"version\": 1, \"positives\": {\"a\": 0.5}}", "'positives' has 0.5, which is no number of pictures"),
            ("{\"version\": 1, \"positives\": {\"a\": 1e300}}", "'positives' has 1e+300"),
            ("{\"version\": 1, \"annotation_noise\": {\"false_positive_rate\": 0.1}}", "false_negative_rate"),
            (
                "{\"version\": 1, \"annotation_noise\": {\"false_positive_rate\": 0.6, \"false_negative_rate\": 0.4}}",
                "annotation_noise below 0"
            ),
            ("{\"version\": 1, \"alpha\": 7}", "has an alpha of 7.0"),
            ("{\"version\": 1, \"positives\": {\"a\": \"3\"}}", "at 'positives.a'"),
            ("{\"version\": 1, \"calibration\": 3}", "at 'calibration'"),
            ("{\"version\": 1, \"calibration\": {}}", "lacks the key 'calibration.method'"),
            ("{\"version\": 1, \"calibration\": {\"method\": \"platt\"}}", "lacks the key 'calibration.global'"),
        ]) func `hostile descriptions are errors on one line`(_ text: String, problem: String) throws
    {
        let folder = try TemporaryFolder()
        try folder.put("mumic.json", wholeDescription(text))
        let error = try #require(throws: MultiLabelError.self) {
            try ClassifierDescription.read(directory: folder.path)
        }
        let message = "\(error)"
        #expect(message.hasPrefix(folder("mumic.json") + " "))
        #expect(message.contains(problem), "\(message)")
        #expect(!message.contains("\n") && !message.contains("Swift"), "\(message)")
    }

    private static let hostileCurves: [(String, String)] = [
        ("{}", "lacks the key 'calibration.labels.sea view.scale'"),
        ("[]", "at 'calibration.labels.sea view'"),
        ("{\"scale\": 1}", "lacks the key 'calibration.labels.sea view.shift'"),
        ("{\"scale\": 0, \"shift\": 0}", "'calibration.labels.sea view.scale' is 0.0, it must be above 0"),
        ("{\"scale\": -1, \"shift\": 0}", "'calibration.labels.sea view.scale' is -1.0"),
        ("{\"scale\": 1e-999, \"shift\": 0}", "mumic.json"),
        ("{\"scale\": \"1\", \"shift\": 0}", "at 'calibration.labels.sea view.scale'"),
        ("{\"scale\": 1, \"shift\": 0, \"points\": [[0, 0]]}", "'calibration.labels.sea view.points' stands beside"),
        ("{\"points\": []}", "'calibration.labels.sea view.points' is empty"),
        ("{\"points\": [[1]]}", "'calibration.labels.sea view.points' has at place 1"),
        ("{\"points\": [[0, 0.5], [1, 2]]}", "'calibration.labels.sea view.points' has at place 2"),
        ("{\"points\": [[0, 0.5], [0, 0.6]]}", "'calibration.labels.sea view.points' does not rise at place 2"),
        ("{\"points\": [[0, 0.5], [1, 0.4]]}", "'calibration.labels.sea view.points' does not rise at place 2"),
        ("{\"points\": [[0, null]]}", "calibration.labels.sea view.points"),
    ]

    @Test(arguments: hostileCurves)
    func `hostile calibrations are errors that name the key`(_ curve: String, problem: String) throws {
        let folder = try TemporaryFolder()
        for method in ["platt", "magic"] {
            try folder.put(
                "mumic.json",
                """
                {"version": 1, "labels": [], "templates": ["{}"], "bias": 0, "calibration": {"method": "\(method)", "global": {"scale": 1, "shift": -2},
                 "labels": {"sea view": \(curve)}}}
                """)
            let error = try #require(throws: MultiLabelError.self) {
                try ClassifierDescription.read(directory: folder.path)
            }
            let message = "\(error)"
            let expected =
                method == "platt" || problem == "mumic.json"
                ? problem : "'calibration.method' is not platt, temperature or isotonic"
            #expect(message.hasPrefix(folder("mumic.json") + " ") && message.contains(expected), "\(message)")
            #expect(!message.contains("\n") && !message.contains("Swift"), "\(message)")
        }
    }

    @Test func `templates put the name where their places are`() throws {
        #expect(PromptTemplate("a photo") == nil && PromptTemplate("") == nil && PromptTemplate("{ }") == nil)
        let two = try #require(PromptTemplate("{}, the {} of a hotel {}"))
        #expect(two("pool") == "pool, the pool of a hotel pool")
        #expect(PromptTemplate("{}")?("") == "")
        // A name with a place of its own is a name, not a template.
        #expect(PromptTemplate.standard("{} {}") == "a photo of a {} {}")
        #expect(try JSONEncoder().encode([two]) == Data("[\"{}, the {} of a hotel {}\"]".utf8))
    }

    @Test func `prompts replace templates`() throws {
        let templates = [PromptTemplate.standard, try #require(PromptTemplate("my {}"))]
        #expect(Label(name: "pool").texts(templates: templates) == ["a photo of a pool", "my pool"])
        #expect(Label(name: "pool", prompts: ["water {}"]).texts(templates: templates) == ["water {}"])
    }
}
