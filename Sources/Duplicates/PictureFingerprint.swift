// SPDX-License-Identifier: Apache-2.0

import ContentHash
public import Imaging

/// What is kept of a decoded picture to find it again: as the same pixels, and as nearly the same picture.
///
/// Equal pixels are told by a SHA-256 of size and samples: however a file was compressed without loss or named, the
/// same pixels are the same picture. Two pictures are near-duplicates (``isNear(_:)``) where one is the other resized,
/// compressed again, made brighter or darker, or with a narrow border cut away. That is decided in two steps:
///
/// 1. The difference hashes, 128 bits, differ in at most ``nearDistance`` bits. A bit says whether a cell is brighter
///    than its neighbour: rows of 9 × 8 cells and columns of 8 × 9 (N. Krawetz, "Kind of Like That", 2013).
/// 2. The grey thumbnails, 32 × 32, correlate by at least ``nearCorrelation`` once they are laid over each other, and
///    the colours of 8 × 8 cells are about the same. Other shots of the same things mostly fail here.
///
/// A picture of nearly one grey level has no near-duplicates, since everything of that kind would be one.
///
///     let first = try PictureFingerprint(RGBImage(contentsOf: "a.jpg"))
///     let second = try PictureFingerprint(RGBImage(contentsOf: "b.jpg"))
///     if first.isNear(second) { print("one of the two is a copy") }
///
/// After the resize all arithmetic is in whole numbers, so that every machine finds the same. A fingerprint takes
/// about 1.3 kB.
public struct PictureFingerprint: Sendable, Equatable, Codable {
    /// Pixels in a row of the picture.
    public let width: Int
    /// Rows of the picture.
    public let height: Int
    /// The SHA-256 of the size and of the pixels `[H, W, 3]`, 32 bytes: equal exactly for equal pixels.
    public let pixelHash: [UInt8]
    /// The difference hash, 128 bits: near pictures differ in few of them.
    let difference: DifferenceHash
    /// Grey levels, `[32, 32]`.
    let grey: [UInt8]
    /// Red minus green and blue minus green of cells, `[8, 8, 2]`.
    let colors: [Int16]
    /// Whether there is anything to compare besides one grey level.
    let hasStructure: Bool

    /// The most bits of 128 in which the difference hashes of near-duplicates differ.
    ///
    /// Of 200 shelf photographs all copies of a quarter of the size, of JPEG quality 10, or a third brighter are that
    /// near, 198 of those that lost 2 % at each border, and 167 where it was 4 %; of 14.7 million pairs of different
    /// photographs about 190 are.
    public static let nearDistance = 23
    /// The least correlation of the thumbnails of near-duplicates.
    ///
    /// All copies named for ``nearDistance`` have 0.98 and more; the next shot of the same things has mostly less than
    /// 0.97.
    public static let nearCorrelation = 0.975
    /// The most by which colour differences (red or blue minus green) of cells differ on average, of 255 levels.
    ///
    /// A copy that is brighter or darker by a third stays below 25; the same shape in another colour is beyond 60.
    static let nearColor = 32
    /// The sides of the thumbnail, and of the cells in which colours are compared.
    static let side = 32, colorSide = 8

    /// The fingerprint of a decoded picture.
    ///
    /// - Parameter image: The picture, upright, at its full size: a JPEG decoded at a reduced scale has other pixels.
    /// - Throws: ``Imaging/ImagingError/outOfMemory(width:height:)`` if memory runs out.
    public init(_ image: RGBImage) throws(ImagingError) {
        width = image.width
        height = image.height
        pixelHash = Self.pixelHash(of: image)
        let thumbnail = try Self.thumbnail(of: image)
        grey = Self.grey(of: thumbnail)
        difference = DifferenceHash(grey: grey, side: Self.side)
        colors = Self.colors(of: thumbnail)
        hasStructure = Thumbnail.spread(grey) >= 2
    }

    /// ``pixelHash`` of a picture.
    static func pixelHash(of image: RGBImage) -> [UInt8] {
        var hash = SHA256()
        hash.update("\(image.width) \(image.height) ".utf8)
        hash.update(image.pixels)
        return hash.digest()
    }

    /// Whether the pixels are equal.
    public func hasSamePixels(as other: PictureFingerprint) -> Bool { pixelHash == other.pixelHash }

    /// Whether one picture is a copy of the other: the same pixels, or the same but for size, compression, brightness
    /// or a narrow border.
    public func isNear(_ other: PictureFingerprint) -> Bool {
        if hasSamePixels(as: other) { return true }
        return hasStructure && other.hasStructure
            && difference.distance(to: other.difference) <= Self.nearDistance && looksLike(other)
    }

    /// The second step: whether the thumbnails show the same.
    func looksLike(_ other: PictureFingerprint) -> Bool {
        let off = zip(colors, other.colors).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
        return off <= Self.nearColor * colors.count
            && Thumbnail.correlation(grey, other.grey, enough: Self.nearCorrelation) >= Self.nearCorrelation
    }

    /// The picture's samples on 32 × 32 pixels, whatever its proportion, `[3, 32, 32]`.
    private static func thumbnail(of image: RGBImage) throws(ImagingError) -> [Int] {
        let preprocessor = try ImagePreprocessor(
            resizing: .exact(height: side, width: side), interpolation: .bilinear, crop: nil, rescaleFactor: nil,
            mean: nil, standardDeviation: nil)
        return try preprocessor(image).values.map { Int($0) }
    }

    /// Grey levels by the weights of ITU-R BT.601, in 256ths, `[32, 32]`.
    private static func grey(of thumbnail: [Int]) -> [UInt8] {
        let area = side * side
        return (0..<area).map { place -> UInt8 in
            let (red, green, blue) = (thumbnail[place], thumbnail[area + place], thumbnail[2 * area + place])
            let sum: Int = 77 * red + 150 * green + 29 * blue
            return UInt8(sum >> 8)
        }
    }

    private static func colors(of thumbnail: [Int]) -> [Int16] {
        let (area, cell) = (side * side, side / colorSide)
        var sums = [Int](repeating: 0, count: colorSide * colorSide * 2)
        for y in 0..<side {
            for x in 0..<side {
                let place = y * side + x
                let target = (y / cell * colorSide + x / cell) * 2
                sums[target] += thumbnail[place] - thumbnail[area + place]
                sums[target + 1] += thumbnail[2 * area + place] - thumbnail[area + place]
            }
        }
        return sums.map { Int16($0 / (cell * cell)) }
    }
}
