// SPDX-License-Identifier: Apache-2.0

import Datasets
import Foundation

guard CommandLine.arguments.count == 2 else {
    print("usage: read-annotations DATA, in any format that mumic train reads")
    exit(64)
}
let table = try AnnotationTable.read(path: CommandLine.arguments[1])
for finding in table.findings { print(finding.formatted(path: table.source)) }
try table.requireUsable()

print("\(table.images.count) pictures")
for count in table.labelCounts() {
    print("\(count.name): \(count.positives) have it, \(count.negatives) do not, \(count.unknown) unknown")
}
