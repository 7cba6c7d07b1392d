// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import TestSupport
import Testing

@testable import Datasets

@Suite struct PictureInputsTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func all(_ arguments: String..., images: String? = nil) throws -> [Picture] {
        let inputs = PictureInputs(arguments, imagesDirectory: images)
        var result: [Picture] = []
        while let picture = try inputs.next() { result.append(picture) }
        return result
    }

    private func names(_ arguments: String...) throws -> [String] {
        let inputs = PictureInputs(arguments)
        var result: [String] = []
        while let picture = try inputs.next() { result.append(picture.name.replacing(folder.path, with: "D")) }
        return result
    }

    @Test func `a directory gives its pictures in byte order of their paths`() throws {
        try folder.touch(
            "b.jpg", "a/z.PNG", "a/b/c.webp", "a-b.jpeg", "a.jpg", "B.jpg", "note.txt", ".hidden.jpg", ".git/x.jpg",
            "é.jpg", "jpg", "empty/readme.md")
        let expected = ["D/B.jpg", "D/a-b.jpeg", "D/a.jpg", "D/a/b/c.webp", "D/a/z.PNG", "D/b.jpg", "D/é.jpg"]
        #expect(try names(folder.path) == expected)
        #expect(try names(folder.path + "/") == expected)
    }

    @Test func `a directory gives pictures whatever they are called, and tells of other files`() throws {
        let begin: [(String, [UInt8])] = [
            ("a.jfif", [0xFF, 0xD8, 0xFF, 0xE0]), ("b", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]),
            ("c/d.bin", Array("RIFF1234WEBPVP8 ".utf8)), ("e.txt", Array("no picture at all".utf8)), ("f.heic", []),
            ("g.dat", Array("RIFF1234WAVE".utf8)),
        ]
        try FileManager.default.createDirectory(atPath: folder("c"), withIntermediateDirectories: false)
        for (name, bytes) in begin {
            try Data(bytes + [UInt8](repeating: 0, count: bytes.isEmpty ? 0 : 12)).write(
                to: URL(fileURLWithPath: folder(name)))
        }
        #expect(try names(folder.path) == ["D/a.jfif", "D/b", "D/c/d.bin"])
        let inputs = PictureInputs([folder.path])
        while try inputs.next() != nil {}
        #expect(inputs.leftOut.count == 3 && inputs.leftOut.first == folder("e.txt"))
    }

    @Test func `links are followed, loops end and pipes are left out`() throws {
        try folder.touch("a/x.jpg", "b/y.jpg")
        let files = FileManager.default
        try files.createSymbolicLink(atPath: folder.path + "/a/loop", withDestinationPath: folder.path)
        try files.createSymbolicLink(atPath: folder.path + "/a/self", withDestinationPath: ".")
        try files.createSymbolicLink(atPath: folder.path + "/b/other", withDestinationPath: "../a")
        try files.createSymbolicLink(atPath: folder.path + "/b/gone.jpg", withDestinationPath: "nowhere")
        #expect(mkfifo(folder.path + "/b/pipe.jpg", 0o600) == 0)
        #expect(try names(folder.path) == ["D/a/x.jpg", "D/b/gone.jpg", "D/b/other/x.jpg", "D/b/y.jpg"])
    }

    @Test func `arguments keep their order and what is missing is handed on`() throws {
        try folder.touch("p/1.jpg", "2.jpg", "odd.bin")
        let place = folder.path
        #expect(
            try names(
                place + "/odd.bin", place + "/gone.csv", place + "/p", "/nowhere", "", place + "/2.jpg", place + "/p")
                == ["D/odd.bin", "D/gone.csv", "D/p/1.jpg", "/nowhere", "", "D/2.jpg", "D/p/1.jpg"])
    }

    @Test func `data files of all formats give their pictures`() throws {
        let documents = [
            ("d.csv", "image\na.jpg\n/b.jpg\n"),
            ("w.csv", "image,x\na.jpg,nonsense\n/b.jpg,\n"),
            ("d.jsonl", "{\"image\": \"a.jpg\", \"labels\": 5}\n\n{\"image\": \"/b.jpg\"}\n"),
            ("l.json", "{\"image\": \"a.jpg\"}\n{\"image\": \"/b.jpg\"}\n"),
            ("m.json", "[{\"filename\": \"a.jpg\"}, {\"image\": \"/b.jpg\", \"annotations\": [\"x\"]}]"),
            (
                "c.json",
                "{\"info\": {}, \"images\": [{\"file_name\": \"a.jpg\"}, {\"id\": 1, \"file_name\": \"/b.jpg\"}], \"x\": 1}"
            ),
        ]
        for (name, text) in documents {
            let path = try folder.write(name, text)
            let here = [
                Picture(name: "a.jpg", path: folder.path + "/a.jpg"), Picture(name: "/b.jpg", path: "/b.jpg"),
            ]
            #expect(try all(path) == here, "\(name)")
            #expect(try all(path, images: "else").first?.path == "else/a.jpg", "\(name)")
        }
    }

    @Test func `a data file that breaks off is an error with its line after what came before`() throws {
        let cases = [
            ("d.csv", "image,x\na.jpg,1\nb.jpg\n", "d.csv:3: 1 field where the header has 2; "),
            ("e.csv", "image,x\na.jpg,1\n,1\n", "e.csv:3: no picture is named here; "),
            ("d.jsonl", "{\"image\": \"a.jpg\"}\n{\n", "d.jsonl:2: not JSON: expected a value, and the text ends"),
            ("d.json", "[{\"image\": \"a.jpg\"},\n{}]", "d.json:2: no picture is named here; "),
            ("c.json", "{\"images\": [{\"file_name\": \"a.jpg\"},\n7]}", "c.json:2: no picture is named here; "),
        ]
        for (name, text, words) in cases {
            let inputs = PictureInputs([try folder.write(name, text)])
            #expect(try inputs.next()?.name == "a.jpg", "\(name)")
            let error = failure { () throws(DatasetError) in _ = try inputs.next() }
            let description = error?.description.replacing(folder.path + "/", with: "")
            #expect(description?.hasPrefix(words) == true, "\(description ?? "none")")
        }
        let path = try folder.write("x.json", "{\"a\": 1}")
        let error = failure { () throws(DatasetError) in _ = try PictureInputs([path]).next() }
        #expect(error == .at(path, 1, Problem.missingKey("images")))
    }

    @Test func `standard input gives each path as soon as its line is complete`() throws {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        defer { close(ends[0]) }
        let inputs = PictureInputs(["-", "/last.jpg"], standardInput: ends[0])
        func send(_ text: String) {
            let bytes = Array(text.utf8)
            #expect(write(ends[1], bytes, bytes.count) == bytes.count)
        }
        // The writer stays open: a reader that waited for more than the line would hang here.
        send("a b.jpg\n")
        #expect(try inputs.next() == Picture(name: "a b.jpg", path: "a b.jpg"))
        send("é.jpg\r\n\n  \n")
        #expect(try inputs.next()?.name == "é.jpg")
        send("c,d.jpg\r\ne.jpg")
        #expect(try inputs.next()?.name == "c,d.jpg")
        close(ends[1])
        #expect(try inputs.next()?.name == "e.jpg")
        #expect(try inputs.next()?.name == "/last.jpg")
        #expect(try inputs.next() == nil)
        #expect(try inputs.next() == nil)
    }
}
