// SPDX-License-Identifier: Apache-2.0

import Evaluation
import Foundation

extension ReportContents {
    func curveSection(_ pairs: PairTable) -> Section? {
        let pooled = pairs.precisionRecallCurve(label: nil)
        guard !pooled.isEmpty else { return nil }
        let report = evaluation
        var chart = Self.curveChart(
            pooled, title: "Precision and recall of all pairs",
            description: "The area under the curve is GAP, \(percent(report.gap)).")
        if let threshold = report.threshold, reading.curves == nil, report.overallPrecision > 0 {
            chart.dot(report.overallRecall, report.overallPrecision, "f-orange", radius: 4.5)
            let isRight = report.overallRecall > 0.6
            chart.note(
                report.overallRecall + (isRight ? -0.025 : 0.025), report.overallPrecision,
                "threshold \(trimmed(threshold))", anchor: isRight ? "end" : "start",
                dy: report.overallPrecision > 0.9 ? 16 : -8)
        }
        let main = Figure(
            title: "All labels pooled", svg: chart.svg,
            caption: "The area under the curve is GAP, \(percent(report.gap))."
                + (report.threshold == nil || reading.curves != nil || report.overallPrecision == 0
                    ? "" : " The dot is where the threshold cuts."))
        let ranked = rankedLabels
        let columns = Dictionary(
            report.perLabel.enumerated().map { ($1.label, $0) }, uniquingKeysWith: { first, _ in first })
        let small = Self.chosen(ranked.count).compactMap { place, word -> Figure? in
            let label = ranked[place]
            guard let column = columns[label.label] else { return nil }
            let name = presentable(label.label, limit: 60)
            let chart = Self.curveChart(
                pairs.precisionRecallCurve(label: column, maximumPoints: 100),
                title: "Precision and recall of \(name)",
                description: "Average precision \(percent(label.averagePrecision)).", isSmall: true)
            return Figure(
                title: name, svg: chart.svg,
                caption: "\(word): AP \(percent(label.averagePrecision)), \(counted(label.positives, "positive"))")
        }
        // Calibrated probabilities of different labels have an order of their own.
        let byProbability = reading.curves == nil ? pooled : pairs.byProbability().precisionRecallCurve(label: nil)
        var blocks: [Block] = [.figures([main, thresholdFigure(byProbability)])]
        if small.count >= 2 {
            blocks.append(.heading("The best, the median and the worst labels"))
            blocks.append(.figures(small, isSmall: true))
        }
        return Section(
            id: "curves", title: "Precision and recall",
            lead:
                "Lowering the threshold finds more (to the right: recall) and errs more often (downwards: precision). "
                + "A curve that stays high far to the right is what one wants; its height at a recall is the share of "
                + "right predictions when that many are to be found.", blocks: blocks)
    }

    private static func curveChart(
        _ curve: [CurvePoint], title: String, description: String, isSmall: Bool = false
    ) -> Chart {
        let ticks = isSmall ? 2 : 5
        var chart = Chart(
            title: title, description: description, x: .rate("recall, %", ticks: ticks),
            y: .rate("precision, %", ticks: ticks), isSmall: isSmall)
        let points = curvePoints(curve)
        chart.area(points, "f-blue wash")
        chart.line(points, "l-blue")
        return chart
    }

    /// What another threshold would do, from the points of the pooled curve.
    private func thresholdFigure(_ curve: [CurvePoint]) -> Figure {
        func probability(_ point: CurvePoint) -> Double {
            reading.curves == nil ? reading.probability(point.threshold, label: 0) : point.threshold
        }
        func f1(_ point: CurvePoint) -> Double { 2 * point.precision * point.recall / (point.precision + point.recall) }
        let best = curve.max { f1($0) < f1($1) }
        let caption =
            best.map {
                "OF1 would be best, \(percent(f1($0))), at a threshold near \(trimmed3(probability($0))); only "
                    + "what was not used to choose a threshold can tell how good it is."
            } ?? ""
        var chart = Chart(
            title: "Precision, recall and F1 of all pairs by threshold", description: caption,
            x: .rate("threshold, probability in %"), y: .rate("%"))
        if let threshold = evaluation.threshold { chart.line([(threshold, 0), (threshold, 1)], "l-grey dashed") }
        chart.line(curve.map { (probability($0), $0.precision) }, "l-orange")
        chart.line(curve.map { (probability($0), $0.recall) }, "l-blue")
        chart.line(curve.map { (probability($0), f1($0)) }, "l-ink dotted")
        return Figure(
            title: "What another threshold would do", svg: chart.svg, caption: caption,
            keys: [("orange line", "precision"), ("blue line", "recall"), ("ink line", "F1")])
    }

