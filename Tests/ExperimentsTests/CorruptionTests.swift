// SPDX-License-Identifier: Apache-2.0

import Datasets
import FileIO
import Foundation
import TestSupport
import Testing

@testable import ExperimentTables

struct CorruptionTests {
    private static let labels = ["a", "b", "c", "d", "e"]

    /// 2,000 pictures; label j of picture i is present where i is divisible by j + 2; one cell in 50 is unknown.
    private static let table = AnnotationTable(
        source: "made", images: (0..<2000).map { Picture(name: "\($0).jpg", path: "\($0).jpg", line: $0 + 2) },
        labels: labels,
        targets: (0..<2000).flatMap { row in
            (0..<5).map { (row * 5 + $0) % 50 == 7 ? Float.nan : row % ($0 + 2) == 0 ? 1 : 0 }
        })

    private func changed(_ edit: (inout DataChange) -> Void, seed: UInt64 = 1) -> AnnotationTable {
        var change = DataChange()
        edit(&change)
        return change.applied(to: Self.table, seed: seed)
    }

    private func differing(_ table: AnnotationTable) -> Set<Int> {
        Set(
            table.targets.indices.filter {
                let (one, other) = (table.targets[$0], Self.table.targets[$0])
                return one.isNaN ? !other.isNaN : one != other
            })
    }

    @Test func `flips turn round their share of the known cells, and more of them contain fewer`() {
        let ten = differing(changed { $0.flip = 0.1 })
        let thirty = differing(changed { $0.flip = 0.3 })
        // 9,800 known cells: four standard deviations are 1.2 and 1.9 points.
        #expect(abs(Double(ten.count) / 9800 - 0.1) < 0.012)
        #expect(abs(Double(thirty.count) / 9800 - 0.3) < 0.019)
        #expect(ten.isSubset(of: thirty))
        #expect(ten != differing(changed({ $0.flip = 0.1 }, seed: 2)))
        #expect(thirty.allSatisfy { !Self.table.targets[$0].isNaN })
    }

    @Test func `missing positives are only taken away, wrong ones keep their number in each row`() {
        let missing = changed { $0.missing = 0.25 }
        let positives = Self.table.targets.indices.filter { Self.table.targets[$0] == 1 }
        #expect(differing(missing).isSubset(of: positives))
        #expect(abs(Double(differing(missing).count) / Double(positives.count) - 0.25) < 0.03)

        let wrong = changed { $0.wrong = 0.25 }
        for row in 0..<2000 {
            let before = Self.table.targets[row * 5..<row * 5 + 5]
            let after = wrong.targets[row * 5..<row * 5 + 5]
            #expect(before.count { $0 == 1 } == after.count { $0 == 1 }, "row \(row)")
            #expect(zip(before, after).allSatisfy { $0.isNaN == $1.isNaN }, "row \(row)")
        }
        #expect(!differing(wrong).isEmpty)
    }

    @Test func `known cells are a share of all, and fewer of them are among more`() {
        func known(_ share: Double) -> Set<Int> {
            let table = changed { $0.known = share }
            return Set(table.targets.indices.filter { !table.targets[$0].isNaN })
        }
        #expect(known(0.1).isSubset(of: known(0.5)))
        #expect(abs(Double(known(0.5).count) / 9800 - 0.5) < 0.021)
        #expect(known(0).isEmpty)
        #expect(known(1).count == 9800)
    }

    @Test func `what happens to a picture does not depend on the others`() {
        let one = changed {
            $0.pictures = 100
            $0.flip = 0.2
        }
        let all = changed { $0.flip = 0.2 }
        #expect(one.images.count == 100)
        for (row, image) in one.images.enumerated() {
            let place = (image.line ?? 0) - 2
            let (part, whole) = (one.targets[row * 5..<row * 5 + 5], all.targets[place * 5..<place * 5 + 5])
            #expect(zip(part, whole).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN })
        }
        let lines = one.images.compactMap(\.line)
        #expect(lines == lines.sorted() && lines.count == 100)
    }

    @Test func `so many pictures a label means at least so many where there are as many, and few more pictures`() {
        let table = changed { $0.perLabel = 8 }
        for column in 0..<5 {
            #expect((0..<table.images.count).count { table.targets[$0 * 5 + column] == 1 } >= 8)
        }
        #expect(table.images.count <= 40)
    }

    @Test func `a copy as CSV is read again as it was, names and gaps included`() throws {
        let folder = try TemporaryFolder()
        let table = AnnotationTable(
            source: "made",
            images: [Picture(name: "a, b.jpg", path: "/pictures/a, b.jpg", line: 2)],
            labels: ["one", "with \"quotes\", and more", "soft"], targets: [1, .nan, 0.3])
        try folder.put("copy.csv", wideCSV(table))
        let copy = try AnnotationTable.read(
            path: folder("copy.csv"), options: AnnotationOptions(checksPictures: false))
        #expect(copy.labels == table.labels)
        #expect(copy.images.map(\.path) == ["/pictures/a, b.jpg"])
        #expect(copy.targets[0] == 1 && copy.targets[1].isNaN && copy.targets[2] == 0.3)
    }
}
