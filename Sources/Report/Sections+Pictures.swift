// SPDX-License-Identifier: Apache-2.0

import Evaluation
import FileIO
import Foundation

extension ReportContents {
    private func name(_ label: Int, limit: Int = 60) -> String {
        presentable(evaluation.perLabel[label].label, limit: limit)
    }

    func coOccurrenceSection(_ pairs: PairTable) -> Section? {
        let together = pairs.coOccurrence()
        let count = together.labels.count
        let hasPairs = together.counts.enumerated().contains { row, counts in
            counts.enumerated().contains { $0 != row && $1 > 0 }
        }
        guard count >= 2, hasPairs else { return nil }
        let names = together.labels.map { name($0) }
        let map = HeatMap(
            labels: names,
            value: { row, column in
                row == column ? nil : Double(together.counts[row][column]) / Double(together.counts[row][row])
            },
            tip: { row, column in
                "\(names[row]) with \(names[column]): \(grouped(together.counts[row][column])) of "
                    + grouped(together.counts[row][row])
            }, title: "Labels that are annotated together",
            description:
                "For each of the \(count) most frequent labels, the share of its pictures that have each other "
                + "label.")
        let figure = Figure(
            title: count < evaluation.labels ? "The \(count) most frequent labels, share in %" : "Share in %",
            svg: { map.svg(id: $0) },
            caption:
                "Read along a row: of the pictures with the label to the left, so many per cent also have the one at "
                + "the top. Cells below 5 are not numbered.")
        return Section(
            id: "together", title: "Labels that occur together",
            lead: "Taken from the annotations, not from the model. A full cell whose two labels should not imply each "
                + "other points to a habit of the annotators, or to labels that mean nearly the same.",
            blocks: [.wide(figure, minimumWidth: min(count * 22 + 250, 800))])
    }

    func confusionSection(_ pairs: PairTable) -> Section? {
        let confusions = pairs.confusions()
        guard !confusions.isEmpty else { return nil }
        let rows = confusions.map { confusion -> [DataTable.Cell] in
            let positives = evaluation.perLabel[confusion.annotated].positives
            let share = positives > 0 ? Double(confusion.count) / Double(positives) : 0
            return [
                .init(name(confusion.annotated)), .init(name(confusion.predicted)), .init(count: confusion.count),
                .init(rate: share, hasBar: true),
            ]
        }
        return Section(
            id: "confusions", title: "What is mistaken for what",
            lead:
                "Where pictures of one label are often given another that is annotated as absent, the two look alike, "
                + "their texts are close, or the annotations are incomplete. Of each picture the ten most probable "
                + "wrong predictions are counted.",
            blocks: [
                .table(
                    DataTable(
                        caption: "The most frequent mistakes, with the share of the first label’s pictures",
                        texts: ["Annotated", "Predicted, though absent"], numbers: ["Pictures", "Share"], rows: rows))
            ])
    }

    func pictureSection(_ pairs: PairTable) -> Section? {
        guard !pictures.isEmpty else { return nil }
        let extremes = pairs.extremes()
        var thumbnails = Thumbnails()
        func gallery(
            _ title: String, _ note: String, _ found: [PictureLabel], limit: Int, verdict: (PictureLabel) -> String
        ) -> Block? {
            var items: [Gallery.Item] = []
            // Unreadable pictures make room for the next ones, but not without end.
            for found in found.prefix(limit * 4) where items.count < limit {
                guard let uri = thumbnails.dataURI(of: pictures[found.image]) else { continue }
                items.append(
                    Gallery.Item(
                        uri: uri, name: pictures[found.image].name, verdict: verdict(found),
                        annotated: annotation(found.image, pairs)))
            }
            return items.isEmpty ? nil : .gallery(Gallery(title: title, note: note, items: items))
        }
        func scored(_ found: PictureLabel) -> String {
            "\(name(found.label)), \(certainty(reading.probability(found.score, label: found.label)))"
        }
        let blocks = [
            gallery(
                "Predicted, but not annotated",
                "The most confident first. A surprising number of these tend to be right: then the annotation is wrong.",
                extremes.falsePositives, limit: 24, verdict: scored),
            gallery(
                "Annotated, but not found",
                "The least probable first: unusual pictures, tiny objects, or again wrong annotations.",
                extremes.falseNegatives, limit: 24, verdict: scored),
            gallery(
                "Found with the greatest certainty", "What the model takes for typical.", extremes.hits, limit: 12,
                verdict: scored),
        ].compactMap { $0 }
        guard !blocks.isEmpty else { return nil }
        return Section(
            id: "pictures", title: "Pictures worth a look",
            lead: "The label in question with its probability, below it what was annotated. Each label appears at most "
                + "four times in a list.", blocks: blocks)
    }

    private func annotation(_ image: Int, _ pairs: PairTable) -> String {
        let labels = pairs.annotated(image: image)
        if labels.isEmpty { return "annotated: nothing" }
        let shown = labels.prefix(5).map { name($0, limit: 40) }.joined(separator: ", ")
        return "annotated: \(shown)" + (labels.count > 5 ? " and \(labels.count - 5) more" : "")
    }
}
