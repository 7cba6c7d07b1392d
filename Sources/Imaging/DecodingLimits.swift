// SPDX-License-Identifier: Apache-2.0

/// What a picture may cost, checked against its size and header before memory is taken for it.
public struct DecodingLimits: Sendable, Equatable {
    /// The size of a file in bytes. The default is 256 MiB.
    public var maximumBytes: Int
    /// Width times height as stored. The default is 100 million: 300 MB decoded.
    public var maximumPixels: Int

    /// Limits with the given bounds.
    public init(maximumBytes: Int = 256 << 20, maximumPixels: Int = 100_000_000) {
        self.maximumBytes = maximumBytes
        self.maximumPixels = maximumPixels
    }

    /// 256 MiB and 100 million pixels.
    public static let `default` = DecodingLimits()
}
