// SPDX-License-Identifier: Apache-2.0

import Imaging
import TestSupport
import Testing

@testable import Duplicates

@Suite struct DuplicateGroupsTests {
    /// Pictures of which some are copies of others, in a random order.
    private static func pictures(_ seed: UInt64, count: Int) throws -> [PictureFingerprint] {
        var random = SeededRandom(seed: seed)
        return try (0..<count).map { _ in
            let picture = try scene(UInt64.random(in: 1...UInt64(count / 2), using: &random))
            switch Int.random(in: 0..<5, using: &random) {
            case 0: return try picture.recompressed(50).fingerprint()
            case 1: return try picture.without(left: 2, top: 2).fingerprint()
            case 2: return try picture.reduced(toLongSide: 70).fingerprint()
            default: return try picture.fingerprint()
            }
        }
    }

    /// Groups found by comparing each with each.
    private static func bruteForce(_ fingerprints: [PictureFingerprint?]) -> [Int] {
        var sets = DisjointSets(fingerprints.count)
        for (first, one) in fingerprints.enumerated() {
            for (second, other) in fingerprints.enumerated() where second > first {
                if let one, let other, one.isNear(other) { sets.join(first, second) }
            }
        }
        return sets.numbered().numbers
    }

    @Test(arguments: [1, 2, 3] as [UInt64]) func `groups are those of comparing each with each`(_ seed: UInt64) throws {
        var fingerprints: [PictureFingerprint?] = try Self.pictures(seed, count: 60)
        fingerprints[7] = nil
        let found = DuplicateGroups(fingerprints)
        #expect(found.groups == Self.bruteForce(fingerprints))
        #expect(found.count == Set(found.groups).count && found.pictureCount == 60)
        #expect(found.groups.filter { $0 == found.groups[7] }.count == 1)
        // The pairs alone give the groups again.
        #expect(found.pairs.count == 60 - found.count)
        var sets = DisjointSets(60)
        for pair in found.pairs {
            #expect(pair.first < pair.second)
            sets.join(pair.first, pair.second)
            let (one, other) = (try #require(fingerprints[pair.first]), try #require(fingerprints[pair.second]))
            #expect(one.isNear(other) && one.hasSamePixels(as: other) == (pair.kind == .samePixels))
        }
        #expect(sets.numbered().numbers == found.groups)
        #expect(zip(found.pairs, found.pairs.dropFirst()).allSatisfy { $0.second <= $1.second })
    }

    @Test func `groups join by way of a third picture`() throws {
        let picture = try scene(4, width: 240, height: 180)
        let crops = try [0, 9, 18].map { try picture.without(left: $0).fingerprint() }
        try #require(crops[0].isNear(crops[1]) && crops[1].isNear(crops[2]))
        #expect(DuplicateGroups(crops).groups == [0, 0, 0])
        #expect(DuplicateGroups([crops[2], crops[0], crops[1]]).groups == [0, 0, 0])
    }

    @Test func `nothing and one picture are no special cases`() throws {
        #expect(DuplicateGroups([]).groups.isEmpty && DuplicateGroups([]).count == 0)
        #expect(DuplicateGroups([try scene(1).fingerprint()]).groups == [0])
        #expect(DuplicateGroups([nil, nil]).groups == [0, 1])
    }

    @Test(arguments: [1, 2] as [UInt64]) func `the index finds every near hash`(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var hashes = [DifferenceHash(rows: 0, columns: 0)]
        for _ in 0..<300 {
            // Every other hash is one of those before with some bits changed.
            guard Bool.random(using: &random), let old = hashes.randomElement(using: &random) else {
                hashes.append(DifferenceHash(rows: random.next(), columns: random.next()))
                continue
            }
            var (rows, columns) = (old.rows, old.columns)
            for _ in 0..<Int.random(in: 0...30, using: &random) {
                let bit = UInt64(1) << UInt64.random(in: 0..<64, using: &random)
                if Bool.random(using: &random) { rows ^= bit } else { columns ^= bit }
            }
            hashes.append(DifferenceHash(rows: rows, columns: columns))
        }
        let index = HammingIndex(hashes)
        for distance in [0, 5, HammingIndex.largestDistance] {
            for place in hashes.indices {
                var found: Set<Int> = []
                index.forEachEarlier(than: place, within: distance) { found.insert($0) }
                let expected = (0..<place).filter { hashes[$0].distance(to: hashes[place]) <= distance }
                #expect(found == Set(expected))
            }
        }
        #expect(PictureFingerprint.nearDistance <= HammingIndex.largestDistance)
    }

    @Test func `shared pictures are named with their best partner`() throws {
        let picture = try scene(5)
        let (same, near) = (try picture.fingerprint(), try picture.recompressed(50).fingerprint())
        let (other, third) = (try scene(6).fingerprint(), try scene(7).fingerprint())
        let again = try picture.recompressed(40).fingerprint()
        let found = sharedPictures([other, near, same, nil], [third, same, nil, again])
        #expect(
            found == [
                SharedPicture(first: 2, second: 1, kind: .samePixels), SharedPicture(first: 1, second: 3, kind: .near),
            ])
        #expect(sharedPictures([other], [third]).isEmpty)
    }
}
