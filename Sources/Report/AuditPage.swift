// SPDX-License-Identifier: Apache-2.0

public import Audit
import Datasets
public import FileIO

extension AuditResult {
    /// A page with the first doubts of each kind and their pictures: one HTML file that needs nothing else and asks the
    /// network for nothing.
    ///
    /// It names the model as the user did and shows the `top` of each kind, without pictures that cannot be read.
    /// Throws ``FileIO/Interrupted``.
    public func html(model: String, top: Int, monitor: WorkMonitor = .silent) throws -> String {
        var thumbnails = Thumbnails()
        var sections: [Section] = []
        for kind in LabelIssue.Kind.allCases {
            let issues = (kind == .missing ? suggestions : mistakes).filter { $0.kind == kind }
            if issues.isEmpty { continue }
            var items: [Gallery.Item] = []
            for issue in issues.prefix(top) {
                try monitor.check()
                guard let uri = thumbnails.dataURI(of: table.images[issue.image]) else { continue }
                items.append(item(issue, uri: uri))
            }
            let shown = issues.count > top ? "the first \(top) of \(issues.count)" : "\(issues.count)"
            sections.append(
                Section(
                    id: kind.id, title: kind.heading, lead: "\(kind.lead) Here: \(shown).",
                    blocks: [.gallery(Gallery(items: items))]))
        }
        let doubted = Set((mistakes + suggestions).map(\.label)).sorted()
        return try Page(
            title: "Doubtful annotations of \(table.source)",
            summary: [
                "\(table.images.count) pictures, \(table.labels.count) labels, looked at with "
                    + "\(presentable(model)): \(mistakes.count) annotations are probably wrong or missing. They are "
                    + "doubts, to be looked at, and not all of them are mistakes; audit.csv has all, with the lines of "
                    + "the data."
            ], facts: [], sections: sections + [labelSection()], choices: doubted.map { ($0, name($0)) }
        ).html()
    }

    private func name(_ label: Int) -> String { presentable(table.labels[label]) }

    /// A picture with a label in doubt.
    private func item(_ issue: LabelIssue, uri: String) -> Gallery.Item {
        let image = table.images[issue.image]
        let given = presentable(table.given(issue.image).map { table.labels[$0] }.joined(separator: ", "), limit: 300)
        return Gallery.Item(
            uri: uri, name: image.name, verdict: "\(name(issue.label)), \(percent(issue.probability))",
            annotated: given.isEmpty ? "no labels given" : "given: \(given)", line: image.line, choice: issue.label)
    }

    private func labelSection() -> Section {
        let rows = table.labels.indices.map { index -> [DataTable.Cell] in
            let audit = found.labels[index]
            var head = DataTable.Cell(name(index))
            head.choice = index
            return [
                head, .init(count: audit.positives), .init(rate: audit.wrongRate), .init(rate: audit.missingRate),
                .init(rate: audit.noiseRate),
            ]
        }
        return Section(
            id: "labels", title: "Estimated mistakes of each label",
            lead: "From counts of confident pairs (arXiv 1911.00068): rough where a label has few pictures.",
            blocks: [
                .table(
                    DataTable(
                        caption: "Shares of annotations that are probably wrong", texts: ["Label"],
                        numbers: ["Given", "Of these, wrong", "Of its pictures, not given", "Of all pairs, wrong"],
                        rows: rows, isInteractive: true))
            ])
    }
}

extension LabelIssue.Kind {
    fileprivate var id: String {
        switch self {
        case .probablyWrong: "wrong"
        case .probablyMissing: "not-given"
        case .missing: "unknown"
        }
    }

    fileprivate var heading: String {
        switch self {
        case .probablyWrong: "Given, probably wrong"
        case .probablyMissing: "Not given, probably missing"
        case .missing: "Not known, probably there"
        }
    }

    fileprivate var lead: String {
        switch self {
        case .probablyWrong:
            "Annotators gave the label; the other pictures say it is not there. The most doubtful come first, with the probability that somebody gives the label."
        case .probablyMissing: "Annotators did not give the label; the other pictures say it is there."
        case .missing:
            "Nobody has said whether the label is there; the other pictures say it is. These are suggestions, no mistakes."
        }
    }
}
