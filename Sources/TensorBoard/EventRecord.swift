// SPDX-License-Identifier: Apache-2.0

/// The bytes of single events, as TensorBoard's event files hold them.
///
/// An event is a protocol buffer (TensorBoard: compat/proto/event.proto and summary.proto). Around it stands the framing
/// of TensorFlow's record files: length, checksum of the length, event, checksum of the event; all little-endian.
enum EventRecord {
    /// The event that begins every file.
    static func fileVersion(wallTime: Double) -> [UInt8] {
        var event = ProtocolBuffer()
        event.add(1, wallTime)
        event.add(3, Array("brain.Event:2".utf8))
        return framed(event.bytes)
    }

    /// The event that makes a TensorBoard which is running forget what it read of this and later steps.
    static func sessionStart(step: Int, wallTime: Double) -> [UInt8] {
        var log = ProtocolBuffer()
        log.add(1, 1)  // status: START
        var event = ProtocolBuffer()
        event.add(1, wallTime)
        event.add(2, step)
        event.add(7, log.bytes)
        return framed(event.bytes)
    }

    /// The values of one step that are finite as 32-bit numbers; nil if there is none.
    static func scalars(_ scalars: ScalarEvent, wallTime: Double) -> [UInt8]? {
        var summary = ProtocolBuffer()
        for (tag, value) in scalars.values {
            let value = Float(value)
            guard value.isFinite else { continue }
            var entry = ProtocolBuffer()
            entry.add(1, Array(tag.utf8))
            entry.add(2, value)
            summary.add(1, entry.bytes)
        }
        guard !summary.bytes.isEmpty else { return nil }
        var event = ProtocolBuffer()
        event.add(1, wallTime)
        event.add(2, scalars.step)
        event.add(5, summary.bytes)
        return framed(event.bytes)
    }

    static func framed(_ data: [UInt8]) -> [UInt8] {
        let length = littleEndian(UInt64(data.count))
        return length + littleEndian(CRC32C.masked(length)) + data + littleEndian(CRC32C.masked(data))
    }
}

/// A message in the wire format of protocol buffers, field after field.
private struct ProtocolBuffer {
    private(set) var bytes: [UInt8] = []

    private enum WireType: UInt64 {
        case varint = 0
        case fixed64 = 1
        case delimited = 2
        case fixed32 = 5
    }

    /// A plain number: zero is what a missing one means.
    mutating func add(_ field: UInt64, _ value: Int) {
        if value == 0 { return }
        key(field, .varint)
        varint(UInt64(bitPattern: Int64(value)))
    }

    mutating func add(_ field: UInt64, _ value: Double) {
        if value.bitPattern == 0 { return }
        key(field, .fixed64)
        bytes += littleEndian(value.bitPattern)
    }

    /// A number out of several alternatives: written even if it is zero, because that says which alternative it is.
    mutating func add(_ field: UInt64, _ value: Float) {
        key(field, .fixed32)
        bytes += littleEndian(value.bitPattern)
    }

    /// A text or a message.
    mutating func add(_ field: UInt64, _ content: [UInt8]) {
        key(field, .delimited)
        varint(UInt64(content.count))
        bytes += content
    }

    private mutating func key(_ field: UInt64, _ type: WireType) { varint(field << 3 | type.rawValue) }

    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}

private func littleEndian<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { Array($0) }
}
