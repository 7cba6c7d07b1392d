// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import JSON
import NIOCore

/// An input of the Open Inference Protocol: its name, its shape and its values, whichever way they came.
struct InferenceTensor {
    /// The values.
    enum Values {
        /// Texts, or bytes of pictures.
        case bytes([[UInt8]])
        /// Numbers, row major.
        case numbers([Float])
    }

    let name: String
    let shape: [Int]
    let values: Values
    /// Whether the values came in binary; texts of JSON hold pictures in base64.
    let isBinary: Bool

    /// Reads an input of a request; binary values are taken from the beginning of `binary`.
    init(_ tree: JSONValue, binary: inout ArraySlice<UInt8>) throws(APIError) {
        guard let members = tree.members, let name = tree["name"]?.string, let type = tree["datatype"]?.string,
            let sizes = tree["shape"]?.array
        else {
            throw .badRequest("an input has to be an object with name, datatype and shape")
        }
        for member in members where !["name", "datatype", "shape", "data", "parameters"].contains(member.key) {
            throw .badRequest("an input has an unknown key; it takes name, shape, datatype, parameters and data")
        }
        var shape: [Int] = []
        var count = 1
        for size in sizes {
            guard case .integer(let length) = size, length >= 0, length <= 1 << 31 else {
                throw .badRequest("input '\(Self.shown(name))' has a shape that is no list of whole numbers from 0 on")
            }
            let (product, overflows) = count.multipliedReportingOverflow(by: length)
            if overflows { throw .tooLarge("input '\(Self.shown(name))' is too large") }
            shape.append(length)
            count = product
        }
        self.name = name
        self.shape = shape
        try InferenceRequest.checkParameters(of: tree)
        let size = tree["parameters"]?["binary_data_size"]
        isBinary = size != nil
        if isBinary, members.contains(where: { $0.key == "data" }) {
            throw .badRequest("input '\(Self.shown(name))' has both data and binary_data_size")
        }
        switch (type, size) {
        case ("BYTES", .integer(let length)?):
            values = .bytes(try Self.texts(Self.take(length, of: &binary, name), count: count, name))
        case ("FP32", .integer(let length)?):
            guard length == count.multipliedReportingOverflow(by: 4).partialValue else {
                throw .badRequest("input '\(Self.shown(name))' has a shape of \(count) values and \(length) bytes")
            }
            values = .numbers(Self.numbers(try Self.take(length, of: &binary, name)))
        case (_, .some):
            throw .badRequest(
                "input '\(Self.shown(name))' has the data type BYTES or FP32, and binary_data_size is a whole number")
        case ("BYTES", nil):
            let texts = Self.flat(tree["data"]).map { $0.string.map { Array($0.utf8) } }
            let known = texts.compactMap { $0 }
            guard known.count == texts.count, known.count == count else {
                throw .badRequest("input '\(Self.shown(name))' has to have \(count) texts in 'data'")
            }
            values = .bytes(known)
        case ("FP32", nil):
            let numbers = Self.flat(tree["data"]).map { $0.number.map { Float($0) } }
            let known = numbers.compactMap { $0 }
            guard known.count == numbers.count, known.count == count else {
                throw .badRequest("input '\(Self.shown(name))' has to have \(count) numbers in 'data'")
            }
            values = .numbers(known)
        default: throw .badRequest("input '\(Self.shown(name))' has to be of the data type BYTES or FP32")
        }
    }

    /// The values of nested lists, one after the other.
    private static func flat(_ value: JSONValue?) -> [JSONValue] {
        guard let value else { return [] }
        guard let list = value.array else { return [value] }
        return list.flatMap { $0.array == nil ? [$0] : flat($0) }
    }

    private static func take(
        _ length: Int, of binary: inout ArraySlice<UInt8>, _ name: String
    ) throws(APIError) -> ArraySlice<UInt8> {
        guard length >= 0, length <= binary.count else {
            throw .badRequest("the body ends inside the binary data of input '\(shown(name))'")
        }
        let taken = binary.prefix(length)
        binary = binary.dropFirst(length)
        return taken
    }

    /// Elements that are each preceded by their length, four bytes, the lowest first.
    private static func texts(
        _ bytes: ArraySlice<UInt8>, count: Int, _ name: String
    ) throws(APIError) -> [[UInt8]] {
        var texts: [[UInt8]] = []
        var rest = bytes
        while rest.count >= 4, texts.count < count {
            let length = rest.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
            rest = rest.dropFirst(4)
            guard length <= rest.count else { break }
            texts.append(Array(rest.prefix(length)))
            rest = rest.dropFirst(length)
        }
        guard texts.count == count, rest.isEmpty else {
            throw .badRequest(
                "the binary data of input '\(shown(name))' do not hold \(count) elements with their lengths")
        }
        return texts
    }

    private static func numbers(_ bytes: ArraySlice<UInt8>) -> [Float] {
        bytes.withUnsafeBytes { bytes in
            (0..<bytes.count / 4).map {
                Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self)))
            }
        }
    }

    private static func shown(_ text: String) -> String { printable(text, maximumCharacters: 40) }
}

/// An output of the Open Inference Protocol.
struct InferenceOutput {
    /// The values.
    enum Values {
        case numbers([Float])
        case texts([String])
    }

    let name: String
    let shape: [Int]
    let values: Values

    private var type: String { if case .numbers = values { "FP32" } else { "BYTES" } }

    /// The output as JSON, with its values.
    func json() throws -> String {
        let data: String
        switch values {
        case .numbers(let numbers): data = try jsonLine(numbers)
        case .texts(let texts): data = try jsonLine(texts)
        }
        return "{\(head),\"data\":\(data.dropLast())}"
    }

    /// The output as JSON that says how many bytes its values take behind it.
    func json(binaryLength: Int) -> String { "{\(head),\"parameters\":{\"binary_data_size\":\(binaryLength)}}" }

    private var head: String {
        "\"name\":\(jsonQuoted(name)),\"datatype\":\"\(type)\",\"shape\":[\(shape.map { "\($0)" }.joined(separator: ","))]"
    }

    /// The values' bytes.
    func binary() -> [UInt8] {
        var bytes: [UInt8] = []
        switch values {
        case .numbers(let numbers):
            bytes.reserveCapacity(numbers.count * 4)
            for number in numbers { withUnsafeBytes(of: number.bitPattern.littleEndian) { bytes += $0 } }
        case .texts(let texts):
            for text in texts {
                withUnsafeBytes(of: UInt32(text.utf8.count).littleEndian) { bytes += $0 }
                bytes += text.utf8
            }
        }
        return bytes
    }
}
