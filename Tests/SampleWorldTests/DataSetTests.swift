// SPDX-License-Identifier: Apache-2.0

import Datasets
import FileIO
import Imaging
import SampleWorld
import TestSupport
import Testing

@Suite("Data sets on disk")
struct DataSetTests {
    private func writer(_ folder: TemporaryFolder, _ name: String, workers: Int? = nil) -> DataSetWriter {
        DataSetWriter(directory: folder(name), seed: 3, workers: workers)
    }

    @Test func `the same seed writes the same bytes on any number of threads`() throws {
        let folder = try TemporaryFolder()
        let noise = try AnnotationNoise(flippedPositives: 0.1, missingPositives: 0.1, unknown: 0.1)
        let set = LabelledSet(train: 40, validation: 10, test: 10, noise: noise)
        for (name, workers) in [("one", 1), ("four", 4)] {
            try writer(folder, "labels-" + name, workers: workers).writeLabels(set)
            try writer(folder, "captions-" + name, workers: workers).writeCaptions(count: 30)
        }
        for kind in ["labels", "captions"] {
            let first = try TemporaryFolder.files(below: folder(kind + "-one"))
            #expect(first.count == (kind == "labels" ? 66 : 31))
            #expect(try TemporaryFolder.files(below: folder(kind + "-four")) == first)
        }
    }

    @Test func `the tables are read back by AnnotationTable, with the labels of the pictures`() throws {
        let folder = try TemporaryFolder()
        let set = LabelledSet(train: 60, validation: 20, test: 30)
        try writer(folder, "world").writeLabels(set)
        let world = SampleWorld(seed: 3, edition: .labels)
        let known = WorldLabel.allCases.filter { !WorldLabel.unseenByDefault.contains($0) }
        var first = 0
        for (name, count) in [("train", 60), ("validation", 20), ("test", 30)] {
            let table = try AnnotationTable.read(path: folder("world/\(name).csv"))
            try table.requireUsable()
            let labels = known + (name == "test" ? WorldLabel.allCases.filter { !known.contains($0) } : [])
            #expect(table.labels == labels.map(\.name))
            #expect(table.images.count == count)
            for row in 0..<count {
                let present = world.description(first + row).labels
                let targets = labels.map { present.contains($0) ? Float(1) : 0 }
                #expect(Array(table.targets[(row * labels.count)..<((row + 1) * labels.count)]) == targets)
                let image = try RGBImage(table.images[row])
                #expect(image.width >= 128)
            }
            first += count
        }
        #expect(try LabelFile(path: folder("world/labels.txt")).labels.map(\.name) == known.map(\.name))
        let new = try LabelFile(path: folder("world/new-labels.txt")).labels.map(\.name)
        #expect(Set(new) == Set(WorldLabel.unseenByDefault.map(\.name)))
    }

    @Test func `captions are written as image,caption beside their pictures`() throws {
        let folder = try TemporaryFolder()
        try writer(folder, "captions").writeCaptions(count: 25)
        let reader = try CSVReader(path: folder("captions/captions.csv"))
        let world = SampleWorld(seed: 3, edition: .captions)
        #expect(try reader.next())
        #expect((0..<reader.fieldCount).map(reader.field) == ["image", "caption"])
        for index in 0..<25 {
            #expect(try reader.next())
            #expect(reader.field(1) == world.description(index).caption)
            let picture = try RGBImage(contentsOf: folder("captions/" + reader.field(0)))
            #expect(picture.width == (try world.picture(index).image.width))
        }
        #expect(try !reader.next())
    }

    @Test func `mistakes have the rates that were asked for, and only in the training table`() throws {
        let folder = try TemporaryFolder()
        let rates = try AnnotationNoise(flippedPositives: 0.12, missingPositives: 0.2, unknown: 0.3)
        let labels = WorldLabel.allCases.count
        let world = SampleWorld(seed: 21, edition: .labels)
        var (positives, lost, gained, unknown) = (0, 0, 0, 0)
        let pictures = 4000
        let mistakes = try AnnotationNoise(flippedPositives: 0.12, missingPositives: 0.2)
        let gaps = try AnnotationNoise(unknown: 0.3)
        for index in 0..<pictures {
            let present = world.description(index).labels
            let truth = WorldLabel.allCases.map(present.contains)
            let written = mistakes.applied(to: truth, seed: world.seed, index: index)
            #expect(!written.contains { $0 == nil })
            #expect(AnnotationNoise.none.applied(to: truth, seed: world.seed, index: index) == truth)
            positives += present.count
            for (was, isNow) in zip(truth, written) {
                if was, isNow == false { lost += 1 }
                if !was, isNow == true { gained += 1 }
            }
            unknown += gaps.applied(to: truth, seed: world.seed, index: index).count { $0 == nil }
        }
        // Binomial standard deviations are below 0.004 for 15,000 positives; a miss needs that there was no flip.
        #expect(abs(Double(gained) / Double(positives) - 0.12) < 0.015)
        #expect(abs(Double(lost) / Double(positives) - (0.12 + 0.88 * 0.2)) < 0.015)
        #expect(abs(Double(unknown) / Double(pictures * labels) - 0.3) < 0.01)

        try writer(folder, "noisy").writeLabels(LabelledSet(train: 80, validation: 20, test: 20, noise: rates))
        try writer(folder, "clean").writeLabels(LabelledSet(train: 80, validation: 20, test: 20))
        func bytes(_ path: String) throws -> [UInt8] { try readFile(path: folder(path), maximumBytes: 1 << 24) }
        #expect(try bytes("noisy/train.csv") != bytes("clean/train.csv"))
        #expect(try bytes("noisy/train-clean.csv") == bytes("clean/train.csv"))
        #expect(try bytes("noisy/validation.csv") == bytes("clean/validation.csv"))
        #expect(try bytes("noisy/test.csv") == bytes("clean/test.csv"))
        let table = try AnnotationTable.read(path: folder("noisy/train.csv"))
        let empty = Double(table.targets.count { $0.isNaN }) / Double(table.targets.count)
        #expect(abs(empty - 0.3) < 0.04)
    }

    @Test func `a folder with something in it is refused and left alone`() throws {
        let folder = try TemporaryFolder()
        try AtomicFile.write("mine", to: folder("note"), durable: false)
        let writer = DataSetWriter(directory: folder.path, seed: 1)
        #expect(throws: SampleWorldError.outputNotEmpty(path: folder.path)) { try writer.writeCaptions(count: 3) }
        #expect(throws: SampleWorldError.outputNotEmpty(path: folder.path)) {
            try writer.writeLabels(LabelledSet(train: 3))
        }
        #expect(try listDirectory(path: folder.path) == ["note"])
        #expect(throws: SampleWorldError.self) {
            try DataSetWriter(directory: folder("note/below"), seed: 1).writeCaptions(count: 1)
        }
    }

    @Test(arguments: [-0.1, 1.01, Double.nan])
    func `impossible rates are refused by name`(rate: Double) {
        #expect(throws: SampleWorldError.self) { try AnnotationNoise(flippedPositives: rate) }
        #expect(throws: SampleWorldError.self) { try AnnotationNoise(missingPositives: rate) }
        #expect(throws: SampleWorldError.self) { try AnnotationNoise(unknown: rate) }
    }
}
