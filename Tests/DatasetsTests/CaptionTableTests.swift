// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import TestSupport
import Testing

@testable import Datasets

@Suite struct CaptionTableTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.touch("a.jpg", "b.jpg", "sub/c, d.jpg")
    }

    private func read(_ name: String, _ text: String) throws -> CaptionTable {
        try CaptionTable.read(path: folder.write(name, text))
    }

    /// Findings as `F:LINE: message`.
    private func findings(_ name: String, _ text: String) throws -> [String] {
        try read(name, text).findings.map { $0.formatted(path: "F").replacing(folder.path + "/", with: "") }
    }

    private func failureOf(_ name: String, _ text: String) throws -> String? {
        let path = try folder.write(name, text)
        let error = failure { () throws(DatasetError) in _ = try CaptionTable.read(path: path) }
        #expect(error?.isMissingInput != true)
        return error?.description.replacing(folder.path + "/", with: "")
    }

    @Test(arguments: [
        "image,caption\na.jpg,one\nb.jpg,\"two, three\"\na.jpg,\" four \"\n",
        "\u{FEFF}id,caption,author,image\r\n1,one,me,a.jpg\r\n2,\"two, three\",,b.jpg\r\n3,four,\"x\ny\",a.jpg\r\n",
        "filepath,title\na.jpg,one\nb.jpg,\"two, three\"\na.jpg,four",
        "title,url, filepath \none,http://x/?a=1,a.jpg\n\"two, three\",,b.jpg\nfour,,a.jpg\n",
    ]) func `columns are found by their names and others are not read`(text: String) throws {
        let table = try read("d.csv", text)
        try table.requireUsable()
        #expect(table.findings.isEmpty)
        #expect(table.images.map(\.name) == ["a.jpg", "b.jpg"])
        #expect(table.images.map(\.path) == [folder.path + "/a.jpg", folder.path + "/b.jpg"])
        #expect(table.images.map(\.line) == [2, 3])
        #expect(table.rows.map(\.image) == [0, 1, 0])
        #expect(table.rows.map(\.caption) == ["one", "two, three", "four"])
        #expect(table.rows.map(\.line) == [2, 3, 4])
    }

    @Test(arguments: ["d.jsonl", "d.ndjson"]) func `JSON lines have one caption or several`(name: String) throws {
        let text = """
            \u{FEFF}{"image": "a.jpg", "caption": " one\\u00e9 ", "other": {"caption": ["x"]}}

            {"captions": ["two", "three, \\"four\\""], "image": "sub/c, d.jpg"}
            {"image": "a.jpg", "captions": "five", "caption": "six"}
            """
        let table = try read(name, text)
        try table.requireUsable()
        #expect(table.images.map(\.name) == ["a.jpg", "sub/c, d.jpg"])
        #expect(table.images.map(\.line) == [1, 3])
        #expect(table.rows.map(\.image) == [0, 1, 1, 0])
        #expect(table.rows.map(\.caption) == ["oneé", "two", "three, \"four\"", "six"])
        #expect(table.rows.map(\.line) == [1, 3, 3, 4])
    }

    @Test func `names are relative to the folder that is given`() throws {
        let path = try folder.write("tables/d.csv", "image,caption\n\"c, d.jpg\",x\n\(folder.path)/a.jpg,y\n")
        let table = try CaptionTable.read(path: path, imagesDirectory: folder.path + "/sub")
        try table.requireUsable()
        #expect(table.images.map(\.path) == [folder.path + "/sub/c, d.jpg", folder.path + "/a.jpg"])
        #expect(try CaptionTable.read(path: path).findings.map(\.line) == [2])
        let missing = failure { () throws(DatasetError) in
            _ = try CaptionTable.read(path: path, imagesDirectory: folder.path + "/none")
        }
        #expect(missing == .missing(path: folder.path + "/none"))
        let file = failure { () throws(DatasetError) in
            _ = try CaptionTable.read(path: path, imagesDirectory: folder.path + "/a.jpg")
        }
        #expect(file?.isMissingInput == false && file?.description.contains("is not a directory") == true)
    }

    /// To a file system they are two names, to Swift's strings one.
    @Test(arguments: ["d.csv", "d.jsonl"]) func `composed and decomposed names are two pictures`(name: String) throws {
        let names = ["caf\u{E9}.jpg", "cafe\u{301}.jpg"]
        try folder.touch(names[0], names[1])
        let text =
            name == "d.csv"
            ? "image,caption\n\(names[0]),x\n\(names[1]),y\n"
            : names.map { "{\"image\": \"\($0)\", \"caption\": \"x\"}" }.joined(separator: "\n")
        let table = try read(name, text)
        #expect(table.rows.map(\.image) == [0, 1])
        #expect(
            table.images.map { Array(($0.path ?? "").utf8).count }
                == names.map { folder.path.utf8.count + 1 + $0.utf8.count })
    }

    @Test func `each bad row has its line and the rest is read on`() throws {
        let text =
            "image,caption\na.jpg,one\nnone.jpg,two\na.jpg,  \n,three\nb.jpg\nb.jpg,four,five\nnone.jpg,six\nsub,x\n"
        let found = try findings("d.csv", text)
        #expect(found.count == 6, "\(found)")
        for (line, part) in [
            (3, "picture 'none.jpg' (none.jpg)"), (4, "the caption is empty"), (5, "no picture is named here"),
            (6, "1 field where the header has 2"), (7, "3 fields where the header has 2"), (9, "picture 'sub'"),
        ] {
            #expect(found.count { $0.hasPrefix("F:\(line): ") && $0.contains(part) } == 1, "\(line): \(found)")
        }
        let table = try read("d.csv", text)
        #expect(table.rows.map(\.caption) == ["one", "two", "six", "x"])
        let error = failure { () throws(DatasetError) in try table.requireUsable() }
        #expect(error?.findings.count == 6 && error?.isMissingInput == false)
        #expect(error?.description.contains("has 6 errors (the first: line 3: ") == true)
    }

    @Test func `each bad entry of JSON lines has its line`() throws {
        let lines = [
            #"{"image": "a.jpg", "caption": "ok"}"#, #"{"image": "a.jpg", "caption": "x""#, #"["a.jpg", "x"]"#,
            #"{"caption": "x"}"#, #"{"image": "a.jpg"}"#, #"{"image": 1, "caption": "x"}"#,
            #"{"image": "a.jpg", "caption": 1}"#, #"{"image": "a.jpg", "captions": ["x", 1]}"#,
            #"{"image": "a.jpg", "captions": []}"#, #"{"image": "a.jpg", "captions": ["x", " "]}"#,
            #"{"image": "none.jpg", "caption": "x"}"#, #"{"image": "a.jpg", "caption": "x"} x"#,
            #"{"image": "a\u0000.jpg", "caption": "x"}"#, "plain text", #"{"image": "b.jpg", "caption": "last"}"#,
        ]
        let table = try read("d.jsonl", lines.joined(separator: "\n"))
        #expect(table.findings.map(\.line) == Array(2...14), "\(table.findings)")
        #expect(table.rows.first?.caption == "ok" && table.rows.last?.caption == "last")
        #expect(table.findings.allSatisfy { !$0.message.contains { $0.isNewline } && $0.severity == .error })
    }

    @Test(arguments: [
        ("image,text\na.jpg,x\n", "d.csv:1: there is no column 'caption'; name it in the header"),
        ("picture,caption\na.jpg,x\n", "d.csv:1: there is no column 'image'; name it in the header"),
        ("", "d.csv:1: the file is empty; it needs a header or entries"),
        ("image,caption\n", "'d.csv' lists no pictures; add a row for each picture"),
        ("image,caption\na.jpg,x\nb.jpg,\"open\n", "d.csv:3: the quote opened here is never closed; close it"),
    ]) func `a file that cannot be read on is an error with its line`(text: String, message: String) throws {
        #expect(try failureOf("d.csv", text) == message)
    }

    @Test func `text that is not UTF-8 and files that are not there are errors`() throws {
        let latin = try folder.write("l.csv", bytes: Array("image,caption\na.jpg,caf".utf8) + [0xE9, 0x0A])
        let error = failure { () throws(DatasetError) in _ = try CaptionTable.read(path: latin) }
        #expect(error?.description.hasSuffix("l.csv:2: the text is not UTF-8; save the file as UTF-8") == true)
        for name in ["none.csv", "none.jsonl"] {
            let missing = failure { () throws(DatasetError) in _ = try CaptionTable.read(path: folder.path + "/" + name)
            }
            #expect(missing?.isMissingInput == true)
        }
        #expect(try failureOf("e.jsonl", "\n \n") == "'e.jsonl' lists no pictures; add a row for each picture")
    }

    @Test func `random damage gives a whole table or an error in one line, never a crash`() throws {
        var state: UInt64 = 17
        func random(_ count: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % max(1, count)
        }
        let seeds = [
            ("n.csv", "image,caption,x\na.jpg,\"one, \"\"two\"\"\",3\nb.jpg,three,\r\n"),
            (
                "l.jsonl",
                "{\"image\": \"a.jpg\", \"caption\": \"\\u00e9x\"}\n{\"captions\": [\"y\", \"z\"], \"image\": \"b.jpg\"}\n"
            ),
        ]
        let alphabet = Array(",\"\n\r{}[]:\\ \0u0d8ef".utf8) + [0xFF, 0xC3, 0xED]
        var (usable, flawed, errors) = (0, 0, 0)
        for (name, text) in seeds {
            for round in 0..<300 {
                var bytes = Array(text.utf8)
                for _ in 0...random(4) {
                    let place = random(bytes.count)
                    let byte = alphabet[random(alphabet.count)]
                    switch random(4) {
                    case 0: bytes.insert(byte, at: place)
                    case 1 where !bytes.isEmpty: bytes[place] = byte
                    case 2 where !bytes.isEmpty: bytes.remove(at: place)
                    default: bytes.removeLast(min(bytes.count, random(4)))
                    }
                }
                let path = try folder.write(name, bytes: bytes)
                do throws(DatasetError) {
                    let table = try CaptionTable.read(path: path)
                    if table.findings.isEmpty { usable += 1 } else { flawed += 1 }
                    #expect(!table.rows.isEmpty || !table.findings.isEmpty, "\(name) \(round)")
                    #expect(table.rows.allSatisfy { table.images.indices.contains($0.image) }, "\(name) \(round)")
                    #expect(table.rows.allSatisfy { !$0.caption.trimmedLabel.isEmpty }, "\(name) \(round)")
                    #expect(table.findings.allSatisfy { !$0.message.contains { $0.isNewline } }, "\(name) \(round)")
                } catch {
                    errors += 1
                    #expect(!error.description.contains { $0.isNewline }, "\(name) \(round)")
                    #expect(!error.isMissingInput, "\(name) \(round)")
                }
            }
        }
        #expect(usable > 30 && flawed > 30 && errors > 30, "\(usable), \(flawed), \(errors)")
        // Deep nesting must not exhaust the stack, nor a long line memory.
        let deep = "{\"image\": \"a.jpg\", \"x\": " + String(repeating: "[", count: 200_000)
        #expect(try findings("deep.jsonl", deep).count == 1)
    }
}
