// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import Datasets

@Suite struct LeavingOutTests {
    @Test func `some of the labels can be left out`() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("a.csv", "image,sea,pool,bed,sun\na.jpg,1,0,,0.25\nb.jpg,,1,0,1\n")
        let table = try AnnotationTable.read(path: path, options: .unchecked())
        let left = table.leavingOut(["pool", "sun", "not there", "pool"])
        #expect(left.labels == ["sea", "bed"] && left.images == table.images && left.source == table.source)
        #expect(left.row(0) == [1, -1] && left.row(1) == [-1, 0])
        #expect(left.targets.count == 4)
        #expect(left.namesEveryLabel == table.namesEveryLabel)
        #expect(left.labelCounts().map(\.unknown) == [1, 1])

        let same = table.leavingOut([])
        #expect(same.labels == table.labels && same.row(0) == table.row(0) && same.row(1) == table.row(1))
        // Also those that cannot be distinguished by case are different labels.
        #expect(table.leavingOut(["SEA"]).labels.count == 4)
        let none = table.leavingOut(table.labels)
        #expect(none.labels.isEmpty && none.targets.isEmpty && none.images.count == 2)
        #expect(none.labelCounts().isEmpty)
    }
}
