// SPDX-License-Identifier: Apache-2.0

public import FileIO
import GRDB

/// Why SQLite could not do what an index asked of it.
public struct IndexFailure: UserFacingError, Equatable {
    /// Bad data, or what may work later.
    public let failureKind: FailureKind
    /// One line: which file, what is wrong, and what to do.
    public let description: String

    private init(_ kind: FailureKind, _ description: String) {
        failureKind = kind
        self.description = description
    }

    /// An index whose content cannot be what ``PictureDatabase`` wrote.
    static func damaged(_ path: String) -> IndexFailure {
        IndexFailure(.badData, "\(printable(path)) is damaged; remove it and index the pictures again")
    }

    fileprivate init(_ path: String, _ error: DatabaseError) {
        let file = printable(path)
        switch error.resultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            self.init(.tryAgain, "\(file) is being written to by another process; try again when it is done")
        case .SQLITE_FULL: self.init(.tryAgain, "there is no room on the disk for \(file); free some and try again")
        case .SQLITE_NOMEM: self.init(.tryAgain, "there is not enough memory for \(file); free some and try again")
        case .SQLITE_IOERR:
            self.init(.tryAgain, "\(file) cannot be read or written; check the disk and try again")
        case .SQLITE_NOTADB: self.init(.badData, "\(file) is no SQLite file; name what `mumic index` wrote")
        case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_CANTOPEN, .SQLITE_AUTH:
            self.init(
                .badData, "\(file) cannot be opened for this; check its permissions and those of its folder")
        default: self = .damaged(path)
        }
    }
}

/// Runs what uses SQLite, and puts its errors into words.
func inFile<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
    do {
        return try body()
    } catch let error as DatabaseError {
        throw IndexFailure(path, error)
    } catch is RowDecodingError {
        throw IndexFailure.damaged(path)
    }
}
