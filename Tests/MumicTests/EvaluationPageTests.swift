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

    @Test func `what a page needs is looked for before pictures are scored`() throws {
        let folder = try TemporaryFolder.withSmallCLIP()
        let start = "evaluate --model @model --data @train.csv --bootstrap 0"
        try Refusal.expect(start + " --run @run", 64, "--report", in: folder)
        try Refusal.expect(start + " --report @page.html --before @gone.json", 66, "gone", in: folder)
        try Refusal.expect(start + " --report @gone/page.html", 65, "gone/page.html", in: folder)
        #expect(!folder.has("page.html"))
    }
}
