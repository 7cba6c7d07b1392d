// SPDX-License-Identifier: Apache-2.0

internal import CTorch
public import FileIO

/// A failure inside libtorch, such as shapes that do not fit or a device without memory.
public struct TorchError: UserFacingError {
    /// The Swift function that was running.
    public let operation: String
    /// libtorch's own words, their first line.
    public let message: String

    /// A failure of an operation that is made of several of libtorch's.
    public init(operation: String, message: String) {
        self.operation = operation
        self.message = message
    }

    /// An internal error: what users give is checked before libtorch sees it.
    public var failureKind: FailureKind { .internalError }

    /// The operation and the reason, on one line.
    public var description: String { "libtorch could not run \(operation): \(message)" }

    /// Reads this thread's last failure; to be called right after the call that failed.
    static func last(_ operation: String) -> TorchError {
        let text = ctorch_last_error().map { String(cString: $0) } ?? ""
        let firstLine = text.split(separator: "\n", omittingEmptySubsequences: true).first.map(String.init)
        return TorchError(operation: String(operation.prefix { $0 != "(" }), message: firstLine ?? "no reason given")
    }
}

/// Takes ownership of a returned handle, or throws the thread's last failure.
func owned(_ handle: OpaquePointer?, _ operation: String = #function) throws(TorchError) -> Tensor {
    try Tensor(owning: handle, operation)
}

/// Throws the thread's last failure if `status` is not 0.
func check(_ status: Int32, _ operation: String = #function) throws(TorchError) {
    if status != 0 { throw .last(operation) }
}