    /// Places in a ranking: up to two at its beginning, around its middle and at its end.
    static func chosen(_ count: Int) -> [(place: Int, word: String)] {
        let each = min(2, count / 3)
        if each == 0 { return (0..<count).map { ($0, $0 == 0 ? "best" : "worst") } }
        let middle = (count - each) / 2
        return (0..<each).map { ($0, "best") } + (middle..<middle + each).map { ($0, "median") }
            + (count - each..<count).map { ($0, "worst") }
    }

    func reliabilitySection(_ pairs: PairTable) -> Section? {
        let bins = pairs.reliability()
        let plain = reading.curves == nil ? nil : pairs.uncalibrated().reliability()
        guard bins.contains(where: { $0.count > 0 }) else { return nil }
        let width = 1 / Double(bins.count)
        let error = percent(evaluation.calibrationError)
        var chart = Chart(
            title: "Reliability diagram",
            description: "Share of pairs that are annotated as present in each of \(bins.count) bins of "
                + "probability. The calibration error is \(error).", x: .rate("predicted probability, %"),
            y: .rate("annotated as present, %"))
        for (index, bin) in bins.enumerated() where bin.count > 0 {
            let low = Double(index) * width
            chart.bar(
                (low + 0.004, low + width - 0.004), (0, bin.frequency), "f-blue wash",
                tip: "\(counted(bin.count, "pair")): mean probability \(percent(bin.probability)), present "
                    + percent(bin.frequency))
        }
        chart.line([(0, 0), (1, 1)], "l-grey dashed")
        func places(_ bins: [ReliabilityBin]) -> [(x: Double, y: Double)] {
            bins.filter { $0.count > 0 }.map { (x: $0.probability, y: $0.frequency) }
        }
        let points = places(bins)
        if let plain {
            let before = places(plain)
            chart.line(before, "l-orange")
            for point in before { chart.dot(point.x, point.y, "f-orange", radius: 3) }
        }
        chart.line(points, "l-blue")
        for point in points { chart.dot(point.x, point.y, "f-blue", radius: 3) }
        let diagram = Figure(
            title: "Do probabilities come true?", svg: chart.svg,
            caption: "ECE, the mean distance from the dashed line weighted by the number of pairs, is \(error)"
                + (plain.map { "; without the calibration it would be \(percent(calibrationError($0)))." } ?? "."),
            keys: plain == nil ? [] : [("orange line", "before calibration"), ("blue line", "calibrated")])
        let most = Double(bins.map(\.count).max() ?? 1)
        var bars = Chart(
            title: "Number of pairs in each bin of probability",
            description: "The vertical axis is logarithmic; the fullest bin has \(grouped(Int(most))) pairs.",
            x: .rate("predicted probability, %"),
            y: .init(scale: .logarithmic([1, max(most, 10)]), title: "pairs (log scale)"))
        for (index, bin) in bins.enumerated() where bin.count > 0 {
            let low = Double(index) * width
            // A single pair is still to be seen.
            bars.bar(
                (low + 0.004, low + width - 0.004), (1, max(Double(bin.count), 1.15)), "f-blue",
                tip: counted(bin.count, "pair"))
        }
        let histogram = Figure(
            title: "How many pairs have which probability", svg: bars.svg,
            caption: "Bins with few pairs say little in the diagram beside.")
        return Section(
            id: "calibration", title: "Can the probabilities be believed?",
            lead: "Of all pairs that get a probability of 30\u{202F}%, 30\u{202F}% should be annotated as present: "
                + "then the points lie on the dashed line. Below it the model is too sure of itself, above it too "
                + "cautious.", blocks: [.figures([diagram, histogram])])
    }

