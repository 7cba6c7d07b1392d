// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import TestSupport
import Testing

@testable import Datasets

@Suite struct HostileFileTests {
    /// A generator with a seed, so that a failure can be had again.
    private struct Seeded: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    private static let seeds: [(name: String, text: String)] = [
        ("n.csv", "image,labels,negatives\na.jpg,x|y,z\n\"b \"\"q\"\".jpg\",y,\n"),
        ("w.csv", "image,x,\"y, z\"\r\na.jpg,1,0\r\nb.jpg,,0.5\r\n"),
        ("l.jsonl", "{\"image\": \"a.jpg\", \"labels\": [\"x\"]}\n{\"image\": \"b\", \"labels\": {\"x\": 0.5}}\n"),
        ("m.json", "[{\"image\": \"a.jpg\", \"annotations\": [{\"label\": \"x\"}, \"y\"]}]"),
        (
            "c.json",
            """
            {"images": [{"id": 1, "file_name": "a.jpg", "neg_category_ids": [2]}], "annotations":
            [{"image_id": 1, "category_id": 1}], "categories": [{"id": 1, "name": "x"}, {"id": "2", "name": "y"}]}
            """
        ),
    ]

    private func mutated(_ bytes: [UInt8], _ random: inout Seeded) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            let place = Int.random(in: 0...bytes.count, using: &random)
            let byte = UInt8.random(in: 0...255, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes.insert(byte, at: place)
            case 1 where place < bytes.count: bytes[place] = byte
            case 2 where place < bytes.count: bytes.remove(at: place)
            default: bytes.removeSubrange(min(place + 3, bytes.count)..<bytes.count)
            }
        }
        return bytes
    }

    @Test func `files with random damage give a whole table or an error in one line, never a crash`() throws {
        let folder = try TemporaryFolder()
        var random = Seeded(state: 11)
        var tables = 0
        var errors = 0
        for (name, text) in Self.seeds {
            for round in 0..<1500 {
                let bytes = mutated(Array(text.utf8), &random)
                let path = try folder.write(name, bytes: bytes)
                do throws(DatasetError) {
                    let table = try AnnotationTable.read(path: path, options: .unchecked(unlisted: .unknown))
                    tables += 1
                    #expect(table.targets.count == table.images.count * table.labels.count, "\(name) \(round)")
                    #expect(table.targets.allSatisfy { $0.isNaN || (0...1).contains($0) }, "\(name) \(round)")
                    #expect(Set(table.labels).count == table.labels.count, "\(name) \(round)")
                    #expect(table.lines.allSatisfy { !$0.contains { $0.isNewline } }, "\(name) \(round)")
                } catch {
                    errors += 1
                    #expect(!error.description.contains { $0.isNewline }, "\(name) \(round)")
                    #expect(!error.isMissingInput, "\(name) \(round)")
                }
                let inputs = PictureInputs([path])
                var count = 0
                _ = failure { () throws(DatasetError) in while try inputs.next() != nil { count += 1 } }
                #expect(count < 100, "\(name) \(round)")
                _ = try? LabelFile(path: path).labels
                _ = try? ScoreTable.read(path: path)
            }
        }
        #expect(tables > 500)
        #expect(errors > 500)
    }

    @Test func `findings past a million are counted as one`() throws {
        let folder = try TemporaryFolder()
        let row = String(repeating: ",yes", count: 2000) + "\n"
        let header = "image" + (0..<2000).map { ",l\($0)" }.joined() + "\n"
        let text = header + (0..<502).map { "\($0).jpg\(row)" }.joined()
        let path = try folder.write("d.csv", text)
        let table = try AnnotationTable.read(path: path, options: .unchecked())
        let errors = table.findings.filter { $0.severity == .error }
        #expect(errors.count == 1_000_001)
        #expect(errors.last?.message == "more than 1000000 findings; the rest is not listed")
        #expect(errors.last?.line == 502)
    }
}
