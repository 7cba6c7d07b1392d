// SPDX-License-Identifier: Apache-2.0

import Evaluation

// The five pairs of the article on metrics: picture A has three labels of known target, picture B two.
var gap = GlobalAveragePrecision()
var gapAt1 = GlobalAveragePrecision(topK: 1)
let pictures: [(scores: [Float], targets: [Float])] = [
    ([2.0, 1.0, -1.0], [1, 0, 1]),
    ([1.5, 0.5, -2.0], [0, 1, .nan]),
]
for picture in pictures {
    try gap.add(scores: picture.scores, targets: picture.targets)
    try gapAt1.add(scores: picture.scores, targets: picture.targets)
}
print("GAP", gap.value() ?? .nan)
print("GAP@1", gapAt1.value() ?? .nan, "retrieved", gapAt1.retrievedValue() ?? .nan)

// Equal scores are one block: the order in which they are written does not matter.
print(try averagePrecision(scores: [3, 1, 1], targets: [0, 1, 0]) ?? .nan)
print(try averagePrecision(scores: [3, 1, 1], targets: [0, 0, 1]) ?? .nan)
