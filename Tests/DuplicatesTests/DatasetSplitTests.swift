// SPDX-License-Identifier: Apache-2.0

import Datasets
import Duplicates
import FileIO
import Foundation
import Imaging
import TestSupport
import Testing

@Suite struct DatasetSplitTests {
    private static let rows = 30

    /// Thirty pictures, of which each third is nearly the same as the one before it, with every kind of target.
    private static func folder() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        var random = SeededRandom(seed: 3)
        var text = "image,\"sun, moon\",sea,tree\n"
        for row in 0..<rows {
            let isCopy = row % 3 == 2
            try folder.putScene("data/images/\(row).jpg", UInt64(isCopy ? row : row + 1), quality: isCopy ? 50 : 90)
            let cells = (0..<3).map { _ in ["1", "0", "", "0.3", "1", "0.015625"].randomElement(using: &random) ?? "" }
            text += "images/\(row).jpg,\(cells.joined(separator: ","))\n"
        }
        try folder.put("data/all.csv", text)
        return folder
    }

    private static func split(_ folder: TemporaryFolder, seed: UInt64 = 0) throws -> DatasetSplit {
        try DatasetSplit.read(folder("data/all.csv"), shares: [0.6, 0.2, 0.2], seed: seed)
    }

    @Test func `near duplicates are never in two parts`() throws {
        let folder = try Self.folder()
        for seed in 0..<3 as Range<UInt64> {
            let split = try Self.split(folder, seed: seed)
            for row in stride(from: 2, to: Self.rows, by: 3) { #expect(split.parts[row] == split.parts[row - 1]) }
            #expect((16...20).contains(split.rows(of: 0).count))
            try split.write(to: folder("parts\(seed)"))
            let files = ["train", "val", "test"].map { folder("parts\(seed)/\($0).csv") }
            let check = try DatasetCheck(files)
            #expect(check.overlaps.isEmpty)
            try check.requireSound()
        }
    }

    @Test func `the parts read back as the rows they were`() throws {
        let folder = try Self.folder()
        let split = try Self.split(folder)
        try split.write(to: folder("deep/down/parts"))
        #expect(try folder.names("deep/down") == ["parts"])
        #expect(try folder.names("deep/down/parts") == ["test.csv", "train.csv", "val.csv"])
        let table = split.table
        var seen = 0
        for (part, name) in split.names.enumerated() {
            let back = try AnnotationTable.read(path: folder("deep/down/parts/\(name).csv"))
            try back.requireUsable()
            #expect(back.labels == table.labels)
            let rows = split.rows(of: part)
            #expect(back.images.count == rows.count)
            for (image, row) in zip(back.images, rows) {
                #expect(image.name == "../../../data/images/\(row).jpg")
                let paths = [image, table.images[row]].compactMap(\.path).map {
                    URL(fileURLWithPath: $0).standardizedFileURL.path
                }
                #expect(paths.count == 2 && paths[0] == paths[1])
            }
            for (place, row) in rows.enumerated() {
                for label in 0..<3 {
                    let (new, old) = (back.targets[place * 3 + label], table.targets[row * 3 + label])
                    #expect(new == old || (new.isNaN && old.isNaN))
                }
            }
            seen += rows.count
        }
        #expect(seen == Self.rows)
    }

    @Test func `the same seed writes the same bytes`() throws {
        let folder = try Self.folder()
        for name in ["one", "two"] { try Self.split(folder).write(to: folder(name)) }
        for name in ["train", "val", "test"] {
            #expect(try folder.text("one/\(name).csv") == folder.text("two/\(name).csv"))
        }
        #expect(try Self.split(folder).parts != Self.split(folder, seed: 1).parts)
    }

    @Test func `absolute names stay, and links to folders do not lead astray`() throws {
        let folder = try Self.folder()
        try FileManager.default.createSymbolicLink(
            atPath: folder("link"), withDestinationPath: folder("data/images"))
        try FileManager.default.createDirectory(atPath: folder("real/below"), withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: folder("short"), withDestinationPath: folder("real/below"))
        try folder.put("all.csv", "image,sun\n\(folder("data/images/0.jpg")),1\nlink/1.jpg,1\nlink/../images/3.jpg,0\n")
        let split = try DatasetSplit.read(folder("all.csv"), shares: [0.5, 0.5])
        try split.write(to: folder("short/parts"))
        let names = try ["train", "val"].flatMap { name in
            try AnnotationTable.read(path: folder("real/below/parts/\(name).csv")).images.map(\.name)
        }
        #expect(
            Set(names) == [
                folder("data/images/0.jpg"), "../../../data/images/1.jpg", "../../../data/images/3.jpg",
            ])
    }

    @Test func `the summary counts pictures and labels`() throws {
        let folder = try Self.folder()
        try folder.put("data/all.csv", "image,sun,sea\nimages/0.jpg,1,1\nimages/3.jpg,1,0\nimages/6.jpg,1,0\n")
        let split = try DatasetSplit.read(folder("data/all.csv"), shares: [0.4, 0.3, 0.3])
        let lines = split.summary.split(separator: "\n").map(String.init)
        #expect(lines.count == 3)
        #expect(lines.count { $0.hasSuffix("csv: 1 picture, 2 of 2 labels with positives") } == 1, "\(lines)")
        #expect(
            lines.count { $0.hasSuffix("csv: 1 picture, 1 of 2 labels with positives; without: 'sea'") } == 2,
            "\(lines)")
    }

    @Test func `what cannot be parted is refused with what to do`() throws {
        let folder = try Self.folder()
        func refusal(_ text: String, _ shares: [Double] = [0.8, 0.2]) throws -> InputError {
            try folder.put("data/bad.csv", text)
            return try #require(throws: InputError.self) {
                try DatasetSplit.read(folder("data/bad.csv"), shares: shares)
            }
        }
        let few = try refusal("image,sun\nimages/1.jpg,1\nimages/2.jpg,0\n")
        #expect(few.description.contains("has only one picture and its near-duplicates, too few for 2 parts"))
        #expect(try refusal("image,labels\nimages/1.jpg,labels\nimages/4.jpg,\n").description.contains("rename them"))
        #expect(try refusal("image,sun\nimages/1.jpg,1\n", [1]).failureKind == .wrongUsage)
        #expect(try refusal("image,sun\nimages/1.jpg,1\n", [0.5, -0.5]).failureKind == .wrongUsage)
        try folder.put("data/images/cut.jpg", scene(1).jpeg().prefix(300))
        let cut = try refusal("image,sun\nimages/cut.jpg,1\nimages/4.jpg,0\n")
        #expect(cut.description.hasPrefix("1 picture of ") && cut.findings.count == 1)
    }

    @Test func `a folder that holds something is left alone`() throws {
        let folder = try Self.folder()
        try folder.put("full/file", "kept")
        let split = try Self.split(folder)
        for name in ["full", "full/file", ".", ".."] {
            #expect(throws: InputError.self) { try DatasetSplit.requireNew(folder(name)) }
            #expect(throws: InputError.self) { try split.write(to: folder(name)) }
        }
        #expect(try folder.names("full") == ["file"])
        try FileManager.default.createDirectory(atPath: folder("empty"), withIntermediateDirectories: false)
        try split.write(to: folder("empty/"))
        #expect(folder.has("empty/train.csv"))
    }
}
