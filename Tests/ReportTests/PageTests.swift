// SPDX-License-Identifier: Apache-2.0

import Evaluation
import FileIO
import Foundation
import TestSupport
import Testing

@testable import Report

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// What a strict parser finds in a page.
private final class Document: NSObject, XMLParserDelegate {
    private(set) var elements: [String: Int] = [:]
    private(set) var ids: [String] = []
    private(set) var references: [String] = []
    private(set) var text = ""
    private(set) var attributes: [String] = []
    private(set) var problem: String?

    init(_ html: String) {
        super.init()
        // The document type is HTML's; everything after it has to be well-formed.
        let body = html.drop { $0 != "\n" }
        let parser = XMLParser(data: Data(body.utf8))
        parser.delegate = self
        if !parser.parse() {
            problem = "line \(parser.lineNumber): \(parser.parserError.map { "\($0)" } ?? "unknown")"
        }
    }

    func parser(
        _ parser: XMLParser, didStartElement element: String, namespaceURI: String?, qualifiedName: String?,
        attributes values: [String: String]
    ) {
        elements[element, default: 0] += 1
        for (name, value) in values {
            attributes.append(name)
            if name == "id" { ids.append(value) }
            if name == "src" || name == "href" { references.append(value) }
            if name.hasPrefix("aria-labelledby") {
                references += value.split(separator: " ").map { "#" + $0 }
            }
        }
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }
}

@Suite struct PageTests {
    private let hostile = [
        "<script>alert(1)</script>", "\"quoted\" 'label'", "{{mustache}} {{{title}}}",
        "</title></svg><img src=x onerror=1>",
        "a&amp;b", "\u{202E}desrever\u{0}", String(repeating: "long ", count: 400), "]]>", "",
    ]

    /// A page with every section.
    private func full(names: [String]? = nil, labels: Int = 9) throws -> ReportContents {
        let sample = Sample(seed: 5, images: 120, labels: labels)
        var contents = try sample.contents(names: names)
        var other = sample
        for index in other.scores.indices { other.scores[index] = sample.scores[index] * 0.5 - Double(index % 3) }
        contents.before = try other.report(names: names)
        contents.seenLabels = contents.evaluation.perLabel.enumerated().filter { $0.offset % 3 != 0 }.map(
            \.element.label)
        contents.date = "2026-01-02"
        contents.training = TrainingLog(
            jsonLines: (0..<1000).map { step in
                "{\"step\":\(step),\"loss\":\(1.0 / Double(step + 1)),\"learning_rate\":1e-5,\"temperature\":0.07}"
                    + (step % 100 == 99
                        ? "\n{\"step\":\(step),\"validation\":{\"gap\":0.\(step),\"map_macro\":0.2}}" : "")
            }.joined(separator: "\n"))
        contents.configuration = "model: \"<b>&\"\nepochs: 3\n"
        contents.versions = [ReportFact("mumic", "0.1.0"), ReportFact("libtorch", "2.13.0")]
        contents.commandLine = "mumic evaluate --data '<x>'"
        return contents
    }

    private func sections(_ document: Document) -> Set<String> {
        Set(document.ids.filter { $0.hasSuffix("-h") }.map { String($0.dropLast(2)) })
    }

