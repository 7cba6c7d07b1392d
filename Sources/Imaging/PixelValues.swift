// SPDX-License-Identifier: Apache-2.0

/// A picture as the model takes it: normalised planes.
public struct PixelValues: Sendable, Equatable {
    /// The number of planes, 3.
    public let channels: Int
    /// Rows of a plane.
    public let height: Int
    /// Values in a row.
    public let width: Int
    /// The values `[3, H, W]`, plane after plane.
    public let values: [Float]

    package init(channels: Int, height: Int, width: Int, values: [Float]) {
        (self.channels, self.height, self.width, self.values) = (channels, height, width, values)
    }

    /// A picture that was prepared elsewhere: finite values `[3, H, W]`, plane after plane. Throws if their number is
    /// another.
    public init(height: Int, width: Int, values: [Float]) throws(ImagingError) {
        guard height > 0, width > 0, values.count == RGBImage.sampleCount(width: width, height: height) else {
            throw .shapeMismatch(channels: 3, height: height, width: width, count: values.count)
        }
        self.init(channels: 3, height: height, width: width, values: values)
    }
}
