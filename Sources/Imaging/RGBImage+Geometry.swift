// SPDX-License-Identifier: Apache-2.0

import CResample

extension RGBImage {
    /// The upright picture of one that was stored with an EXIF orientation, 1...8 as in EXIF 2.3, table 6; any other
    /// value changes nothing. From 5 on width and height change places.
    public func oriented(by orientation: Int) -> RGBImage {
        guard (2...8).contains(orientation) else { return self }
        let transposes = orientation >= 5
        let outWidth = transposes ? height : width
        let outHeight = transposes ? width : height
        let mirrorsX = [2, 3, 7, 8].contains(orientation)  // source columns run backwards
        let mirrorsY = [3, 4, 6, 7].contains(orientation)  // source rows run backwards
        let columnStep = mirrorsX ? -3 : 3
        let rowStep = mirrorsY ? -width * 3 : width * 3
        let origin = (mirrorsX ? (width - 1) * 3 : 0) + (mirrorsY ? (height - 1) * width * 3 : 0)
        let stepX = transposes ? rowStep : columnStep
        let stepY = transposes ? columnStep : rowStep
        let turned = [UInt8](unsafeUninitializedCapacity: pixels.count) { out, initialized in
            pixels.withUnsafeBufferPointer { source in
                var target = 0
                for y in 0..<outHeight {
                    var from = origin + y * stepY
                    for _ in 0..<outWidth {
                        out[target] = source[from]
                        out[target + 1] = source[from + 1]
                        out[target + 2] = source[from + 2]
                        target += 3
                        from += stepX
                    }
                }
            }
            initialized = pixels.count
        }
        return RGBImage(trustedWidth: outWidth, height: outHeight, pixels: turned)
    }

    /// The part of the picture in a rectangle, which must lie inside.
    func cropped(top: Int, left: Int, height cropHeight: Int, width cropWidth: Int) -> RGBImage {
        if cropHeight == height && cropWidth == width { return self }
        var part: [UInt8] = []
        part.reserveCapacity(cropHeight * cropWidth * 3)
        for y in top..<top + cropHeight {
            let start = (y * width + left) * 3
            part.append(contentsOf: pixels[start..<start + cropWidth * 3])
        }
        return RGBImage(trustedWidth: cropWidth, height: cropHeight, pixels: part)
    }

    /// The picture with each row reversed.
    var mirrored: RGBImage { oriented(by: 2) }

    /// The picture at another size, resampled with antialiasing: the bytes of torchvision.
    func resized(
        height outHeight: Int, width outWidth: Int, interpolation: ImagePreprocessor.Interpolation
    ) throws(ImagingError) -> RGBImage {
        if outHeight == height && outWidth == width { return self }
        // A product of two sides that passed their limits; a picture of 1 x 50,000 still fits at 224 pixels.
        let (area, overflows) = outHeight.multipliedReportingOverflow(by: outWidth)
        guard !overflows, area <= Self.maximumResizedPixels else {
            throw .tooElongated(width: width, height: height, resizedWidth: outWidth, resizedHeight: outHeight)
        }
        var status: Int32 = 0
        let samples = [UInt8](unsafeUninitializedCapacity: area * 3) { out, initialized in
            guard let to = out.baseAddress else { return }
            status = cresample_rgb8(
                pixels, Int64(height), Int64(width), to, Int64(outHeight), Int64(outWidth),
                interpolation == .bicubic ? CRESAMPLE_BICUBIC : CRESAMPLE_BILINEAR, CRESAMPLE_FASTEST)
            initialized = status == 0 ? area * 3 : 0
        }
        guard status == 0 else { throw .outOfMemory(width: width, height: height) }
        return RGBImage(trustedWidth: outWidth, height: outHeight, pixels: samples)
    }

    static let maximumResizedPixels = 100_000_000
}
