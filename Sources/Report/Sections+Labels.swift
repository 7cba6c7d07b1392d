// SPDX-License-Identifier: Apache-2.0

import Evaluation
import Foundation

extension ReportContents {
    func labelSection(_ comparison: Comparison?) -> Section? {
        let labels = evaluation.perLabel
        guard !labels.isEmpty else { return nil }
        let marks = hasNewLabels ? isSeen : nil
        let former = comparison.flatMap { $0.changes.isEmpty ? nil : $0.averagePrecision }
        let numbers =
            ["Positives", "AP"] + (former == nil ? [] : ["AP before"]) + ["Precision", "Recall", "F1", "Threshold"]
        let rows = labels.enumerated().map { index, label in
            var row: [DataTable.Cell] = [
                .init(presentable(label.label), tag: marks.map { !$0[index] } == true ? "new" : nil),
                .init(count: label.positives), .init(rate: label.averagePrecision, hasBar: true),
            ]
            if let former { row.append(.init(rate: former[label.label])) }
            row += [.init(rate: label.precision), .init(rate: label.recall), .init(rate: label.f1)]
            row.append(.init(trimmed(label.threshold), key: label.threshold))
            return row
        }
        var blocks: [Block] = [
            .table(
                DataTable(
                    caption: "\(counted(labels.count, "label")), in the order of the evaluation", texts: ["Label"],
                    numbers: numbers, rows: rows, isInteractive: true))
        ]
        let drawn = labels.indices.filter { labels[$0].averagePrecision != nil }
        if drawn.count >= 3 { blocks.append(.figures([frequencyScatter(drawn, marks), spread(drawn)])) }
        let newNote = marks == nil ? "" : " A label marked ‘new’ was not trained on."
        return Section(
            id: "labels", title: "Label by label",
            lead: "AP, average precision, says how well the label’s pictures are ranked above all others, whatever the "
                + "threshold. Precision is the share of predictions that are right and recall the share of the label’s "
                + "pictures that are found, both at the threshold; F1 joins the two.\(newNote)", blocks: blocks)
    }

    private func frequencyScatter(_ drawn: [Int], _ marks: [Bool]?) -> Figure {
        let labels = evaluation.perLabel
        var chart = Chart(
            title: "Average precision of each label against its number of positives",
            description: "One mark for each of \(drawn.count) labels; the horizontal axis is logarithmic.",
            x: .init(scale: .logarithmic(drawn.map { Double(labels[$0].positives) }), title: "positives (log scale)"),
            y: .rate("average precision, %"))
        for index in drawn {
            let label = labels[index]
            let isNew = marks.map { !$0[index] } == true
            chart.dot(
                Double(label.positives), label.averagePrecision ?? 0, isNew ? "f-orange new point" : "f-blue point",
                radius: dotRadius(drawn.count),
                tip: "\(presentable(label.label, limit: 60)): \(percent(label.averagePrecision)), "
                    + counted(label.positives, "positive"))
        }
        return Figure(
            title: "Average precision and frequency", svg: chart.svg,
            caption: "Labels far to the left rest on few pictures: their average precision would change most with "
                + "other pictures.", keys: marks == nil ? [] : [("blue dot", "trained on"), ("orange new", "new")])
    }

    /// How many labels are how good.
    private func spread(_ drawn: [Int]) -> Figure {
        var counts = [Int](repeating: 0, count: 10)
        for index in drawn { counts[min(Int((evaluation.perLabel[index].averagePrecision ?? 0) * 10), 9)] += 1 }
        let good = counts[5...].reduce(0, +)
        let caption = "\(counted(good, "label")) of \(grouped(drawn.count)) reach an average precision of 50\u{202F}%."
        var chart = Chart(
            title: "Number of labels in each tenth of average precision", description: caption,
            x: .rate("average precision, %"),
            y: .init(scale: .linear(counts.map(Double.init), includesZero: true), title: "labels"))
        for (bin, count) in counts.enumerated() where count > 0 {
            let low = Double(bin) / 10
            chart.bar((low + 0.006, low + 0.094), (0, Double(count)), "f-blue", tip: counted(count, "label"))
        }
        return Figure(title: "How many labels are how good", svg: chart.svg, caption: caption)
    }

