// SPDX-License-Identifier: Apache-2.0

/// What a picture may cost, checked against its size and header before memory is taken for it.
public struct DecodingLimits: Sendable, Equatable {
    /// The size of a file in bytes. The default is 256 MiB.
    public var maximumBytes: Int
    /// Width times height of what is decoded. The default is 178,956,970, beyond which Pillow takes a picture for a
    /// decompression bomb: 537 MB decoded.
    public var maximumPixels: Int

    /// Limits with the given bounds.
    public init(maximumBytes: Int = 256 << 20, maximumPixels: Int = Self.pillowPixels) {
        self.maximumBytes = maximumBytes
        self.maximumPixels = maximumPixels
    }

    /// Twice Pillow's `MAX_IMAGE_PIXELS`.
    public static let pillowPixels = 178_956_970

    /// 256 MiB and as many pixels as Pillow opens.
    public static let `default` = DecodingLimits()
}
