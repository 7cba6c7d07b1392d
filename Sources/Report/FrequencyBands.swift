// SPDX-License-Identifier: Apache-2.0

/// Labels of similar frequency.
struct FrequencyBand: Equatable {
    /// What the band is called.
    var name: String
    /// Indices of its labels, the most frequent first.
    var labels: [Int]
    /// The positives of its rarest label.
    var fewest: Int
    /// The positives of its most frequent label.
    var most: Int
}

/// Thirds of the labels that have positives: head, middle and tail. Labels of equal frequency stay together, in the
/// band of the first of them, so that bands need not be of equal size.
///
/// - Parameter positives: The positives of each label.
/// - Returns: The bands that have labels; none with fewer than three labels.
func frequencyBands(positives: [Int]) -> [FrequencyBand] {
    let order = positives.indices.filter { positives[$0] > 0 }
        .sorted { (positives[$1], $0) < (positives[$0], $1) }
    guard order.count >= 3 else { return [] }
    var bands: [[Int]] = [[], [], []]
    var band = 0
    for (place, label) in order.enumerated() {
        if place == 0 || positives[order[place - 1]] != positives[label] { band = place * 3 / order.count }
        bands[band].append(label)
    }
    return zip(["head", "middle", "tail"], bands).compactMap { name, labels in
        guard let first = labels.first, let last = labels.last else { return nil }
        return FrequencyBand(name: name, labels: labels, fewest: positives[last], most: positives[first])
    }
}
