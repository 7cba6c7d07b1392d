// SPDX-License-Identifier: Apache-2.0

public import FileIO
import Glibc

extension RGBImage {
    /// Reads and decodes a picture, in a file or in memory; of a file that is not there, is no regular one or is too
    /// large, nothing is read. The options are those of ``init(decoding:limits:shortSideAtLeast:appliesOrientation:)``.
    public init(
        _ picture: Picture, limits: DecodingLimits = .default, shortSideAtLeast: Int? = nil,
        appliesOrientation: Bool = true
    ) throws(ImagingError) {
        let bytes: [UInt8]
        switch picture.source {
        case .path(let path): bytes = try readPictureFile(path, maximumBytes: limits.maximumBytes)
        case .bytes(let memory): bytes = memory
        }
        try self.init(
            decoding: bytes, limits: limits, shortSideAtLeast: shortSideAtLeast, appliesOrientation: appliesOrientation)
    }

    /// Reads and decodes a picture file, or one that a link leads to.
    public init(
        contentsOf path: String, limits: DecodingLimits = .default, shortSideAtLeast: Int? = nil,
        appliesOrientation: Bool = true
    ) throws(ImagingError) {
        try self.init(
            Picture(name: path, path: path), limits: limits, shortSideAtLeast: shortSideAtLeast,
            appliesOrientation: appliesOrientation)
    }
}

/// The bytes of a regular file, or why not, without its path.
private func readPictureFile(_ path: String, maximumBytes: Int) throws(ImagingError) -> [UInt8] {
    do throws(FileIOError) {
        return try readFile(path: path, maximumBytes: maximumBytes)
    } catch {
        switch error {
        case .invalidPath, .system(_, _, ENOENT), .system(_, _, ENOTDIR): throw .fileMissing
        case .system(_, _, let code): throw .unreadableFile(reason: String(cString: strerror(code)))
        case .notRegularFile(_, _, .directory): throw .notAFile(kind: "a directory")
        case .notRegularFile(_, _, .pipe): throw .notAFile(kind: "a pipe")
        case .notRegularFile(_, _, .socket): throw .notAFile(kind: "a socket or a device")
        case .notRegularFile: throw .notAFile(kind: "a device")
        case .tooLarge:
            var status = stat()
            _ = stat(path, &status)
            throw .tooManyBytes(count: Int(status.st_size), limit: maximumBytes)
        default: throw .unreadableFile(reason: "\(error)")
        }
    }
}
