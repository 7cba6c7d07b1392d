// SPDX-License-Identifier: Apache-2.0

/// ‖a − b‖ / ‖b‖ of two lists of one length; infinite if the lengths differ.
public func relativeDifference(_ values: [Float], _ expected: [Double]) -> Double {
    if values.count != expected.count { return .infinity }
    let off = zip(values, expected).reduce(0) { $0 + (Double($1.0) - $1.1) * (Double($1.0) - $1.1) }
    let norm = expected.reduce(0) { $0 + $1 * $1 }
    return (off / max(norm, 1e-60)).squareRoot()
}

/// The largest difference between two lists of one length; NaN if the lengths differ or there is nothing.
public func largestDifference(_ a: [Float], _ b: [Float]) -> Float {
    if a.count != b.count || a.isEmpty { return .nan }
    return zip(a, b).reduce(0) { largest, pair in
        let difference = abs(pair.0 - pair.1)
        return difference.isNaN ? .nan : max(largest, difference)
    }
}
