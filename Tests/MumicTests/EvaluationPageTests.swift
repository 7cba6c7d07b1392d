// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite struct EvaluationPageTests {
    @Test func `evaluate writes a page with the run that the model is of, and compares with what was before`() throws {
        let folder = try TemporaryFolder.withCurve()
        try Program.run(
            "train --data train.csv --validation train.csv --images . --model model --output run --epochs 2 --workers 1",
            in: folder.path
        ).expectSuccess()
        try Program.run(
            "evaluate --model model --data train.csv --bootstrap 0 --output first", in: folder.path
        ).expectSuccess()
        let plain = try Program.run("evaluate --model run/model --data train.csv --bootstrap 10", in: folder.path)
        let outcome = try Program.run(
            "evaluate --model run/model --data train.csv --bootstrap 10 --before first/evaluation.json --report page.html",
            in: folder.path)
        outcome.expectSuccess()
        #expect(outcome.output == plain.output)
        let page = try folder.text("page.html")
        for section in ["headline", "change", "training", "labels", "curves", "configuration"] {
            #expect(page.contains("<section id=\"\(section)\""), "\(section)")
        }
        #expect(page.contains("--report page.html") && page.contains("epochs: 2"))
        #expect(try folder.names().allSatisfy { !$0.hasPrefix(".") }, "nothing is left beside the page")
    }

    @Test func `what a page needs is looked for before pictures are scored`() throws {
        let folder = try TemporaryFolder.withCurve()
        try folder.put("other.json", "{}")
        let start = "evaluate --model model --data train.csv --bootstrap 0"
        try Program.run(start + " --run run", in: folder.path).expectFailure(64, "--report")
        try Program.run(start + " --before other.json", in: folder.path).expectFailure(64, "--report")
        try Program.run(start + " --report page.html --run gone", in: folder.path).expectFailure(66, "gone")
        try Program.run(start + " --report page.html --run images", in: folder.path).expectFailure(65, "metrics.jsonl")
        try Program.run(start + " --report page.html --before gone.json", in: folder.path).expectFailure(66, "gone")
        try Program.run(start + " --report page.html --before other.json", in: folder.path)
            .expectFailure(65, "other.json")
        try Program.run(start + " --report gone/page.html", in: folder.path).expectFailure(65, "gone/page.html")
        #expect(!folder.has("page.html"))
    }
}
