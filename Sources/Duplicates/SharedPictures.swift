// SPDX-License-Identifier: Apache-2.0

/// A picture of one list that is in another list too.
public struct SharedPicture: Sendable, Equatable {
    /// Its row in the first list: the first one with the same pixels, else the first that is near.
    public let first: Int
    /// Its row in the second list.
    public let second: Int
    /// How the two are alike.
    public let kind: DuplicateGroups.Kind
}

/// Which pictures of the second list are in the first list too, for instance which of validation are in training.
///
/// What counts are ``DuplicateGroups`` of all pictures together: a picture whose only near-duplicate of the first list
/// is near by way of a third picture is shared as well.
///
/// - Parameters:
///   - first: Fingerprints of the first list; nil for a picture that could not be read.
///   - second: Fingerprints of the second list.
/// - Returns: Each shared row of the second list once, in their order.
public func sharedPictures(_ first: [PictureFingerprint?], _ second: [PictureFingerprint?]) -> [SharedPicture] {
    let groups = DuplicateGroups(first + second).groups
    return GroupedPictures(fingerprints: first, groups: Array(groups.prefix(first.count)))
        .shared(with: GroupedPictures(fingerprints: second, groups: Array(groups.suffix(second.count))))
}

/// The pictures of one list, with groups that may have members in other lists.
struct GroupedPictures {
    /// `[N]`; nil for a picture that could not be read.
    let fingerprints: [PictureFingerprint?]
    /// The group of each, `[N]`.
    let groups: [Int]

    /// Which pictures of another list are in this one.
    func shared(with other: GroupedPictures) -> [SharedPicture] {
        let members = Dictionary(grouping: groups.indices) { groups[$0] }
        return other.groups.indices.compactMap { row in
            partner(of: other.fingerprints[row], row: row, among: members[other.groups[row]] ?? [])
        }
    }

    /// Which pictures are here again, each with an earlier one.
    func repeated() -> [SharedPicture] {
        var members: [Int: [Int]] = [:]
        return groups.indices.compactMap { row in
            defer { members[groups[row], default: []].append(row) }
            return partner(of: fingerprints[row], row: row, among: members[groups[row]] ?? [])
        }
    }

    private func partner(of fingerprint: PictureFingerprint?, row: Int, among rows: [Int]) -> SharedPicture? {
        guard let fingerprint, let any = rows.first else { return nil }
        if let same = rows.first(where: { fingerprints[$0]?.hasSamePixels(as: fingerprint) == true }) {
            return SharedPicture(first: same, second: row, kind: .samePixels)
        }
        let near = rows.first { fingerprints[$0]?.isNear(fingerprint) == true }
        return SharedPicture(first: near ?? any, second: row, kind: .near)
    }
}
