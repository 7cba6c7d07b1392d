// SPDX-License-Identifier: Apache-2.0

import CImageCodecs

/// A picture of 8-bit RGB samples.
public struct RGBImage: Sendable, Equatable {
    /// Pixels in a row, at least 1.
    public let width: Int
    /// Rows, at least 1.
    public let height: Int
    /// The samples `[H, W, 3]`, row major, without padding.
    public let pixels: [UInt8]

    /// A picture of samples `[H, W, 3]`, row major; throws if it is empty or their number is another.
    public init(width: Int, height: Int, pixels: [UInt8]) throws(ImagingError) {
        guard width > 0, height > 0, Self.sampleCount(width: width, height: height) == pixels.count else {
            throw .shapeMismatch(channels: 3, height: height, width: width, count: pixels.count)
        }
        self.init(trustedWidth: width, height: height, pixels: pixels)
    }

    /// For code of this target that made `pixels` to measure.
    init(trustedWidth width: Int, height: Int, pixels: [UInt8]) {
        self.width = width
        self.height = height
        self.pixels = pixels
    }

    /// Decodes a JPEG, PNG or WebP picture, given as its whole file. Grey and CMYK become RGB as in Pillow,
    /// transparency is composited on white, of 16-bit samples the high byte is kept, gamma and colour profiles are
    /// ignored. Of an animated WebP the first frame is taken. Bytes after the picture are ignored; one that is cut off
    /// is an error. With `shortSideAtLeast`, the side to which the picture will be resized, a JPEG is decoded at the
    /// smallest of the scales 1/8, 1/4, 1/2 and 1 whose short side is at least twice that: much faster, and it moves
    /// the resized picture by a quarter of a level on average. `appliesOrientation` makes the picture stand upright.
    public init(
        decoding bytes: [UInt8], limits: DecodingLimits = .default, shortSideAtLeast: Int? = nil,
        appliesOrientation: Bool = true
    ) throws(ImagingError) {
        guard !bytes.isEmpty else { throw .emptyFile }
        guard bytes.count <= limits.maximumBytes else {
            throw .tooManyBytes(count: bytes.count, limit: limits.maximumBytes)
        }
        let info = try Self.probe(bytes, limits: limits)
        let denominator = Self.denominator(for: info, shortSideAtLeast: shortSideAtLeast)
        let width = Int(cimg_scaled(info.width, denominator))
        let height = Int(cimg_scaled(info.height, denominator))
        let count = width * height * 3  // at most three times the limit of pixels
        var message = [CChar](repeating: 0, count: Int(CIMG_MESSAGE_CAPACITY))
        var status = CIMG_OK
        let pixels = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            guard let out = buffer.baseAddress else { return }
            status = withUnsafePointer(to: info) {
                cimg_decode(bytes, bytes.count, $0, denominator, out, count, &message, message.count)
            }
            // After a failure nothing reads the samples: they are dropped with the array.
            initialized = status == CIMG_OK ? count : 0
        }
        try Self.check(status, message: message, info: info)
        let stored = RGBImage(trustedWidth: width, height: height, pixels: pixels)
        self = appliesOrientation ? stored.oriented(by: Int(info.orientation)) : stored
    }

    /// How many bytes a picture takes when it is decoded, from its header alone. Throws as
    /// ``init(decoding:limits:shortSideAtLeast:appliesOrientation:)`` where it cannot be decoded at all.
    public static func decodedByteCount(
        of bytes: [UInt8], limits: DecodingLimits = .default
    ) throws(ImagingError) -> Int {
        guard !bytes.isEmpty else { throw .emptyFile }
        let info = try probe(bytes, limits: limits)
        // The samples, and beside them what a decoder needs where there is transparency or another colour space.
        let isPlain = info.format == Int32(CIMG_FORMAT_JPEG.rawValue) && info.channels != 4
        return Int(info.width) * Int(info.height) * (isPlain ? 3 : 7)
    }

    /// Width × height × 3, or nil where that is no number.
    static func sampleCount(width: Int, height: Int) -> Int? {
        let (area, areaOverflows) = width.multipliedReportingOverflow(by: height)
        let (count, countOverflows) = area.multipliedReportingOverflow(by: 3)
        return areaOverflows || countOverflows ? nil : count
    }

    private static func probe(_ bytes: [UInt8], limits: DecodingLimits) throws(ImagingError) -> cimg_info {
        var info = cimg_info()
        var message = [CChar](repeating: 0, count: Int(CIMG_MESSAGE_CAPACITY))
        try check(cimg_probe(bytes, bytes.count, &info, &message, message.count), message: message, info: info)
        let width = Int(info.width)
        let height = Int(info.height)
        let (area, overflows) = width.multipliedReportingOverflow(by: height)
        // The bound of 2^40 keeps later products within Int whatever limit the caller gives.
        guard !overflows, area <= min(limits.maximumPixels, 1 << 40) else {
            throw .tooManyPixels(width: width, height: height, limit: limits.maximumPixels)
        }
        guard info.minimum_count <= bytes.count else {
            throw .truncated(
                format: name(of: info), detail: "\(bytes.count) bytes cannot hold \(width) x \(height) pixels")
        }
        return info
    }

    private static func denominator(for info: cimg_info, shortSideAtLeast: Int?) -> Int32 {
        guard let target = shortSideAtLeast, target > 0, info.format == Int32(CIMG_FORMAT_JPEG.rawValue) else {
            return 1
        }
        let shortSide = min(info.width, info.height)
        return [8, 4, 2].first { cimg_scaled(shortSide, $0) / 2 >= target } ?? 1
    }

    private static func name(of info: cimg_info) -> String {
        switch UInt32(bitPattern: info.format) {
        case CIMG_FORMAT_JPEG.rawValue: "JPEG"
        case CIMG_FORMAT_PNG.rawValue: "PNG"
        case CIMG_FORMAT_WEBP.rawValue: "WebP"
        default: "picture"
        }
    }

    private static func check(_ status: cimg_status, message: [CChar], info: cimg_info) throws(ImagingError) {
        let detail = String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        switch status {
        case CIMG_OK: return
        case CIMG_UNSUPPORTED: throw .unsupportedFormat(recognized: detail)
        case CIMG_TRUNCATED: throw .truncated(format: name(of: info), detail: detail)
        case CIMG_NO_MEMORY: throw .outOfMemory(width: Int(info.width), height: Int(info.height))
        default: throw .damaged(format: name(of: info), detail: detail)
        }
    }
}
