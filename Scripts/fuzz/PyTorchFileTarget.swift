// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import Safetensors

@testable import PyTorchFiles

/// What libFuzzer calls with each input: both readers have to answer with tensors or with an `InputError`, and each tensor
/// that is found has to lie within the input.
@_cdecl("LLVMFuzzerTestOneInput") public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = UnsafeRawBufferPointer(start: start, count: count)
    do throws(InputError) {
        let contents =
            ZipArchive.isOne(bytes)
            ? try PyTorchContents(archive: bytes, path: "input") : try PyTorchContents(stream: bytes, path: "input")
        for tensor in try contents.stateDict().tensors {
            let width = tensor.dtype.bitWidth / 8
            let isEmpty = tensor.shape.contains(0)
            let last = zip(tensor.shape, tensor.strides).reduce(0) { $0 + ($1.0 - 1) * $1.1 }
            precondition(isEmpty || tensor.start >= 0 && tensor.start + (last + 1) * width <= count)
        }
    } catch {
        precondition(error.failureKind == .badData)
    }
    return 0
}
