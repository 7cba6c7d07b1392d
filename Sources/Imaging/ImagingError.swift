// SPDX-License-Identifier: Apache-2.0

public import FileIO

/// Why a picture, or a preprocessing configuration, cannot be used.
///
/// The cases hold facts, ``description`` the words. No path is inside: whoever knows the path puts it in front.
public enum ImagingError: UserFacingError, Equatable {
    /// The named file is not there.
    case fileMissing
    /// The file is there and cannot be read; `reason` is the system's.
    case unreadableFile(reason: String)
    /// The path names a directory, a pipe or a device; `kind` says which.
    case notAFile(kind: String)
    /// The file has no bytes.
    case emptyFile
    /// The picture has more bytes than ``DecodingLimits/maximumBytes``.
    case tooManyBytes(count: Int, limit: Int)
    /// The header announces more pixels than ``DecodingLimits/maximumPixels``.
    case tooManyPixels(width: Int, height: Int, limit: Int)
    /// The bytes are not JPEG, PNG or WebP; `recognized` names what they are, as far as that can be told.
    case unsupportedFormat(recognized: String)
    /// The data end before the picture does.
    case truncated(format: String, detail: String)
    /// The data contradict their format.
    case damaged(format: String, detail: String)
    /// There is not enough memory for the picture.
    case outOfMemory(width: Int, height: Int)
    /// The picture is so elongated that its resized form would have too many pixels.
    case tooElongated(width: Int, height: Int, resizedWidth: Int, resizedHeight: Int)
    /// Width, height and the number of values of a picture do not belong together.
    case shapeMismatch(channels: Int, height: Int, width: Int, count: Int)
    /// A picture has a side that no JPEG can have.
    case notEncodable(width: Int, height: Int)
    /// A preprocessing configuration is not usable at `key`.
    case badConfiguration(key: String, problem: String)

    /// Missing input where a path does not exist, else bad data.
    public var failureKind: FailureKind { self == .fileMissing ? .missingInput : .badData }

    /// One line: what is wrong and what to do about it.
    public var description: String {
        switch self {
        case .fileMissing: "no such file: check the path"
        case .unreadableFile(let reason): "the file cannot be read (\(reason)): check its permissions"
        case .notAFile(let kind): "this is \(kind), not a picture file: name a file"
        case .emptyFile: "the file is empty: fetch or copy it again"
        case .tooManyBytes(let count, let limit):
            "the file has \(count) bytes, more than the limit of \(limit): make it smaller"
        case .tooManyPixels(let width, let height, let limit):
            "the picture has \(width) x \(height) pixels, more than the limit of \(limit): make it smaller"
        case .unsupportedFormat(let recognized): "unsupported format (\(recognized)): convert it to JPEG, PNG or WebP"
        case .truncated(let format, let detail): "truncated \(format) (\(detail)): fetch or copy it again"
        case .damaged(let format, let detail): "damaged \(format) (\(detail)): fetch it again or save it anew"
        case .outOfMemory(let width, let height):
            "there is not enough memory for a picture of \(width) x \(height) pixels: make it smaller"
        case .tooElongated(let width, let height, let resizedWidth, let resizedHeight):
            "a picture of \(width) x \(height) pixels is too elongated, resized it would have \(resizedWidth) x "
                + "\(resizedHeight): crop it"
        case .shapeMismatch(let channels, let height, let width, let count):
            "\(count) values do not make a picture of \(channels) x \(height) x \(width)"
        case .notEncodable(let width, let height):
            "a picture of \(width) x \(height) pixels cannot be written as JPEG: make it smaller"
        case .badConfiguration(let key, let problem): key.isEmpty ? problem : "'\(key)' \(problem)"
        }
    }
}
