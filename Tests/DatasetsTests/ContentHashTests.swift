// SPDX-License-Identifier: Apache-2.0

import ContentHash
import Foundation
import TestSupport
import Testing

@testable import Datasets

/// What is read is hashed on the way: every byte of the file, and the file is opened once.
@Suite struct ContentHashTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test(arguments: [
        ("a.csv", "image,labels\r\na.jpg,pool\r\n\r\n"), ("b.csv", "\u{FEFF}image,pool\na.jpg,1"),
        ("c.jsonl", "{\"image\": \"a.jpg\", \"labels\": [\"pool\"]}\n\n  \n"),
        ("d.json", "[{\"image\": \"a.jpg\", \"annotations\": [{\"label\": \"pool\"}]}]\n\t \n"),
        (
            "e.json",
            "{\"images\": [{\"id\": 1, \"file_name\": \"a.jpg\"}], \"categories\": [{\"id\": 1, \"name\": \"pool\"}], "
                + "\"annotations\": [{\"image_id\": 1, \"category_id\": 1}]}   \n"
        ),
    ]) func `annotations of every format have the hash of their file`(_ name: String, _ text: String) throws {
        let path = try folder.write(name, text)
        let table = try AnnotationTable.read(path: path, options: .unchecked())
        #expect(table.images.count == 1 && table.labels == ["pool"])
        let hash = try SHA256.hexadecimal(ofFileAt: path)
        #expect(table.contentHash == hash)
        #expect(table.leavingOut([]).contentHash == table.contentHash)
    }

    @Test func `a large file is hashed to its end`() throws {
        let rows = (0..<50_000).map { "image\($0).jpg,pool|sea\n" }.joined()
        let path = try folder.write("large.csv", "image,labels\n" + rows)
        let table = try AnnotationTable.read(path: path, options: .unchecked())
        #expect(table.images.count == 50_000)
        let hash = try SHA256.hexadecimal(ofFileAt: path)
        #expect(table.contentHash == hash)
    }

    @Test func `captions and labels have the hash of their file`() throws {
        let captions = try folder.write("captions.csv", "image,caption\na.jpg,a quiet room\n")
        let hash = try SHA256.hexadecimal(ofFileAt: captions)
        #expect(try CaptionTable.read(path: captions).contentHash == hash)
        for text in ["pool\nsea\n\n", "label,prompt\npool,a pool\n"] {
            let labels = try folder.write("labels.txt", text)
            let hash = try SHA256.hexadecimal(ofFileAt: labels)
            #expect(try LabelFile(path: labels).contentHash == hash)
        }
    }

    @Test func `a table that does not come from a file has none`() {
        #expect(AnnotationTable(source: "x", images: [], labels: ["pool"], targets: []).contentHash == nil)
    }
}
