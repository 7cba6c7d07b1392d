// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Evaluation

@Suite struct InterpolationCurveTests {
    /// Points in equal steps of α, of seen and unseen GAPs.
    private static func points(_ gaps: [(seen: Double?, unseen: Double?)]) -> [InterpolationCurve.Point] {
        gaps.enumerated().map { index, gap in
            .init(
                alpha: Double(index) / Double(max(1, gaps.count - 1)), all: .init(gap: 0.5, mapMacro: 0.25),
                seen: gap.seen.map { .init(gap: $0) }, unseen: gap.unseen.map { .init(gap: $0) })
        }
    }

    @Test func `of seen labels alone the smallest share that keeps enough is taken`() {
        let points = Self.points([(0.5, nil), (0.7, nil), (0.8, nil), (0.75, nil)])
        #expect(InterpolationCurve.choice(of: points, keep: 0.8) == 1)
        #expect(InterpolationCurve.choice(of: points, keep: 1) == 2)
        #expect(InterpolationCurve.choice(of: points, keep: 0) == 0)
    }

    @Test func `with unseen labels the best harmonic mean among these is taken`() {
        let points = Self.points([(0.2, 0.9), (0.7, 0.6), (0.75, 0.5), (0.8, 0.1)])
        #expect(InterpolationCurve.choice(of: points, keep: 0.8) == 1)
        #expect(InterpolationCurve.choice(of: points, keep: 0.9) == 2)
        #expect(InterpolationCurve.choice(of: points, keep: 1) == 3)
        // Of equal ones the smaller.
        #expect(InterpolationCurve.choice(of: Self.points([(0.5, 0.5), (0.5, 0.5)]), keep: 0.9) == 0)
    }

    @Test func `of unseen labels alone the best share is taken, and of none none`() {
        #expect(InterpolationCurve.choice(of: Self.points([(nil, 0.1), (nil, 0.3), (nil, 0.3)]), keep: 1) == 1)
        #expect(InterpolationCurve.choice(of: Self.points([(nil, nil), (nil, nil)]), keep: 1) == nil)
        #expect(InterpolationCurve.choice(of: [], keep: 1) == nil)
    }

    @Test func `metrics of parts are those of their labels alone`() throws {
        let matrix = try RandomMatrix(seed: 3, images: 40...40, labels: 5...5).matrix()
        let point = try InterpolationCurve.Point(alpha: 0.5, matrix, seen: [0, 3])
        let names = (0..<5).map(String.init)
        for (metrics, columns) in [(point.all, Array(0..<5)), (try #require(point.seen), [0, 3])] {
            let report = try evaluate(matrix, columns: columns, labels: names, kind: .logits)
            #expect(metrics.gap == report.gap && metrics.mapMacro == report.mapMacro)
        }
        #expect(point.unseen != nil)
        #expect(try InterpolationCurve.Point(alpha: 0, matrix, seen: Set(0..<5)).unseen == nil)
    }

    @Test func `JSON says null where nothing is known, and is read again`() throws {
        let curve = InterpolationCurve(
            data: "a.csv", alpha: 0.5, keep: 0.98, labelsSeen: 2, curve: Self.points([(0.5, nil), (nil, 0.25)]))
        let data = try JSONEncoder().encode(curve)
        #expect(try JSONDecoder().decode(InterpolationCurve.self, from: data) == curve)
        let text = String(decoding: data, as: UTF8.self)
        #expect(text.contains("\"labels_unseen\":null") && text.contains("\"map_macro\":0.25"))
        #expect(text.contains("\"unseen\":null") && text.contains("\"gap\":0.25"))
        for point in ["{\"alpha\":0,\"gap\":1e300}", "{\"alpha\":2,\"gap\":null}"] {
            let text = "{\"alpha\":0,\"curve\":[\(point)]}"
            #expect(throws: DecodingError.self) {
                try JSONDecoder().decode(InterpolationCurve.self, from: Data(text.utf8))
            }
        }
    }
}
