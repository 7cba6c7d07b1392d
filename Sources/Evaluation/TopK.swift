// SPDX-License-Identifier: Apache-2.0

extension KeyedPairs {
    /// For each image the place of its k-th best known pair, as key ‖ label in 64 bits.
    ///
    /// A pair is among its image's k best when its own key ‖ label is not larger. Of pairs tied at the cut the lower
    /// label is thus kept. An image with at most k known pairs has the largest number there is.
    func cutoffs(ofBest k: Int) -> Scratch<UInt64> {
        guard k < labels else { return Scratch(repeating: UInt64.max, count: images) }
        let cutoffs = Scratch<UInt64>(count: images)
        let rows = max(1, 65_536 / labels)
        let scratch = (0..<max(1, workers)).map { _ in Scratch<UInt64>(count: labels) }
        forEachIndex(below: (images + rows - 1) / rows, workers: workers) { part, worker in
            let row = scratch[worker].pointer
            for image in (part * rows)..<min(images, (part + 1) * rows) {
                let start = image * labels
                // Long lists are sorted whole; short ones are kept in order by insertion, which seldom moves anything.
                let capacity = k <= 32 ? k : labels
                var kept = 0
                for label in 0..<labels where !targets[start + label].isNaN {
                    let place = placeInImage(key: keys[start + label], label: label)
                    if capacity == labels {
                        row[kept] = place
                        kept += 1
                        continue
                    }
                    if kept == k {
                        if place > row[k - 1] { continue }
                        kept -= 1
                    }
                    var hole = kept
                    while hole > 0, row[hole - 1] > place {
                        row[hole] = row[hole - 1]
                        hole -= 1
                    }
                    row[hole] = place
                    kept += 1
                }
                if capacity == labels { sortAscending(row, count: kept) }
                cutoffs.pointer[image] = kept < k ? UInt64.max : row[k - 1]
            }
        }
        withExtendedLifetime(scratch) {}
        return cutoffs
    }
}

/// Orders the pairs of one image: by key, then by label.
@inline(__always) func placeInImage(key: UInt32, label: Int) -> UInt64 {
    UInt64(key) << 32 | UInt64(truncatingIfNeeded: label)
}
