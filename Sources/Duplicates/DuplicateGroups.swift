// SPDX-License-Identifier: Apache-2.0

/// Which of N pictures are the same or nearly the same, as groups.
///
/// A picture belongs to the group of every picture that it ``PictureFingerprint/isNear(_:)``, so that two pictures of a
/// group may differ more than that, with others between them. All that belongs together is thus in one group, and
/// parts made of whole groups share nothing.
///
///     let groups = DuplicateGroups(fingerprints)
///     print("\(groups.pictureCount - groups.count) pictures repeat another one")
///
/// - Complexity: About linear in N for different pictures: 100,000 take seconds by multi-index hashing, and 1.3 kB each.
public struct DuplicateGroups: Sendable, Equatable {
    /// How two pictures are alike.
    public enum Kind: String, Sendable {
        /// Every pixel is equal.
        case samePixels
        /// One is the other but for size, compression, brightness or a narrow border.
        case near
    }

    /// Two pictures that are alike.
    public struct Pair: Sendable, Equatable {
        /// The earlier picture.
        public let first: Int
        /// The later picture.
        public let second: Int
        /// How they are alike.
        public let kind: Kind
    }

    /// The group of each picture, `[N]`: groups are numbered from 0 in the order of their first pictures.
    public let groups: [Int]
    /// The pairs that join the groups, in the order of their later pictures: N minus ``count`` of them.
    ///
    /// A picture whose pixels were there before is paired with the first of those, others with pictures that they are
    /// near to. Pairs that join nothing new are left out, since k equal pictures have k(k − 1)/2.
    public let pairs: [Pair]

    /// The number of groups.
    public let count: Int
    /// N, the number of pictures.
    public var pictureCount: Int { groups.count }

    /// Groups pictures.
    ///
    /// - Parameter fingerprints: N of them; nil for a picture that could not be read, which is a group of its own.
    public init(_ fingerprints: [PictureFingerprint?]) {
        var sets = DisjointSets(fingerprints.count)
        var pairs: [Pair] = []
        // Of equal pictures only the first is compared further.
        var firsts: [[UInt8]: Int] = [:]
        var compared: [(place: Int, fingerprint: PictureFingerprint)] = []
        for case (let place, let fingerprint?) in fingerprints.enumerated() {
            if let first = firsts[fingerprint.pixelHash] {
                sets.join(first, place)
                pairs.append(Pair(first: first, second: place, kind: .samePixels))
            } else {
                firsts[fingerprint.pixelHash] = place
                if fingerprint.hasStructure { compared.append((place, fingerprint)) }
            }
        }
        let index = HammingIndex(compared.map(\.fingerprint.difference))
        var lastCompared = [Int](repeating: -1, count: compared.count)
        for (later, (second, fingerprint)) in compared.enumerated() {
            index.forEachEarlier(than: later, within: PictureFingerprint.nearDistance) { earlier in
                guard lastCompared[earlier] != later else { return }
                lastCompared[earlier] = later
                let first = compared[earlier].place
                if sets.areJoined(first, second) || !compared[earlier].fingerprint.looksLike(fingerprint) { return }
                sets.join(first, second)
                pairs.append(Pair(first: first, second: second, kind: .near))
            }
        }
        (groups, count) = sets.numbered()
        self.pairs = pairs.sorted { ($0.second, $0.first) < ($1.second, $1.first) }
    }
}

/// Sets that only grow together (union-find with path halving).
struct DisjointSets {
    private var parents: [Int]

    /// Every one of `count` alone.
    init(_ count: Int) { parents = Array(0..<count) }

    mutating func areJoined(_ first: Int, _ second: Int) -> Bool { root(first) == root(second) }

    mutating func join(_ first: Int, _ second: Int) {
        let (first, second) = (root(first), root(second))
        // The earliest is the root.
        parents[max(first, second)] = min(first, second)
    }

    /// The number of each one's set, from 0 in the order of their first members, and how many sets there are.
    mutating func numbered() -> (numbers: [Int], count: Int) {
        var numbers = [Int](repeating: 0, count: parents.count)
        var count = 0
        for place in parents.indices {
            let root = root(place)
            if root == place {
                numbers[place] = count
                count += 1
            } else {
                numbers[place] = numbers[root]
            }
        }
        return (numbers, count)
    }

    private mutating func root(_ place: Int) -> Int {
        var place = place
        while parents[place] != place {
            parents[place] = parents[parents[place]]
            place = parents[place]
        }
        return place
    }
}
