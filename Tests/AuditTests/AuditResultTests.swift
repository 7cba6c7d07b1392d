// SPDX-License-Identifier: Apache-2.0

import Datasets
import FileIO
import Foundation
import JSON
import Testing

@testable import Audit

@Suite struct AuditResultTests {
    private static let copies = 10
    private static let pictures = 24

    /// Each of some pictures ten times: its copies say what it has. Label `a` is wrong on one copy of every fourth
    /// picture and unknown on another copy; label `b, "c"` is right.
    private static func world() -> (table: AnnotationTable, features: [Float], logits: [Float]) {
        var random = Numbers(state: 5)
        let kinds = (0..<pictures).map { _ in (0..<16).map { _ in Float.random(in: -1...1, using: &random) } }
        var (images, targets, features, logits): ([Picture], [Float], [Float], [Float]) = ([], [], [], [])
        for copy in 0..<copies {
            for (index, kind) in kinds.enumerated() {
                images.append(Picture(name: "p\(index)", path: "p\(index).png", line: images.count + 2))
                let isWrong = copy == 4 && index % 4 == 0
                let a = (index % 3 == 0) != isWrong
                targets += [copy == 7 ? .nan : a ? 1 : 0, Float(index % 2)]
                let norm = kind.reduce(0) { $0 + $1 * $1 }.squareRoot()
                features += kind.map { $0 / norm }
                logits += [0, 0]
            }
        }
        return (
            AnnotationTable(source: "data.csv", images: images, labels: ["a", "b, \"c\""], targets: targets), features,
            logits
        )
    }

    private static func audit(_ options: AuditOptions = options()) throws -> AuditResult {
        let (table, features, logits) = world()
        return try AuditResult(table, features: features, logits: logits, options: options)
    }

    private static func options(seed: UInt64 = 0, order: IssueOrder = .selfConfidence, workers: Int = 2) -> AuditOptions
    {
        AuditOptions(seed: seed, order: order, fit: HeldOutOptions(penalty: 0.01, workers: workers))
    }

    @Test func `unknown pairs are suggested apart`() throws {
        let result = try Self.audit()
        let count = Self.pictures
        let summary = AuditSummary(result)
        #expect(summary.images == 10 * count && summary.labels == 2 && summary.folds == 5 && summary.penalty == 0.01)
        #expect(summary.unknown == count && summary.perLabel[0].audit.unknown == count)
        #expect(summary.positives + summary.negatives == 19 * count)
        #expect(summary.probablyWrong + summary.probablyMissing == result.mistakes.count)
        #expect(summary.missing == result.suggestions.count && !result.suggestions.isEmpty)
        // The copies of a picture tell what is wrong with one of them.
        let mistakes = result.mistakes.filter { $0.label == 0 }
        #expect(mistakes.count >= 3)
        #expect(mistakes.allSatisfy { $0.image / count == 4 && $0.image % count % 4 == 0 }, "\(mistakes)")
        #expect(mistakes.allSatisfy { ($0.kind == .probablyMissing) == ($0.image % count % 3 == 0) })
        #expect(result.suggestions.allSatisfy { $0.image / count == 7 && $0.image % count % 3 == 0 })
        #expect(zip(mistakes, mistakes.dropFirst()).allSatisfy { $0.selfConfidence <= $1.selfConfidence })
        let text = try jsonText(summary)
        #expect(
            text.contains("\"probably_wrong\"") && text.contains("\"noise_rate\"") && text.contains("\"per_label\""))
    }

    @Test func `the files say what was found, and fit cleanlab`() throws {
        let folder = FileManager.default.temporaryDirectory.path + "/mumic-test-" + UUID().uuidString
        try createDirectory(path: folder)
        defer { try? removeTree(path: folder) }
        let result = try Self.audit()
        try result.write(to: folder)
        let lines = try readText(path: folder + "/audit.csv", maximumBytes: 1 << 20).split(separator: "\n")
        #expect(lines[0] == "image,label,given,probability,self_confidence,kind,rank,line")
        #expect(lines.count == 1 + result.mistakes.count + result.suggestions.count)
        for (rank, (line, issue)) in zip(lines.dropFirst(), result.mistakes + result.suggestions).enumerated() {
            let given = [.probablyWrong: "1", .probablyMissing: "0"][issue.kind] ?? ""
            let label = issue.label == 0 ? "a" : "\"b, \"\"c\"\"\""
            let place = rank < result.mistakes.count ? rank : rank - result.mistakes.count
            #expect(line.hasPrefix("p\(issue.image % Self.pictures),\(label),\(given),\(issue.probability),"))
            #expect(line.hasSuffix(",\(issue.kind.rawValue),\(place + 1),\(issue.image + 2)"))
        }
        let labels = try JSONDecoder().decode(
            [[Int]].self, from: Data(readFile(path: folder + "/labels.json", maximumBytes: 1 << 20)))
        #expect(
            labels.count == result.table.images.count && labels[0] == [0] && labels[1] == [1] && labels[3] == [0, 1])
        let matrix = try NPYFile(path: folder + "/pred_probs.npy")
        #expect(matrix.rows == labels.count && matrix.columns == 2)
        let values = matrix.withRows(0..<matrix.rows) { Array($0.bindMemory(to: Float.self)) }
        #expect(values == result.probabilities)
    }

    @Test func `the same seed gives the same numbers on any threads, and another one others`() throws {
        let first = try Self.audit()
        let alone = try Self.audit(Self.options(workers: 1))
        #expect(first.probabilities == alone.probabilities && first.mistakes == alone.mistakes)
        #expect(try Self.audit(Self.options(seed: 9)).probabilities != first.probabilities)
        let adjusted = try Self.audit(Self.options(order: .adjusted))
        #expect(adjusted.probabilities == first.probabilities)
        #expect(adjusted.mistakes == adjusted.mistakes.sorted { $0.adjustedConfidence < $1.adjustedConfidence })
    }

    @Test func `more parts than pictures are refused before any work, and an interruption ends it`() throws {
        let (table, features, logits) = Self.world()
        let error = try #require(throws: InputError.self) { try AuditOptions(folds: 241).check(table) }
        #expect(error.failureKind == .wrongUsage && "\(error)".contains("--folds 241 is more than the 240 pictures"))
        #expect(throws: Never.self) { try AuditOptions(folds: 240).check(table) }
        #expect(throws: Interrupted.self) {
            try AuditResult(
                table, features: features, logits: logits,
                monitor: WorkMonitor(interruption: { throw Interrupted(signal: 15) }))
        }
    }
}
