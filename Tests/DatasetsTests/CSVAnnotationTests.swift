// SPDX-License-Identifier: Apache-2.0

import FileIO
import TestSupport
import Testing

@testable import Datasets

@Suite struct CSVAnnotationTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func read(_ text: String, _ options: AnnotationOptions = .unchecked()) throws -> AnnotationTable {
        try AnnotationTable.read(path: folder.write("d.csv", text), options: options)
    }

    private func failureOf(_ text: String) throws -> String? {
        let path = try folder.write("d.csv", text)
        let error = failure { () throws(DatasetError) in _ = try AnnotationTable.read(path: path, options: .unchecked())
        }
        return error?.description.replacing(folder.path + "/", with: "")
    }

    @Test func `a narrow table lists labels in order of appearance`() throws {
        let table = try read("image,labels\na.jpg, pool | sea ||\n\"b,c.jpg\",sea|bed\nd.jpg,\n")
        #expect(table.labels == ["pool", "sea", "bed"])
        #expect(table.targets == [1, 1, 0, 0, 1, 1, 0, 0, 0])
        #expect(table.images.map(\.name) == ["a.jpg", "b,c.jpg", "d.jpg"])
        #expect(table.images.map(\.path) == ["a.jpg", "b,c.jpg", "d.jpg"].map { folder.path + "/" + $0 })
        #expect(table.images.map(\.line) == [2, 3, 4])
        #expect(table.findings.isEmpty)
    }

    @Test func `negatives are zero also where what is unlisted is unknown`() throws {
        let text = "image,labels,negatives\na.jpg,pool,sea\nb.jpg,sea|bed,\nc.jpg,,\n"
        let table = try read(text, .unchecked(unlisted: .unknown))
        #expect(table.labels == ["pool", "sea", "bed"])
        #expect(table.row(0) == [1, 0, -1])
        #expect(table.row(1) == [-1, 1, 1])
        #expect(table.row(2) == [-1, -1, -1])
        #expect(table.lines == ["F:4: warning: picture 'c.jpg' has no known label"])
        #expect(try read(text).row(0) == [1, 0, 0])
        let swapped = try read("image,negatives,labels\na.jpg,sea,pool\n")
        #expect(swapped.labels == ["pool", "sea"])
        #expect(swapped.row(0) == [1, 0])
    }

    @Test func `a label that is both present and negative is an error`() throws {
        let table = try read("image,labels,negatives\na.jpg,pool|sea,sea\n")
        #expect(table.lines == ["F:2: label 'sea' is among both labels and negatives; remove one"])
        let error = failure { () throws(DatasetError) in try table.requireUsable() }
        #expect(error?.findings == table.findings.map { $0.formatted(path: "\(folder.path)/d.csv") })
        #expect(error?.isMissingInput == false)
        #expect(
            error?.description
                == "'\(folder.path)/d.csv' has 1 error (line 2: label 'sea' is among both labels and negatives; "
                + "remove one); correct the file and run again")
    }

    @Test func `a wide table has one, zero, unknown and soft targets`() throws {
        let table = try read(
            "\u{FEFF}image, pool ,\"sea, view\",x\r\na.jpg,1,0,\r\nb.jpg,1.0,0.0,0.25\r\nc.jpg, ,5e-1,1\r\n")
        #expect(table.labels == ["pool", "sea, view", "x"])
        #expect(table.row(0) == [1, 0, -1])
        #expect(table.row(1) == [1, 0, 0.25])
        #expect(table.row(2) == [-1, 0.5, 1])
        #expect(table.lines == ["F:1: warning: label 'sea, view' has no positives"])
        #expect(
            table.labelCounts() == [
                LabelCount(name: "pool", positives: 2, negatives: 0, unknown: 1),
                LabelCount(name: "sea, view", positives: 0, negatives: 3, unknown: 0),
                LabelCount(name: "x", positives: 1, negatives: 1, unknown: 1),
            ])
    }

    @Test func `every bad cell and row of a wide table is listed`() throws {
        let table = try read(
            "image,p,q\na.jpg,-1,2\nb.jpg,1\n,1,1\nc.jpg,yes,nan\nd.jpg,1,inf\ne.jpg,1,1e-2,\nf.jpg,0x1,1\n")
        let rule = "write 1, 0, nothing for unknown, or a number between 0 and 1"
        #expect(
            table.lines == [
                "F:2: column 'p' holds '-1'; \(rule)",
                "F:2: column 'q' holds '2'; \(rule)",
                "F:2: warning: picture 'a.jpg' has no known label",
                "F:3: 2 fields where the header has 3; quote fields that contain commas, or complete the row",
                "F:4: no picture is named here; give its path",
                "F:5: column 'p' holds 'yes'; \(rule)",
                "F:5: column 'q' holds 'nan'; \(rule)",
                "F:5: warning: picture 'c.jpg' has no known label",
                "F:6: column 'q' holds 'inf'; \(rule)",
                "F:7: 4 fields where the header has 3; quote fields that contain commas, or complete the row",
                "F:8: column 'p' holds '0x1'; \(rule)",
            ])
        #expect(table.images.count == 4)
        #expect(table.targets.count == 8)
    }

    @Test func `headers that are none stop at once`() throws {
        #expect(try failureOf("") == "d.csv:1: the file is empty; it needs a header or entries")
        #expect(try failureOf("\n\n") == "d.csv:3: the file is empty; it needs a header or entries")
        let begins = "a header begins with \"image\", as in image,labels or image,LABEL,LABEL"
        #expect(try failureOf("file,a\n") == "d.csv:1: the first column is 'file'; \(begins)")
        #expect(try failureOf("Image,a\n") == "d.csv:1: the first column is 'Image'; \(begins)")
        #expect(
            try failureOf("image\na.jpg\n")
                == "d.csv:1: the header has no label column; write image,labels or image,LABEL,LABEL")
        #expect(try failureOf("image,a,b,a\n") == "d.csv:1: column 'a' is there twice; keep one")
        #expect(try failureOf("image,a,image\n") == "d.csv:1: column 'image' is there twice; keep one")
        #expect(try failureOf("image,a,\n") == "d.csv:1: column 3 has no name; name it or remove it")
        #expect(
            try failureOf(",image,a\n")
                == "d.csv:1: column 1 has no name; name it or remove it; pandas writes its index so, leave it out with to_csv(index=False)"
        )
        #expect(try failureOf("a,,image,b\n") == "d.csv:1: column 2 has no name; name it or remove it")
        #expect(try failureOf("image,a\n") == "'d.csv' lists no pictures; add a row for each picture")
        #expect(try failureOf("image,labels\na.jpg,\n") == "'d.csv' names no labels; add at least one")
    }

    @Test func `given labels set the order, and others are errors with a hint`() throws {
        let options = AnnotationOptions.unchecked(labels: ["sea", "pool", "bed"])
        let narrow = try read("image,labels\na.jpg,pool|Sea\nb.jpg,boat\n", options)
        #expect(narrow.labels == ["sea", "pool", "bed"])
        #expect(narrow.row(0) == [0, 1, 0])
        #expect(
            narrow.lines == [
                "F:1: warning: label 'sea' has no positives; it is not in the data",
                "F:1: warning: label 'bed' has no positives; it is not in the data",
                "F:2: unknown label 'Sea'; did you mean 'sea'?",
                "F:3: unknown label 'boat'; add it to the labels or correct it",
            ])
        let wide = try read("image,pool,boat,sea\na.jpg,1,1,0\n", options)
        #expect(wide.row(0) == [0, 1, -1])
        #expect(
            wide.lines == [
                "F:1: unknown label 'boat'; add it to the labels or correct it",
                "F:1: warning: label 'sea' has no positives",
                "F:1: warning: label 'bed' has no column or category; all its targets are unknown",
            ])
    }

    @Test func `labels outside a subset are left out with one warning each`() throws {
        let options = AnnotationOptions.unchecked(labels: ["sea"], extraLabels: .ignore)
        let narrow = try read("image,labels\na.jpg,pool|sea\nb.jpg,pool\n", options)
        #expect(narrow.targets == [1, 0])
        #expect(
            narrow.lines == ["F:2: warning: label 'pool' is not among the labels asked for; left out (2 times)"])
        let wide = try read("image,pool,sea\na.jpg,yes,1\n", options)
        #expect(wide.targets == [1])
        #expect(wide.lines == ["F:1: warning: label 'pool' is not among the labels asked for; left out (once)"])
    }

    @Test func `pictures that are not there or no files are errors`() throws {
        try folder.touch("a.jpg", "sub/b.jpg")
        let path = try folder.write("d.csv", "image,labels\na.jpg,x\nsub,x\nsub/b.jpg,x\nnone.jpg,x\na.jpg/c,x\n")
        let table = try AnnotationTable.read(path: path)
        let place = folder.path
        #expect(
            table.lines == [
                "F:3: picture 'sub' (\(place)/sub) is a directory; name a picture",
                "F:5: picture 'none.jpg' (\(place)/none.jpg) does not exist; "
                    + "correct the path or name its directory with --images",
                "F:6: picture 'a.jpg/c' (\(place)/a.jpg/c) does not exist; "
                    + "correct the path or name its directory with --images",
            ])
        let other = AnnotationOptions(imagesDirectory: place + "/sub")
        let moved = try folder.write("elsewhere/d.csv", "image,x\nb.jpg,1\n\(place)/a.jpg,1\n")
        #expect(try AnnotationTable.read(path: moved, options: other).findings.isEmpty)
        let gone = failure { () throws(DatasetError) in
            _ = try AnnotationTable.read(path: moved, options: AnnotationOptions(imagesDirectory: "/nowhere"))
        }
        #expect(gone == .missing(path: "/nowhere"))
    }

    @Test func `duplicates warn, and more so with other labels`() throws {
        let table = try read("image,labels\na.jpg,x|y\na.jpg,y|x\nb.jpg,x\nb.jpg,y\n")
        #expect(
            table.lines == [
                "F:3: warning: picture 'a.jpg' is here again, first on line 2",
                "F:5: warning: picture 'b.jpg' is here again, first on line 4, with other labels there; "
                    + "one of the two is probably wrong",
            ])
        #expect(table.images.count == 4)
        // Two files on Linux, though one text to Unicode.
        #expect(try read("image,x\n\u{E9}.jpg,1\ne\u{301}.jpg,1\n").findings.isEmpty)
    }

    @Test func `names that differ only in case or spaces warn`() throws {
        let table = try read("image,labels\na.jpg,sea view\nb.jpg,Seaview\n")
        #expect(
            table.lines == [
                "F:3: warning: labels 'sea view' and 'Seaview' differ only in case or spaces; are they one?"
            ])
    }

    @Test func `a check goes on to the place where reading ends and tells it last`() throws {
        let path = try folder.write("d.csv", "image,x\na.jpg,5\nb.jpg,\"1\n")
        let report = try AnnotationTable.check(path: path, options: .unchecked())
        #expect(report.hasErrors)
        #expect(
            report.findings.map { $0.formatted(path: "F") } == [
                "F:2: column 'x' holds '5'; write 1, 0, nothing for unknown, or a number between 0 and 1",
                "F:3: the quote opened here is never closed; close it",
            ])
        let missing = failure { () throws(DatasetError) in _ = try AnnotationTable.check(path: "/nowhere.csv") }
        #expect(missing?.isMissingInput == true)
    }

    @Test func `messages stay on one line and short whatever the data holds`() throws {
        let table = try read("image,x\nb.jpg,1\na.jpg,\"\u{1B}[31m\(String(repeating: "y", count: 100_000))\"\n")
        let line = try #require(table.lines.first { $0.contains("holds") })
        #expect(line.hasPrefix("F:3: column 'x' holds '\\u{1b}[31my"))
        #expect(table.lines.allSatisfy { $0.count < 300 && !$0.contains("\n") })
    }

    @Test func `a table too large for memory is an error and no crash`() throws {
        let rows = (0..<50_000).map { "\($0).jpg,label\($0)" }.joined(separator: "\n")
        #expect(
            try failureOf("image,labels\n" + rows)
                == "'d.csv' has 50000 pictures and 50000 labels, more than one table holds; "
                + "split the file, or name fewer labels with --labels")
    }
}
