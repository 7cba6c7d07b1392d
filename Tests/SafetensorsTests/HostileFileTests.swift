// SPDX-License-Identifier: Apache-2.0

import FileIO
import TestSupport
import Testing

@testable import Safetensors

@Suite struct HostileFileTests {
    private func words(_ bytes: [UInt8]) -> String { fault(bytes)?.description ?? "" }

    /// The error of a file called `f` that contradicts itself.
    private func damaged(_ fault: String) -> SafetensorsError { .damaged("f", fault) }

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
        #expect(fault([]) == damaged("0 bytes are too few for a safetensors file, it was probably cut off"))
        #expect(
            fault([2, 0, 0, 0, 0, 0, 0])
                == damaged("7 bytes are too few for a safetensors file, it was probably cut off"))
        #expect(
            fault(fileBytes("{}", length: 0))
                == damaged("its header is said to be 0 bytes long, which cannot hold '{}'"))
        #expect(
            fault(fileBytes("{}", length: 1))
                == damaged("its header is said to be 1 bytes long, which cannot hold '{}'"))
        #expect(
            fault(fileBytes("{}", length: 3))
                == damaged("its header is said to be 3 bytes long, the whole file has 10, it was probably cut off"))
        #expect(
            fault(fileBytes("{}", length: 100_000_000))
                == damaged(
                    "its header is said to be 100000000 bytes long, the whole file has 10, it was probably cut off"))
        for length in [100_000_001, UInt64(Int.max), .max] {
            #expect(fault(fileBytes("{}", length: length)) == .headerTooLarge("f", length))
        }
    }

    @Test func `a file in disguise is named for what it is`() {
        let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 12345\n"
        #expect(
            words(Array(pointer.utf8)).hasPrefix(
                "f is a Git LFS pointer, not the weights themselves; run `git lfs pull`"))
        #expect(words([0x50, 0x4B, 3, 4] + [UInt8](repeating: 0, count: 100)).hasPrefix("f is a Python pickle"))
        #expect(words([0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9]).hasPrefix("f is a Python pickle"))
        #expect(words([0x80, 4, 0x2E]).hasPrefix("f is a Python pickle"))
        // A header of 640 bytes begins with the same two bytes as a pickle and is none.
        let padded = "{}" + String(repeating: " ", count: 638)
        #expect(fileBytes(padded)[..<2] == [0x80, 2])
        #expect(fault(fileBytes(padded)) == nil)
        #expect(
            fault(fileBytes("{" + padded.dropFirst(2) + " "))
                == damaged("its header lacks a key in quotes at byte \(8 + 640)"))
    }

    @Test func `the header must be a JSON object in UTF-8`() {
        #expect(fault(fileBytes("[]")) == damaged("its header does not begin with '{'"))
        #expect(fault(fileBytes(" {}")) == damaged("its header does not begin with '{'"))
        var bytes = fileBytes("{\"a\":1}")
        bytes[10] = 0xFF
        #expect(fault(bytes) == damaged("its header is not UTF-8"))
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
                fault(fileBytes(header)) == damaged("its header lacks \(expected) at byte \(8 + offset)"),
                "\(header)")
        }
    }

    @Test func `deep nesting is refused and not followed`() {
        let deep = String(repeating: "[", count: 1_000_000)
        #expect(words(one("{\"x\":\(deep)}")).hasPrefix("f: its header is nested too deeply at byte"))
        let objects = String(repeating: "{\"a\":", count: 100_000)
        #expect(words(one("{\"x\":\(objects)}")).hasPrefix("f: its header is nested too deeply at byte"))
    }

    @Test func `nothing stands twice`() {
        let entry = "{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}"
        #expect(fault(fileBytes("{\"t\":\(entry),\"t\":\(entry)}", data: 4)) == .duplicateKey("f", "t"))
        // The same name, once written with an escape.
        let escaped = fileBytes("{\"t\":\(entry),\"\\u0074\":\(entry)}", data: 4)
        #expect(fault(escaped) == .duplicateKey("f", "t"))
        #expect(
            fault(fileBytes("{\"__metadata__\":{},\"__metadata__\":{}}"))
                == .duplicateKey("f", "__metadata__"))
        #expect(
            fault(fileBytes("{\"__metadata__\":{\"a\":\"\",\"a\":\"\"}}"))
                == .duplicateKey("f", "__metadata__.a"))
        for field in ["\"dtype\":\"F32\"", "\"shape\":[1]", "\"data_offsets\":[0,4]"] {
            let name = field.split(separator: "\"")[0]
            #expect(fault(one("{\(field),\(field)}")) == .duplicateKey("f", "t.\(name)"))
        }
    }

    @Test func `metadata are strings`() {
        #expect(fault(fileBytes("{\"__metadata__\":[]}")) == damaged("'__metadata__' is not an object of strings"))
        #expect(
            fault(fileBytes("{\"__metadata__\":{\"a\":1}}"))
                == damaged("'__metadata__' has a value for 'a' that is not a string"))
    }

    @Test func `an entry has all its fields and each of its kind`() {
        for entry in ["1", "[]", "null", "\"F32\""] {
            #expect(fault(one(entry)) == damaged("the entry of tensor 't' is not an object"))
        }
        #expect(fault(one("{}")) == damaged("tensor 't' has no 'dtype'"))
        #expect(fault(one("{\"dtype\":\"F32\"}")) == damaged("tensor 't' has no 'shape'"))
        #expect(
            fault(one("{\"dtype\":\"F32\",\"shape\":[1]}"))
                == damaged("tensor 't' has no 'data_offsets'"))
        #expect(
            fault(fields(dtype: "1"))
                == damaged("'dtype' of tensor 't' is not a string"))
        for shape in ["1", "\"1\"", "{}", "[[1]]", "[\"1\"]", "[true]", "[null]"] {
            #expect(
                fault(fields(shape: shape))
                    == damaged("'shape' of tensor 't' is not an array of numbers"))
        }
        for offsets in ["[]", "[0]", "[0,4,4]"] {
            #expect(
                fault(fields(offsets: offsets))
                    == damaged("'data_offsets' of tensor 't' is not two numbers"))
        }
        #expect(fault(fields(dtype: "\"F31\"")) == damaged("tensor 't' has the unknown dtype 'F31'"))
        #expect(fault(fields(dtype: "\"f32\"")) == damaged("tensor 't' has the unknown dtype 'f32'"))
    }

    @Test func `sizes are whole numbers that fit`() {
        let problems: [(String, String)] = [
            ("-1", "a negative number"), ("-0", "a negative number"), ("-1.5", "a negative number"),
            ("1.0", "not a whole number"), ("1e0", "not a whole number"),
            ("9223372036854775808", "too large a number"),
            (String(repeating: "9", count: 100_000), "too large a number"),
        ]
        for (number, problem) in problems {
            #expect(
                fault(fields(shape: "[\(number)]"))
                    == .badNumber("f", "t", "shape", problem))
            #expect(
                fault(fields(offsets: "[0,\(number)]"))
                    == .badNumber("f", "t", "data_offsets", problem))
        }
        let big = "4611686018427387904"
        #expect(
            fault(fields(shape: "[\(big),4]"))
                == .sizeOverflow("f", "t", [1 << 62, 4]))
        #expect(fault(fields(shape: "[\(big)]")) == .sizeOverflow("f", "t", [1 << 62]))
        #expect(
            fault(fields(shape: "[4,\(big),0]", offsets: "[0,0]", data: 0))
                == .sizeOverflow("f", "t", [4, 1 << 62, 0]))
        let many = "[" + Array(repeating: "1", count: 65).joined(separator: ",") + "]"
        #expect(fault(fields(shape: many)) == .tooManyDimensions("f", "t"))
        let most = "[" + Array(repeating: "1", count: 64).joined(separator: ",") + "]"
        #expect(fault(fields(shape: most)) == nil)
        #expect(
            fault(fields(dtype: "\"F4\"", shape: "[3]", offsets: "[0,1]", data: 1))
                == damaged("tensor 't' (F4, shape [3]) does not fill whole bytes"))
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
        #expect(two("0,4", "0,4", data: 4) == damaged("tensor 'b' begins at 0, inside another that ends at 4"))
        #expect(two("0,5", "4,8", data: 8) == damaged("tensor 'b' begins at 4, inside another that ends at 5"))
        #expect(two("0,4", "2,2", data: 4) == damaged("tensor 'b' begins at 2, inside another that ends at 4"))
        #expect(two("0,3", "4,8", data: 8) == damaged("the bytes from 3 to 4 before tensor 'b' belong to no tensor"))
        #expect(two("1,4", "4,8", data: 8) == damaged("the bytes from 0 to 1 before tensor 'a' belong to no tensor"))
        #expect(two("0,4", "4,8", data: 9) == damaged("1 bytes after the last tensor belong to no tensor"))
        #expect(
            two("0,4", "4,8", data: 7)
                == damaged("tensor 'b' ends at 8, but there are only 7 bytes of data, it was probably cut off"))
        #expect(fault(fields(offsets: "[4,0]")) == damaged("tensor 't' ends at 0, before it begins at 4"))
        #expect(
            fault(fields(shape: "[2]"))
                == .sizeMismatch("f", "t", .float32, [2], needed: 8, found: 4))
        #expect(fault(fileBytes("{}", data: 1)) == damaged("1 bytes after the last tensor belong to no tensor"))
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
