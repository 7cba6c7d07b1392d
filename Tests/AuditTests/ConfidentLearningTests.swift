// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Audit

/// Fixtures recorded by Scripts/goldens/record-cleanlab.py.
enum Golden {
    static func read<Value: Decodable>(_ name: String) throws -> Value {
        let url = try #require(Bundle.module.url(forResource: "Fixtures/" + name, withExtension: "json"))
        return try JSONDecoder().decode(Value.self, from: Data(contentsOf: url))
    }
}

@Suite struct ConfidentLearningTests {
    struct Recorded: Decodable {
        struct Label: Decodable {
            let thresholds: [Double]
            let joint: [[Int]]
            let issues: [Int]
        }

        let labels: Int
        let probabilities: [Float]
        let targets: [Float]
        let self_confidence: [Double]
        let per_class: [Label]
    }

    @Test func `issues, thresholds and joints are those of cleanlab`() throws {
        let golden: Recorded = try Golden.read("cleanlab")
        let found = try ConfidentLearning(
            probabilities: golden.probabilities, targets: golden.targets, labelCount: golden.labels)
        #expect(found.labels.count == golden.labels)
        for (label, expected) in golden.per_class.enumerated() {
            let audit = found.labels[label]
            let thresholds = try [#require(audit.negativeThreshold), #require(audit.positiveThreshold)]
            // Sums of 80 doubles in another order.
            #expect(zip(thresholds, expected.thresholds).allSatisfy { abs($0 - $1) < 1e-12 })
            #expect(audit.confidentJoint == expected.joint)
            #expect(found.issues.filter { $0.label == label }.map(\.image).sorted() == expected.issues)
            #expect(!expected.issues.isEmpty)
        }
        for issue in found.issues {
            let pair = issue.image * golden.labels + issue.label
            #expect(abs(issue.selfConfidence - golden.self_confidence[pair]) < 1e-7)
            #expect(issue.kind == (golden.targets[pair] == 1 ? .probablyWrong : .probablyMissing))
        }
    }

    /// Where most positives are not given, no probability reaches one half.
    @Test func `a hard label has a threshold within reach`() throws {
        let issues = try ConfidentLearning(
            probabilities: [0.3, 0.4, 0.05, 0.05, 0.4, 0.1], targets: [1, 1, 0, 0, 0, 0], labelCount: 1
        ).issues
        #expect(issues.map(\.image) == [4] && issues.map(\.kind) == [.probablyMissing])
    }

    @Test func `the ranking is that of cleanlab's label quality`() throws {
        let golden: Recorded = try Golden.read("cleanlab")
        let ranked = try ConfidentLearning(
            probabilities: golden.probabilities, targets: golden.targets, labelCount: golden.labels
        ).ranked([.probablyWrong, .probablyMissing])
        for label in 0..<golden.labels {
            let issues = golden.per_class[label].issues.sorted {
                golden.self_confidence[$0 * golden.labels + label] < golden.self_confidence[$1 * golden.labels + label]
            }
            #expect(ranked.filter { $0.label == label }.map(\.image) == issues)
        }
    }

    /// The definition, pair by pair.
    @Test func `estimated rates are the scaled joint`() throws {
        let targets: [Float] = [1, 1, 1, 1, 0, 0, 0, 0, 0, 0]
        let probabilities: [Float] = [0.9, 0.8, 0.9, 0.1, 0.1, 0.2, 0.1, 0.2, 0.9, 0.5]
        let audit = try ConfidentLearning(probabilities: probabilities, targets: targets, labelCount: 1).labels[0]
        // Thresholds 0.675 and 2/3: all but the last are sure.
        #expect(audit.confidentJoint == [[4, 1], [1, 3]])
        let (wrong, missed) = (4.0 / 4, 6.0 / 5)
        #expect(try abs(#require(audit.wrongRate) - wrong / 4) < 1e-12)
        #expect(try abs(#require(audit.missingRate) - missed / (missed + 3)) < 1e-12)
        #expect(try abs(#require(audit.noiseRate) - (wrong + missed) / 10) < 1e-12)
        #expect((audit.positives, audit.negatives, audit.unknown) == (4, 6, 0))
    }

    @Test func `unknown pairs are only suggested and move no threshold`() throws {
        let known: [Float] = [1, 1, 0, 0, 0]
        let probabilities: [Float] = [0.9, 0.7, 0.1, 0.2, 0.3]
        let before = try ConfidentLearning(probabilities: probabilities, targets: known, labelCount: 1)
        let after = try ConfidentLearning(
            probabilities: probabilities + [0.81, 0.79, 0.05], targets: known + [.nan, .nan, .nan], labelCount: 1)
        #expect(before.issues == [])
        #expect(after.labels[0].positiveThreshold == before.labels[0].positiveThreshold)
        #expect(after.labels[0].negativeThreshold == before.labels[0].negativeThreshold)
        #expect(after.labels[0].unknown == 3 && after.labels[0].noiseRate == before.labels[0].noiseRate)
        #expect(after.ranked([.missing]).map(\.image) == [5])
        #expect(after.ranked([.probablyWrong, .probablyMissing]) == [])
    }

    @Test func `a label without positives has no issues`() throws {
        let found = try ConfidentLearning(
            probabilities: [0.1, 0.9, 0.2, 0.8], targets: [0, .nan, 0, .nan], labelCount: 2)
        #expect(found.issues == [])
        #expect(found.labels.allSatisfy { $0.positiveThreshold == nil && $0.noiseRate == nil && $0.wrongRate == nil })
        #expect(found.labels[1].negativeThreshold == nil && found.labels[1].unknown == 2)
    }

    @Test func `the adjusted order forgives hard labels`() throws {
        // The second label is hard: its positives have 0.3 at most; 0.1 there is less striking than 0.2 in the first.
        let targets: [Float] = [1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0]
        let probabilities: [Float] = [0.9, 0.3, 0.9, 0.3, 0.2, 0.1, 0.3, 0.15, 0.3, 0.15, 0.3, 0.15]
        let found = try ConfidentLearning(probabilities: probabilities, targets: targets, labelCount: 2)
        let kinds: Set<LabelIssue.Kind> = [.probablyWrong]
        #expect(found.ranked(kinds).map(\.label) == [1, 0])
        #expect(found.ranked(kinds, by: .adjusted).map(\.label) == [0, 1])
    }

    @Test func `parts that do not belong together are named`() {
        #expect(throws: AuditError.wrongCount(of: "probabilities", expected: 2, found: 1)) {
            try ConfidentLearning(probabilities: [0.5], targets: [0, 1], labelCount: 1)
        }
        #expect(throws: AuditError.wrongCount(of: "labels", expected: 3, found: 2)) {
            try ConfidentLearning(probabilities: [0.5, 0, 1], targets: [0, 1, 0], labelCount: 2)
        }
    }
}
