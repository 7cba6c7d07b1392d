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
        let (info, denominator) = try Self.probe(bytes, limits: limits, shortSideAtLeast: shortSideAtLeast)
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

    /// How many bytes are in use at most while a picture is decoded and prepared, from its header alone. Throws as
    /// ``init(decoding:limits:shortSideAtLeast:appliesOrientation:)`` where it cannot be decoded at all.
    public static func decodingMemory(
        of bytes: [UInt8], limits: DecodingLimits = .default, shortSideAtLeast: Int? = nil,
        preparedBy preprocessor: ImagePreprocessor
    ) throws(ImagingError) -> Int {
        guard !bytes.isEmpty else { throw .emptyFile }
        let (info, denominator) = try probe(bytes, limits: limits, shortSideAtLeast: shortSideAtLeast)
        let (width, height) = (Int(cimg_scaled(info.width, denominator)), Int(cimg_scaled(info.height, denominator)))
        // The samples, and beside them what a decoder needs where there is transparency or another colour space.
        let decoded = width * height * (info.channels == 1 || info.channels == 3 ? 3 : 7)
        // A progressive JPEG's coefficients, two bytes each, are all there before the first pixel is.
        let coefficients = info.progressive != 0 ? Int(info.width) * Int(info.height) * 2 * Int(info.channels) : 0
        let turned = info.orientation > 1 ? width * height * 3 : 0
        let size = preprocessor.resizedSize(height: height, width: width)
        let (area, overflows) = size.height.multipliedReportingOverflow(by: size.width)
        // What is too elongated is refused before it is resized.
        let resized = overflows || area > maximumResizedPixels ? 0 : area * 3
        return max(decoded + max(coefficients, turned), width * height * 3 + resized)
    }

    /// Width × height × 3, or nil where that is no number.
    static func sampleCount(width: Int, height: Int) -> Int? {
        let (area, areaOverflows) = width.multipliedReportingOverflow(by: height)
        let (count, countOverflows) = area.multipliedReportingOverflow(by: 3)
        return areaOverflows || countOverflows ? nil : count
    }

    /// What a picture's header says, and by how much it is to be reduced while it is decoded.
    private static func probe(
        _ bytes: [UInt8], limits: DecodingLimits, shortSideAtLeast: Int?
    ) throws(ImagingError) -> (info: cimg_info, denominator: Int32) {
        var info = cimg_info()
        var message = [CChar](repeating: 0, count: Int(CIMG_MESSAGE_CAPACITY))
        try check(cimg_probe(bytes, bytes.count, &info, &message, message.count), message: message, info: info)
        let (width, height) = (Int(info.width), Int(info.height))
        let denominator = denominator(for: info, shortSideAtLeast: shortSideAtLeast)
        // What is decoded counts, not what is stored.
        let (area, overflows) = Int(cimg_scaled(info.width, denominator))
            .multipliedReportingOverflow(by: Int(cimg_scaled(info.height, denominator)))
        // The bound of 2^40 keeps later products within Int whatever limit the caller gives.
        guard !overflows, area <= min(limits.maximumPixels, 1 << 40) else {
            throw .tooManyPixels(width: width, height: height, limit: limits.maximumPixels)
        }
        guard info.minimum_count <= bytes.count else {
            throw .truncated(
                format: name(of: info), detail: "\(bytes.count) bytes cannot hold \(width) x \(height) pixels")
        }
        return (info, denominator)
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
