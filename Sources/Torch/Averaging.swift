// SPDX-License-Identifier: Apache-2.0

internal import CTorch

/// Moves tensors of one device a part of the way to others, in place: target += weight · (source − target).
///
/// - Parameters:
///   - targets: What is changed, each of any shape.
///   - sources: One for each target, of its shape.
///   - weight: The part of the way, 0 to 1.
/// - Throws: ``TorchError`` if the lists do not match.
public func interpolateInPlace(_ targets: [Tensor], to sources: [Tensor], weight: Double) throws(TorchError) {
    if targets.count != sources.count {
        throw TorchError(
            operation: "interpolateInPlace", message: "\(targets.count) targets and \(sources.count) sources")
    }
    if targets.isEmpty { return }
    try check(ctorch_lerp_in_place(targets.map(\.handle), sources.map(\.handle), Int64(targets.count), weight))
}
