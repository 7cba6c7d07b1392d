// SPDX-License-Identifier: Apache-2.0

import FileIO
import TestSupport
import Testing

@testable import Datasets

@Suite struct LabelFileTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func read(_ text: String) throws -> [Label] {
        try LabelFile(path: folder.write("labels.txt", text)).labels
    }

    private func failureOf(_ bytes: [UInt8]) throws -> DatasetError? {
        let path = try folder.write("labels.txt", bytes: bytes)
        return failure { () throws(DatasetError) in _ = try LabelFile(path: path).labels }
    }

    @Test func `plain lines are names, commas and quotes and hashes included`() throws {
        let labels = try read("\u{FEFF}bed, double\r\n #1 \"best\" \r\nlabel,prompt\n\"a\"\n\n \n")
        #expect(labels.map(\.name) == ["bed, double", "#1 \"best\"", "label,prompt", "\"a\""])
        #expect(labels.flatMap(\.prompts).isEmpty)
        #expect(try read("label,\nb").map(\.name) == ["label,", "b"])
    }

    @Test func `a header makes it a table of prompts, ragged as it may be`() throws {
        let text = "label,prompt,prompt\r\npool,a pool,\"a blue, clear pool\"\r\nsea\r\nbed,,\r\nx,1,2,3\r\n"
        #expect(
            try read(text) == [
                Label(name: "pool", prompts: ["a pool", "a blue, clear pool"]),
                Label(name: "sea"), Label(name: "bed"),
                Label(name: "x", prompts: ["1", "2", "3"]),
            ])
        #expect(
            try read("\"label\",\"prompt1\",\"prompt2\"\n\"a\",\"b\",\"\"\n")
                == [Label(name: "a", prompts: ["b"])])
    }

    @Test func `doubled and empty names are all found with their lines`() throws {
        let error = try failureOf(Array("a\n\nb\na\n a\n".utf8))
        #expect(
            error?.findings.map { $0.replacing(folder.path + "/labels.txt", with: "F") } == [
                "F:2: the label's name is empty; name it or remove the line",
                "F:4: label 'a' is here again, first on line 1; keep one",
                "F:5: label 'a' is here again, first on line 1; keep one",
            ])
        let path = folder.path + "/labels.txt"
        #expect(
            error?.description
                == "'\(path)' has 3 errors (the first: line 2: the label's name is empty; name it or remove the line); "
                + "correct the file and run again")
        let table = try failureOf(Array("label,prompt\na,x\n,y\na,z\n".utf8))
        #expect(table?.findings.map { $0.prefix(path.count + 3) } == ["\(path):3:", "\(path):4:"])
    }

    @Test func `files without labels or text are refused`() throws {
        let path = folder.path + "/labels.txt"
        #expect(try failureOf([]) == .noLabels(path: path))
        #expect(try failureOf(Array("label,prompt\n".utf8)) == .noLabels(path: path))
        #expect(try failureOf([0x61, 0x0A, 0xE9]) == .at(path, 2, Problem.invalidUTF8))
        #expect(try failureOf([0x61, 0x0A, 0x62, 0x00]) == .at(path, 2, Problem.nulByte))
        #expect(
            try failureOf([0x61, 0, 0x62, 0])
                == .at(path, 1, "the file is UTF-32, or UTF-16 without a byte order mark; save it as UTF-8"))
        #expect(try failureOf([0xFF, 0xFE, 0x61, 0]) == nil, "UTF-16 is read by its mark")
        let missing = failure { () throws(DatasetError) in _ = try LabelFile(path: "/nowhere").labels }
        #expect(missing?.isMissingInput == true)
    }
}
