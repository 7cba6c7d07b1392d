// SPDX-License-Identifier: Apache-2.0

internal import CTorch
import Foundation

/// Gradients, and changes in place; all throw ``TorchError`` if libtorch refuses.
extension Tensor {
    /// Whether operations on this tensor are recorded for ``backward()``.
    public var requiresGradient: Bool { ctorch_requires_grad(handle) }

    /// Starts or stops recording operations on this leaf.
    ///
    /// - Throws: ``TorchError`` for a tensor that is not floating point.
    public func setRequiresGradient(_ requiresGradient: Bool) throws(TorchError) {
        try check(ctorch_set_requires_grad(handle, requiresGradient))
    }

    /// Adds the gradient of this scalar to every leaf that it depends on.
    ///
    /// - Throws: ``TorchError`` if it is no scalar or depends on no leaf that requires a gradient.
    public func backward() throws(TorchError) { try check(ctorch_backward(handle)) }

    /// The gradient accumulated so far, or nil if there is none.
    public var gradient: Tensor? {
        get throws(TorchError) {
            var gradient: OpaquePointer?
            try check(ctorch_grad(handle, &gradient))
            return try gradient.map { handle throws(TorchError) in try Tensor(owning: handle) }
        }
    }

    /// Forgets the accumulated gradient and frees its memory.
    public func clearGradient() throws(TorchError) { try check(ctorch_clear_grad(handle)) }

    /// The same values, cut off from what computed them.
    public func detached() throws(TorchError) -> Tensor { try owned(ctorch_detach(handle)) }

    /// Overwrites the elements with those of `source`.
    ///
    /// - Throws: ``TorchError`` if the shapes differ.
    public func copyInPlace(_ source: Tensor) throws(TorchError) {
        try check(ctorch_copy_in_place(handle, source.handle))
    }

    /// Bounds every element.
    public func clampInPlace(_ low: Double, _ high: Double) throws(TorchError) {
        try check(ctorch_clamp_in_place(handle, low, high))
    }

    /// Whether no element is infinite or not a number.
    public func isFinite() throws(TorchError) -> Bool {
        var result = false
        try check(ctorch_all_finite(handle, &result))
        return result
    }

    /// The sum of the squares of all elements.
    public func squareSum() throws(TorchError) -> Double {
        var result = 0.0
        try check(ctorch_square_sum(handle, &result))
        return result
    }
}

/// Runs `body` without recording operations, and restores the mode it found. Synchronous on purpose: the mode belongs
/// to the thread.
///
/// - Throws: What `body` throws.
public func withoutGradient<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
    let previous = ctorch_set_grad_enabled(false)
    defer { _ = ctorch_set_grad_enabled(previous) }
    return try body()
}

/// libtorch keeps converted weights in one table for the whole process and forgets all of them where a region ends. In
/// the middle of another thread's region that would convert a weight twice, and its gradient would be rounded otherwise.
private let autocastLock = NSRecursiveLock()

/// Runs `body` with matrix products in bfloat16 on `device`, weights and sums staying in float32. One thread at a time:
/// others wait.
///
/// - Throws: ``TorchError`` if libtorch refuses, and what `body` throws.
public func withBFloat16Autocast<R>(on device: Device, _ body: () throws -> R) throws -> R {
    autocastLock.lock()
    defer { autocastLock.unlock() }
    try check(ctorch_set_autocast_bfloat16(device.code, true))
    defer { _ = ctorch_set_autocast_bfloat16(device.code, false) }
    return try body()
}

/// One step of AdamW with decoupled decay over tensors of one device, in place (torch.optim.AdamW, fused).
///
/// Each parameter has a gradient and two moments (running means of the gradients and of their squares) of its shape, and
/// a float32 scalar in `steps`; moments and steps change too. Gradients are divided by the float32 scalar
/// `gradientScale` first, in the same pass. Throws ``TorchError`` if the lists do not match.
package func adamWStep(
    parameters: [Tensor], gradients: [Tensor], firstMoments: [Tensor], secondMoments: [Tensor], steps: [Tensor],
    gradientScale: Tensor? = nil, learningRate: Double, beta1: Double, beta2: Double, epsilon: Double,
    weightDecay: Double
) throws(TorchError) {
    if parameters.isEmpty { return }
    try check(
        ctorch_adamw_step(
            parameters.map(\.handle), gradients.map(\.handle), firstMoments.map(\.handle), secondMoments.map(\.handle),
            steps.map(\.handle), Int64(parameters.count), gradientScale?.handle, learningRate, beta1, beta2, epsilon,
            weightDecay))
}

/// Moves tensors of one device a part of the way to others, in place: target += weight · (source − target).
/// There is a source of its shape for each target; the part of the way, `weight`, is 0 to 1. Throws ``TorchError`` if the
/// lists do not match.
public func interpolateInPlace(_ targets: [Tensor], to sources: [Tensor], weight: Double) throws(TorchError) {
    if targets.count != sources.count {
        throw TorchError(
            operation: "interpolateInPlace", message: "\(targets.count) targets and \(sources.count) sources")
    }
    if targets.isEmpty { return }
    try check(ctorch_lerp_in_place(targets.map(\.handle), sources.map(\.handle), Int64(targets.count), weight))
}
