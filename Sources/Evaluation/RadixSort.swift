// SPDX-License-Identifier: Apache-2.0

/// What can be sorted by a 64-bit word.
protocol RadixSortable: BitwiseCopyable { var sortWord: UInt64 { get } }

extension UInt64: RadixSortable { @inline(__always) var sortWord: UInt64 { self } }

/// Sorts `count` values ascending by their bits from `lowestBit` up; lower bits only travel along.
///
/// Least significant digit first, 11 bits a pass; a digit that all values share costs no pass. The sorted values are
/// in `values` afterwards, which may have been swapped with `spare`.
func radixSort<Element: RadixSortable>(
    _ values: inout Scratch<Element>, _ spare: inout Scratch<Element>, count: Int, lowestBit: Int
) {
    guard count > 1024 else {
        withExtendedLifetime(values) { sortAscending($0.pointer, count: count) }
        return
    }
    let digitBits = 11
    let buckets = 1 << digitBits
    let mask = UInt64(buckets - 1)
    let passes = (64 - lowestBit + digitBits - 1) / digitBits
    let counts = Scratch<Int>(repeating: 0, count: passes * buckets)
    for index in 0..<count {
        var rest = values.pointer[index].sortWord >> UInt64(lowestBit)
        for pass in 0..<passes {
            counts.pointer[pass * buckets + Int(rest & mask)] &+= 1
            rest >>= UInt64(digitBits)
        }
    }
    for pass in 0..<passes {
        let offsets = counts.pointer + pass * buckets
        let shift = UInt64(lowestBit + pass * digitBits)
        if offsets[Int((values.pointer[0].sortWord >> shift) & mask)] == count { continue }
        var start = 0
        for bucket in 0..<buckets {
            let size = offsets[bucket]
            offsets[bucket] = start
            start += size
        }
        let source = values.pointer
        let target = spare.pointer
        for index in 0..<count {
            let value = source[index]
            let bucket = Int(truncatingIfNeeded: (value.sortWord >> shift) & mask)
            target[offsets[bucket]] = value
            offsets[bucket] &+= 1
        }
        swap(&values, &spare)
    }
    withExtendedLifetime(counts) {}
}

/// Sorts a short list where it lies.
func sortAscending<Element: RadixSortable>(_ values: UnsafeMutablePointer<Element>, count: Int) {
    var buffer = UnsafeMutableBufferPointer(start: values, count: count)
    buffer.sort { $0.sortWord < $1.sortWord }
}
