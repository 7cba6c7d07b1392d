// SPDX-License-Identifier: Apache-2.0

/// Rows of numbers in groups of four, padded with zeros to an even number of groups: what the kernels below walk over.
struct PackedRows {
    /// Groups of four in a row; even.
    let groups: Int
    private(set) var values: [SIMD4<Float>]

    init(rows: Int, columns: Int) {
        groups = Self.groups(columns: columns)
        values = Array(repeating: .zero, count: rows * groups)
    }

    static func groups(columns: Int) -> Int { (columns + 7) / 8 * 2 }

    /// Sets a row's first columns.
    mutating func set(row: Int, _ numbers: some Sequence<Float>) {
        let first = row * groups
        for (column, number) in numbers.enumerated() { values[first + column / 4][column % 4] = number }
    }
}

/// Z = X Wᵀ for a block of rows: `rows` is X, `count` rows of `groups`; `weights` is W, `labels` rows of `groups`, a
/// multiple of 4; `result` is Z, `[count, labels]`.
func multiply(
    rows: UnsafePointer<SIMD4<Float>>, count: Int, weights: UnsafePointer<SIMD4<Float>>, labels: Int, groups: Int,
    into result: UnsafeMutablePointer<Float>
) {
    for label in stride(from: 0, to: labels, by: 4) {
        let w0 = weights + label * groups
        let (w1, w2, w3) = (w0 + groups, w0 + 2 * groups, w0 + 3 * groups)
        var row = 0
        // Two rows by four labels: the sums stay in registers.
        while row < count {
            let x0 = rows + row * groups
            let x1 = row + 1 < count ? x0 + groups : x0
            var (a0, a1, a2, a3) = (SIMD4<Float>.zero, SIMD4<Float>.zero, SIMD4<Float>.zero, SIMD4<Float>.zero)
            var (b0, b1, b2, b3) = (a0, a0, a0, a0)
            for group in 0..<groups {
                let (a, b) = (x0[group], x1[group])
                a0 += a * w0[group]
                b0 += b * w0[group]
                a1 += a * w1[group]
                b1 += b * w1[group]
                a2 += a * w2[group]
                b2 += b * w2[group]
                a3 += a * w3[group]
                b3 += b * w3[group]
            }
            let z = result + row * labels + label
            (z[0], z[1], z[2], z[3]) = (a0.sum(), a1.sum(), a2.sum(), a3.sum())
            if row + 1 < count {
                let z = z + labels
                (z[0], z[1], z[2], z[3]) = (b0.sum(), b1.sum(), b2.sum(), b3.sum())
            }
            row += 2
        }
    }
}

/// G += Rᵀ X for a block of rows: `rows` is X, `count` rows of `groups`; `residuals` is R, `[count, labels]`, labels a
/// multiple of 4; `sums` is G, `labels` rows of `groups`.
func accumulate(
    rows: UnsafePointer<SIMD4<Float>>, count: Int, residuals: UnsafePointer<Float>, labels: Int, groups: Int,
    into sums: UnsafeMutablePointer<SIMD4<Float>>
) {
    for label in stride(from: 0, to: labels, by: 4) {
        let g0 = sums + label * groups
        let (g1, g2, g3) = (g0 + groups, g0 + 2 * groups, g0 + 3 * groups)
        // Four labels by two groups.
        for group in stride(from: 0, to: groups, by: 2) {
            var (a0, a1, a2, a3) = (g0[group], g1[group], g2[group], g3[group])
            var (b0, b1, b2, b3) = (g0[group + 1], g1[group + 1], g2[group + 1], g3[group + 1])
            var x = rows + group
            var r = residuals + label
            for _ in 0..<count {
                let (a, b) = (x[0], x[1])
                a0 += a * r[0]
                b0 += b * r[0]
                a1 += a * r[1]
                b1 += b * r[1]
                a2 += a * r[2]
                b2 += b * r[2]
                a3 += a * r[3]
                b3 += b * r[3]
                x += groups
                r += labels
            }
            (g0[group], g1[group], g2[group], g3[group]) = (a0, a1, a2, a3)
            (g0[group + 1], g1[group + 1], g2[group + 1], g3[group + 1]) = (b0, b1, b2, b3)
        }
    }
}
