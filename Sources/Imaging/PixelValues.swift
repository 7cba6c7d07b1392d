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

    /// Planes of the given values `[C, H, W]`; throws if their number is another.
    public init(channels: Int, height: Int, width: Int, values: [Float]) throws(ImagingError) {
        let (area, areaOverflows) = height.multipliedReportingOverflow(by: width)
        let (count, countOverflows) = area.multipliedReportingOverflow(by: channels)
        guard channels > 0, height > 0, width > 0, !areaOverflows, !countOverflows, count == values.count else {
            throw .shapeMismatch(channels: channels, height: height, width: width, count: values.count)
        }
        self.init(trustedChannels: channels, height: height, width: width, values: values)
    }

    /// For code of this target that made `values` to measure.
    init(trustedChannels channels: Int, height: Int, width: Int, values: [Float]) {
        self.channels = channels
        self.height = height
        self.width = width
        self.values = values
    }
}
