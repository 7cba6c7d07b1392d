// SPDX-License-Identifier: Apache-2.0

import Duplicates
import Imaging
import TestSupport

/// A picture with something in it: coloured ellipses on a background that gets lighter, the same for the same seed.
func scene(_ seed: UInt64, width: Int = 120, height: Int = 90) throws -> RGBImage {
    struct Ellipse {
        let x: Double
        let y: Double
        let wide: Double
        let high: Double
        let color: [Double]

        func contains(_ column: Double, _ row: Double) -> Bool {
            let across = (column - x) / wide
            let down = (row - y) / high
            return across * across + down * down < 1
        }
    }
    var random = SeededRandom(seed: seed)
    func number(_ range: ClosedRange<Double>) -> Double { Double.random(in: range, using: &random) }
    func color() -> [Double] { (0..<3).map { _ in number(20...235) } }
    let (low, high) = (color(), color())
    let ellipses = (0..<12).map { _ in
        Ellipse(x: number(0...1), y: number(0...1), wide: number(0.05...0.3), high: number(0.05...0.3), color: color())
    }
    var pixels: [UInt8] = []
    for row in 0..<height {
        for column in 0..<width {
            let x = (Double(column) + 0.5) / Double(width)
            let y = (Double(row) + 0.5) / Double(height)
            let color = ellipses.last { $0.contains(x, y) }?.color
            for channel in 0..<3 {
                let ground = low[channel] + (high[channel] - low[channel]) * x * y
                pixels.append(UInt8(color?[channel] ?? ground))
            }
        }
    }
    return try RGBImage(width: width, height: height, pixels: pixels)
}

extension RGBImage {
    /// The picture with every sample changed.
    func mapped(_ change: (Double) -> Double) throws -> RGBImage {
        try RGBImage(
            width: width, height: height,
            pixels: pixels.map { sample -> UInt8 in
                let changed: Double = change(Double(sample))
                return UInt8(min(max(changed, 0), 255))
            })
    }

    /// The picture without so many pixels at each border.
    func without(left: Int = 0, right: Int = 0, top: Int = 0, bottom: Int = 0) throws -> RGBImage {
        var kept: [UInt8] = []
        for row in top..<height - bottom {
            let (first, end) = (row * width + left, (row + 1) * width - right)
            kept += pixels[first * 3..<end * 3]
        }
        return try RGBImage(width: width - left - right, height: height - top - bottom, pixels: kept)
    }

    /// The picture as it comes back from a JPEG of a quality.
    func recompressed(_ quality: Int) throws -> RGBImage { try RGBImage(decoding: jpeg(quality: quality)) }

    /// The fingerprint.
    func fingerprint() throws -> PictureFingerprint { try PictureFingerprint(self) }
}
