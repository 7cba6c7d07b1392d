// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import TensorBoard

/// An event as the tests read it back.
struct ReadEvent {
    var wallTime = 0.0
    var step = 0
    var fileVersion: String?
    var isStart = false
    var values: [String: Float] = [:]

    /// The events of a file; lengths and checksums are checked on the way.
    static func read(_ path: String) throws -> [ReadEvent] {
        var rest = try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))[...]
        var events: [ReadEvent] = []
        while !rest.isEmpty {
            let header = try take(&rest, 8)
            #expect(try number(take(&rest, 4)) == UInt64(CRC32C.masked(header)))
            let data = try take(&rest, Int(number(header)))
            #expect(try number(take(&rest, 4)) == UInt64(CRC32C.masked(data)))
            events.append(try ReadEvent(data))
        }
        return events
    }

    private init(_ data: ArraySlice<UInt8>) throws {
        for (field, content) in try Self.fields(data) {
            switch field {
            case 1: wallTime = Double(bitPattern: Self.number(content))
            case 2: step = Int(truncatingIfNeeded: Self.number(content))
            case 3: fileVersion = String(decoding: content, as: UTF8.self)
            case 5:
                for (_, value) in try Self.fields(content) {
                    let parts = try Self.fields(value)
                    let tag = String(decoding: parts[0].content, as: UTF8.self)
                    #expect(parts.map(\.field) == [1, 2] && values[tag] == nil)
                    values[tag] = Float(bitPattern: UInt32(Self.number(parts[1].content)))
                }
            case 7: isStart = Array(content) == [8, 1]
            default: Issue.record("field \(field) is not known")
            }
        }
    }

    /// The fields of a message; a varint's content is the number in eight bytes.
    private static func fields(_ data: ArraySlice<UInt8>) throws -> [(field: UInt64, content: ArraySlice<UInt8>)] {
        var rest = data
        var fields: [(field: UInt64, content: ArraySlice<UInt8>)] = []
        while !rest.isEmpty {
            let key = try varint(&rest)
            switch key & 7 {
            case 0:
                let value = try varint(&rest)
                fields.append((key >> 3, (0..<8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }[...]))
            case 1: fields.append((key >> 3, try take(&rest, 8)))
            case 2: fields.append((key >> 3, try take(&rest, Int(varint(&rest)))))
            default: fields.append((key >> 3, try take(&rest, 4)))
            }
        }
        return fields
    }

    private static func take(_ rest: inout ArraySlice<UInt8>, _ count: Int) throws -> ArraySlice<UInt8> {
        try #require(rest.count >= count)
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    private static func varint(_ rest: inout ArraySlice<UInt8>) throws -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            let byte = try #require(rest.first)
            rest = rest.dropFirst()
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { break }
        }
        return value
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}

/// A fresh directory, and what the tests ask of it.
struct Folder {
    let path: String

    static func with<T>(_ body: (Folder) throws -> T) throws -> T {
        let name = "tensorboard-\(UUID().uuidString)"
        let url = FileManager.default.temporaryDirectory.appendingPathComponent(name)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: url) }
        return try body(Folder(path: url.path))
    }

    func names(_ folder: String = "") throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path + "/" + folder).sorted()
    }

    func size(_ name: String) throws -> Int {
        try Data(contentsOf: URL(fileURLWithPath: path + "/" + name)).count
    }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path + "/" + name))
    }
}