    func seenSection(_ pairs: PairTable, _ comparison: Comparison?) throws -> Section? {
        guard hasNewLabels, let isSeen else { return nil }
        let labels = evaluation.perLabel
        let groups = try [true, false].map { wanted in
            try evaluation(of: labels.indices.filter { isSeen[$0] == wanted }, pairs)
        }
        func row(_ name: String, _ value: (EvaluationReport) -> String) -> [DataTable.Cell] {
            [.init(name)] + groups.map { .init(value($0)) }
        }
        func text(_ rate: Double?, _ interval: ConfidenceInterval?) -> String {
            percent(rate) + (interval.map { " (\(fixed($0.low * 100, 1)) to \(fixed($0.high * 100, 1)))" } ?? "")
        }
        let interval = groups.contains { $0.gapInterval != nil } ? " (95\u{202F}% interval)" : ""
        var rows = [
            row("Labels") { grouped($0.labels) }, row("Positives") { grouped($0.positives) },
            row("GAP" + interval) { text($0.gap, $0.gapInterval) },
            row("GAP by guessing, about") { percent($0.pairs > 0 ? Double($0.positives) / Double($0.pairs) : nil) },
            row("Macro mAP" + interval) { text($0.mapMacro, $0.mapMacroInterval) },
        ]
        if let former = comparison?.averagePrecision, !former.isEmpty {
            rows.append(row("Macro mAP before") { percent(mean($0.perLabel.compactMap { former[$0.label] })) })
        }
        rows.append(row("OF1") { percent($0.overallF1) })
        rows.append(row("CF1") { percent($0.classF1) })
        return Section(
            id: "new", title: "Labels that were not trained on",
            lead:
                "The model reads labels as text, so it can be asked for labels that no training picture had. Such new "
                + "labels show what it has understood rather than memorised; they usually do worse than "
                + "labels that were trained on, and should do far better than guessing.",
            blocks: [
                .table(
                    DataTable(
                        caption: "Each group evaluated by itself", texts: ["Metric"], numbers: ["Trained on", "New"],
                        rows: rows)), .figures([strip(groups), groupCurves(isSeen, pairs)]),
            ])
    }

    private func groupCurves(_ isSeen: [Bool], _ pairs: PairTable) -> Figure {
        let curves = [true, false].map { wanted in pairs.precisionRecallCurve { isSeen[$0] == wanted } }
        var chart = Chart(
            title: "Precision and recall of trained and of new labels", description: "The pairs of each group pooled.",
            x: .rate("recall, %"), y: .rate("precision, %"))
        chart.line(curvePoints(curves[0]), "l-blue")
        chart.line(curvePoints(curves[1]), "l-orange")
        return Figure(
            title: "Precision and recall of each group", svg: chart.svg,
            caption: "The area under a curve is the group’s GAP.",
            keys: [("blue line", "trained on"), ("orange line", "new")])
    }

    /// The metrics of some of the labels.
    private func evaluation(of columns: [Int], _ pairs: PairTable) throws -> EvaluationReport {
        let matrix = try ScoreMatrix(
            imageCount: pairs.images, labelCount: pairs.labels, scores: pairs.scores, targets: pairs.targets)
        let options = EvaluationOptions(
            topK: evaluation.k, thresholds: evaluation.perLabel.map(\.threshold),
            bootstrapReplicates: min(evaluation.bootstrapReplicates, 500), calibration: reading.curves)
        return try evaluate(
            matrix, columns: columns, labels: evaluation.perLabel.map(\.label), kind: reading.kind, options: options)
    }

    private func strip(_ groups: [EvaluationReport]) -> Figure {
        var chart = Chart(
            title: "Average precision of labels that were trained on and of new ones",
            description: "One mark for each label, and the mean of each group as a line.",
            x: .init(scale: Scale(low: 0, high: 2.25), title: "labels", texts: [(0.5, "trained on"), (1.5, "new")]),
            y: .rate("average precision, %"))
        for (group, report) in groups.enumerated() {
            let center = Double(group) + 0.5
            for (index, label) in report.perLabel.enumerated() {
                guard let value = label.averagePrecision else { continue }
                // Side by side at distances that look irregular and are the same every time.
                let offset = (Double(index) * 0.618_034).truncatingRemainder(dividingBy: 1) - 0.5
                chart.dot(
                    center + offset * 0.56, value, group == 0 ? "f-blue point" : "f-orange new point",
                    radius: dotRadius(report.labels), tip: "\(presentable(label.label, limit: 60)): \(percent(value))")
            }
            if let value = report.mapMacro {
                chart.line([(center - 0.33, value), (center + 0.33, value)], "l-ink")
                chart.note(center + 0.35, value, percent(value), anchor: "start", dy: 4)
            }
        }
        return Figure(
            title: "Average precision of each label", svg: chart.svg, caption: "The lines are the means of the groups.",
            keys: [("blue dot", "trained on"), ("orange new", "new")])
    }
}
