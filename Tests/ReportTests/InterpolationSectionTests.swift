// SPDX-License-Identifier: Apache-2.0

import Evaluation
import Foundation
import Testing

@testable import Report

@Suite struct InterpolationSectionTests {
    private static func point(_ alpha: Double, _ gap: Double?, seen: Double?, unseen: Double?)
        -> InterpolationCurve.Point
    {
        .init(
            alpha: alpha, all: .init(gap: gap), seen: seen.map { .init(gap: $0) }, unseen: unseen.map { .init(gap: $0) }
        )
    }

    private static let points = [
        point(1, 0.8, seen: 0.9, unseen: 0.4), point(0, 0.5, seen: 0.5, unseen: 0.6),
        point(0.5, 0.82, seen: 0.87, unseen: 0.63),
    ]

    private func page(_ points: [InterpolationCurve.Point]?, alpha: Double? = nil, data: String? = nil) throws -> String
    {
        var contents = try Sample(seed: 3, images: 40, labels: 4).contents()
        contents.interpolation = points.map { InterpolationCurve(data: data, alpha: 0.5, curve: $0) }
        contents.alpha = alpha
        return try contents.html()
    }

    @Test func `what is kept is measured against both ends`() throws {
        let curve = InterpolationCurve(alpha: 0.5, curve: Self.points)
        let kept = try #require(curve.kept(at: 0.5))
        #expect(abs((kept.start ?? 0) - 1.05) < 1e-12 && abs((kept.fineTuned ?? 0) - 0.87 / 0.9) < 1e-12)
        #expect(curve.kept(at: 0.4) == nil, "no point is there")
        #expect(curve.kept(at: nil) == nil)
        #expect(InterpolationCurve(alpha: 1, curve: Array(Self.points.prefix(1))).kept(at: 1) == nil)
        let plain = InterpolationCurve(
            alpha: 0,
            curve: [Self.point(0, 0.5, seen: nil, unseen: nil), Self.point(1, 0.8, seen: nil, unseen: nil)]
        ).kept(at: 0)
        #expect(plain?.start == nil && abs((plain?.fineTuned ?? 0) - 0.625) < 1e-12)
        let new = Self.points.map { Self.point($0.alpha, $0.unseen?.gap, seen: nil, unseen: $0.unseen?.gap) }
        let ends = InterpolationCurve(alpha: 1, curve: new).kept(at: 1)
        #expect(ends?.fineTuned == nil && abs((ends?.start ?? 0) - 0.4 / 0.6) < 1e-12)
        #expect(
            try page(new, alpha: 1).contains(
                "model is at α = 1: it keeps 66.7\u{202F}% of the start’s GAP on new labels."))
    }

    @Test func `the page draws a curve for each part of the labels`() throws {
        let html = try page(Self.points, alpha: 0.5, data: "<test>.csv")
        #expect(html.contains("id=\"interpolation\"") && html.contains("&lt;test&gt;.csv"))
        #expect(html.contains("model is at α = 0.5: it keeps 105.0\u{202F}% of the start’s GAP on new labels"))
        #expect(html.contains("and 96.7\u{202F}% of the fine-tuned model’s on labels trained on."))
        for (point, name) in [
            ("α 0: 50.0", "all labels"), ("α 1: 90.0", "labels trained on"), ("α 0.5: 63.0", "new labels"),
        ] {
            #expect(html.contains("\(point)\u{202F}%, \(name)"), "\(point)")
        }
    }

    @Test func `one part is one curve, and one point none`() throws {
        let seen = Self.points.map { Self.point($0.alpha, $0.all.gap, seen: $0.all.gap, unseen: nil) }
        let html = try page(seen, alpha: 0.5)
        #expect(html.contains("it keeps 102.5\u{202F}% of the fine-tuned model’s GAP."))
        #expect(html.contains("%, all labels") && !html.contains("%, labels trained on"))
        #expect(try !page(Array(seen.prefix(1))).contains("id=\"interpolation\""))
        #expect(try !page(nil).contains("id=\"interpolation\""))
        let undefined = [0, 1].map { Self.point($0, nil, seen: nil, unseen: nil) }
        #expect(try page(undefined).contains("The start is at α = 0"))
    }
}
