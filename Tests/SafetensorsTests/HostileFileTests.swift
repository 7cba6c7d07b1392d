// SPDX-License-Identifier: Apache-2.0

import FileIO
import TestSupport
import Testing

@testable import Safetensors

@Suite struct HostileFileTests {
    /// A header whose one tensor `t` is as given.
    private func one(_ entry: String, data: Int = 4) -> [UInt8] {
        fileBytes("{\"t\":\(entry)}", data: data)
    }

    /// A header whose one tensor has the given fields.
    private func fields(
        dtype: String = "\"F32\"", shape: String = "[1]", offsets: String = "[0,4]", data: Int = 4
    ) -> [UInt8] {
        one("{\"dtype\":\(dtype),\"shape\":\(shape),\"data_offsets\":\(offsets)}", data: data)
    }

    @Test func `the header's length must be possible`() {
        #expect(fault([]) == .tooShort(path: "f", size: 0))
        #expect(fault([2, 0, 0, 0, 0, 0, 0]) == .tooShort(path: "f", size: 7))
        #expect(fault(fileBytes("{}", length: 0)) == .headerTooSmall(path: "f", length: 0))
        #expect(fault(fileBytes("{}", length: 1)) == .headerTooSmall(path: "f", length: 1))
        #expect(fault(fileBytes("{}", length: 3)) == .headerBeyondFile(path: "f", length: 3, size: 10))
        #expect(
            fault(fileBytes("{}", length: 100_000_000))
                == .headerBeyondFile(path: "f", length: 100_000_000, size: 10))
        for length in [100_000_001, UInt64(Int.max), .max] {
            #expect(fault(fileBytes("{}", length: length)) == .headerTooLarge(path: "f", length: length))
        }
    }

    @Test func `a file in disguise is named for what it is`() {
        let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 12345\n"
        #expect(fault(Array(pointer.utf8)) == .gitLFSPointer(path: "f"))
        #expect(fault([0x50, 0x4B, 3, 4] + [UInt8](repeating: 0, count: 100)) == .pickle(path: "f"))
        #expect(fault([0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9]) == .pickle(path: "f"))
        #expect(fault([0x80, 4, 0x2E]) == .pickle(path: "f"))
        // A header of 640 bytes begins with the same two bytes as a pickle and is none.
        let padded = "{}" + String(repeating: " ", count: 638)
        #expect(fileBytes(padded)[..<2] == [0x80, 2])
        #expect(fault(fileBytes(padded)) == nil)
        #expect(
            fault(fileBytes("{" + padded.dropFirst(2) + " "))
                == .headerNotJSON(path: "f", offset: 8 + 640, expected: "a key in quotes"))
    }

    @Test func `the header must be a JSON object in UTF-8`() {
        #expect(fault(fileBytes("[]")) == .headerStart(path: "f"))
        #expect(fault(fileBytes(" {}")) == .headerStart(path: "f"))
        var bytes = fileBytes("{\"a\":1}")
        bytes[10] = 0xFF
        #expect(fault(bytes) == .headerNotUTF8(path: "f"))
        let faults: [(String, Int, String)] = [
            ("{a", 1, "a key in quotes"), ("{\"t\" 1}", 5, "':'"), ("{\"t\"", 4, "':'"),
            ("{\"t", 3, "a closing quote"), ("{\"\\x\":1}", 3, "an escape"),
            ("{\"\\u12g4\":1}", 6, "four hexadecimal digits"),
            ("{\"\\ud83d\":1}", 3, "a whole surrogate pair"), ("{\"\\udc00\":1}", 3, "a whole surrogate pair"),
            ("{\"\\ud83d\\u0041\":1}", 3, "a whole surrogate pair"),
            ("{\"a\u{1}\":1}", 3, "no control character within a string"),
            ("{} x", 3, "nothing but spaces after '}'"), ("{}\0", 2, "nothing but spaces after '}'"),
            ("{\"__metadata__\":{\"a\":\"b\",}}", 25, "a key in quotes"),
            ("{\"__metadata__\":{}\"t\":1}", 18, "',' or '}'"),
            ("{\"t\":{\"x\":tru}}", 10, "a value"), ("{\"t\":{\"x\":}}", 10, "a number"),
            ("{\"t\":{\"x\":01}}", 10, "a number without leading zeros"),
            ("{\"t\":{\"x\":1.}}", 12, "a number"), ("{\"t\":{\"x\":1e}}", 12, "a number"),
            ("{\"t\":{\"x\":[1 2]}}", 13, "',' or ']'"), ("{\"t\":{\"shape\":[1,]}}", 17, "a number"),
        ]
        for (header, offset, expected) in faults {
            #expect(
                fault(fileBytes(header)) == .headerNotJSON(path: "f", offset: 8 + offset, expected: expected),
                "\(header)")
        }
    }

    @Test func `deep nesting is refused and not followed`() {
        let deep = String(repeating: "[", count: 1_000_000)
        guard case .headerTooDeep = fault(one("{\"x\":\(deep)}")) else {
            Issue.record("a million brackets were not refused")
            return
        }
        let objects = String(repeating: "{\"a\":", count: 100_000)
        guard case .headerTooDeep = fault(one("{\"x\":\(objects)}")) else {
            Issue.record("nested objects were not refused")
            return
        }
    }

    @Test func `nothing stands twice`() {
        let entry = "{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}"
        #expect(fault(fileBytes("{\"t\":\(entry),\"t\":\(entry)}", data: 4)) == .duplicateKey(path: "f", key: "t"))
        // The same name, once written with an escape.
        let escaped = fileBytes("{\"t\":\(entry),\"\\u0074\":\(entry)}", data: 4)
        #expect(fault(escaped) == .duplicateKey(path: "f", key: "t"))
        #expect(
            fault(fileBytes("{\"__metadata__\":{},\"__metadata__\":{}}"))
                == .duplicateKey(path: "f", key: "__metadata__"))
        #expect(
            fault(fileBytes("{\"__metadata__\":{\"a\":\"\",\"a\":\"\"}}"))
                == .duplicateKey(path: "f", key: "__metadata__.a"))
        for field in ["\"dtype\":\"F32\"", "\"shape\":[1]", "\"data_offsets\":[0,4]"] {
            let name = field.split(separator: "\"")[0]
            #expect(fault(one("{\(field),\(field)}")) == .duplicateKey(path: "f", key: "t.\(name)"))
        }
    }

    @Test func `metadata are strings`() {
        #expect(fault(fileBytes("{\"__metadata__\":[]}")) == .metadataNotStrings(path: "f", key: nil))
        #expect(fault(fileBytes("{\"__metadata__\":{\"a\":1}}")) == .metadataNotStrings(path: "f", key: "a"))
    }

    @Test func `an entry has all its fields and each of its kind`() {
        for entry in ["1", "[]", "null", "\"F32\""] {
            #expect(fault(one(entry)) == .entryNotObject(path: "f", tensor: "t"))
        }
        #expect(fault(one("{}")) == .missingField(path: "f", tensor: "t", field: "dtype"))
        #expect(fault(one("{\"dtype\":\"F32\"}")) == .missingField(path: "f", tensor: "t", field: "shape"))
        #expect(
            fault(one("{\"dtype\":\"F32\",\"shape\":[1]}"))
                == .missingField(path: "f", tensor: "t", field: "data_offsets"))
        #expect(
            fault(fields(dtype: "1"))
                == .malformedField(path: "f", tensor: "t", field: "dtype", expected: "a string"))
        for shape in ["1", "\"1\"", "{}", "[[1]]", "[\"1\"]", "[true]", "[null]"] {
            #expect(
                fault(fields(shape: shape))
                    == .malformedField(path: "f", tensor: "t", field: "shape", expected: "an array of numbers"))
        }
        for offsets in ["[]", "[0]", "[0,4,4]"] {
            #expect(
                fault(fields(offsets: offsets))
                    == .malformedField(path: "f", tensor: "t", field: "data_offsets", expected: "two numbers"))
        }
        #expect(fault(fields(dtype: "\"F31\"")) == .unknownDType(path: "f", tensor: "t", dtype: "F31"))
        #expect(fault(fields(dtype: "\"f32\"")) == .unknownDType(path: "f", tensor: "t", dtype: "f32"))
    }

    @Test func `sizes are whole numbers that fit`() {
        let problems: [(String, SafetensorsError.NumberProblem)] = [
            ("-1", .negative), ("-0", .negative), ("-1.5", .negative), ("1.0", .notWhole), ("1e0", .notWhole),
            ("9223372036854775808", .tooLarge), (String(repeating: "9", count: 100_000), .tooLarge),
        ]
        for (number, problem) in problems {
            #expect(
                fault(fields(shape: "[\(number)]"))
                    == .badNumber(path: "f", tensor: "t", field: "shape", problem: problem))
            #expect(
                fault(fields(offsets: "[0,\(number)]"))
                    == .badNumber(path: "f", tensor: "t", field: "data_offsets", problem: problem))
        }
        let big = "4611686018427387904"
        #expect(
            fault(fields(shape: "[\(big),4]"))
                == .sizeOverflow(path: "f", tensor: "t", shape: [1 << 62, 4]))
        #expect(fault(fields(shape: "[\(big)]")) == .sizeOverflow(path: "f", tensor: "t", shape: [1 << 62]))
        #expect(
            fault(fields(shape: "[4,\(big),0]", offsets: "[0,0]", data: 0))
                == .sizeOverflow(path: "f", tensor: "t", shape: [4, 1 << 62, 0]))
        let many = "[" + Array(repeating: "1", count: 65).joined(separator: ",") + "]"
        #expect(fault(fields(shape: many)) == .tooManyDimensions(path: "f", tensor: "t"))
        let most = "[" + Array(repeating: "1", count: 64).joined(separator: ",") + "]"
        #expect(fault(fields(shape: most)) == nil)
        #expect(
            fault(fields(dtype: "\"F4\"", shape: "[3]", offsets: "[0,1]", data: 1))
                == .partialByte(path: "f", tensor: "t", dtype: .float4, shape: [3]))
        #expect(fault(fields(dtype: "\"F4\"", shape: "[8]")) == nil)
    }

    @Test func `offsets cover the data exactly`() {
        func two(_ first: String, _ second: String, data: Int) -> SafetensorsError? {
            let entry = { (offsets: String, count: Int) in
                "{\"dtype\":\"U8\",\"shape\":[\(count)],\"data_offsets\":[\(offsets)]}"
            }
            let count = { (text: String) -> Int in
                let parts = text.split(separator: ",").compactMap { Int($0) }
                return parts[1] - parts[0]
            }
            return fault(
                fileBytes("{\"a\":\(entry(first, count(first))),\"b\":\(entry(second, count(second)))}", data: data))
        }
        #expect(two("0,4", "4,8", data: 8) == nil)
        #expect(two("4,8", "0,4", data: 8) == nil)
        #expect(two("0,4", "4,4", data: 4) == nil)
        #expect(two("0,4", "0,0", data: 4) == nil)
        #expect(two("0,4", "0,4", data: 4) == .overlap(path: "f", tensor: "b", previousEnd: 4, begin: 0))
        #expect(two("0,5", "4,8", data: 8) == .overlap(path: "f", tensor: "b", previousEnd: 5, begin: 4))
        #expect(two("0,4", "2,2", data: 4) == .overlap(path: "f", tensor: "b", previousEnd: 4, begin: 2))
        #expect(two("0,3", "4,8", data: 8) == .hole(path: "f", tensor: "b", previousEnd: 3, begin: 4))
        #expect(two("1,4", "4,8", data: 8) == .hole(path: "f", tensor: "a", previousEnd: 0, begin: 1))
        #expect(two("0,4", "4,8", data: 9) == .trailingBytes(path: "f", count: 1))
        #expect(two("0,4", "4,8", data: 7) == .offsetsOutOfBounds(path: "f", tensor: "b", end: 8, dataSize: 7))
        #expect(fault(fields(offsets: "[4,0]")) == .offsetsReversed(path: "f", tensor: "t", begin: 4, end: 0))
        #expect(
            fault(fields(shape: "[2]"))
                == .sizeMismatch(
                    path: "f", tensor: "t", dtype: .float32, shape: [2], expected: 8, found: 4))
        #expect(fault(fileBytes("{}", data: 1)) == .trailingBytes(path: "f", count: 1))
        #expect(fault(fileBytes("{}")) == nil)
    }

    @Test func `messages are one line however hostile the name`() {
        let name = "\\u001b[2J\\n" + String(repeating: "x", count: 5000)
        let error = fault(fileBytes("{\"\(name)\":1}"))
        let text = error?.description ?? "\n"
        #expect(!text.contains("\n") && !text.contains("\u{1B}") && text.count < 700)
        let mismatch = "f: tensor 't' (F32, shape [2]) needs 8 bytes and has 4; fetch or write the file again"
        #expect(fault(fields(shape: "[2]"))?.description == mismatch)
    }

    @Test func `a missing file is a missing input, a directory is not`() throws {
        let folder = try TemporaryFolder()
        let missing = #expect(throws: SafetensorsError.self) { try SafetensorsFile(path: folder("none")) }
        #expect(missing?.isMissingInput == true)
        let directory = #expect(throws: SafetensorsError.self) { try SafetensorsFile(path: folder.path) }
        #expect(directory?.isMissingInput == false)
    }
}
