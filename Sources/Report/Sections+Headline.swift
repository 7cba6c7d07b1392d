// SPDX-License-Identifier: Apache-2.0

import Evaluation
import Foundation

extension ReportContents {
    /// What stands under the heading of the page.
    var facts: [ReportFact] {
        let total = evaluation.images * evaluation.labels
        let unknown = total - evaluation.pairs
        var facts = [ReportFact("Model", model), ReportFact("Data", data)]
        if let date { facts.append(ReportFact("Date", date)) }
        facts.append(ReportFact("Pictures", grouped(evaluation.images)))
        let without = evaluation.labelsWithoutPositives
        facts.append(
            ReportFact(
                "Labels", grouped(evaluation.labels) + (without > 0 ? ", \(grouped(without)) without positives" : "")))
        facts.append(
            ReportFact(
                "Annotated as present", "\(grouped(evaluation.positives)) of \(grouped(evaluation.pairs)) known pairs"))
        if unknown > 0 {
            facts.append(ReportFact("Unknown pairs, left out", "\(grouped(unknown)) of \(grouped(total))"))
        }
        return facts
    }

    /// The page in a few sentences.
    func summary(_ before: Comparison?) -> [String] {
        var sentences = (notes + (recipe?.notes ?? [])).map { presentable($0, limit: 600).capitalizedFirst + "." }
        if let gap = evaluation.gap {
            var text = "GAP is \(percent(gap))"
            if let interval = evaluation.gapInterval {
                text += " (95\u{202F}% interval \(fixed(interval.low * 100, 1)) to \(percent(interval.high)))"
            }
            if let mean = evaluation.mapMacro { text += " and the labels’ mean average precision \(percent(mean))" }
            if let before, before.isOfTheSameData, let old = before.before.gap {
                text += "; before, GAP was \(percent(old))"
            }
            sentences.append(text + ".")
        } else {
            sentences.append("No label is annotated as present anywhere, so that nothing can be ranked.")
        }
        let ranked = rankedLabels
        if ranked.count >= 2, let best = ranked.first, let worst = ranked.last {
            let names =
                "‘\(presentable(best.label, limit: 60))’ does best (average precision "
                + "\(percent(best.averagePrecision))), ‘\(presentable(worst.label, limit: 60))’ worst "
                + "(\(percent(worst.averagePrecision)))"
            let minimum = minimumForRanking
            sentences.append(minimum > 1 ? "Of the labels with at least \(minimum) positives, \(names)." : "\(names).")
        }
        if let isSeen {
            let new = isSeen.count { !$0 }
            if new == isSeen.count {
                sentences.append("The model was trained on none of these labels: it knows them by their texts alone.")
            } else if new > 0 {
                sentences.append(
                    "\(counted(new, "label")) of \(grouped(isSeen.count)) were not trained on and are recognised by "
                        + "their texts alone.")
            }
        }
        return sentences
    }

    /// The positives from which the average precision of a label says something: 5, where enough labels have them.
    var minimumForRanking: Int { evaluation.perLabel.count { $0.positives >= 5 } >= 2 ? 5 : 1 }

    /// Labels with enough positives, by falling average precision.
    var rankedLabels: [LabelReport] {
        evaluation.perLabel.filter { $0.positives >= minimumForRanking }.sorted {
            (-($0.averagePrecision ?? 0), $0.label) < (-($1.averagePrecision ?? 0), $1.label)
        }
    }

    func headlineSection(_ comparison: Comparison?) -> Section {
        let before = comparison.flatMap { $0.isOfTheSameData ? $0.before : nil }
        func metric(
            _ name: String, _ value: Double?, _ old: Double?, _ interval: ConfidenceInterval? = nil,
            hasTrack: Bool = true, meaning: String
        ) -> Metric {
            var metric = Metric(name: name, value: percent(value), meaning: meaning)
            if hasTrack { metric.rate = value }
            if let interval, interval.low <= interval.high {
                metric.interval = interval.low...interval.high
                if let value, !(interval.low...interval.high).contains(value) {
                    metric.meaning +=
                        " The interval sits beside the number because drawing pictures again flatters "
                        + "labels that have few."
                }
            }
            if let value, let old {
                metric.before = old
                metric.change = "\(points(value - old)) points"
            }
            return metric
        }
        let e = evaluation
        let at = e.threshold.map { "probability \(trimmed($0))" } ?? "each label’s own threshold"
        let chance = e.pairs > 0 ? Double(e.positives) / Double(e.pairs) : 0
        return Section(
            id: "headline", title: "The numbers in short",
            lead: "Each number sums up one side of the model, from 0 (useless) to 100\u{202F}% (perfect). The first "
                + "three judge the order of the scores, F1 judges the decisions at \(at), and the last two the "
                + "probabilities themselves. A pale band is the range in which the number would probably lie for other "
                + "pictures of the same kind" + (before == nil ? "." : "; a ring is where it was before."),
            blocks: [
                .metrics([
                    metric(
                        "GAP, global average precision", e.gap, before?.gap, e.gapInterval,
                        meaning: "All pairs of picture and label in one ranking: are the right ones at its top? "
                            + "Guessing gives about \(percent(chance))."),
                    metric(
                        "GAP@\(e.k)", e.gapAtK, before?.k == e.k ? before?.gapAtK : nil,
                        meaning: "The same with only each picture’s \(e.k) best labels; what is right and not among "
                            + "them counts as missed."),
                    metric(
                        "Macro mAP", e.mapMacro, before?.mapMacro, e.mapMacroInterval,
                        meaning: "One ranking of the pictures for each label, then the mean: a rare label weighs as "
                            + "much as a frequent one."),
                    metric(
                        "OF1", e.overallF1, before?.overallF1,
                        meaning: "Precision \(percent(e.overallPrecision)) and recall \(percent(e.overallRecall)) of "
                            + "all decisions, as one number."),
                    metric(
                        "CF1", e.classF1, before?.classF1,
                        meaning:
                            "The same from the labels’ mean precision \(percent(e.classPrecision)) and mean recall "
                            + "\(percent(e.classRecall))."),
                    metric(
                        "ECE, calibration error", e.calibrationError, before?.calibrationError, hasTrack: false,
                        meaning: "How far probabilities are from the share of cases that come true. Lower is better."),
                    Metric(
                        name: "Brier score", value: e.brier.map { fixed($0, 3) } ?? "–",
                        change: e.brier.flatMap { new in before?.brier.map { signed(new - $0, 3) } },
                        meaning: "Mean squared error of the probabilities. Lower is better."),
                ])
            ])
    }
}

/// A number without needless zeros: `0.5`.
func trimmed(_ value: Double) -> String { String(format: "%.4g", value) }
