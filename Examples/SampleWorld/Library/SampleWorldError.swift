// SPDX-License-Identifier: Apache-2.0

public import FileIO

/// Why a sample data set cannot be made.
public enum SampleWorldError: UserFacingError, Equatable {
    /// Cairo could not draw a picture of this size.
    case drawingFailed(width: Int, height: Int)
    /// A picture could not be encoded; `reason` says why.
    case encodingFailed(picture: String, reason: String)
    /// A file or folder could not be written or read.
    case file(FileIOError)
    /// The folder that was to be filled has something in it already.
    case outputNotEmpty(path: String)
    /// No label has this name.
    case unknownLabel(name: String)
    /// An option has a value that cannot be used.
    case invalidOption(name: String, value: String, allowed: String)

    /// Wrong usage for options, an internal error where drawing fails, and a file error's own kind.
    public var failureKind: FailureKind {
        switch self {
        case .outputNotEmpty, .unknownLabel, .invalidOption: .wrongUsage
        case .drawingFailed, .encodingFailed: .internalError
        case .file(let error): error.failureKind
        }
    }

    /// One line: what is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .drawingFailed(let width, let height):
            "cannot draw a picture of \(width) x \(height) pixels: memory may have run out; close other programs"
        case .encodingFailed(let picture, let reason):
            "cannot encode \(picture): \(reason)"
        case .file(let error):
            "\(error)"
        case .outputNotEmpty(let path):
            "\(printable(path)) is not empty; choose a new folder or remove it first"
        case .unknownLabel(let name):
            "there is no label \(printable(name)); see the list in labels.txt of a written data set"
        case .invalidOption(let name, let value, let allowed):
            "\(name) cannot be \(printable(value)); give \(allowed)"
        }
    }
}
