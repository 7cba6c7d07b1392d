// SPDX-License-Identifier: Apache-2.0

import FileIO
import TestSupport
import Testing

@testable import Datasets

@Suite struct JSONAnnotationTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func read(
        _ name: String, _ text: String, _ options: AnnotationOptions = .unchecked()
    ) throws -> AnnotationTable {
        try AnnotationTable.read(path: folder.write(name, text), options: options)
    }

    private func failureOf(_ name: String, _ text: String) throws -> String? {
        let path = try folder.write(name, text)
        let error = failure { () throws(DatasetError) in _ = try AnnotationTable.read(path: path, options: .unchecked())
        }
        return error?.description.replacing(folder.path + "/", with: "")
    }

    @Test(arguments: ["d.jsonl", "d.ndjson", "d.json", "d.txt", "D.JSONL"])
    func `JSON lines have labels, negatives and numbers`(name: String) throws {
        let text = """
            \u{FEFF}{"image": "a.jpg", "labels": ["pool", " sea "], "negatives": ["bed"], "other": {"x": [1, {}]}}

            {"image": "b\\u00e9\\ud83d\\ude00\\n.jpg", "labels": {"pool": 1, "bed": 0.5, "sea": null}}
            {"labels": [], "image": "c.jpg"}
            """
        let table = try read(name, text, .unchecked(unlisted: .unknown))
        #expect(table.labels == ["pool", "sea", "bed"])
        #expect(table.images.map(\.name) == ["a.jpg", "bé😀\n.jpg", "c.jpg"])
        #expect(table.images.map(\.line) == [1, 3, 4])
        #expect(table.row(0) == [1, 1, 0])
        #expect(table.row(1) == [1, -1, 0.5])
        #expect(table.row(2) == [-1, -1, -1])
        #expect(
            table.lines == [
                "F:1: warning: label 'bed' has no positives", "F:4: warning: picture 'c.jpg' has no known label",
            ])
    }

    @Test func `each bad line has its own error`() throws {
        let lines = [
            #"{"image": "ok.jpg", "labels": ["a"]}"#,
            #"{"image": "a.jpg", "labels": ["a"]"#,
            #"{"labels": ["a"]}"#,
            #"["a"]"#,
            #"{"image": 5, "labels": ["a"]}"#,
            #"{"image": "a.jpg", "image": "b.jpg", "labels": ["a"]}"#,
            #"{"image": "c.jpg", "labels": [1]}"#,
            #"{"image": "m.jpg", "labels": "a"}"#,
            #"{"image": "d.jpg", "labels": {"a": 2}}"#,
            #"{"image": "e.jpg", "labels": {"a": true}}"#,
            #"{"image": "f.jpg", "labels": ["a"]} x"#,
            #"{"image": "g.jpg", "labels": ["a", ""]}"#,
            #"{"image": "", "labels": ["a"]}"#,
            #"{"image": "h\u0000.jpg", "labels": ["a"]}"#,
            #"{"image": "\ud800", "labels": []}"#,
            #"{"image": "i.jpg", "labels": ["a"], "negatives": ["a"]}"#,
            #"{"image": "j.jpg", "labels": {"a": 01}}"#,
            #"{"image": "k.jpg", "labels": {"a": 1, "a": 0}}"#,
            String(repeating: "[", count: 100_000),
            #"{"image": "l.jpg", "labels": {"a": 1}, "negatives": ["a"]}"#,
            "{\"image\": \"a\tb\"}",
        ]
        let table = try read("d.jsonl", lines.joined(separator: "\n"))
        #expect(
            table.lines == [
                "F:2: not JSON: expected a value, and the text ends at byte 35 of the line",
                "F:3: key 'image' is missing; add it",
                #"F:4: an entry should be an object such as {"image": "a.jpg", "labels": ["pool"]}"#,
                "F:5: key 'image' should be a picture's path in quotes",
                "F:6: key 'image' is given twice in one object; keep one",
                "F:7: key 'labels' should be an array of label names",
                "F:8: key 'labels' should be an array of label names",
                "F:9: label 'a' has the number '2'; write one from 0 to 1",
                "F:10: label 'a' needs a number from 0 to 1, or null for unknown",
                "F:11: not JSON: expected the end of the document at byte 37 of the line",
                "F:12: a label's name is empty; name it or remove it",
                "F:13: no picture is named here; give its path",
                "F:14: the picture's path holds a byte 0",
                "F:15: not JSON: expected a pair of surrogates at byte 12 of the line",
                "F:16: label 'a' is among both labels and negatives; remove one",
                "F:17: not JSON: expected a value at byte 36 of the line",
                "F:18: key 'a' is given twice in one object; keep one",
                "F:19: JSON nested deeper than 512 levels; flatten it",
                "F:20: label 'a' is among both labels and negatives; remove one",
                "F:21: not JSON: expected no control character inside a string at byte 13 of the line",
            ])
    }

    /// Without its labels' key an entry would be a picture that has none.
    @Test(arguments: [
        (#"{"image": "a.jpg", "lables": ["x"]}"#, "there is a key 'lables' and none 'labels'; call it 'labels'"),
        (#"{"tags": ["x"], "image": "a.jpg"}"#, "there is a key 'tags' and none 'labels'"),
        (#"{"image": "a.jpg", "Labels": ["x"]}"#, "there is a key 'Labels' and none 'labels'"),
        (#"{"image": "a.jpg", "id": 3, "label": "x"}"#, "there is a key 'label' and none 'labels'"),
        (#"{"image": "a.jpg"}"#, #"key 'labels' is missing; a picture without labels needs 'labels': []"#),
        (#"{"image": "a.jpg", "width": 3}"#, "key 'labels' is missing"),
    ]) func `an entry that says nothing of labels is an error with its line`(_ entry: String, _ words: String) throws {
        let table = try read("x.jsonl", #"{"image": "b.jpg", "labels": ["y"], "id": 1}"# + "\n" + entry + "\n")
        let found = try #require(table.findings.first { $0.severity == .error })
        #expect(found.line == 2 && found.message.contains(words), "\(found.message)")
    }

    @Test func `an entry of Create ML without annotations is an error too, and negatives alone are enough`() throws {
        let wrong = try read(
            "x.json", #"[{"image": "a.jpg", "annotations": [{"label": "x"}]}, {"image": "b.jpg", "anotations": []}]"#)
        #expect(wrong.findings.contains { $0.severity == .error && $0.message.contains("anotations") })
        let right = try read(
            "y.jsonl",
            #"{"image": "a.jpg", "negatives": ["x"]}"# + "\n" + #"{"image": "b.jpg", "labels": ["x"]}"# + "\n")
        #expect(!right.findings.contains { $0.severity == .error } && right.targets == [0, 1])
    }

    @Test func `COCO's lists come in any order with ids as numbers or strings`() throws {
        let text = """
            {"info": {"deep": [[[NaN, -Infinity]]]}, "annotations": [
              {"image_id": 7, "category_id": "1", "segmentation": [[1.5, 2e3]], "bbox": []},
              {"image_id": "8", "category_id": 2.0}, {"image_id": 8, "category_id": 2},
              {"image_id": "x", "category_id": 3}],
             "categories": [{"id": 2, "name": "sea"}, {"id": 1, "name": "pool"}, {"id": 3, "name": "bed"}],
             "images": [{"id": 7, "file_name": "a.jpg"},
                {"file_name": "b.jpg", "id": 8}, {"id": "x", "file_name": "c.jpg"}, {"id": 10, "file_name": "d.jpg"}]}
            """
        let table = try read("instances.json", text)
        #expect(table.labels == ["sea", "pool", "bed"])
        #expect(table.targets == [0, 1, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0])
        #expect(table.images.map(\.line) == [6, 7, 7, 7])
        #expect(table.findings.isEmpty)
        let subset = AnnotationOptions.unchecked(unlisted: .unknown, labels: ["bed", "sea"], extraLabels: .ignore)
        let some = try read("instances.json", text, subset)
        #expect(some.row(0) == [-1, -1])
        #expect(some.row(1) == [-1, 1])
        #expect(some.row(2) == [1, -1])
        let more = try read("instances.json", text, .unchecked(labels: ["boat", "sea", "pool", "bed"]))
        #expect(more.row(0) == [-1, 0, 1, 0])
        #expect(
            more.lines == ["F:1: warning: label 'boat' has no column or category; all its targets are unknown"])
    }

    @Test func `LVIS's negative categories are zero where what is unlisted is unknown`() throws {
        let text = """
            {"images": [{"id": 1, "coco_url": "http://h/train2017/5.jpg", "neg_category_ids": [2]}],
            "annotations": [{"image_id": 1, "category_id": 1}],
            "categories": [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}, {"id": 3, "name": "c"}]}
            """
        let table = try read("lvis.json", text, .unchecked(unlisted: .unknown))
        #expect(table.images.map(\.name) == ["train2017/5.jpg"])
        #expect(table.row(0) == [1, 0, -1])
    }

    @Test func `COCO's broken references are all listed`() throws {
        let text = """
            {"images": [{"id": 1, "file_name": "a.jpg"},
             {"id": 1, "file_name": "b.jpg"},
             {"id": null, "file_name": "c.jpg"},
             5],
             "annotations": [{"image_id": 9, "category_id": 1},
             {"image_id": 1, "category_id": "no\\n"},
             {"image_id": 1},
             {"image_id": 1, "category_id": 1}],
             "categories": [{"id": 1, "name": "x"},
             {"id": 1, "name": "y"},
             {"id": 2, "name": "x"},
             {"name": "z"}]}
            """
        #expect(
            try read("d.json", text).lines == [
                "F:2: images[1] has the id 1 of another picture",
                "F:3: images[2] needs an \"id\" and a \"file_name\"",
                "F:4: images[3] needs an \"id\" and a \"file_name\"",
                "F:5: annotations[0] is on the image 9, which is not in \"images\"",
                "F:6: annotations[1] has the category 'no\\n', which is not in \"categories\"",
                "F:7: annotations[2] needs an \"image_id\" and a \"category_id\"",
                "F:10: categories[1] has the id 1 of another category",
                "F:11: warning: categories[2] has the name 'x' of another one; taken as one",
                "F:12: categories[3] needs an \"id\" and a \"name\"",
            ])
    }

    @Test func `Create ML's spellings are all read`() throws {
        let text = """
            [{"image": "a.jpg", "annotations": [{"label": "x", "coordinates": {"x": 1}}, {"label": "y"}]},
             {"filename": "b.jpg", "annotations": ["y"]},
             {"imagefilename": "c.jpg", "annotation": [{"coordinates": {}, "label": "x"}]},
             {"filename": "d.jpg", "label": "y"}, {"filename": "e.jpg", "labels": ["x", "y"]},
             {"image": "f.jpg", "annotations": []}, {"image": "g.jpg", "annotations": [{"box": 1}]},
             {"annotations": ["x"]}]
            """
        let table = try read("annotations.json", text)
        #expect(table.labels == ["x", "y"])
        #expect(table.targets == [1, 1, 0, 1, 1, 0, 0, 1, 1, 1, 0, 0, 0, 0])
        #expect(table.images.map(\.name) == ["a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg", "f.jpg", "g.jpg"])
        #expect(
            table.lines == [
                "F:5: key 'annotations' should be an array of label names", "F:6: key 'image' is missing; add it",
            ])
    }

    @Test func `documents that are none stop at once`() throws {
        #expect(
            try failureOf("d.json", String(repeating: "[", count: 100_000))
                == "d.json:1: JSON nested deeper than 512 levels; flatten it")
        let deep = String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)
        #expect(
            try failureOf("d.json", "{\n\"info\": \(deep)}")
                == "d.json:2: JSON nested deeper than 512 levels; flatten it")
        #expect(try failureOf("d.json", " \n") == "d.json:1: the file is empty; it needs a header or entries")
        #expect(try failureOf("d.json", "{}") == "d.json:1: key 'images' is missing; add it")
        #expect(try failureOf("d.json", "7") == "d.json:1: not JSON: expected an object at byte 1 of the line")
        #expect(try failureOf("d.json", "[]") == "'d.json' lists no pictures; add a row for each picture")
        #expect(try failureOf("d.jsonl", "\n") == "'d.jsonl' lists no pictures; add a row for each picture")
        #expect(
            try failureOf("d.json", "{\"images\": [], \"annotations\": [], \"categories\": {}}")
                == "d.json:1: key 'categories' should be an array")
        #expect(
            try failureOf("d.json", "{\"images\": [],\n\"images\": []}")
                == "d.json:2: key 'images' is given twice in one object; keep one")
        #expect(
            try failureOf("d.json", "[\n{\"image\": \"a\" \"b\"}]")
                == "d.json:2: not JSON: expected ',' or '}' at byte 15 of the line")
        #expect(
            try failureOf("d.json", "[{\"image\": \"a\"},]")
                == "d.json:1: not JSON: expected a value at byte 17 of the line")
        #expect(
            try failureOf("d.json", "[{\"image\": \"a\", }]")
                == "d.json:1: not JSON: expected a key in quotes at byte 17 of the line")
    }

    @Test func `text that is not UTF-8 is told with its line`() throws {
        let path = try folder.write(
            "d.json", bytes: Array("[\n{\"image\": \"".utf8) + [0xC3, 0x28] + Array("\"}]".utf8))
        let error = failure { () throws(DatasetError) in _ = try AnnotationTable.read(path: path) }
        #expect(error == .at(path, 2, Problem.invalidUTF8))
    }

    @Test func `numbers of any size are no trap`() throws {
        let long = String(repeating: "9", count: 3000)
        let text = """
            {"images": [{"id": \(long), "file_name": "a.jpg"}, {"id": 1e400, "file_name": "b.jpg"}],
            "annotations": [{"image_id": \(long), "category_id": -0.5}],
            "categories": [{"id": -0.5, "name": "x"}]}
            """
        #expect(try read("d.json", text).targets == [1, 0])
    }
}
