// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import Testing

@testable import TensorBoard

@Suite struct ScalarLogTests {
    private func step(_ step: Int, loss: String = "0.5") -> String {
        #"{"epoch":0,"images_per_second":12.5,"learning_rate":1e-05,"loss":\#(loss),"step":\#(step),"temperature":0.07}"#
    }

    private func events(_ folder: Folder) throws -> [ReadEvent] {
        try folder.names("tb").flatMap { try ReadEvent.read(folder.path + "/tb/" + $0) }
    }

    @Test
    func `numbers beside the step get train/, those of a validation validation/, and all else is left out`() throws {
        let train = try #require(ScalarEvent(line: Array(step(3).utf8)))
        #expect(train.step == 3)
        let tags = ["epoch", "images_per_second", "learning_rate", "loss", "temperature"].map { "train/" + $0 }
        #expect(train.values.map(\.tag) == tags)
        #expect(train.values.map(\.value) == [0, 12.5, 1e-5, 0.5, 0.07])

        let line = """
            {"step": 9, "flag": true, "note": "7", "none": null, "list": [1], "object": {"a": 1}, "grad_norm": 2,
             "validation": {"gap": 0.5, "gap_ci": [0.4, 0.6], "map_macro": null, "per_label": [{"ap": 1}], "k": 5,
                            "ok": false, "step": 1, "more": {"x": 1}}}\n
            """
        let mixed = try #require(ScalarEvent(line: line.utf8))
        #expect(mixed.step == 9)
        #expect(mixed.values.map(\.tag) == ["train/grad_norm", "validation/gap", "validation/k", "validation/step"])
        #expect(mixed.values.map(\.value) == [2, 0.5, 5, 1])
    }

    @Test(arguments: [
        "", "{", "[]", "3", "null", "{}", #"{"loss": 1}"#, #"{"step": null, "loss": 1}"#,
        #"{"step": "1", "loss": 1}"#, #"{"step": 1.5, "loss": 1}"#, #"{"step": 1e400, "loss": 1}"#,
        #"{"step": 1, "loss": NaN}"#, #"{"step": 1, "lo"#, "\u{FEFF}", "\0",
    ])
    func `a line that is no object with a whole step makes no event`(line: String) {
        #expect(ScalarEvent(line: line.utf8) == nil)
    }

    @Test func `a new run begins empty, and each line is in the file as soon as it is appended`() throws {
        try Folder.with { folder in
            let log = try ScalarLog(directory: folder.path + "/tb", metrics: folder.path + "/metrics.jsonl")
            #expect(try events(folder).count == 2)
            let before = Date().timeIntervalSince1970
            for number in 0..<5 {
                try log.append(Array((step(number) + "\n").utf8))
                let found = try events(folder)
                #expect(found.count == 3 + number && found.last?.step == number)
                let time = try #require(found.last?.wallTime)
                #expect(time >= before - 1 && time <= Date().timeIntervalSince1970 + 1)
            }
            try log.append(#"{"step":4,"validation":{"gap":0.25}}"#.utf8)
            try log.append(#"{"step":5,"loss":null}"#.utf8)
            try log.append("not a line".utf8)
            try log.synchronize()
            let found = try events(folder)
            #expect(found.count == 8 && found.last?.step == 4 && found.last?.values == ["validation/gap": 0.25])
        }
    }

    @Test func `a run that goes on shows each step once, without gaps, however it was cut`() throws {
        try Folder.with { folder in
            let metrics = folder.path + "/metrics.jsonl"
            // Steps 0 to 9 were shown; the run then restarts from its checkpoint at step 6.
            let first = try ScalarLog(directory: folder.path + "/tb", metrics: metrics)
            for number in 0..<10 { try first.append(step(number, loss: "1").utf8) }
            try first.synchronize()
            let name = try folder.names("tb")[0]
            let whole = try Data(contentsOf: URL(fileURLWithPath: folder.path + "/tb/" + name))
            for cut in [whole.count, whole.count - 7, 30, 0] {
                for old in try folder.names("tb") {
                    try FileManager.default.removeItem(atPath: folder.path + "/tb/" + old)
                }
                try whole.prefix(cut).write(to: URL(fileURLWithPath: folder.path + "/tb/" + name))
                try folder.write(
                    (0..<6).map { step($0, loss: "2") + "\n" }.joined() + #"{"step":5,"validation":{"gap":0.5}}"#
                        + "\n",
                    to: "metrics.jsonl")
                let log = try ScalarLog(directory: folder.path + "/tb", metrics: metrics)
                for number in 6..<12 { try log.append(step(number, loss: "3").utf8) }
                let found = try events(folder)
                #expect(found.map(\.isStart) == [false, true] + [Bool](repeating: false, count: 13))
                let losses = found.compactMap { event in event.values["train/loss"].map { (event.step, $0) } }
                #expect(losses.map(\.0) == Array(0..<12))
                #expect(losses.map(\.1) == [2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3])
                #expect(found.compactMap { $0.values["validation/gap"] } == [0.5])
            }
        }
    }

    @Test func `a metrics file that is a directory is an error`() throws {
        try Folder.with { folder in
            let error = #expect(throws: FileIOError.self) {
                _ = try ScalarLog(directory: folder.path + "/tb", metrics: folder.path)
            }
            #expect(error?.isMissingInput == false)
        }
    }
}
