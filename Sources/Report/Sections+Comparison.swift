// SPDX-License-Identifier: Apache-2.0

import Evaluation
import Foundation

extension ReportContents {
    func comparisonSection(_ comparison: Comparison?) -> Section? {
        guard let comparison else { return nil }
        var blocks: [Block] = []
        if !comparison.isOfTheSameData {
            blocks.append(
                .text(
                    "The two evaluations are not of the same pictures and labels (\(grouped(comparison.before.images)) "
                        + "and \(grouped(comparison.after.images)) pictures, "
                        + "\(grouped(comparison.before.perLabel.count)) and "
                        + "\(grouped(comparison.after.perLabel.count)) labels): compare with care."))
        }
        if let compared = comparison.after.compared {
            for (name, difference) in [("GAP", compared.gap), ("Macro mAP", compared.mapMacro)] {
                guard let difference, let interval = difference.interval else { continue }
                blocks.append(
                    .text(
                        "\(name) changes by \(points(difference.difference)) (95\u{202F}% interval "
                            + "\(points(interval.low)) to \(points(interval.high)), by drawing pictures anew for both): "
                            + (difference.isClear ? "the two are told apart." : "the two cannot be told apart.")))
            }
        }
        blocks.append(
            .table(
                DataTable(
                    caption: "Metrics before and after, and the change in percentage points",
                    texts: ["Metric", "0 to 100\u{202F}%"], numbers: ["Change", "Before", "After"],
                    rows: comparison.metrics.map { metric in
                        [
                            .init(metric.name),
                            .init(from: metric.before, to: metric.after, lowerIsBetter: metric.lowerIsBetter),
                            .init(points(metric.after - metric.before)), .init(rate: metric.before),
                            .init(rate: metric.after),
                        ]
                    })))
        let changes = comparison.changes
        if !changes.isEmpty {
            blocks += dumbbells(changes)
            if changes.count >= 5 { blocks.append(.figures([changeScatter(changes), changeHistogram(changes)])) }
        }
        return Section(
            id: "change", title: "Before and after",
            lead:
                "The same pictures, scored by two models. In the rows a ring marks a label’s average precision before "
                + "and a disc after: a blue line is a gain, an orange one a loss.", blocks: blocks)
    }

    private func dumbbells(_ changes: [Comparison.Change]) -> [Block] {
        func table(_ caption: String, _ changes: [Comparison.Change]) -> Block {
            .table(
                DataTable(
                    caption: caption, texts: ["Label", "0 to 100\u{202F}%"],
                    numbers: ["Change", "Before", "After", "Positives"],
                    rows: changes.map { change in
                        [
                            .init(presentable(change.label)), .init(from: change.before, to: change.after),
                            .init(points(change.difference)), .init(rate: change.before), .init(rate: change.after),
                            .init(count: change.positives),
                        ]
                    }))
        }
        let most = 12
        if changes.count <= 2 * most {
            return [.heading("Average precision of each label"), table("By gain", changes)]
        }
        let gains = changes.prefix(most).filter { $0.difference > 0 }
        let losses = changes.suffix(most).reversed().filter { $0.difference < 0 }
        var blocks: [Block] = []
        if !gains.isEmpty { blocks += [.heading("Biggest gains"), table("Average precision, by gain", Array(gains))] }
        if losses.isEmpty {
            blocks.append(.text("No label has lost."))
        } else {
            blocks += [.heading("Biggest losses"), table("Average precision, by loss", Array(losses))]
        }
        return blocks
    }

    private func changeScatter(_ changes: [Comparison.Change]) -> Figure {
        let better = changes.count { $0.difference > 0 }
        let worse = changes.count { $0.difference < 0 }
        var chart = Chart(
            title: "Average precision of each label before and after",
            description: "\(better) labels lie above the diagonal, \(worse) below it.", x: .rate("before, %"),
            y: .rate("average precision after, %"))
        chart.line([(0, 0), (1, 1)], "l-grey dashed")
        for change in changes {
            chart.dot(
                change.before, change.after, (change.difference < 0 ? "f-orange" : "f-blue") + " point",
                radius: dotRadius(changes.count),
                tip: "\(presentable(change.label, limit: 60)): \(percent(change.before)) → " + percent(change.after))
        }
        return Figure(
            title: "All labels", svg: chart.svg,
            caption: "Each dot is a label. Above the dashed line it has gained (\(grouped(better))), below it has lost "
                + "(\(grouped(worse))).")
    }

    private func changeHistogram(_ changes: [Comparison.Change]) -> Figure {
        let differences = changes.map(\.difference)
        let (least, most) = (min(differences.min() ?? 0, 0), max(differences.max() ?? 0, 0.05))
        // Bins of a round width, so that one of their borders is 0.
        let width = tickStep(least, most, count: 20)
        let first = Int((least / width).rounded(.down))
        var counts = [Int](repeating: 0, count: Int((most / width).rounded(.up)) - first)
        for difference in differences {
            counts[min(max(Int((difference / width).rounded(.down)) - first, 0), counts.count - 1)] += 1
        }
        let low = Double(first) * width
        let high = low + Double(counts.count) * width
        let mean = mean(changes.map(\.difference)) ?? 0
        let caption = "On average a label has changed by \(points(mean)) points."
        var chart = Chart(
            title: "Number of labels by their change of average precision", description: caption,
            x: .init(scale: Scale(low: low, high: high), title: "change, percentage points", isRate: true),
            y: .init(scale: .linear(counts.map(Double.init), includesZero: true), title: "labels"))
        for (bin, count) in counts.enumerated() where count > 0 {
            let start = low + Double(bin) * width
            chart.bar(
                (start + width * 0.06, start + width * 0.94), (0, Double(count)),
                first + bin < 0 ? "f-orange" : "f-blue", tip: counted(count, "label"))
        }
        return Figure(title: "How much labels have changed", svg: chart.svg, caption: caption)
    }
}
