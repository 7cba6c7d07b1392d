// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Report

@Suite struct WeightInterpolationTests {
    private static let points: [WeightInterpolation.Point] = [
        .init(alpha: 1, gap: 0.8, seen: 0.9, unseen: 0.4), .init(alpha: 0, gap: 0.5, seen: 0.5, unseen: 0.6),
        .init(alpha: 0.5, gap: 0.82, seen: 0.87, unseen: 0.63),
    ]

    private func page(_ interpolation: WeightInterpolation?) throws -> String {
        var contents = try Sample(seed: 3, images: 40, labels: 4).contents()
        contents.interpolation = interpolation
        return try contents.html()
    }

    @Test func whatIsKeptIsMeasuredAgainstBothEnds() throws {
        var curve = WeightInterpolation(points: Self.points, chosen: 0.5)
        #expect(curve.points.map(\.alpha) == [0, 0.5, 1])
        let kept = try #require(curve.kept)
        #expect(abs((kept.start ?? 0) - 1.05) < 1e-12 && abs((kept.fineTuned ?? 0) - 0.87 / 0.9) < 1e-12)
        curve.chosen = 0.4
        #expect(curve.kept == nil, "no point is there")
        curve.chosen = nil
        #expect(curve.kept == nil)
        #expect(WeightInterpolation(points: Array(Self.points.prefix(1)), chosen: 1).kept == nil)
        let plain = WeightInterpolation(
            points: [
                .init(alpha: 0, gap: 0.5, seen: nil, unseen: nil), .init(alpha: 1, gap: 0.8, seen: nil, unseen: nil),
            ], chosen: 0)
        let new = WeightInterpolation(
            points: Self.points.map { .init(alpha: $0.alpha, gap: $0.unseen, seen: nil, unseen: $0.unseen) }, chosen: 1)
        #expect(new.kept?.fineTuned == nil && abs((new.kept?.start ?? 0) - 0.4 / 0.6) < 1e-12)
        #expect(try page(new).contains("model is at α = 1: it keeps 66.7\u{202F}% of the start’s GAP on new labels."))
        #expect(plain.kept?.start == nil && abs((plain.kept?.fineTuned ?? 0) - 0.625) < 1e-12)
    }

    @Test func thePageDrawsACurveForEachPartOfTheLabels() throws {
        let html = try page(WeightInterpolation(points: Self.points, chosen: 0.5, data: "<test>.csv"))
        #expect(html.contains("id=\"interpolation\"") && html.contains("&lt;test&gt;.csv"))
        #expect(html.contains("model is at α = 0.5: it keeps 105.0\u{202F}% of the start’s GAP on new labels"))
        #expect(html.contains("and 96.7\u{202F}% of the fine-tuned model’s on labels trained on."))
        for (point, name) in [
            ("α 0: 50.0", "all labels"), ("α 1: 90.0", "labels trained on"), ("α 0.5: 63.0", "new labels"),
        ] {
            #expect(html.contains("\(point)\u{202F}%, \(name)"), "\(point)")
        }
    }

    @Test func onePartIsOneCurveAndOnePointNone() throws {
        let seen = Self.points.map {
            WeightInterpolation.Point(alpha: $0.alpha, gap: $0.gap, seen: $0.gap, unseen: nil)
        }
        let html = try page(WeightInterpolation(points: seen, chosen: 0.5))
        #expect(html.contains("it keeps 102.5\u{202F}% of the fine-tuned model’s GAP."))
        #expect(html.contains("%, all labels") && !html.contains("%, labels trained on"))
        #expect(try !page(WeightInterpolation(points: Array(seen.prefix(1)))).contains("id=\"interpolation\""))
        #expect(try !page(nil).contains("id=\"interpolation\""))
        let undefined = WeightInterpolation(
            points: [
                .init(alpha: 0, gap: nil, seen: nil, unseen: nil), .init(alpha: 1, gap: nil, seen: nil, unseen: nil),
            ])
        #expect(try page(undefined).contains("The start is at α = 0"))
    }
}
