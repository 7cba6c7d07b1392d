// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// The commands that look after data files.
@Suite struct DatasetTests {
    @Test func `a data file is parted, and the parts pass the check`() throws {
        let folder = try TemporaryFolder.withSmallCLIP()
        let outcome = try Program.run("dataset split train.csv --output parts --parts 0.5,0.25,0.25", in: folder.path)
        outcome.expectSuccess()
        #expect(outcome.lines.count == 3 && outcome.lines[0].hasPrefix("train.csv: "), "\(outcome.output)")
        let rows = try ["train", "val", "test"].flatMap { name in
            try folder.text("parts/\(name).csv").split(separator: "\n").dropFirst().map(String.init)
        }
        let whole = try folder.text("train.csv").split(separator: "\n").dropFirst()
        #expect(rows.allSatisfy { $0.hasPrefix("../images/") })
        #expect(rows.map { $0.dropFirst("../".count) }.sorted() == whole.sorted())
        let check = try Program.run("dataset check parts/train.csv parts/val.csv parts/test.csv", in: folder.path)
        check.expectSuccess()
        #expect(check.lines.last == "no picture is in two files", "\(check.output)")
        // A second run writes nothing over the first.
        try Program.run("dataset split train.csv --output parts", in: folder.path)
            .expectFailure(64, "--output parts is not empty")
    }

    @Test func `pictures of two files end in status 65`() throws {
        let folder = try TemporaryFolder.withSmallCLIP()
        let lines = try folder.text("train.csv").split(separator: "\n")
        try folder.put("val.csv", lines.prefix(3).joined(separator: "\n") + "\n")
        let outcome = try Program.run("dataset check train.csv val.csv", in: folder.path)
        outcome.expectFailure(65, "2 pictures of val.csv are in an earlier file too")
        #expect(outcome.error.contains("mumic dataset split"))
        #expect(outcome.errors.contains("val.csv:2: picture 'images/p00.png' has the pixels of"), "\(outcome.errors)")
        #expect(outcome.lines.last == "val.csv has 2 pictures of train.csv: 2 with the same pixels, 0 nearly the same")
    }

    @Test func `wrong options and files are refused`() throws {
        let folder = try TemporaryFolder.withSmallCLIP()
        for parts in ["1", "0.5", "0.5,0.4", "0.5,0.6,-0.1", "a,b", "0.25,0.25,0.25,0.25", ""] {
            try Program.run(
                ["dataset", "split", "train.csv", "--output", "parts", "--parts", parts], in: folder.path
            ).expectFailure(64, "--parts must be two or three numbers above 0 that add up to 1")
        }
        try Program.run("dataset check gone.csv", in: folder.path).expectFailure(66, "gone.csv")
        try Program.run("dataset split gone.csv --output parts", in: folder.path).expectFailure(66, "gone.csv")
        try Program.run("dataset check", in: folder.path).expectFailure(64)
        try Program.run("dataset nonsense", in: folder.path).expectFailure(64)
        #expect(!folder.has("parts"))
        let help = try Program.run("dataset", in: folder.path)
        help.expectSuccess()
        #expect(help.output.contains("check") && help.output.contains("split"))
    }
}
