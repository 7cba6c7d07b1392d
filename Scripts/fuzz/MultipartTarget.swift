// SPDX-License-Identifier: Apache-2.0

/// What libFuzzer calls with each input: a form has to be refused, or have parts that lie within the input one behind
/// the other, each followed by a delimiter.
@_cdecl("LLVMFuzzerTestOneInput") public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = UnsafeRawBufferPointer(start: start, count: count)
    guard let form = try? MultipartBody(bytes, boundary: "B", partLimit: 64) else { return 0 }
    precondition(form.parts.count <= 64)
    var end = 0
    for part in form.parts {
        precondition(part.content.lowerBound >= end && part.content.upperBound <= count)
        end = part.content.upperBound
    }
    _ = try? MultipartBody.boundary(of: String(decoding: bytes, as: UTF8.self))
    return 0
}
