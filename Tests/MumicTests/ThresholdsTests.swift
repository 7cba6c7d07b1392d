// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@Suite struct ThresholdsTests {
    /// What `thresholds` and `evaluate` print, as far as it is looked at here.
    private struct Report: Decodable {
        struct Label: Decodable, Equatable {
            let label: String
            let threshold: Double
        }

        let per_label: [Label]
        let f1_micro_after: Double?
        let f1_micro: Double?
    }

    private struct Description: Decodable {
        let thresholds: [String: Double]
    }

    private static func decode<Value: Decodable>(_ outcome: Program.Outcome) throws -> Value {
        outcome.expectSuccess()
        return try JSONDecoder().decode(Value.self, from: Data(outcome.output.utf8))
    }

    /// Every file's bytes and time of change.
    private static func state(_ folder: TemporaryFolder, _ name: String) throws -> [String] {
        try folder.names(name).map { file in
            let path = folder(name + "/" + file)
            let data = try Data(contentsOf: URL(fileURLWithPath: path))
            let date = try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
            return "\(file) \(data.base64EncodedString()) \(String(describing: date))"
        }
    }

    @Test func `a copy of the model knows the thresholds, and the model stays as it was`() throws {
        let folder = try TemporaryFolder.withSmallCLIP()
        let before = try Self.state(folder, "model")
        let report: Report = try Self.decode(
            Program.run(
                "thresholds --model model --data train.csv --minimum-positives 3 --output deep/fitted/",
                in: folder.path))
        #expect(try Self.state(folder, "model") == before)
        #expect(try folder.names("deep") == ["fitted"])
        #expect(try folder.names("deep/fitted") == (folder.names("model") + ["mumic.json"]).sorted())
        for name in try folder.names("model") {
            #expect(
                try Data(contentsOf: URL(fileURLWithPath: folder("model/" + name)))
                    == Data(contentsOf: URL(fileURLWithPath: folder("deep/fitted/" + name))))
        }
        let description = try JSONDecoder().decode(
            Description.self, from: Data(folder.text("deep/fitted/mumic.json").utf8))
        #expect(
            description.thresholds
                == Dictionary(uniqueKeysWithValues: report.per_label.map { ($0.label, $0.threshold) }))
        let fitted: Report = try Self.decode(
            Program.run(
                "evaluate --model deep/fitted --data train.csv --threshold fitted --bootstrap 0", in: folder.path))
        #expect(fitted.f1_micro == report.f1_micro_after && fitted.per_label == report.per_label)
    }

    @Test func `a snapshot of links becomes files`() throws {
        let folder = try TemporaryFolder.withSmallCLIP()
        try FileManager.default.moveItem(atPath: folder("model"), toPath: folder("blobs"))
        try FileManager.default.createDirectory(atPath: folder("model"), withIntermediateDirectories: false)
        for name in try folder.names("blobs") {
            try FileManager.default.createSymbolicLink(
                atPath: folder("model/" + name), withDestinationPath: "../blobs/" + name)
        }
        try Program.run("thresholds --model model --data train.csv --output fitted", in: folder.path).expectSuccess()
        #expect(try folder.names() == ["blobs", "fitted", "images", "model", "train.csv"])
        for name in try folder.names("blobs") {
            #expect(
                try Data(contentsOf: URL(fileURLWithPath: folder("fitted/" + name)))
                    == Data(contentsOf: URL(fileURLWithPath: folder("blobs/" + name))))
        }
    }

    @Test(
        arguments: [
            ("thresholds --model @model --data @train.csv", 64, "--output"),
            ("thresholds --model @model --data @train.csv --output @images", 64, "images is not empty"),
            ("thresholds --model @link --data @train.csv --output @model/new", 64, "lies in the model"),
            ("thresholds --model @model --data @train.csv --output @link/deep/new", 64, "lies in the model"),
            ("thresholds --model @model --data @train.csv --output .", 64, "names no new folder"),
            ("thresholds --model @model --data @train.csv --output @train.csv", 65, "train.csv is a file"),
            ("thresholds --model @model --data @train.csv --output @new --goal precision=1.5", 64, "--goal"),
            (
                "thresholds --model @model --data @train.csv --output @new --minimum-positives 0", 64,
                "--minimum-positives"
            ),
            ("thresholds --model @model --data @gone.csv --output @new", 66, "gone.csv"),
            ("thresholds --model ./gone --data @train.csv --output @new", 66, "./gone"),
            ("thresholds --model @model --data @broken.csv --output @new", 65, "broken.png"),
            (
                "predict --model @model --labels @labels.txt --threshold fitted @images", 65,
                "mumic thresholds --model @model"
            ),
            ("evaluate --model @model --data @train.csv --threshold nan", 64, "--threshold"),
            ("metrics --scores @train.csv --targets @train.csv --threshold fitted", 64, "give a number"),
        ] as [(String, Int32, String)])
    func `what cannot work says why and leaves nothing`(_ line: String, _ status: Int32, _ part: String) throws {
        let folder = try TemporaryFolder.withSmallCLIP()
        try folder.put("labels.txt", "pool\n")
        try folder.put("broken.csv", "image,pool\nimages/p00.png,1\nbroken.png,0\n")
        try folder.put("broken.png", "no picture")
        try FileManager.default.createSymbolicLink(atPath: folder("link"), withDestinationPath: "model")
        let before = try folder.names() + folder.names("model")
        try Refusal.expect(line, status, part, in: folder)
        #expect(try folder.names() + folder.names("model") == before)
    }
}
