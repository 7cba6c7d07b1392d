// SPDX-License-Identifier: Apache-2.0

import Evaluation

extension ReportContents {
    func bandSection(_ comparison: Comparison?) -> Section? {
        let labels = evaluation.perLabel
        let counts = labels.map { label in trainingPositives.map { $0[label.label] ?? 0 } ?? label.positives }
        let bands = frequencyBands(positives: counts, boundaries: bandBoundaries)
        guard bands.count >= 2 else { return nil }
        let former = comparison.flatMap { $0.changes.isEmpty ? nil : $0.averagePrecision }
        let numbers = ["Labels", "Positives each", "Mean AP"] + (former == nil ? [] : ["Mean AP before"]) + ["Mean F1"]
        let rows = bands.map { band in
            let range =
                band.fewest == band.most ? grouped(band.most) : "\(grouped(band.fewest)) to \(grouped(band.most))"
            var row: [DataTable.Cell] = [
                .init(band.name), .init(count: band.labels.count), .init(range),
                .init(rate: mean(band.labels.compactMap { labels[$0].averagePrecision }), hasBar: true),
            ]
            if let former { row.append(.init(rate: mean(band.labels.compactMap { former[labels[$0].label] }))) }
            row.append(.init(rate: mean(band.labels.map { labels[$0].f1 })))
            return row
        }
        let parts = bandBoundaries.map {
            "by their number of positives: more than \(grouped($0.high)) are the head, fewer than \(grouped($0.low)) "
                + "the tail."
        }
        let place = trainingPositives == nil ? "these pictures" : "the training pictures"
        return Section(
            id: "bands", title: "Frequent and rare labels",
            lead: "The labels in three parts "
                + (parts ?? "by their number of positives: the frequent head, the middle and the rare tail.")
                + " A model that has learned only what it saw often is good in the head and poor in the tail.",
            blocks: [
                .table(
                    DataTable(caption: "Labels by frequency in \(place)", texts: ["Band"], numbers: numbers, rows: rows)
                )
            ])
    }

    /// The groups that somebody has named; trained and new labels have a section of their own.
    func groupSection() -> Section? {
        let own = ["seen": "trained on", "unseen": "new"]
        guard let groups = evaluation.groups, groups.keys.contains(where: { own[$0] == nil }) else { return nil }
        func row(_ name: String, _ report: EvaluationReport) -> [DataTable.Cell] {
            [
                .init(presentable(name)), .init(count: report.labels), .init(count: report.positives),
                .init(rate: report.gap), .init(rate: report.mapMacro, hasBar: true), .init(rate: report.overallF1),
                .init(rate: report.calibrationError),
            ]
        }
        // Names that were given stand first, in their order.
        let names = groups.keys.sorted { (own[$0] == nil ? 0 : 1, $0) < (own[$1] == nil ? 0 : 1, $1) }
        return Section(
            id: "groups", title: "Groups of labels",
            lead: "Each group evaluated by itself, as if there were no other labels. GAP of groups of different size "
                + "cannot be compared; the mean average precision can.",
            blocks: [
                .table(
                    DataTable(
                        caption: "The groups that were asked for, and all labels", texts: ["Group"],
                        numbers: ["Labels", "Positives", "GAP", "Macro mAP", "OF1", "ECE"],
                        rows: names.compactMap { name in groups[name].map { row(own[name] ?? name, $0) } }
                            + [row("all labels", evaluation)]))
            ])
    }
}
