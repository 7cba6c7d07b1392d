// SPDX-License-Identifier: Apache-2.0

/// A picture with one of its labels.
struct PictureLabel: Equatable {
    var image: Int
    var label: Int
    /// z.
    var score: Double
}

/// The pictures that are worth a look, the most striking first.
struct Extremes: Equatable {
    /// Predicted though annotated as absent, by falling probability.
    var falsePositives: [PictureLabel]
    /// Annotated but not predicted, by rising probability.
    var falseNegatives: [PictureLabel]
    /// Annotated and predicted, by falling probability.
    var hits: [PictureLabel]
}

extension PairTable {
    /// The most confident mistakes and hits. A picture appears once in a list and a label at most `perLabel` times, so
    /// that one label does not fill the page.
    func extremes(perLabel: Int = 4) -> Extremes {
        var lists = Array(repeating: BestOfLabels(labels: labels, perLabel: perLabel), count: 3)
        for (index, target) in targets.enumerated() where !target.isNaN {
            let (image, label) = index.quotientAndRemainder(dividingBy: labels)
            let found = PictureLabel(image: image, label: label, score: scores[index])
            switch (target > 0.5, isPredicted(index, label: label)) {
            case (false, true): lists[0].add(found, rank: found.score)
            case (true, false): lists[1].add(found, rank: -found.score)
            case (true, true): lists[2].add(found, rank: found.score)
            case (false, false): break
            }
        }
        return Extremes(falsePositives: lists[0].chosen(), falseNegatives: lists[1].chosen(), hits: lists[2].chosen())
    }
}

/// The few best of every label.
private struct BestOfLabels {
    typealias Entry = (rank: Double, found: PictureLabel)

    private let perLabel: Int
    private var best: [[Entry]]

    init(labels: Int, perLabel: Int) {
        self.perLabel = perLabel
        best = Array(repeating: [], count: labels)
    }

    /// Of equal ranks the earlier picture is kept.
    mutating func add(_ found: PictureLabel, rank: Double) {
        let label = found.label
        if best[label].count == perLabel {
            guard let last = best[label].last, rank > last.rank else { return }
            best[label].removeLast()
        }
        let place = best[label].firstIndex { $0.rank < rank } ?? best[label].count
        best[label].insert((rank, found), at: place)
    }

    /// All that were kept, best first, each picture once.
    func chosen() -> [PictureLabel] {
        let sorted = best.joined().sorted {
            ($1.rank, $0.found.image, $0.found.label) < ($0.rank, $1.found.image, $1.found.label)
        }
        var seen: Set<Int> = []
        return sorted.map(\.found).filter { seen.insert($0.image).inserted }
    }
}
