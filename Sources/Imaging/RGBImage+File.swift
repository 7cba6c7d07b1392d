// SPDX-License-Identifier: Apache-2.0

import Foundation

extension RGBImage {
    /// Reads and decodes a picture file.
    ///
    /// - Parameters:
    ///   - path: A regular file or a link to one. Directories, pipes and devices are refused without being read.
    ///   - limits: What the picture may cost; the file's size is checked before it is read.
    ///   - shortSideAtLeast: The side to which the picture will be resized, or nil for a decode at full size.
    ///   - appliesOrientation: Whether the EXIF orientation is applied, so that the picture stands upright.
    /// - Throws: ``ImagingError`` if the file cannot be read or decoded.
    public init(
        contentsOf path: String, limits: DecodingLimits = .default, shortSideAtLeast: Int? = nil,
        appliesOrientation: Bool = true
    ) throws(ImagingError) {
        let bytes = try readPictureFile(path, maximumBytes: limits.maximumBytes)
        try self.init(
            decoding: bytes, limits: limits, shortSideAtLeast: shortSideAtLeast, appliesOrientation: appliesOrientation)
    }
}

/// The bytes of a regular file.
func readPictureFile(_ path: String, maximumBytes: Int) throws(ImagingError) -> [UInt8] {
    // A zero byte would end the C string early and name another file.
    guard !path.utf8.contains(0) else { throw .fileMissing }
    // Without O_NONBLOCK, opening a pipe would wait for its writer.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
        let code = errno
        if code == ENOENT || code == ENOTDIR { throw .fileMissing }
        if code == ENXIO { throw .notAFile(kind: "a socket or a device") }
        throw .unreadableFile(reason: String(cString: strerror(code)))
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .unreadableFile(reason: String(cString: strerror(errno))) }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw .notAFile(kind: "a directory")
    case S_IFIFO: throw .notAFile(kind: "a pipe")
    default: throw .notAFile(kind: "a device")
    }
    let size = Int(status.st_size)
    guard size <= maximumBytes else { throw .tooManyBytes(count: size, limit: maximumBytes) }
    var failure: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, initialized in
        guard let base = buffer.baseAddress else { return }
        while initialized < size {
            let count = read(descriptor, base + initialized, size - initialized)
            if count < 0 && errno == EINTR { continue }
            if count < 0 { failure = errno }
            guard count > 0 else { break }
            initialized += count
        }
    }
    guard failure == 0 else { throw .unreadableFile(reason: String(cString: strerror(failure))) }
    return bytes
}
