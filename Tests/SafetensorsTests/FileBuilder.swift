// SPDX-License-Identifier: Apache-2.0

@testable import Safetensors

/// The bytes of a file with any header, true or not.
func fileBytes(_ header: String, data: Int = 0, length: UInt64? = nil) -> [UInt8] {
    let text = Array(header.utf8)
    let length = length ?? UInt64(text.count)
    return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + text + [UInt8](repeating: 0, count: data)
}

/// What is found when bytes are opened as a file called `f`.
func check(_ bytes: [UInt8]) -> Result<SafetensorsHeader, SafetensorsError> {
    bytes.withUnsafeBytes { buffer in
        do throws(SafetensorsError) {
            return .success(try SafetensorsHeader(buffer, path: "f"))
        } catch {
            return .failure(error)
        }
    }
}

/// The error found in bytes, or `nil`.
func fault(_ bytes: [UInt8]) -> SafetensorsError? {
    guard case .failure(let error) = check(bytes) else { return nil }
    return error
}