    @Test func `a page with everything is well-formed and complete`() throws {
        let folder = try TemporaryFolder()
        var contents = try full()
        let path = try folder.picture("a.jpg", width: 400, height: 100, value: 90)
        contents.pictures = (0..<120).map { Picture(name: "picture \($0)", path: $0 % 2 == 0 ? path : "missing") }
        let html = try contents.html()
        let document = Document(html)
        #expect(document.problem == nil)
        #expect(
            sections(document) == [
                "headline", "change", "new", "training", "labels", "bands", "curves", "calibration", "scores",
                "together", "confusions", "pictures", "configuration",
            ])
        #expect(Set(document.ids).count == document.ids.count)
        // Links lead to parts of the page, pictures are in it, and nothing is elsewhere.
        for reference in document.references {
            if reference.hasPrefix("data:image/jpeg;base64,") { continue }
            #expect(reference.hasPrefix("#") && document.ids.contains(String(reference.dropFirst())), "\(reference)")
        }
        #expect(!html.replacing("http://www.w3.org/1999/xhtml", with: "").contains("://"))
        #expect(html.contains("epochs: 3") && html.contains("2026-01-02"))
        #expect((document.elements["svg"] ?? 0) >= 12)
        #expect(document.elements["svg"] == document.elements["desc"])
        #expect(document.elements["script"] == 1 && document.elements["h1"] == 1)
        #expect(document.elements["caption"] == document.elements["table"])
        let images = document.elements["img"] ?? 0
        #expect(images > 0 && images <= 60)
        let hasUnreadable = html.contains("picture 1<")
        #expect(!hasUnreadable)
    }

    @Test func `a calibrated page shows what the calibration does, and groups and bands as they were asked for`() throws
    {
        let sample = Sample(seed: 5, images: 120, labels: 9)
        let plain = try sample.contents()
        let curves = (0..<9).map { CalibrationCurve.logistic(scale: 0.5 + Double($0) / 4, shift: -0.5) }
        let matrix = try ScoreMatrix(
            imageCount: 120, labelCount: 9, scores: sample.scores, targets: sample.targets)
        let options = EvaluationOptions(bootstrapReplicates: 0, calibration: curves)
        var report = try evaluate(matrix, labels: sample.names, kind: .logits, options: options)
        let groups = [LabelGroup(name: "<own>", columns: [1, 2]), LabelGroup(name: "seen", columns: [0, 1, 2])]
        try report.add(LabelParts(groups: groups), of: matrix, kind: .logits, options: options)
        var contents = ReportContents(
            title: "A sample", model: "calibrated", data: "test.csv", evaluation: report, scores: sample.scores,
            targets: sample.targets)
        contents.reading = ScoreReading(.logits, curves: curves)
        contents.trainingPositives = ["label 0": 900, "label 1": 100, "label 2": 5, "label 3": 4]
        contents.bandBoundaries = BandBoundaries(low: 20, high: 100)
        let html = try contents.html()
        let document = Document(html)
        #expect(document.problem == nil)
        #expect(sections(document).isSuperset(of: ["groups", "bands", "calibration"]))
        #expect(document.text.contains("<own>") && document.text.contains("trained on"))
        #expect(html.contains("in the training pictures") && html.contains("fewer than 20"))
        let before = percent(plain.evaluation.calibrationError)
        #expect(html.contains("without the calibration it would be \(before)."))
        #expect(html.contains("is \(percent(report.calibrationError));"))
        let plainSections = sections(Document(try plain.html()))
        #expect(!plainSections.contains("groups"))
        contents.reading = ScoreReading(.logits, curves: Array(curves.dropLast()))
        #expect(throws: ReportError.wrongCount(of: "calibration curves", expected: 9, found: 8)) {
            try contents.html()
        }
    }

    @Test func `a page of logarithms of shares speaks of them, and of no logits`() throws {
        let sample = Sample(seed: 5, images: 120, labels: 9)
        let logs = logSoftmax(sample.scores, labelCount: 9)
        let matrix = try ScoreMatrix(imageCount: 120, labelCount: 9, scores: logs, targets: sample.targets)
        var contents = ReportContents(
            title: "A sample", model: "run/model", data: "test.csv",
            evaluation: try evaluate(matrix, labels: sample.names, kind: .logProbabilities), scores: logs,
            targets: sample.targets)
        contents.reading = ScoreReading(.logProbabilities)
        let html = try contents.html()
        #expect(Document(html).problem == nil)
        #expect(html.contains("Distribution of log probabilities"))
        let speaksOfLogits = html.contains("logit")
        #expect(!speaksOfLogits)
        #expect(html.contains("is \(percent(contents.evaluation.calibrationError))."))
    }

    @Test func `hostile names and texts stay texts`() throws {
        let folder = try TemporaryFolder()
        var contents = try full(names: hostile)
        let path = try folder.picture("a.jpg", width: 20, height: 20, value: 90)
        contents.pictures = (0..<120).map { Picture(name: hostile[$0 % hostile.count], path: path) }
        contents.title = hostile[0]
        contents.model = hostile[3]
        contents.data = hostile[2]
        contents.date = hostile[1]
        contents.configuration = hostile.prefix(6).joined(separator: "\n")
        contents.commandLine = hostile.prefix(6).joined(separator: " ")
        contents.versions = hostile.prefix(6).map { ReportFact($0, $0) }
        let html = try contents.html()
        let document = Document(html)
        #expect(document.problem == nil)
        #expect(document.elements["script"] == 1)
        #expect(!document.attributes.contains { $0.hasPrefix("on") })
        #expect(document.text.contains("<script>alert(1)</script>"))
        #expect(document.text.contains("{{mustache}} {{{title}}}"))
        #expect(document.text.contains("\"quoted\" 'label'"))
        #expect(document.text.contains("a&amp;b"))
        let turnsDirection = html.contains("\u{202E}")
        #expect(!turnsDirection)
        let longNames = html.contains(hostile[6])
        #expect(!longNames)
    }

    @Test func `sections without data are not there`() throws {
        let document = Document(try Sample(seed: 5, images: 120, labels: 9).contents().html())
        #expect(document.problem == nil)
        #expect(
            sections(document) == [
                "headline", "labels", "bands", "curves", "calibration", "scores", "together", "confusions",
            ])
        #expect(document.elements["img"] == nil)
    }

    @Test func `one label and one picture are enough`() throws {
        for target in [1, 0, Float.nan] {
            var sample = Sample(seed: 1, images: 1, labels: 1)
            (sample.scores, sample.targets) = ([0.3], [target])
            let html = try sample.contents().html()
            #expect(Document(html).problem == nil)
            #expect(html.contains("No label is annotated") == !(target == 1))
            let hasNoNumbers = html.contains("nan") || html.contains("inf")
            #expect(!hasNoNumbers)
        }
    }

    @Test func `scores of unknown pairs change nothing`() throws {
        var first = Sample(seed: 9, images: 60, labels: 6)
        var second = first
        for index in first.targets.indices where first.targets[index].isNaN {
            first.scores[index] = 1000
            second.scores[index] = -1000
        }
        #expect(first.scores != second.scores)
        #expect(try first.contents().html() == second.contents().html())
    }

    @Test func `a page of two thousand labels and long runs has a bounded size`() throws {
        let folder = try TemporaryFolder()
        let labels = 2000
        var contents = try full(
            names: (0..<labels).map { "\($0) " + String(repeating: "\"", count: 500) }, labels: labels)
        let path = try folder.picture("a.jpg", width: 600, height: 600, value: 3)
        contents.pictures = (0..<120).map { Picture(name: String(repeating: "&", count: 5000 + $0), path: path) }
        let html = try contents.html()
        #expect(Document(html).problem == nil)
        // Two thousand rows of at most 120 characters of six bytes, three times over, are by far the largest part.
        #expect(html.utf8.count < 9_000_000)
    }

    @Test func `the number of pictures does not matter for the size`() throws {
        let sizes = try [2_000, 40_000].map { images in
            try Sample(seed: 2, images: images, labels: 5).contents().html().utf8.count
        }
        #expect(abs(sizes[1] - sizes[0]) < 20_000)
    }

    @Test func `evaluations of other data are compared with a warning only`() throws {
        var contents = try Sample(seed: 5, images: 120, labels: 9).contents()
        contents.before = try Sample(seed: 6, images: 80, labels: 9).report()
        let html = try contents.html()
        #expect(html.contains("compare with care"))
        #expect(!html.contains("a ring is where it was before"))
    }

    @Test func `parts that do not belong together are refused`() throws {
        var contents = try Sample(seed: 5, images: 12, labels: 3).contents()
        contents.pictures = [Picture(name: "a", path: "a")]
        #expect(throws: ReportError.wrongCount(of: "pictures", expected: 12, found: 1)) { try contents.html() }
        contents.pictures = []
        contents.scores.removeLast()
        #expect(throws: ReportError.wrongCount(of: "scores", expected: 36, found: 35)) { try contents.html() }
        let error = ReportError.wrongCount(of: "scores", expected: 36, found: 35)
        #expect("\(error)".contains("35 scores") && !error.isMissingInput)
    }
}
