// SPDX-License-Identifier: Apache-2.0

import Datasets
import Duplicates
import FileIO
import Imaging
import TestSupport
import Testing

extension TemporaryFolder {
    /// Writes the scene of a seed as a JPEG.
    func putScene(_ name: String, _ seed: UInt64, quality: Int = 90) throws {
        try put(name, scene(seed).jpeg(quality: quality))
    }
}

@Suite struct DatasetCheckTests {
    /// Two files with three pictures each, all different.
    private static func folder() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        for seed in 1...6 as ClosedRange<UInt64> { try folder.putScene("images/\(seed).jpg", seed) }
        try folder.put("train.csv", "image,sun,sea\nimages/1.jpg,1,0\nimages/2.jpg,0,1\nimages/3.jpg,1,1\n")
        try folder.put("val.csv", "image,sun,sea\nimages/4.jpg,1,0\nimages/5.jpg,0,1\nimages/6.jpg,1,1\n")
        return folder
    }

    private static func check(_ folder: TemporaryFolder, _ names: String...) throws -> DatasetCheck {
        try DatasetCheck(names.map { folder($0) })
    }

    private static func lines(_ check: DatasetCheck, in folder: TemporaryFolder) -> [String] {
        check.findings.map { $0.replacing(folder.path + "/", with: "") }
    }

    @Test func `sound files have no findings`() throws {
        let folder = try Self.folder()
        let check = try Self.check(folder, "train.csv", "val.csv")
        #expect(check.findings.isEmpty && check.overlaps.isEmpty)
        try check.requireSound()
        #expect(
            check.summary.replacing(folder.path + "/", with: "") == """
                train.csv: 3 pictures, 2 labels
                val.csv: 3 pictures, 2 labels
                no picture is in two files

                """)
    }

    @Test func `pictures of another file are an error that names them`() throws {
        let folder = try Self.folder()
        try folder.put("val.csv", "image,sun,sea\nimages/1.jpg,1,0\ncopy.jpg,1,0\nsmall.jpg,0,1\nimages/6.jpg,1,1\n")
        try folder.put("copy.jpg", scene(2).jpeg(quality: 90) + [0, 0])
        try folder.put("small.jpg", scene(3).reduced(toLongSide: 80).jpeg())
        let check = try Self.check(folder, "train.csv", "val.csv")
        #expect(
            Self.lines(check, in: folder) == [
                "val.csv:2: picture 'images/1.jpg' has the pixels of 'images/1.jpg' (train.csv:2)",
                "val.csv:3: picture 'copy.jpg' has the pixels of 'images/2.jpg' (train.csv:3)",
                "val.csv:4: picture 'small.jpg' is nearly the same as 'images/3.jpg' (train.csv:4)",
            ])
        #expect(check.summary.contains("val.csv has 3 pictures of "))
        #expect(check.summary.contains(": 2 with the same pixels, 1 nearly the same\n"))
        let error = try #require(throws: InputError.self) { try check.requireSound() }
        #expect(error.failureKind == .badData)
        #expect(error.description.hasPrefix("3 pictures of ") && error.description.contains("mumic dataset split"))
        // The pictures of the first file are not the later file's.
        #expect(try Self.check(folder, "val.csv", "train.csv").overlaps.map(\.pictures.count) == [3])
    }

    @Test func `pictures that are there again in one file are warnings`() throws {
        let folder = try Self.folder()
        try folder.put("copy.jpg", scene(1).jpeg(quality: 90) + [0, 0])
        try folder.put("near.jpg", scene(1).jpeg(quality: 60))
        try folder.put(
            "train.csv",
            "image,sun,sea\nimages/1.jpg,1,0\nimages/2.jpg,0,1\ncopy.jpg,1,0\nnear.jpg,0,0\nimages/1.jpg,1,0\n")
        let check = try Self.check(folder, "train.csv")
        #expect(
            Self.lines(check, in: folder) == [
                "train.csv:6: warning: picture 'images/1.jpg' is here again, first on line 2",
                "train.csv:4: warning: picture 'copy.jpg' has the pixels of 'images/1.jpg' on line 2",
                "train.csv:5: warning: picture 'near.jpg' is nearly the same as 'images/1.jpg' on line 2, "
                    + "with other labels there",
            ])
        #expect(check.files[0].samePixelsCount == 2 && check.files[0].nearCount == 1)
        #expect(check.summary.contains("  2 pictures have the pixels of an earlier one\n"))
        #expect(check.summary.contains("  1 picture is nearly the same as an earlier one\n"))
        try check.requireSound()
    }

    @Test func `only the first repeated pictures are named`() throws {
        let folder = try Self.folder()
        let rows = (0..<14).map { "\($0).jpg,1,1\n" }.joined()
        for number in 0..<14 { try folder.put("\(number).jpg", scene(1).jpeg() + [UInt8(number)]) }
        try folder.put("train.csv", "image,sun,sea\n" + rows)
        let check = try Self.check(folder, "train.csv")
        let lines = Self.lines(check, in: folder)
        #expect(lines.count == 11 && check.files[0].samePixelsCount == 13)
        #expect(lines.last == "train.csv: warning: 3 more pictures have the pixels of an earlier one")
    }

    @Test func `pictures that cannot be read are errors`() throws {
        let folder = try Self.folder()
        try folder.put("cut.jpg", scene(1).jpeg().prefix(400))
        try folder.put("train.csv", "image,sun,sea\ncut.jpg,1,0\ngone.jpg,0,1\nimages/3.jpg,1,1\n")
        let check = try Self.check(folder, "train.csv")
        let lines = Self.lines(check, in: folder)
        #expect(lines.count == 2 && check.files[0].unreadableCount == 2)
        #expect(lines[0].hasPrefix("train.csv:3: picture 'gone.jpg' (gone.jpg) does not exist"), "\(lines)")
        #expect(lines[1].hasPrefix("train.csv:2: picture 'cut.jpg' cannot be read: truncated JPEG"), "\(lines)")
        let error = try #require(throws: InputError.self) { try check.requireSound() }
        #expect(error.description.hasPrefix("2 errors in "))
    }

    @Test func `a file that breaks off is told with the rest`() throws {
        let folder = try Self.folder()
        try folder.put("broken.csv", "image,sun\nimages/1.jpg,yes\nimages/2.jpg,\"1\n")
        let check = try Self.check(folder, "broken.csv", "val.csv")
        let lines = Self.lines(check, in: folder)
        #expect(lines.count >= 2 && lines[0].hasPrefix("broken.csv:2: column 'sun' holds 'yes'"), "\(lines)")
        #expect(lines.contains { $0.hasPrefix("broken.csv:3: the quote opened here is never closed") }, "\(lines)")
        #expect(check.summary.contains("broken.csv: cannot be read to its end\n"))
        #expect(throws: InputError.self) { try check.requireSound() }
    }

    @Test func `a missing file is missing input`() throws {
        let folder = try Self.folder()
        let error = try #require(throws: DatasetError.self) { try Self.check(folder, "train.csv", "gone.csv") }
        #expect(error.isMissingInput)
    }

    @Test func `labels without positives are counted`() throws {
        let folder = try Self.folder()
        try folder.put("train.csv", "image,sun,sea\nimages/1.jpg,1,0\nimages/2.jpg,1,\n")
        let check = try Self.check(folder, "train.csv")
        #expect(Self.lines(check, in: folder) == ["train.csv:1: warning: label 'sea' has no positives"])
        #expect(check.summary.contains("  1 label without positives\n"))
    }

    @Test func `comparing can be interrupted`() throws {
        let folder = try Self.folder()
        let watch = Watch(stopAt: "comparing pictures 2")
        #expect(throws: Interrupted.self) { try DatasetCheck([folder("train.csv")], monitor: watch.monitor) }
    }
}
