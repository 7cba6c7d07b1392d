// SPDX-License-Identifier: Apache-2.0

/// Parts rows at random into folds whose sizes differ by one at most.
///
/// - Parameters:
///   - rows: N, the number of rows.
///   - folds: K, from 2 to N.
///   - generator: Where the order comes from; the same numbers give the same folds.
/// - Returns: The fold of each row, `[N]`, each in 0..<K.
/// - Throws: ``AuditError/folds(count:images:)`` if not every fold can have a row.
public func foldsOfRows(
    _ rows: Int, folds: Int, using generator: inout some RandomNumberGenerator
) throws(AuditError) -> [Int] {
    guard folds >= 2, folds <= rows else { throw .folds(count: folds, images: rows) }
    var result = [Int](repeating: 0, count: rows)
    for (place, row) in (0..<rows).shuffled(using: &generator).enumerated() { result[row] = place % folds }
    return result
}
