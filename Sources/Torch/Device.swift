// SPDX-License-Identifier: Apache-2.0

internal import CTorch
public import FileIO

/// Where a tensor's elements lie and its operations run.
public enum Device: Hashable, Sendable, CustomStringConvertible {
    /// The processor.
    case cpu
    /// A CUDA device by its index.
    case cuda(Int)

    /// Reads `cpu`, `cuda` or `cuda:N`.
    public init?(_ text: String) {
        if text == "cpu" {
            self = .cpu
        } else if text == "cuda" {
            self = .cuda(0)
        } else if text.hasPrefix("cuda:"), let index = Int(text.dropFirst(5)), index >= 0 {
            self = .cuda(index)
        } else {
            return nil
        }
    }

    /// The device that a user names: `cpu`, `cuda` or `cuda:N`, if this machine has it.
    ///
    /// - Throws: ``FileIO/InputError``, a wrong usage of `--device`.
    public init(named name: String) throws(InputError) {
        guard let device = Device(name) else {
            throw .usage("--device \(printable(name)) is not cpu, cuda or cuda:N")
        }
        if case .cuda(let index) = device, index >= Self.cudaDeviceCount {
            throw .usage(
                "--device \(name): this libtorch (\(Library.version)) sees \(Self.cudaDeviceCount) CUDA devices; use --device cpu, or build with a CUDA libtorch"
            )
        }
        self = device
    }

    /// `cpu` or `cuda:N`.
    public var description: String {
        switch self {
        case .cpu: "cpu"
        case .cuda(let index): "cuda:\(index)"
        }
    }

    /// How many CUDA devices this libtorch can use; 0 for a CPU build.
    public static var cudaDeviceCount: Int { Int(ctorch_cuda_device_count()) }

    var code: Int32 {
        switch self {
        case .cpu: -1
        case .cuda(let index): Int32(clamping: index)
        }
    }

    init(code: Int32) { self = code < 0 ? .cpu : .cuda(Int(code)) }
}

/// The type of a tensor's elements.
public enum DType: Int32, Hashable, Sendable, CaseIterable {
    /// IEEE single precision.
    case float32 = 0
    /// IEEE half precision.
    case float16 = 1
    /// The upper half of a float32.
    case bfloat16 = 2
    /// IEEE double precision.
    case float64 = 3
    /// Signed 64-bit integers, which is what indices are.
    case int64 = 4
    /// Signed 32-bit integers.
    case int32 = 5
    /// Unsigned bytes.
    case uint8 = 6
    /// Truth values.
    case bool = 7

    /// Bytes an element takes.
    public var byteCount: Int {
        switch self {
        case .uint8, .bool: 1
        case .float16, .bfloat16: 2
        case .float32, .int32: 4
        case .float64, .int64: 8
        }
    }
}

/// Settings of the libtorch that the process runs on.
public enum Library {
    /// Such as `2.13.0`.
    public static var version: String { String(cString: ctorch_version()) }

    /// Gives memory that was freed back to the system, which the C library otherwise keeps for later.
    package static func releaseFreeMemory() { ctorch_release_free_memory() }

    /// How many threads an operation on the CPU uses.
    public static var threadCount: Int { Int(ctorch_thread_count()) }

    /// Sets how many threads an operation on the CPU uses that is started by this thread; others keep theirs.
    public static func setThreadCountOfThisThread(_ count: Int) {
        ctorch_set_thread_count_here(Int32(clamping: max(1, count)))
    }

    /// Sets how many threads an operation on the CPU uses.
    public static func setThreadCount(_ count: Int) { ctorch_set_thread_count(Int32(clamping: max(1, count))) }

    /// Chooses kernels whose results do not depend on scheduling.
    ///
    /// - Throws: ``TorchError`` if libtorch refuses.
    public static func useDeterministicAlgorithms(_ deterministic: Bool = true) throws(TorchError) {
        try check(ctorch_use_deterministic_algorithms(deterministic))
    }
}
