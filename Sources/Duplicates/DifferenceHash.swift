// SPDX-License-Identifier: Apache-2.0

/// 128 bits that say where a picture gets brighter, to the right and downward.
struct DifferenceHash: Sendable, Hashable, Codable {
    /// A bit for each of 8 × 8 cells: whether the cell to its right is brighter.
    let rows: UInt64
    /// The same for the cell below.
    let columns: UInt64

    init(rows: UInt64, columns: UInt64) {
        self.rows = rows
        self.columns = columns
    }

    /// The hash of grey levels `[side, side]`.
    init(grey: [UInt8], side: Int) {
        let levels = grey.map(Int.init)
        var (rows, columns) = (UInt64(0), UInt64(0))
        let wide = Self.cells(of: levels, side: side, width: 9, height: 8)
        let high = Self.cells(of: levels, side: side, width: 8, height: 9)
        for y in 0..<8 {
            for x in 0..<8 {
                let bit = UInt64(1) << UInt64(y * 8 + x)
                if wide[y * 9 + x + 1] > wide[y * 9 + x] { rows |= bit }
                if high[(y + 1) * 8 + x] > high[y * 8 + x] { columns |= bit }
            }
        }
        (self.rows, self.columns) = (rows, columns)
    }

    /// The number of bits that differ.
    func distance(to other: DifferenceHash) -> Int {
        (rows ^ other.rows).nonzeroBitCount + (columns ^ other.columns).nonzeroBitCount
    }

    /// One of the 8 pieces of 16 bits.
    func piece(_ index: Int) -> Int {
        Int(truncatingIfNeeded: (index < 4 ? rows : columns) >> UInt64(16 * (index & 3))) & 0xFFFF
    }

    /// The sums of levels over cells of equal size, `[height, width]`: a pixel on a border counts in parts.
    private static func cells(of levels: [Int], side: Int, width: Int, height: Int) -> [Int] {
        var result = [Int](repeating: 0, count: width * height)
        let across = shares(of: side, in: width)
        let down = shares(of: side, in: height)
        for y in 0..<side {
            for x in 0..<side {
                let level = levels[y * side + x]
                for (row, high) in down[y] {
                    for (column, wide) in across[x] { result[row * width + column] += level * high * wide }
                }
            }
        }
        return result
    }

    /// To which cells each of `side` pixels belongs, and by how many parts of `count`.
    private static func shares(of side: Int, in count: Int) -> [[(cell: Int, parts: Int)]] {
        (0..<side).map { pixel in
            let (low, high) = (pixel * count, (pixel + 1) * count)
            let (first, last) = (low / side, (high - 1) / side)
            if first == last { return [(first, count)] }
            return [(first, last * side - low), (last, high - last * side)]
        }
    }
}
