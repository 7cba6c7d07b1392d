// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@Suite struct InfoTests {
    private struct Facts: Decodable {
        struct Parameters: Decodable {
            let image, text, total: Int
        }
        struct Training: Decodable {
            let recipe: String
            let kept: String?
        }
        let family, head: String
        let labels: [String]
        let parameters: Parameters
        let thresholds: Int
        let calibration: String?
        let training: Training?
    }

    @Test func `info says what a model is and how it was trained`() throws {
        let folder = try TemporaryFolder.withSmallCLIP()
        let start = try Program.run("info model", in: folder.path)
        start.expectSuccess()
        #expect(
            start.output.contains("none: it has no mumic.json") && start.output.contains("model/model.safetensors, F32")
        )
        let train = "train --data train.csv --model model --output run --epochs 1 --no-report"
        try Program.run(train, in: folder.path).expectSuccess()
        let outcome = try Program.run("info run/model --format json", in: folder.path)
        outcome.expectSuccess()
        let facts = try JSONDecoder().decode(Facts.self, from: Data(outcome.output.utf8))
        #expect(facts.family == "clip" && facts.head == "text" && facts.labels.count == 6)
        #expect(facts.training?.recipe == "plain" && facts.training?.kept == nil)
        // The towers, and the temperature beside them.
        #expect(facts.parameters.image > 0 && facts.parameters.text > 0)
        #expect(facts.parameters.total == facts.parameters.image + facts.parameters.text + 1)
        let words = try Program.run("info run/model", in: folder.path)
        #expect(words.output.contains("trained") && words.output.contains("plainly, in "))
        try Refusal.expect("info @train.csv", 65, "train.csv is a file", in: folder)
        try Refusal.expect("info @gone", 66, "gone", in: folder)
    }

    @Test func `models lists what the cache holds, and why something cannot be used`() throws {
        let folder = try TemporaryFolder.withSmallCLIP()
        let commit = String(repeating: "ab", count: 20)
        func put(_ name: String, _ revision: String) throws -> String {
            let root = folder("hub/models--org--\(name)")
            try FileManager.default.createDirectory(atPath: root + "/refs", withIntermediateDirectories: true)
            try FileManager.default.createDirectory(atPath: root + "/snapshots", withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: folder("model"), toPath: root + "/snapshots/" + commit)
            try commit.write(toFile: root + "/refs/" + revision, atomically: true, encoding: .utf8)
            return root + "/snapshots/" + commit
        }
        _ = try put("good", "main")
        let bert = try put("bert", "dev")
        try #"{"model_type": "bert"}"#.write(toFile: bert + "/config.json", atomically: true, encoding: .utf8)
        let cut = try put("cut", "main")
        try FileManager.default.removeItem(atPath: cut + "/model.safetensors")
        try FileManager.default.createDirectory(
            atPath: folder("hub/datasets--org--pictures/snapshots"), withIntermediateDirectories: true)
        let environment = ["HF_HUB_CACHE": folder("hub")]
        let table = try Program.run("models", environment: environment)
        table.expectSuccess()
        #expect(table.lines.count == 4, "\(table.output)")
        #expect(table.output.contains("org/good") && table.output.contains("yes"))
        #expect(table.output.contains("org/bert@dev") && table.output.contains("no: config.json: key 'model_type'"))
        #expect(table.output.contains("model.safetensors is missing"))
        struct Entry: Decodable {
            let model: String
            let family, problem: String?
        }
        let json = try Program.run("models --format json", environment: environment)
        let entries = try JSONDecoder().decode([Entry].self, from: Data(json.output.utf8))
        #expect(entries.map(\.model) == ["org/bert@dev", "org/cut", "org/good"])
        #expect(entries.map(\.family) == [nil, nil, "clip"] && entries[2].problem == nil)
        let none = try Program.run("models", environment: ["HF_HUB_CACHE": folder("nothing")])
        none.expectSuccess()
        #expect(none.output.isEmpty && none.errors.contains("there are no models in "))
    }
}
