// SPDX-License-Identifier: Apache-2.0

import Evaluation

extension InterpolationCurve {
    /// What the point at `alpha` keeps of what each end is best at; nil where an end or the point is missing.
    func kept(at alpha: Double?) -> (start: Double?, fineTuned: Double?)? {
        guard let first = curve.min(by: { $0.alpha < $1.alpha }), first.alpha == 0,
            let last = curve.max(by: { $0.alpha < $1.alpha }), last.alpha == 1, let alpha,
            let point = curve.first(where: { abs($0.alpha - alpha) < 1e-9 })
        else { return nil }
        func ratio(_ value: Double?, _ whole: Double?) -> Double? {
            guard let value, let whole, whole > 0 else { return nil }
            return value / whole
        }
        if curve.allSatisfy({ $0.unseen?.gap == nil }) { return (nil, ratio(point.all.gap, last.all.gap)) }
        return (ratio(point.unseen?.gap, first.unseen?.gap), ratio(point.seen?.gap, last.seen?.gap))
    }
}

extension ReportContents {
    /// How the GAP changes between the start and the fine-tuned model.
    func interpolationSection() -> Section? {
        guard let interpolation, interpolation.curve.count >= 2 else { return nil }
        let place = interpolation.data.map { " on " + presentable($0, limit: 120) } ?? ""
        return Section(
            id: "interpolation", title: "Between the start and the fine-tuned model",
            lead:
                "Weights (1 − α) · start + α · fine-tuned (WiSE-FT). Fine-tuning gains on the labels that it sees and may "
                + "lose on others; in between there is often more of both. GAP\(place).",
            blocks: [.figures([figure(of: interpolation)], isSmall: false)])
    }

    private func figure(of interpolation: InterpolationCurve) -> Figure {
        let points = interpolation.curve.sorted { $0.alpha < $1.alpha }
        let curves: [(text: String, color: String, values: [Double?])] = [
            ("all labels", "grey", points.map(\.all.gap)), ("labels trained on", "blue", points.map { $0.seen?.gap }),
            ("new labels", "orange", points.map { $0.unseen?.gap }),
        ]
        let hasParts = curves[1].values.contains { $0 != nil } && curves[2].values.contains { $0 != nil }
        let drawn = (hasParts ? curves : Array(curves.prefix(1))).filter { $0.values.contains { $0 != nil } }
        let caption = caption(of: interpolation)
        let values = drawn.flatMap(\.values).compactMap(\.self)
        let scale = Scale.linear(values)
        var chart = Chart(
            title: "GAP by share of the fine-tuned weights", description: caption,
            x: .init(scale: .unit, title: "α, share of the fine-tuned weights"),
            y: .init(scale: Scale(low: max(scale.low, 0), high: min(scale.high, 1)), title: "GAP, %", isRate: true))
        if let alpha {
            chart.line([(x: alpha, y: max(scale.low, 0)), (x: alpha, y: min(scale.high, 1))], "l-grey thin")
        }
        for curve in drawn {
            let line = zip(points, curve.values).map { (x: $0.alpha, y: $1 ?? .nan) }
            chart.line(line, "l-\(curve.color)")
            for point in line where point.y.isFinite {
                chart.dot(
                    point.x, point.y, "f-\(curve.color)", radius: 2.6,
                    tip: "α \(trimmed3(point.x)): \(percent(point.y)), \(curve.text)")
            }
        }
        return Figure(
            title: "GAP by share of the fine-tuned weights", svg: chart.svg, caption: caption,
            keys: drawn.map { ("\($0.color) line", $0.text) })
    }

    private func caption(of interpolation: InterpolationCurve) -> String {
        guard let alpha else { return "The start is at α = 0, the fine-tuned model at α = 1." }
        var words = "This page’s model is at α = \(trimmed3(alpha))"
        let kept = interpolation.kept(at: alpha)
        switch (kept?.start, kept?.fineTuned) {
        case (let start?, let fineTuned?):
            words +=
                ": it keeps \(percent(start)) of the start’s GAP on new labels and \(percent(fineTuned)) of the "
                + "fine-tuned model’s on labels trained on"
        case (let start?, nil): words += ": it keeps \(percent(start)) of the start’s GAP on new labels"
        case (nil, let fineTuned?): words += ": it keeps \(percent(fineTuned)) of the fine-tuned model’s GAP"
        default: break
        }
        return words + "."
    }
}
