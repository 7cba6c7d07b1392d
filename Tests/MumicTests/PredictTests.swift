// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import MultiLabel
import TestSupport
import Testing

@Suite struct PredictTests {
    private static func folder() throws -> TemporaryFolder {
        let folder = try TemporaryFolder.withSmallCLIP()
        try folder.put("labels.txt", "pool\nred sun\ndouble bed\n")
        try folder.put("images/p01.png", "no picture")
        try folder.put("list.csv", "image,labels\np02.png,\np01.png,x\np00.png,pool\n")
        return folder
    }

    @Test func `every format has a broken picture in its place, and the status is 65 at the end`() throws {
        let folder = try Self.folder()
        let command = "predict --model model --labels labels.txt images/p00.png images/p01.png gone.png images/p02.png"
        let outcome = try Program.run(command, in: folder.path)
        outcome.expectFailure(65, "2 of 4 pictures")
        #expect(outcome.errors.contains("uncalibrated"))
        let objects = try outcome.lines.map { try JSONDecoder().decode(Prediction.self, from: Data($0.utf8)) }
        #expect(objects.map(\.image) == ["images/p00.png", "images/p01.png", "gone.png", "images/p02.png"])
        #expect(objects.map { $0.error == nil } == [true, false, false, true])
        let csv = try Program.run(command + " --format csv", in: folder.path)
        csv.expectFailure(65)
        var expected = ["image,label,score,error"]
        for object in objects {
            for one in object.predictions ?? [] { expected.append("\(object.image),\(one.label),\(one.score),") }
            if object.error != nil { expected.append("\(object.image),,,") }
        }
        #expect(csv.lines.count == expected.count)
        for (line, start) in zip(csv.lines, expected) { #expect(line.hasPrefix(start), "\(line)") }
        let table = try Program.run(command + " --format table", in: folder.path)
        table.expectFailure(65)
        #expect(table.lines.count == 4 + 2 * 3 + 2)
        #expect(table.lines[0] == "images/p00.png" && table.lines[5].hasPrefix("  error: "))
        let first = try #require(objects[0].predictions?[0])
        #expect(table.lines[1] == "  \(String(format: "%.4f", first.score))  \(first.label)")
    }

    @Test func `a path on stdin is answered before the next one is written`() throws {
        let folder = try Self.folder()
        var (input, output): ([Int32], [Int32]) = ([0, 0], [0, 0])
        try #require(pipe(&input) == 0 && pipe(&output) == 0)
        // The program must not hold the ends that this test writes to and reads from.
        for descriptor in [input[1], output[0]] { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        let running = try Program.start(
            "predict --model model --labels labels.txt -".split(separator: " ").map(String.init), in: folder.path,
            pipe: input[0], output: output[1])
        close(input[0])
        close(output[1])
        for name in ["images/p00.png", "gone.png", "images/p02.png"] {
            let line = Array((name + "\n").utf8)
            #expect(write(input[1], line, line.count) == line.count)
            var answer = pollfd(fd: output[0], events: Int16(POLLIN), revents: 0)
            try #require(poll(&answer, 1, 60_000) == 1, "no answer to \(name)")
            var bytes = [UInt8](repeating: 0, count: 1 << 16)
            let count = read(output[0], &bytes, bytes.count)
            #expect(String(decoding: bytes.prefix(max(0, count)), as: UTF8.self).contains(name))
        }
        close(input[1])
        let outcome = try running.wait()
        close(output[0])
        outcome.expectFailure(65, "1 of 3 pictures")
    }

    @Test func `directories, data files and paths on stdin are inputs`() throws {
        let folder = try Self.folder()
        let outcome = try Program.run(
            "predict --model model --labels labels.txt --top-k 1 --threshold 0 --images images images list.csv -",
            input: "images/p03.png\r\nimages/p04.png", in: folder.path)
        outcome.expectFailure(65, "2 of 29")
        let objects = try outcome.lines.map { try JSONDecoder().decode(Prediction.self, from: Data($0.utf8)) }
        let names = (0..<24).map { "images/p\($0 < 10 ? "0" : "")\($0).png" }
        #expect(
            objects.map(\.image)
                == names + ["p02.png", "p01.png", "p00.png"] + ["images/p03.png", "images/p04.png"])
        #expect(objects.allSatisfy { $0.error != nil || $0.predictions?.count == 1 })
    }

    @Test func `a reader that goes away is no error`() throws {
        let folder = try Self.folder()
        var pipes: [Int32] = [0, 0]
        try #require(pipe(&pipes) == 0)
        close(pipes[0])
        let running = try Program.start(
            "predict --model model --labels labels.txt images/p00.png images/p02.png".split(separator: " ").map(
                String.init),
            in: folder.path, output: pipes[1])
        close(pipes[1])
        try running.wait().expectSuccess()
    }

    @Test func `tokens are printed line by line`() throws {
        let outcome = try Program.run(
            ["tokenize", "--model", SmallCLIP.folder + "/model"], input: "a photo of a pool\n\nsun")
        outcome.expectSuccess()
        #expect(outcome.lines == ["[556, 320, 545, 542, 320, 547, 557]", "[556, 557]", "[556, 552, 557]"])
    }
}

@Suite struct EmbedTests {
    /// The rows of a `.npy` file of float32.
    private static func rows(_ data: Data) throws -> [[Float]] {
        let length = Int(data[8]) + Int(data[9]) << 8
        let header = String(decoding: data[10..<10 + length], as: UTF8.self)
        let match = try #require(header.firstMatch(of: /'descr': '<f4'.*'shape': \((\d+), (\d+)\)/))
        let (count, width) = (try #require(Int(match.1)), try #require(Int(match.2)))
        let body = data.dropFirst(10 + length)
        #expect(body.count == count * width * 4)
        return body.withUnsafeBytes { bytes in
            (0..<count).map { row in
                (0..<width).map { bytes.loadUnaligned(fromByteOffset: (row * width + $0) * 4, as: Float.self) }
            }
        }
    }

    @Test func `texts are embedded as they are`() throws {
        let folder = try TemporaryFolder.withSmallCLIP()
        try folder.put("texts.txt", "pool\n\na photo of a {}\npool\n")
        try Program.run("embed --model model --output out.npy --text texts.txt", in: folder.path).expectSuccess()
        let bytes = try Data(contentsOf: URL(fileURLWithPath: folder("out.npy")))
        let rows = try Self.rows(bytes)
        #expect(rows.count == 4 && rows[0] == rows[3] && rows[0] != rows[1])
        #expect(
            try folder.text("out.jsonl").split(separator: "\n")[2] == #"{"row":2,"text":"a photo of a {}"}"#)
        try Program.run(
            "embed --model model --output again.npy --text -", input: folder.text("texts.txt"), in: folder.path
        ).expectSuccess()
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder("again.npy"))) == bytes)
    }

    @Test func `what fails leaves nothing and keeps what was there`() throws {
        let folder = try TemporaryFolder.withSmallCLIP()
        try folder.put("out.npy", "before")
        try folder.put("out.jsonl", "before")
        try folder.put("list.jsonl", "{\"image\": \"images/p00.png\", \"labels\": []}\n{\"image\": ")
        let before = try folder.names()
        let outcome = try Program.run("embed --model model --output out.npy list.jsonl", in: folder.path)
        outcome.expectFailure(65, "list.jsonl:2")
        #expect(try folder.names() == before)
        #expect(try folder.text("out.npy") == "before" && folder.text("out.jsonl") == "before")
    }
}
