// SPDX-License-Identifier: Apache-2.0

internal import CTorch

/// A libtorch tensor: a class that owns one handle, since reference semantics are the truth of torch's storage.
///
/// Operations throw ``TorchError`` and never trap. Shapes are written `[B, L]`: `B` batch, `L` labels, `D` joint
/// embedding, `T` tokens or patches, `W` tower width. A tensor must not be shared between threads.
public final class Tensor {
    let handle: OpaquePointer
    /// The type of the elements.
    public let dtype: DType

    private init(owning handle: OpaquePointer, dtype: DType) {
        self.handle = handle
        self.dtype = dtype
    }

    /// Takes ownership of a handle.
    ///
    /// - Throws: ``TorchError`` if its elements are of a type that is not among ``DType``'s; the handle is then freed.
    convenience init(owning handle: OpaquePointer, _ operation: String = #function) throws(TorchError) {
        guard let dtype = DType(rawValue: ctorch_dtype(handle)) else {
            ctorch_free(handle)
            throw TorchError(operation: operation, message: "the result has elements of a type that is not supported")
        }
        self.init(owning: handle, dtype: dtype)
    }

    deinit { ctorch_free(handle) }

    /// Copies `values`, row major, into a float32 tensor on the CPU.
    ///
    /// - Throws: ``TorchError`` if `values` does not fill `shape`.
    public convenience init(_ values: [Float], shape: [Int]) throws(TorchError) {
        try Tensor.checkCount(values.count, shape)
        let handle = withShape(shape) { ctorch_from_floats(values, $0, $1) }
        guard let handle else { throw .last("Tensor") }
        try self.init(owning: handle, "Tensor")
    }

    /// Copies `values`, row major, into an int64 tensor on the CPU.
    ///
    /// - Throws: ``TorchError`` if `values` does not fill `shape`.
    public convenience init(_ values: [Int64], shape: [Int]) throws(TorchError) {
        try Tensor.checkCount(values.count, shape)
        let handle = withShape(shape) { ctorch_from_int64s(values, $0, $1) }
        guard let handle else { throw .last("Tensor") }
        try self.init(owning: handle, "Tensor")
    }

    /// A tensor whose elements are not set.
    ///
    /// - Throws: ``TorchError`` if there is no memory for it.
    public convenience init(
        emptyWithShape shape: [Int], dtype: DType = .float32, device: Device = .cpu
    ) throws(TorchError) {
        let handle = withShape(shape) { ctorch_empty($0, $1, dtype.rawValue, device.code) }
        guard let handle else { throw .last("Tensor") }
        try self.init(owning: handle, "Tensor")
    }

    /// A tensor of one value.
    ///
    /// - Throws: ``TorchError`` if there is no memory for it.
    public convenience init(
        repeating value: Double, shape: [Int], dtype: DType = .float32, device: Device = .cpu
    ) throws(TorchError) {
        let handle = withShape(shape) { ctorch_full($0, $1, value, dtype.rawValue, device.code) }
        guard let handle else { throw .last("Tensor") }
        try self.init(owning: handle, "Tensor")
    }

    /// The sizes of the dimensions.
    public var shape: [Int] { (0..<ctorch_rank(handle)).map { Int(ctorch_size(handle, $0)) } }

    /// The number of dimensions.
    public var rank: Int { Int(ctorch_rank(handle)) }

    /// The number of elements.
    public var count: Int { shape.reduce(1, *) }

    /// Where the elements lie.
    public var device: Device { Device(code: ctorch_device_of(handle)) }

    /// All elements, row major, as float32: the copy to the host, and so the one point of synchronisation.
    ///
    /// - Throws: ``TorchError`` if the copy fails.
    public func floats() throws(TorchError) -> [Float] {
        let count = self.count
        var status: Int32 = 0
        let values = [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            initialized = count
            guard let base = buffer.baseAddress else { return }
            status = ctorch_copy_floats(handle, base, Int64(count))
            if status != 0 { buffer.initialize(repeating: 0) }
        }
        try check(status)
        return values
    }

    /// The value of a tensor with one element.
    ///
    /// - Throws: ``TorchError`` if it has more or fewer.
    public func item() throws(TorchError) -> Float {
        var value: Float = 0
        try check(ctorch_copy_floats(handle, &value, 1))
        return value
    }

    /// Calls `body` with the elements as little-endian bytes of a type, without a copy where they lie so already.
    ///
    /// - Parameters:
    ///   - dtype: The type of the bytes.
    ///   - body: Is given them, row major.
    /// - Returns: What `body` returns.
    /// - Throws: ``TorchError`` if the elements cannot be copied, and what `body` throws.
    public func withBytes<R>(as dtype: DType = .float32, _ body: (UnsafeRawBufferPointer) throws -> R) throws -> R {
        var tensor = try self.dtype == dtype && device == .cpu ? self : to(device: .cpu, dtype: dtype)
        if ctorch_element_pointer(tensor.handle) == nil { tensor = try tensor.clone() }
        defer { withExtendedLifetime(tensor) {} }
        let pointer = ctorch_element_pointer(tensor.handle)
        return try body(UnsafeRawBufferPointer(start: pointer, count: pointer == nil ? 0 : count * dtype.byteCount))
    }

    /// Converts `count` elements of `dtype` at `bytes` and stores them from flat element `offset` on.
    ///
    /// - Throws: ``TorchError`` if they do not fit.
    public func store(_ bytes: UnsafeRawBufferPointer, dtype: DType, at offset: Int) throws(TorchError) {
        guard let base = bytes.baseAddress, bytes.count > 0 else { return }
        try check(ctorch_store(handle, Int64(offset), base, Int64(bytes.count / dtype.byteCount), dtype.rawValue))
    }

    /// The same values on another device or of another type; itself where nothing changes.
    ///
    /// - Throws: ``TorchError`` if there is no memory or no such device.
    public func to(device: Device? = nil, dtype: DType? = nil) throws(TorchError) -> Tensor {
        let device = device ?? self.device
        let dtype = dtype ?? self.dtype
        if device == self.device && dtype == self.dtype { return self }
        return try owned(ctorch_to(handle, device.code, dtype.rawValue))
    }

    /// A copy with storage of its own.
    ///
    /// - Throws: ``TorchError`` if there is no memory for it.
    public func clone() throws(TorchError) -> Tensor { try owned(ctorch_clone(handle)) }

    private static func checkCount(_ count: Int, _ shape: [Int]) throws(TorchError) {
        if count != shape.reduce(1, *) {
            throw TorchError(operation: "Tensor", message: "\(count) values do not fill the shape \(shape)")
        }
    }
}

@available(*, unavailable)
extension Tensor: Sendable {}

/// Calls `body` with `shape` as C's sizes.
func withShape<R>(_ shape: [Int], _ body: (UnsafePointer<Int64>, Int32) -> R) -> R {
    body(shape.map(Int64.init), Int32(shape.count))
}
