// SPDX-License-Identifier: Apache-2.0

/// How often labels are annotated together.
struct CoOccurrence: Equatable {
    /// The labels with the most positives, the most frequent first.
    var labels: [Int]
    /// Pictures with both labels, `[K, K]`; on the diagonal the label's positives.
    var counts: [[Int]]
}

/// A label that is predicted where another one is annotated and it is not itself.
struct Confusion: Equatable {
    /// The annotated label.
    var annotated: Int
    /// The label that is predicted and known to be absent.
    var predicted: Int
    /// Pictures.
    var count: Int
}

extension PairTable {
    /// The pairs of labels among the `limit` most frequent ones.
    func coOccurrence(limit: Int = 25) -> CoOccurrence {
        let positives = positives()
        let top = (0..<labels).filter { positives[$0] > 0 }
            .sorted { (positives[$1], $0) < (positives[$0], $1) }.prefix(limit)
        var place = [Int](repeating: -1, count: labels)
        for (index, label) in top.enumerated() { place[label] = index }
        var counts = Array(repeating: [Int](repeating: 0, count: top.count), count: top.count)
        for image in 0..<images {
            let present = annotated(image: image).map { place[$0] }.filter { $0 >= 0 }
            for first in present {
                for second in present { counts[first][second] += 1 }
            }
        }
        return CoOccurrence(labels: Array(top), counts: counts)
    }

    /// The most frequent confusions, by falling count, then in label order. Of a picture's wrong predictions only the
    /// `perPicture` most probable ones count, so that a model that predicts everything everywhere costs no more.
    func confusions(limit: Int = 20, perPicture: Int = 10) -> [Confusion] {
        var counts: [UInt64: Int] = [:]
        for image in 0..<images {
            let row = image * labels
            let present = annotated(image: image)
            if present.isEmpty { continue }
            // A label that is unknown here may well be there: only a known absence makes a prediction wrong.
            var wrong = (0..<labels).filter { label in
                targets[row + label] <= 0.5 && isPredicted(row + label, label: label)
            }
            if wrong.count > perPicture {
                wrong.sort { (scores[row + $1], $0) < (scores[row + $0], $1) }
                wrong.removeLast(wrong.count - perPicture)
            }
            for annotated in present {
                for predicted in wrong { counts[UInt64(annotated) << 32 | UInt64(predicted), default: 0] += 1 }
            }
        }
        return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(limit).map { key, count in
            Confusion(annotated: Int(key >> 32), predicted: Int(key & 0xFFFF_FFFF), count: count)
        }
    }
}
