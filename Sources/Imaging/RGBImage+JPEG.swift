// SPDX-License-Identifier: Apache-2.0

import CImageCodecs

extension RGBImage {
    /// The picture as a baseline JPEG with chroma at half the resolution; the quality is 1...100 on libjpeg's scale.
    /// The same picture and quality give the same bytes with one version of libjpeg-turbo. Throws if a side is beyond
    /// JPEG's limit of 65,500 pixels.
    public func jpeg(quality: Int = 85) throws(ImagingError) -> [UInt8] {
        let columns = Int32(clamping: width)
        let rows = Int32(clamping: height)
        let bound = cimg_jpeg_bound(columns, rows)
        guard bound > 0 else { throw .notEncodable(width: width, height: height) }
        var message = [CChar](repeating: 0, count: Int(CIMG_MESSAGE_CAPACITY))
        var status = CIMG_OK
        let bytes = [UInt8](unsafeUninitializedCapacity: bound) { buffer, initialized in
            guard let out = buffer.baseAddress else { return }
            status = cimg_jpeg_encode(
                pixels, columns, rows, Int32(min(max(quality, 1), 100)), out, bound, &initialized, &message,
                message.count)
        }
        guard status == CIMG_OK else { throw .notEncodable(width: width, height: height) }
        return bytes
    }

    /// The picture reduced so that its longer side has at most the given number of pixels, at least 1; never enlarged.
    public func reduced(toLongSide longSide: Int) throws(ImagingError) -> RGBImage {
        let longest = max(width, height)
        guard longest > longSide, longSide >= 1 else { return self }
        func scaled(_ side: Int) -> Int { max(1, (side * longSide + longest / 2) / longest) }
        return try resized(height: scaled(height), width: scaled(width), interpolation: .bicubic)
    }
}
