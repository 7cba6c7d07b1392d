// SPDX-License-Identifier: Apache-2.0

/// The metrics of weights between a start and its fine-tuned form (WiSE-FT, arXiv 2109.01903), to be drawn as curves.
public struct WeightInterpolation: Sendable, Equatable {
    /// The GAP at one share of the fine-tuned weights.
    public struct Point: Sendable, Equatable {
        /// The share α, 0...1: at 0 the start, at 1 the fine-tuned model.
        public var alpha: Double
        /// The GAP of all labels; nil where undefined.
        public var gap: Double?
        /// That of the labels that were trained on; nil where there are none.
        public var seen: Double?
        /// That of the others; nil where there are none.
        public var unseen: Double?

        /// A point of the curves.
        public init(alpha: Double, gap: Double?, seen: Double?, unseen: Double?) {
            self.alpha = alpha
            self.gap = gap
            self.seen = seen
            self.unseen = unseen
        }
    }

    /// The points in the order of α.
    public var points: [Point]
    /// The α of the model that the page is about; nil where nobody knows.
    public var chosen: Double?
    /// The annotations that the metrics are of, as the user named them; nil where nobody knows.
    public var data: String?

    /// Curves to draw; with fewer than two points there are none.
    public init(points: [Point], chosen: Double? = nil, data: String? = nil) {
        self.points = points.sorted { $0.alpha < $1.alpha }
        self.chosen = chosen
        self.data = data
    }

    /// What the chosen point keeps of what each end is best at; nil where an end or the chosen point is missing.
    var kept: (start: Double?, fineTuned: Double?)? {
        guard let first = points.first, first.alpha == 0, let last = points.last, last.alpha == 1, let chosen,
            let point = points.first(where: { abs($0.alpha - chosen) < 1e-9 })
        else { return nil }
        func ratio(_ value: Double?, _ whole: Double?) -> Double? {
            guard let value, let whole, whole > 0 else { return nil }
            return value / whole
        }
        if points.allSatisfy({ $0.unseen == nil }) { return (nil, ratio(point.gap, last.gap)) }
        return (ratio(point.unseen, first.unseen), ratio(point.seen, last.seen))
    }
}

extension ReportContents {
    /// How the GAP changes between the start and the fine-tuned model.
    func interpolationSection() -> Section? {
        guard let interpolation, interpolation.points.count >= 2 else { return nil }
        let place = interpolation.data.map { " on " + presentable($0, limit: 120) } ?? ""
        return Section(
            id: "interpolation", title: "Between the start and the fine-tuned model",
            lead:
                "Weights (1 − α) · start + α · fine-tuned (WiSE-FT). Fine-tuning gains on the labels that it sees and may "
                + "lose on others; in between there is often more of both. GAP\(place).",
            blocks: [.figures([figure(of: interpolation)], isSmall: false)])
    }

    private func figure(of interpolation: WeightInterpolation) -> Figure {
        let points = interpolation.points
        let curves: [(text: String, color: String, values: [Double?])] = [
            ("all labels", "grey", points.map(\.gap)), ("labels trained on", "blue", points.map(\.seen)),
            ("new labels", "orange", points.map(\.unseen)),
        ]
        let hasParts = curves[1].values.contains { $0 != nil } && curves[2].values.contains { $0 != nil }
        let drawn = (hasParts ? curves : Array(curves.prefix(1))).filter { $0.values.contains { $0 != nil } }
        let caption = caption(of: interpolation)
        return Figure(
            title: "GAP by share of the fine-tuned weights",
            svg: { id in
                let values = drawn.flatMap(\.values).compactMap(\.self)
                let scale = Scale.linear(values)
                var chart = Chart(
                    title: "GAP by share of the fine-tuned weights", description: caption,
                    x: .init(scale: .unit, title: "α, share of the fine-tuned weights"),
                    y: .init(
                        scale: Scale(low: max(scale.low, 0), high: min(scale.high, 1)), title: "GAP, %", isRate: true))
                if let chosen = interpolation.chosen {
                    chart.line([(x: chosen, y: max(scale.low, 0)), (x: chosen, y: min(scale.high, 1))], "l-grey thin")
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
                return chart.svg(id: id)
            },
            caption: caption,
            keys: drawn.map { .init(style: "\($0.color) line", text: $0.text) })
    }

    private func caption(of interpolation: WeightInterpolation) -> String {
        guard let chosen = interpolation.chosen else { return "The start is at α = 0, the fine-tuned model at α = 1." }
        var words = "This page’s model is at α = \(trimmed3(chosen))"
        let kept = interpolation.kept
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
