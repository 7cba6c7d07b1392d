// SPDX-License-Identifier: Apache-2.0

/// The element types of the safetensors format, named as in its headers.
///
/// Source: `safetensors/src/tensor.rs` of huggingface/safetensors.
public enum SafetensorsDType: String, Sendable, CaseIterable {
    /// One byte, 0 or 1.
    case bool = "BOOL"
    /// 4-bit float.
    case float4 = "F4"
    /// 6-bit float, 2 bits of exponent, 3 of mantissa.
    case float6E2M3 = "F6_E2M3"
    /// 6-bit float, 3 bits of exponent, 2 of mantissa.
    case float6E3M2 = "F6_E3M2"
    /// Unsigned 8-bit integer.
    case uint8 = "U8"
    /// Signed 8-bit integer.
    case int8 = "I8"
    /// 8-bit float, 5 bits of exponent, 2 of mantissa.
    case float8E5M2 = "F8_E5M2"
    /// 8-bit float, 4 bits of exponent, 3 of mantissa.
    case float8E4M3 = "F8_E4M3"
    /// 8-bit float, exponent only.
    case float8E8M0 = "F8_E8M0"
    /// 8-bit float, 5 bits of exponent, without infinities and negative zero.
    case float8E5M2FNUZ = "F8_E5M2FNUZ"
    /// 8-bit float, 4 bits of exponent, without infinities and negative zero.
    case float8E4M3FNUZ = "F8_E4M3FNUZ"
    /// Signed 16-bit integer.
    case int16 = "I16"
    /// Unsigned 16-bit integer.
    case uint16 = "U16"
    /// IEEE half precision.
    case float16 = "F16"
    /// The upper half of an IEEE single: 8 bits of exponent, 7 of mantissa.
    case bfloat16 = "BF16"
    /// Signed 32-bit integer.
    case int32 = "I32"
    /// Unsigned 32-bit integer.
    case uint32 = "U32"
    /// IEEE single precision.
    case float32 = "F32"
    /// Two IEEE singles: a complex number.
    case complex64 = "C64"
    /// IEEE double precision.
    case float64 = "F64"
    /// Signed 64-bit integer.
    case int64 = "I64"
    /// Unsigned 64-bit integer.
    case uint64 = "U64"

    /// The size of one element in bits.
    public var bitWidth: Int {
        switch self {
        case .float4: 4
        case .float6E2M3, .float6E3M2: 6
        case .bool, .uint8, .int8, .float8E5M2, .float8E4M3, .float8E8M0, .float8E5M2FNUZ, .float8E4M3FNUZ: 8
        case .int16, .uint16, .float16, .bfloat16: 16
        case .int32, .uint32, .float32: 32
        case .complex64, .float64, .int64, .uint64: 64
        }
    }

    /// The size in bytes of a tensor with dimensions ≥ 0; `nil` if it overflows a 64-bit integer or is no whole number
    /// of bytes.
    public func byteCount(shape: [Int]) -> Int? {
        // A zero anywhere makes the tensor empty, however large the other dimensions claim to be; the reference
        // multiplies in order and refuses an overflow before it meets the zero, and so do we.
        var elements = 1
        for dimension in shape {
            let (product, overflow) = elements.multipliedReportingOverflow(by: dimension)
            if overflow || product < 0 { return nil }
            elements = product
        }
        let (bits, overflow) = elements.multipliedReportingOverflow(by: bitWidth)
        return overflow || bits % 8 != 0 ? nil : bits / 8
    }
}
