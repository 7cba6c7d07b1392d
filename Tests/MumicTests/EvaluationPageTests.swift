// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@Suite struct EvaluationPageTests {
    @Test func `evaluate writes a page with the run that the model is of, and compares with what was before`() throws {
        let folder = try TemporaryFolder.withSmallCLIP()
        try FileManager.default.createDirectory(atPath: folder("run"), withIntermediateDirectories: false)
        try FileManager.default.moveItem(atPath: folder("model"), toPath: folder("run/model"))
        try folder.put(
            "run/metrics.jsonl",
            """
            {"learning_rate":1e-05,"loss":0.7,"step":0,"temperature":0.07}
            {"learning_rate":1e-05,"loss":0.5,"step":1,"temperature":0.07}
            {"step":1,"validation":{"gap":0.5,"map_macro":0.4}}

            """)
        try folder.put("run/config.yml", "epochs: 2\n")
        let first = try Program.run(
            "evaluate --model run/model --data train.csv --bootstrap 10 --output first", in: folder.path)
        first.expectSuccess()
        let outcome = try Program.run(
            "evaluate --model run/model --data train.csv --bootstrap 10 --before first/evaluation.json --report page.html",
            in: folder.path)
        outcome.expectSuccess()
        // Against itself nothing changes, which a paired bootstrap says too.
        #expect(!first.output.contains("\"compared\"") && outcome.output.contains("\"compared\""))
        #expect(outcome.output.contains("\"difference\" : 0"))
        let page = try folder.text("page.html")
        #expect(page.contains("the two cannot be told apart"))
        for section in ["headline", "change", "training", "labels", "curves", "configuration"] {
            #expect(page.contains("<section id=\"\(section)\""), "\(section)")
        }
        #expect(page.contains("--report page.html") && page.contains("epochs: 2"))
        #expect(try folder.names().allSatisfy { !$0.hasPrefix(".") }, "nothing is left beside the page")
    }

    @Test func `pictures that the model was trained on are told, in a warning and at the head of the page`() throws {
        let folder = try TemporaryFolder.withSmallCLIP()
        let train = "train --data train.csv --model model --output run --epochs 1 --no-report"
        try Program.run(train, in: folder.path).expectSuccess()
        let lines = try folder.text("train.csv").split(separator: "\n").map(String.init)
        // Half of the pictures, and one that is a copy under another name.
        let copied = try #require(lines[1].split(separator: ",").first.map(String.init))
        try FileManager.default.copyItem(atPath: folder(copied), toPath: folder("images/copy.png"))
        let copy = lines[1].replacing(copied, with: "images/copy.png")
        try folder.put("some.csv", ([lines[0]] + lines[3...6] + [copy]).joined(separator: "\n") + "\n")
        let words = "5 of 5 pictures are among those that the model was trained on, such as "
        let some = try Program.run(
            "evaluate --model run/model --data some.csv --bootstrap 0 --report page.html", in: folder.path)
        some.expectSuccess()
        #expect(some.errors.contains("warning: " + words))
        #expect(try folder.text("page.html").contains(words))
        // Nobody knows what a model that has left its run was trained on.
        try FileManager.default.moveItem(atPath: folder("run/model"), toPath: folder("alone"))
        let alone = try Program.run("evaluate --model alone --data some.csv --bootstrap 0", in: folder.path)
        alone.expectSuccess()
        #expect(!alone.errors.contains("are among those"))
        try folder.put("run/pictures.sha256", "damaged\n")
        try FileManager.default.moveItem(atPath: folder("alone"), toPath: folder("run/model"))
        let damaged = try Program.run("evaluate --model run/model --data some.csv --bootstrap 0", in: folder.path)
        #expect(damaged.status == 65 && damaged.error.contains("pictures.sha256:1"))
    }

    @Test func `what a page needs is looked for before pictures are scored`() throws {
        let folder = try TemporaryFolder.withSmallCLIP()
        let start = "evaluate --model @model --data @train.csv --bootstrap 0"
        try Refusal.expect(start + " --run @run", 64, "--report", in: folder)
        try Refusal.expect(start + " --report @page.html --before @gone.json", 66, "gone", in: folder)
        try Refusal.expect(start + " --report @gone/page.html", 65, "gone/page.html", in: folder)
        #expect(!folder.has("page.html"))
    }
}
