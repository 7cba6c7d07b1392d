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

    /// Takes ownership of a handle that an operation returned.
    ///
    /// - Throws: ``TorchError``: the thread's last failure if there is none, or if its elements are of a type that is
    ///   not among ``DType``'s; the handle is then freed.
    init(owning handle: OpaquePointer?, _ operation: String = #function) throws(TorchError) {
        guard let handle else { throw .last(operation) }
        guard let dtype = DType(rawValue: ctorch_dtype(handle)) else {
            ctorch_free(handle)
            throw TorchError(operation: operation, message: "the result has elements of a type that is not supported")
        }
        (self.handle, self.dtype) = (handle, dtype)
    }

    deinit { ctorch_free(handle) }

    /// Copies `values`, row major, which have to fill `shape`, into a float32 tensor on the CPU.
    public convenience init(_ values: [Float], shape: [Int]) throws(TorchError) {
        try self.init(elements: values, .float32, shape)
    }

    /// Copies `values`, row major, which have to fill `shape`, into an int64 tensor on the CPU.
    public convenience init(_ values: [Int64], shape: [Int]) throws(TorchError) {
        try self.init(elements: values, .int64, shape)
    }

    private convenience init<T: BitwiseCopyable>(elements: [T], _ dtype: DType, _ shape: [Int]) throws(TorchError) {
        if elements.count != shape.reduce(1, *) {
            throw TorchError(operation: "Tensor", message: "\(elements.count) values do not fill the shape \(shape)")
        }
        try self.init(owning: withShape(shape) { ctorch_from_elements(elements, $0, $1, dtype.rawValue) }, "Tensor")
    }

    /// A tensor whose elements are not set.
    public convenience init(
        emptyWithShape shape: [Int], dtype: DType = .float32, device: Device = .cpu
    ) throws(TorchError) {
        try self.init(owning: withShape(shape) { ctorch_empty($0, $1, dtype.rawValue, device.code) }, "Tensor")
    }

    /// A tensor of one value.
    public convenience init(
        repeating value: Double, shape: [Int], dtype: DType = .float32, device: Device = .cpu
    ) throws(TorchError) {
        try self.init(owning: withShape(shape) { ctorch_full($0, $1, value, dtype.rawValue, device.code) }, "Tensor")
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

    /// The value of a tensor that has one element.
    public func item() throws(TorchError) -> Float {
        var value: Float = 0
        try check(ctorch_copy_floats(handle, &value, 1))
        return value
    }

    /// Calls `body` with the elements, row major, as little-endian bytes of a type, without a copy where they lie so
    /// already.
    public func withBytes<R>(as dtype: DType = .float32, _ body: (UnsafeRawBufferPointer) throws -> R) throws -> R {
        var tensor = try self.dtype == dtype && device == .cpu ? self : to(device: .cpu, dtype: dtype)
        if ctorch_element_pointer(tensor.handle) == nil { tensor = try tensor.clone() }
        defer { withExtendedLifetime(tensor) {} }
        let pointer = ctorch_element_pointer(tensor.handle)
        return try body(UnsafeRawBufferPointer(start: pointer, count: pointer == nil ? 0 : count * dtype.byteCount))
    }

    /// Converts `count` elements of `dtype` at `bytes` and stores them from flat element `offset` on.
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
    public func clone() throws(TorchError) -> Tensor { try owned(ctorch_clone(handle)) }
}

@available(*, unavailable)
extension Tensor: Sendable {}

/// Calls `body` with `shape` as C's sizes.
func withShape<R>(_ shape: [Int], _ body: (UnsafePointer<Int64>, Int32) -> R) -> R {
    body(shape.map(Int64.init), Int32(shape.count))
}
