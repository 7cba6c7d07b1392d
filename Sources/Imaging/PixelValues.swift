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
}
