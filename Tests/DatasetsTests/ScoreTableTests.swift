// SPDX-License-Identifier: Apache-2.0

import FileIO
import TestSupport
import Testing

@testable import Datasets

@Suite struct ScoreTableTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func match(
        _ scores: String, _ targets: String, as name: String = "t.csv",
        unlisted: AnnotationOptions.Unlisted = .absent
    ) throws -> ScoredTargets {
        try ScoredTargets.read(
            scores: folder.write("s.csv", scores), targets: folder.write(name, targets), unlisted: unlisted)
    }

    private func failureOf(_ scores: String, _ targets: String = "image,x\na,1\n") throws -> String? {
        do {
            _ = try match(scores, targets)
            return nil
        } catch let error as DatasetError {
            return error.description.replacing(folder.path + "/", with: "")
        }
    }

    @Test func `rows are matched by picture and columns by name`() throws {
        let scores = "image,y,x\nb.jpg,-1.5,2e2\na.jpg,0.1,-7\n"
        let result = try match(scores, "image,x,y\na.jpg,1,\nb.jpg,0,0.5\n")
        #expect(result.images == ["a.jpg", "b.jpg"])
        #expect(result.labels == ["x", "y"])
        #expect(result.scores == [-7, 0.1, 200, -1.5])
        #expect(result.targets.map { $0.isNaN ? -1 : $0 } == [1, -1, 0, 0.5])
    }

    @Test func `targets that list labels may lack those that no picture has`() throws {
        let scores = "image,z,y,x\nb,1,2,3\na,4,5,6\n"
        let narrow = try match(scores, "image,labels\na,x\nb,y|x\n")
        #expect(narrow.labels == ["z", "y", "x"])
        #expect(narrow.scores == [4, 5, 6, 1, 2, 3])
        #expect(narrow.targets == [0, 0, 1, 0, 1, 1])
        let lines =
            "{\"image\": \"a\", \"labels\": [\"x\"]}\n{\"image\": \"b\", \"labels\": [], \"negatives\": [\"y\"]}"
        let partial = try match(scores, lines, as: "t.jsonl", unlisted: .unknown)
        #expect(partial.targets.map { $0.isNaN ? -1 : $0 } == [-1, -1, 1, -1, 0, -1])
    }

    @Test func `missing and doubled rows and columns are named`() throws {
        #expect(
            try failureOf("image,x\na,1\nb,2\n")
                == "s.csv:3: 'b' has no row in 't.csv'; both files need the same pictures")
        #expect(
            try failureOf("image,x\na,1\n", "image,x\na,1\nc,0\n")
                == "t.csv:3: 'c' has no row in 's.csv'; both files need the same pictures")
        #expect(try failureOf("image,x\na,1\na,2\n") == "s.csv:3: 'a' is here again, first on line 2; keep one row")
        #expect(
            try failureOf("image,x\na,1\n", "image,x\na,1\na,1\n")
                == "t.csv:3: 'a' is here again, first on line 2; keep one row")
        #expect(
            try failureOf("image,x,y\na,1,1\n")
                == "label 'y' of 's.csv' is not in 't.csv'; both files need the same columns")
        #expect(
            try failureOf("image,x\na,1\n", "image,x,y\na,1,0\n")
                == "label 'y' of 't.csv' is not in 's.csv'; both files need the same columns")
        #expect(
            try failureOf("image,x\na,1\n", "image,labels\na,x|y\n")
                == "label 'y' of 't.csv' is not in 's.csv'; both files need the same columns")
        #expect(try failureOf("image,x,x\na,1,1\n") == "s.csv:1: column 'x' is there twice; keep one")
    }

    @Test func `scores are finite numbers in every cell`() throws {
        #expect(
            try failureOf("image,x\na,\n")
                == "s.csv:2: column 'x' is empty; every picture needs a score for every label")
        for value in ["nan", "inf", "1e999", "high", "0x1"] {
            #expect(
                try failureOf("image,x\na,\(value)\n") == "s.csv:2: column 'x' holds '\(value)'; write a finite number")
        }
        #expect(
            try failureOf("image,x\na,1,2\n")
                == "s.csv:2: 3 fields where the header has 2; quote fields that contain commas, or complete the row")
        #expect(try failureOf("image,x\n") == "'s.csv' lists no pictures; add a row for each picture")
        #expect(try failureOf("image,x\n,1\n") == "s.csv:2: no picture is named here; give its path")
    }

    @Test func `errors of the targets are carried along`() throws {
        let path = try folder.write("s.csv", "image,x\na,1\n")
        let targets = try folder.write("t.csv", "image,x\na,2\n")
        let error = failure { () throws(DatasetError) in _ = try ScoredTargets.read(scores: path, targets: targets) }
        #expect(error?.findings.count { $0.hasPrefix(targets + ":2: ") && !$0.contains("warning") } == 1)
    }
}