    func distributionSection(_ pairs: PairTable) -> Section? {
        guard let histogram = pairs.scoreHistogram() else { return nil }
        let width = (histogram.high - histogram.low) / Double(histogram.positives.count)
        let kinds = [
            (counts: histogram.negatives, style: "orange", text: "annotated as absent"),
            (counts: histogram.positives, style: "blue", text: "annotated as present"),
        ].filter { $0.counts.contains { $0 > 0 } }
        let shares = kinds.map { kind in
            let total = Double(kind.counts.reduce(0, +))
            return kind.counts.map { Double($0) / total }
        }
        let scale = Scale(low: histogram.low, high: histogram.high)
        // Where each label has a curve of its own, a logit has no probability for all.
        let texts = scale.ticks(4).map { tick -> (value: Double, text: String) in
            if reading.curves != nil { return tick }
            let p = reading.probability(tick.value, label: 0)
            return (tick.value, "\(tick.text) (\(certainty(p, digits: p < 0.095 || p > 0.905 ? 1 : 0)))")
        }
        let score = reading.kind == .logits ? "logit" : "log probability"
        var chart = Chart(
            title: reading.kind == .logits ? "Distribution of logits" : "Distribution of log probabilities",
            description: "Share of the present and of the absent pairs in each of "
                + "\(histogram.positives.count) bins of the score.",
            x: .init(scale: scale, title: reading.curves == nil ? "\(score) (probability)" : score, texts: texts),
            y: .init(scale: .linear(shares.joined(), includesZero: true), title: "share of the kind, %", isRate: true))
        for (kind, values) in zip(kinds, shares) {
            var steps: [(x: Double, y: Double)] = [(histogram.low, 0)]
            for (bin, value) in values.enumerated() {
                let low = histogram.low + Double(bin) * width
                steps += [(low, value), (low + width, value)]
            }
            steps.append((histogram.high, 0))
            chart.area(steps, "f-\(kind.style) wash")
            chart.line(steps, "l-\(kind.style)")
        }
        let figure = Figure(
            title: "Scores of present and absent labels", svg: chart.svg,
            caption: "Each kind by itself adds up to 100\u{202F}%. The end bins also hold what lies beyond them.",
            keys: kinds.reversed().map { ($0.style, $0.text) })
        return Section(
            id: "scores", title: "How well scores keep present and absent apart",
            lead: (reading.kind == .logits
                ? "A logit is the score before it becomes a probability"
                    + (reading.curves == nil ? "; 0 means 50\u{202F}%. " : ". ")
                : "The logarithm of a label’s share of the picture’s softmax. ") + "The less the two shapes "
                + "overlap, the fewer mistakes any threshold has to make.",
            blocks: [.figures([figure, countFigure(pairs)])])
    }

    private func countFigure(_ pairs: PairTable) -> Figure {
        let counts = pairs.labelsPerPicture()
        let last = counts.annotated.count - 1
        let total = Double(pairs.images)
        let texts = (0...last).map { (value: Double($0) + 0.5, text: $0 == last ? "\($0)+" : "\($0)") }
        var chart = Chart(
            title: "Number of labels of a picture, annotated and predicted",
            description: "Share of the pictures with 0, 1, 2 and so on labels.",
            x: .init(scale: Scale(low: 0, high: Double(last + 1)), title: "labels of a picture", texts: texts),
            y: .init(
                scale: .linear((counts.annotated + counts.predicted).map { Double($0) / total }, includesZero: true),
                title: "share of the pictures, %", isRate: true))
        for (index, kind) in [(counts.annotated, "blue"), (counts.predicted, "orange")].enumerated() {
            for (number, count) in kind.0.enumerated() where count > 0 {
                let low = Double(number) + (index == 0 ? 0.12 : 0.51)
                chart.bar((low, low + 0.37), (0, Double(count) / total), "f-\(kind.1)", tip: counted(count, "picture"))
            }
        }
        return Figure(
            title: "Labels that a picture gets", svg: chart.svg,
            caption:
                "Predicted at the threshold. Far more or fewer than annotated means that the threshold does not fit.",
            keys: [("blue", "annotated"), ("orange", "predicted")])
    }

    /// A probability that is not rounded to certainty.
    func certainty(_ p: Double, digits: Int = 1) -> String {
        if p > 0.9995 { return ">99.9\u{202F}%" }
        return p < 0.0005 ? "<0.1\u{202F}%" : fixed(p * 100, digits) + "\u{202F}%"
    }
}

/// ECE of the pairs in reliability bins.
func calibrationError(_ bins: [ReliabilityBin]) -> Double? {
    let total = Double(bins.reduce(0) { $0 + $1.count })
    guard total > 0 else { return nil }
    return bins.reduce(0) { $0 + Double($1.count) / total * abs($1.frequency - $1.probability) }
}

/// A curve's points for drawing, from recall 0 on.
func curvePoints(_ curve: [CurvePoint]) -> [(x: Double, y: Double)] {
    curve.prefix(1).map { (0, $0.precision) } + curve.map { ($0.recall, $0.precision) }
}
