// SPDX-License-Identifier: Apache-2.0

public import FileIO

/// What can be wrong with the data of an audit.
public enum AuditError: UserFacingError, Equatable {
    /// There are more or fewer of something than the pictures and labels ask for.
    case wrongCount(of: String, expected: Int, found: Int)
    /// Not every fold can have a picture, or there are fewer than two folds.
    case folds(count: Int, images: Int)

    /// Bad data.
    public var failureKind: FailureKind { .badData }

    /// One line: what is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .wrongCount(let what, let expected, let found):
            "the audit was given \(found) \(what) where its pictures and labels ask for \(expected); give it one data set's"
        case .folds(let count, let images):
            "\(images) pictures cannot be parted into \(count) folds; take at least 2 folds, and at most as many as pictures"
        }
    }
}
