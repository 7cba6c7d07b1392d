// SPDX-License-Identifier: Apache-2.0

import Audit
import Datasets
import FileIO
import Foundation
import TestSupport
import Testing

@testable import Report

#if canImport(FoundationXML)
    import FoundationXML
#endif

@Suite struct AuditPageTests {
    /// An audit of pictures of which some are gone, by made-up probabilities.
    private static func result(_ folder: TemporaryFolder, images: Int = 60) throws -> AuditResult {
        let path = try folder.picture("a.jpg", width: 400, height: 100, value: 90)
        var (targets, probabilities): ([Float], [Float]) = ([], [])
        for image in 0..<images {
            let (a, b) = (image % 2 == 1, image % 3 == 0)
            targets += [image % 5 == 4 ? Float.nan : a ? 1 : 0, b ? 1 : 0]
            // Every seventh picture looks like the contrary of what it is annotated as.
            let isOdd = image % 7 == 0
            probabilities += [a != isOdd ? 0.9 : 0.1, b != isOdd ? 0.8 : 0.2]
        }
        let table = AnnotationTable(
            source: "<data>.csv",
            images: (0..<images).map {
                Picture(name: "picture \($0)", path: $0 % 10 == 9 ? folder.path + "/gone" : path, line: $0 + 2)
            },
            labels: ["a", "<b> & \"c\""],
            targets: targets)
        return try AuditResult(table, probabilities: probabilities, options: AuditOptions(folds: 0))
    }

    @Test func `the page shows the first doubts of each kind with their pictures`() throws {
        let folder = try TemporaryFolder()
        let result = try Self.result(folder)
        let html = try result.html(model: "run/<model>", top: 3)
        #expect(XMLParser(data: Data(html.drop { $0 != "\n" }.utf8)).parse())
        for heading in ["Given, probably wrong", "Not given, probably missing", "Not known, probably there"] {
            #expect(html.contains("</span> \(heading)</h2>"), "\(heading)")
        }
        let shown = html.components(separatedBy: "<li data-l=").count - 1
        #expect(
            shown > 3 && shown <= 9 && html.components(separatedBy: "src=\"data:image/jpeg;base64,").count - 1 == shown)
        #expect(html.contains("Here: the first 3 of ") && html.contains("run/&lt;model&gt;"))
        #expect(html.contains("&lt;b&gt; &amp; &quot;c&quot;") && !html.contains("<b>"))
        #expect(html.contains("<bdi>picture 0</bdi>, line 2</p>"))
        #expect(html.contains("<select>") && html.contains("<option value=\"1\">"))
        #expect(html.contains("no labels given") && html.contains("given: a"))
        #expect(!html.replacing("http://www.w3.org/1999/xhtml", with: "").contains("://"))
    }

    @Test func `without doubts there is only the table of the labels`() throws {
        let folder = try TemporaryFolder()
        let path = try folder.picture("a.jpg", width: 40, height: 40, value: 90)
        let table = AnnotationTable(
            source: "data.csv",
            images: (0..<4).map { Picture(name: "p\($0)", path: path, line: $0 + 2) }, labels: ["a"],
            targets: [1, 0, 1, 0])
        let result = try AuditResult(
            table, probabilities: [0.9, 0.1, 0.9, 0.1], options: AuditOptions(folds: 0))
        let html = try result.html(model: "m", top: 3)
        #expect(html.contains("Estimated mistakes of each label") && html.contains("0 annotations are probably wrong"))
        #expect(!html.contains("<select>") && !html.contains("<li data-l"))
    }
}
