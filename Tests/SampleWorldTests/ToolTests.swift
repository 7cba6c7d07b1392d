// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import SampleWorld
import TestSupport
import Testing

@Suite("sample-world as a process")
struct ToolTests {
    private func run(_ arguments: [String]) throws -> (status: Int32, output: String, errors: String) {
        let folder = try TemporaryFolder()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
            .deletingLastPathComponent().appendingPathComponent("sample-world")
        process.arguments = arguments
        for name in ["output", "errors"] { try AtomicFile.write("", to: folder(name), durable: false) }
        process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: folder("output")))
        process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: folder("errors")))
        try process.run()
        process.waitUntilExit()
        return (
            process.terminationStatus, try readText(path: folder("output"), maximumBytes: 1 << 20),
            try readText(path: folder("errors"), maximumBytes: 1 << 20)
        )
    }

    @Test func `both commands write what the library writes`() throws {
        let folder = try TemporaryFolder()
        let captions = try run(["captions", "--output", folder("a"), "--pictures", "6", "--seed", "4"])
        #expect(captions.status == 0 && captions.output.isEmpty, "\(captions.errors)")
        try DataSetWriter(directory: folder("b"), seed: 4).writeCaptions(count: 6)
        #expect(try TemporaryFolder.files(below: folder("a")) == TemporaryFolder.files(below: folder("b")))
        let labels = try run([
            "labels", "--output", folder("c"), "--pictures", "6", "--validation", "2", "--test", "3", "--seed", "4",
            "--unseen", "bar", "--unseen", "wine glasses", "--missing-positives", "0.5",
        ])
        #expect(labels.status == 0, "\(labels.errors)")
        let set = LabelledSet(
            train: 6, validation: 2, test: 3, unseen: [.bar, .wineGlasses],
            noise: try AnnotationNoise(missingPositives: 0.5))
        try DataSetWriter(directory: folder("d"), seed: 4).writeLabels(set)
        #expect(try TemporaryFolder.files(below: folder("c")) == TemporaryFolder.files(below: folder("d")))
    }

    @Test func `wrong usage ends in one line that says what to do, with status 64`() throws {
        let folder = try TemporaryFolder()
        try AtomicFile.write("mine", to: folder("note"), durable: false)
        let wrong = [
            ["captions", "--output", folder.path, "--pictures", "3"],
            ["captions", "--output", folder("x"), "--pictures", "0"],
            ["captions", "--output", folder("x")],
            ["labels", "--output", folder("x"), "--pictures", "3", "--unseen", "spaceship"],
            ["labels", "--output", folder("x"), "--pictures", "3", "--unknown", "2"],
            ["labels", "--output", folder("x"), "--pictures", "3", "--all-seen", "--unseen", "bar"],
            ["labels", "--output", folder("x"), "--pictures", "3", "--test", "-1"],
            ["paint"],
        ]
        for arguments in wrong {
            let result = try run(arguments)
            let lines = result.errors.split(separator: "\n")
            #expect(result.status == 64, "\(arguments): \(result.errors)")
            #expect(lines.count == 1 && lines[0].hasPrefix("error: "), "\(arguments): \(result.errors)")
            #expect(result.output.isEmpty)
        }
        #expect(try listDirectory(path: folder.path) == ["note"])
    }

    @Test func `help is no error`() throws {
        for arguments in [[], ["--help"], ["labels", "--help"]] {
            let result = try run(arguments)
            #expect(result.status == 0 && result.errors.isEmpty)
            #expect(result.output.contains("USAGE: sample-world"))
        }
    }
}
