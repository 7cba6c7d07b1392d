// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@Suite struct ExportTests {
    @Test(arguments: ["--precision float16", "--dtype float16"])
    func `the weights are of the type asked for`(_ type: String) throws {
        let folder = try TemporaryFolder.withSmallCLIP()
        let outcome = try Program.run("export --model model \(type) --output small", in: folder.path)
        outcome.expectSuccess()
        #expect(outcome.errors == "the model is in small\n" && outcome.output.isEmpty)
        let sizes = try ["model", "small"].map {
            try Data(contentsOf: URL(fileURLWithPath: folder($0 + "/model.safetensors"))).count
        }
        // Half of it, beside the header.
        #expect(sizes[1] < sizes[0] * 2 / 3)
    }

    @Test func `a folder with something in it is left alone`() throws {
        let folder = try TemporaryFolder.withSmallCLIP()
        try Refusal.expect("export --model @model --output @images", 64, "not empty", in: folder)
        try Refusal.expect("export --model @gone/model --output @small", 66, "gone/model", in: folder)
        try Refusal.expect("export --model @model --precision int8 --output @small", 64, "int8", in: folder)
        #expect(!folder.has("small"))
    }
}
