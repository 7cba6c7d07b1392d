// SPDX-License-Identifier: Apache-2.0
// The format: PKWARE's APPNOTE.TXT, sections 4.3 and 4.5.3.

import FileIO

/// The entries of a zip archive that are stored as they are, which is how torch.save writes what counts. Entries that are
/// encrypted, outside the file or over each other are refused, and compressed ones where they are asked for.
struct ZipArchive {
    /// Where each entry's bytes lie in the file, by its name; nil for one that is compressed.
    private let entries: [String: Range<Int>?]
    private let path: String

    /// The names of all entries.
    var names: Dictionary<String, Range<Int>?>.Keys { entries.keys }

    /// Where an entry's bytes lie; nil where there is none.
    ///
    /// - Throws: `InputError` if it is compressed.
    func stored(_ name: String) throws(InputError) -> Range<Int>? {
        guard let entry = entries[name] else { return nil }
        if let entry { return entry }
        throw .badData(
            "\(path) has the entry '\(printable(name, maximumCharacters: 80))' compressed, as torch.save never does; save the weights anew with torch.save or as safetensors"
        )
    }

    private static let mostEntries = 1 << 20

    /// Whether a file begins as an archive does.
    static func isOne(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.count >= 4 && bytes.loadUnaligned(as: UInt32.self) == UInt32(littleEndian: 0x0403_4B50)
    }

    init(_ bytes: UnsafeRawBufferPointer, path: String) throws(InputError) {
        let reader = Reader(bytes: bytes, path: path)
        let directory = try reader.directory()
        var entries: [String: Range<Int>?] = [:]
        var ranges: [(range: Range<Int>, name: String)] = []
        var offset = directory.offset
        for _ in 0..<directory.count {
            let (name, range, next) = try reader.entry(at: offset, directoryStart: directory.offset)
            offset = next
            if name.hasSuffix("/"), range.body?.isEmpty == true { continue }
            if entries.updateValue(range.body, forKey: name) != nil {
                throw reader.damaged("has the entry '\(printable(name, maximumCharacters: 80))' twice")
            }
            ranges.append((range.whole, name))
        }
        ranges.sort { $0.range.lowerBound < $1.range.lowerBound }
        for (one, other) in zip(ranges, ranges.dropFirst()) where one.range.upperBound > other.range.lowerBound {
            throw reader.damaged(
                "has the entries '\(printable(one.name, maximumCharacters: 80))' and '\(printable(other.name, maximumCharacters: 80))' over each other"
            )
        }
        (self.entries, self.path) = (entries, path)
    }

    private struct Reader {
        let bytes: UnsafeRawBufferPointer
        let path: String

        func damaged(_ problem: String) -> InputError { .damaged(path, problem) }

        func number<Number: FixedWidthInteger>(_ type: Number.Type, at offset: Int) throws(InputError) -> Int {
            guard offset >= 0, offset <= bytes.count - MemoryLayout<Number>.size else {
                throw damaged("ends within its directory")
            }
            let value = Number(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: type))
            guard let value = Int(exactly: value) else { throw damaged("claims an impossible length") }
            return value
        }

        func requireSignature(_ signature: Int, at offset: Int, _ what: String) throws(InputError) {
            if try number(UInt32.self, at: offset) != signature { throw damaged("has no \(what) where one has to be") }
        }

        /// Where the central directory begins and how many entries it has.
        func directory() throws(InputError) -> (offset: Int, count: Int) {
            var end = bytes.count - 22
            let lowest = max(0, bytes.count - 22 - 0xFFFF)
            while end >= lowest, try number(UInt32.self, at: end) != 0x0605_4B50 { end -= 1 }
            guard end >= lowest, end >= 0 else { throw damaged("has no directory at its end: it was cut short") }
            var count = try number(UInt16.self, at: end + 10)
            var size = try number(UInt32.self, at: end + 12)
            var offset = try number(UInt32.self, at: end + 16)
            if end >= 20, try number(UInt32.self, at: end - 20) == 0x0706_4B50 {
                let large = try number(UInt64.self, at: end - 20 + 8)
                try requireSignature(0x0606_4B50, at: large, "end of a large archive's directory")
                count = try number(UInt64.self, at: large + 32)
                size = try number(UInt64.self, at: large + 40)
                offset = try number(UInt64.self, at: large + 48)
            }
            guard count <= ZipArchive.mostEntries, size <= bytes.count, offset <= bytes.count - size,
                count <= size / 46
            else { throw damaged("claims a directory that is larger than the file") }
            return (offset, count)
        }

        typealias Entry = (name: String, range: (whole: Range<Int>, body: Range<Int>?), next: Int)

        /// The entry that the central directory describes at an offset.
        func entry(at offset: Int, directoryStart: Int) throws(InputError) -> Entry {
            try requireSignature(0x0201_4B50, at: offset, "entry of its directory")
            let (flags, method) = (
                try number(UInt16.self, at: offset + 8), try number(UInt16.self, at: offset + 10)
            )
            var packed = try number(UInt32.self, at: offset + 20)
            var size = try number(UInt32.self, at: offset + 24)
            let nameLength = try number(UInt16.self, at: offset + 28)
            let extraLength = try number(UInt16.self, at: offset + 30)
            let commentLength = try number(UInt16.self, at: offset + 32)
            var header = try number(UInt32.self, at: offset + 42)
            let extra = offset + 46 + nameLength
            let next = extra + extraLength + commentLength
            guard next <= bytes.count,
                let name = String(validating: bytes[(offset + 46)..<extra], as: UTF8.self)
            else { throw damaged("has an entry without a name") }
            let title = printable(name, maximumCharacters: 80)
            try readLarge(extra..<extra + extraLength, &size, &packed, &header)
            if flags & 1 != 0 { throw damaged("has the entry '\(title)' encrypted") }
            try requireSignature(0x0403_4B50, at: header, "entry '\(title)'")
            let body =
                header + 30 + (try number(UInt16.self, at: header + 26)) + (try number(UInt16.self, at: header + 28))
            guard body <= directoryStart, packed <= directoryStart - body else {
                throw damaged("has the entry '\(title)' beyond its end")
            }
            let isStored = method == 0 && packed == size
            return (name, (header..<body + packed, isStored ? body..<body + size : nil), next)
        }

        /// Replaces what does not fit 32 bits by the 64-bit values of an extra field.
        private func readLarge(
            _ extra: Range<Int>, _ size: inout Int, _ packed: inout Int, _ header: inout Int
        ) throws(InputError) {
            var offset = extra.lowerBound
            while offset + 4 <= extra.upperBound {
                let (kind, length) = (try number(UInt16.self, at: offset), try number(UInt16.self, at: offset + 2))
                let end = offset + 4 + length
                if end > extra.upperBound { throw damaged("has an entry with a damaged extra field") }
                if kind == 1 {
                    var place = offset + 4
                    func large(_ value: Int) throws(InputError) -> Int {
                        guard value == 0xFFFF_FFFF else { return value }
                        if place + 8 > end { throw damaged("has an entry with a damaged extra field") }
                        defer { place += 8 }
                        return try number(UInt64.self, at: place)
                    }
                    size = try large(size)
                    packed = try large(packed)
                    header = try large(header)
                }
                offset = end
            }
        }
    }
}

extension InputError {
    /// Says what is wrong with a file that torch.save did not write so.
    static func damaged(_ path: String, _ problem: String) -> InputError {
        .badData("\(path) \(problem); it is damaged or no file of torch.save, get it again")
    }
}
