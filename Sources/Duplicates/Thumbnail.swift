// SPDX-License-Identifier: Apache-2.0

/// Comparing grey thumbnails `[32, 32]` of pictures of which one may have lost a border.
enum Thumbnail {
    private static let side = PictureFingerprint.side
    /// Points in a row of what two thumbnails have in common, and rows.
    private static let points = 24
    /// Parts of a pixel in which borders and places are counted.
    private static let unit = 256
    /// The widest border, in parts of a pixel: 3 of 32 pixels.
    private static let widestBorder = 3 * unit

    /// Borders left, right, above and below, in parts of a pixel: a positive one is cut from the first thumbnail, a
    /// negative one from the second.
    private typealias Borders = SIMD4<Int>

    /// Each border alone, both of a direction (another size), opposite ones (another place), and all of them.
    private static let moves: [Borders] = [
        [1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], [1, 1, 0, 0], [0, 0, 1, 1], [1, -1, 0, 0],
        [0, 0, 1, -1], [1, 1, 1, 1],
    ]

    /// How far grey levels are spread: their standard deviation, rounded down.
    static func spread(_ levels: [UInt8]) -> Int {
        let sum = levels.reduce(0) { $0 + Int($1) }
        let squares = levels.reduce(0) { $0 + Int($1) * Int($1) }
        let variance = (levels.count * squares - sum * sum) / (levels.count * levels.count)
        return Int(Double(variance).squareRoot())
    }

    /// The highest correlation that is found while one thumbnail loses borders of up to 3 pixels.
    ///
    /// Borders are moved by a pixel, then by half and by a quarter, as long as that helps.
    ///
    /// - Parameters:
    ///   - first: Grey levels, `[32, 32]`.
    ///   - second: Grey levels, `[32, 32]`.
    ///   - enough: A correlation from which on the search may end.
    /// - Returns: The correlation, in [−1, 1]; 0 where one of the two is of nearly one level.
    static func correlation(_ first: [UInt8], _ second: [UInt8], enough: Double) -> Double {
        var borders = Borders(repeating: 0)
        var best = correlation(first, second, borders)
        // Copies that lost a border have at least this; with less the search leads nowhere.
        if best < 0.3 { return best }
        for step in [unit, unit / 2, unit / 4] {
            var isBetter = true
            while isBetter && best < enough {
                isBetter = false
                let start = borders
                for move in moves {
                    for moved in [start &+ move &* step, start &- move &* step]
                    where moved.max() <= widestBorder && moved.min() >= -widestBorder {
                        let found = correlation(first, second, moved)
                        if found > best { (best, borders, isBetter) = (found, moved, true) }
                    }
                }
            }
            if best >= enough || best < 0.9 { break }
        }
        return best
    }

    /// The correlation of what is left inside the borders.
    private static func correlation(_ first: [UInt8], _ second: [UInt8], _ borders: Borders) -> Double {
        var (sumA, sumB, squaresA, squaresB, products) = (0, 0, 0, 0, 0)
        let zero = Borders(repeating: 0)
        let a = Samples(borders.replacing(with: zero, where: borders .< zero))
        let b = Samples((zero &- borders).replacing(with: zero, where: borders .> zero))
        first.withUnsafeBufferPointer { first in
            second.withUnsafeBufferPointer { second in
                for y in 0..<points {
                    for x in 0..<points {
                        let levelA = a.level(first, x, y)
                        let levelB = b.level(second, x, y)
                        sumA += levelA
                        sumB += levelB
                        squaresA += levelA * levelA
                        squaresB += levelB * levelB
                        products += levelA * levelB
                    }
                }
            }
        }
        // Levels have 8 binary places: all of these are whole numbers below 2^52.
        let count = points * points
        let varianceA = count * squaresA - sumA * sumA
        let varianceB = count * squaresB - sumB * sumB
        let flat = count * count * unit * unit  // a standard deviation of one level
        guard varianceA >= flat, varianceB >= flat else { return 0 }
        return Double(count * products - sumA * sumB) / (Double(varianceA) * Double(varianceB)).squareRoot()
    }

    /// Where points lie between the pixels of a thumbnail without its borders.
    private struct Samples {
        private let columns: [(pixel: Int, part: Int)]
        private let rows: [(pixel: Int, part: Int)]

        init(_ borders: Borders) {
            columns = Self.places(borders[0], borders[1])
            rows = Self.places(borders[2], borders[3])
        }

        private static func places(_ low: Int, _ high: Int) -> [(pixel: Int, part: Int)] {
            (0..<points).map { point in
                let place = low + ((side - 1) * unit - low - high) * point / (points - 1)
                let pixel = min(place / unit, side - 2)
                return (pixel, place - pixel * unit)
            }
        }

        /// The level at a point with 8 binary places, linear between four pixels.
        @inline(__always)
        func level(_ grey: UnsafeBufferPointer<UInt8>, _ x: Int, _ y: Int) -> Int {
            let (column, right) = columns[x]
            let (row, below) = rows[y]
            let place = row * side + column
            let top = Int(grey[place]) * (unit - right) + Int(grey[place + 1]) * right
            let bottom = Int(grey[place + side]) * (unit - right) + Int(grey[place + side + 1]) * right
            return (top * (unit - below) + bottom * below) / unit
        }
    }
}
