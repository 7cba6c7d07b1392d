// SPDX-License-Identifier: Apache-2.0

import Foundation

extension ReportContents {
    func trainingSection() -> Section? {
        let steps = training.steps
        var figures: [Figure] = []
        if steps.count >= 2 {
            figures.append(lossFigure(steps))
            if let rates = series(steps, \.learningRate) {
                figures.append(
                    figure("Learning rate", rates, yTitle: "learning rate", includesZero: true, "The peak is "))
            }
            if let temperatures = series(steps, \.temperature) {
                figures.append(
                    figure("Temperature τ", temperatures, yTitle: "τ", includesZero: false, "At the end it is "))
            }
        }
        if training.validations.count >= 2 { figures.append(validationFigure()) }
        guard !figures.isEmpty else { return nil }
        return Section(
            id: "training", title: "How training went",
            lead:
                "From left to right the run’s optimiser steps. The loss should fall and level off, and the metrics on "
                + "pictures that were not trained on should rise with it; where they fall again while the loss still "
                + "sinks, the model is learning its pictures by heart.", blocks: [.figures(figures)])
    }

    private func series(
        _ steps: [TrainingLog.Step], _ value: (TrainingLog.Step) -> Double?
    ) -> [(x: Double, y: Double)]? {
        let points = evenlySpaced(steps.count, limit: 300).compactMap { index in
            value(steps[index]).map { (x: Double(steps[index].step), y: $0) }
        }
        return points.count >= 2 ? points : nil
    }

    private var stepScale: Scale {
        Scale(low: 0, high: max(Double(max(training.steps.last?.step ?? 0, training.validations.last?.step ?? 0)), 1))
    }

    private func lossFigure(_ steps: [TrainingLog.Step]) -> Figure {
        let values = steps.map(\.loss)
        let smooth = smoothed(values, window: max(5, Double(steps.count) / 40))
        let chosen = evenlySpaced(steps.count, limit: 300)
        let raw = chosen.map { (x: Double(steps[$0].step), y: values[$0]) }
        let line = chosen.map { (x: Double(steps[$0].step), y: smooth[$0]) }
        // The first steps may lie so high that nothing else could be seen: the axis ends at what nearly all have.
        let sorted = raw.map(\.y).sorted()
        let usual = sorted[min(sorted.count - 1, sorted.count * 98 / 100)]
        let scale = Scale.linear([usual, line.map(\.y).max() ?? usual, 0])
        var chart = Chart(
            title: "Training loss over steps",
            description: "The smoothed loss goes from \(trimmed3(line.first?.y)) to \(trimmed3(line.last?.y)).",
            x: .init(scale: stepScale, title: "step"), y: .init(scale: scale, title: "loss"))
        chart.line(raw, "l-grey thin")
        chart.line(line, "l-blue")
        return Figure(
            title: "Loss", svg: chart.svg,
            caption:
                "Smoothed, \(trimmed3(line.first?.y)) at the first step and \(trimmed3(line.last?.y)) at the last.",
            keys: [("grey line", "each step"), ("blue line", "smoothed")])
    }

    private func figure(
        _ title: String, _ points: [(x: Double, y: Double)], yTitle: String, includesZero: Bool, _ words: String
    ) -> Figure {
        let value = includesZero ? points.map(\.y).max() : points.last?.y
        let caption = words + trimmed3(value) + "."
        var chart = Chart(
            title: "\(title) over steps", description: caption, x: .init(scale: stepScale, title: "step"),
            y: .init(scale: .linear(points.map(\.y), includesZero: includesZero), title: yTitle))
        chart.line(points, "l-blue")
        return Figure(title: title, svg: chart.svg, caption: caption)
    }

    private func validationFigure() -> Figure {
        let all = training.validations
        let chosen = evenlySpaced(all.count, limit: 300).map { all[$0] }
        let gap = chosen.map { (x: Double($0.step), y: $0.gap ?? .nan) }
        let mean = chosen.map { (x: Double($0.step), y: $0.mapMacro ?? .nan) }
        let best = all.filter { $0.gap != nil }.max { ($0.gap ?? 0, $1.step) < ($1.gap ?? 0, $0.step) }
        let caption =
            best.map { "The best GAP, \(percent($0.gap)), came after step \(grouped($0.step))." }
            ?? "There were no positives to validate with."
        let values = (gap + mean).map(\.y).filter(\.isFinite)
        let top = (values.max() ?? 1) > 0.5 ? Scale.unit : Scale.linear(values, includesZero: true)
        var chart = Chart(
            title: "Validation GAP and macro mAP over steps", description: caption,
            x: .init(scale: stepScale, title: "step"),
            y: .init(scale: Scale(low: 0, high: min(top.high, 1)), title: "on validation pictures, %", isRate: true))
        for (points, color) in [(gap, "blue"), (mean, "orange")] {
            chart.line(points, "l-\(color)")
            if points.count <= 40 {
                for point in points where point.y.isFinite { chart.dot(point.x, point.y, "f-\(color)", radius: 2.4) }
            }
        }
        return Figure(
            title: "Validation", svg: chart.svg, caption: caption,
            keys: [("blue line", "GAP"), ("orange line", "macro mAP")])
    }

    func configurationSection() -> Section? {
        var blocks: [Block] = []
        if !versions.isEmpty { blocks.append(.facts(versions)) }
        if let commandLine { blocks.append(.code(title: "Command", text: commandLine)) }
        if let configuration { blocks.append(.code(title: "Options of the training run", text: configuration)) }
        guard !blocks.isEmpty else { return nil }
        return Section(
            id: "configuration", title: "How to get this again",
            lead: "What the page was made with. The same options, data and versions give the same numbers.",
            blocks: blocks)
    }
}

/// Three digits that mean something.
func trimmed3(_ value: Double?) -> String {
    guard let value, value.isFinite else { return "–" }
    return String(format: "%.3g", value)
}
