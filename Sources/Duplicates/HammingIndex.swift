// SPDX-License-Identifier: Apache-2.0

/// Finds hashes that differ in few bits without comparing each with each.
///
/// Multi-index hashing (Norouzi, Punjani and Fleet, CVPR 2012): where two hashes of 8 pieces differ in at most 23 bits,
/// some piece differs in at most 2. So a table for each piece is asked for the piece itself and for all pieces that
/// differ from it in one or two bits, and only what is found there is compared in full.
struct HammingIndex {
    private static let pieces = 8
    private static let values = 1 << 16
    /// What pieces are changed by: nothing, one bit, two bits; 137 of them.
    private static let changes: [Int] = {
        let bits = (0..<16).map { 1 << $0 }
        return [0] + bits + bits.flatMap { first in bits.filter { $0 > first }.map { first | $0 } }
    }()

    /// The most bits in which hashes may differ and are certainly found.
    static let largestDistance = 3 * pieces - 1

    private let hashes: [DifferenceHash]
    /// Where the members of each value of each piece begin in ``members``, `[8, 65536]`, and where the last ones end.
    private let starts: [Int32]
    /// Places of hashes, for each piece ordered by its value and then by place, `[8, N]`.
    private let members: [Int32]

    /// An index of N hashes.
    init(_ hashes: [DifferenceHash]) {
        self.hashes = hashes
        var starts = [Int32](repeating: 0, count: Self.pieces * Self.values + 1)
        var members = [Int32](repeating: 0, count: Self.pieces * hashes.count)
        for piece in 0..<Self.pieces {
            for hash in hashes { starts[piece * Self.values + hash.piece(piece) + 1] += 1 }
        }
        for value in 1..<starts.count { starts[value] += starts[value - 1] }
        var next = starts
        for piece in 0..<Self.pieces {
            for (place, hash) in hashes.enumerated() {
                let value = piece * Self.values + hash.piece(piece)
                members[Int(next[value])] = Int32(place)
                next[value] += 1
            }
        }
        (self.starts, self.members) = (starts, members)
    }

    /// Calls `body` with each place before `place` whose hash differs in at most `distance` bits; some come repeatedly.
    ///
    /// - Parameters:
    ///   - place: The place of a hash.
    ///   - distance: At most ``largestDistance``.
    ///   - body: Takes an earlier place.
    func forEachEarlier(than place: Int, within distance: Int, _ body: (Int) -> Void) {
        precondition(distance <= Self.largestDistance, "beyond this distance the index misses hashes")
        let hash = hashes[place]
        starts.withUnsafeBufferPointer { starts in
            members.withUnsafeBufferPointer { members in
                hashes.withUnsafeBufferPointer { hashes in
                    for piece in 0..<Self.pieces {
                        let own = hash.piece(piece)
                        for change in Self.changes {
                            let value = piece * Self.values + (own ^ change)
                            for member in members[Int(starts[value])..<Int(starts[value + 1])] {
                                if member >= place { break }
                                if hashes[Int(member)].distance(to: hash) <= distance { body(Int(member)) }
                            }
                        }
                    }
                }
            }
        }
    }
}
