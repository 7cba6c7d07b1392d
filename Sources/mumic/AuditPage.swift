// SPDX-License-Identifier: Apache-2.0

import Audit
import Datasets
import FileIO
import Foundation
import Imaging

extension AuditResult {
    /// Writes a page with the first doubts of each kind and their pictures: one file that needs no network.
    func writePage(to path: String, model: String, top: Int) throws {
        let file = try AtomicFileWriter(path: path)
        try file.append(head(model: model))
        for kind in LabelIssue.Kind.allCases {
            let issues = (kind == .missing ? suggestions : mistakes).filter { $0.kind == kind }
            if issues.isEmpty { continue }
            let shown = issues.count > top ? "the first \(top) of \(issues.count)" : "\(issues.count)"
            try file.append(
                "<section><h2>\(kind.heading)</h2>\n<p class=\"lead\">\(kind.lead) Here: \(shown).</p>\n<ul class=\"gallery\">\n"
            )
            for issue in issues.prefix(top) {
                try Interruption.check()
                guard let item = item(issue) else { continue }
                try file.append(item)
            }
            try file.append("</ul></section>\n")
        }
        try file.append(labelTable())
        try file.append("</main>\n<script>\(Self.script)</script>\n</body>\n</html>\n")
        try file.commit(durable: false)
    }

    private func head(model: String) -> String {
        let used = Set((mistakes + suggestions).map(\.label)).sorted()
        let choices = used.map { "<option value=\"\($0)\">\(escaped(table.labels[$0]))</option>" }.joined()
        let title = escaped("Doubtful annotations of \(table.source)")
        return """
            <!DOCTYPE html>
            <html lang="en" xmlns="http://www.w3.org/1999/xhtml">
            <head>
            <meta charset="utf-8" />
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src \
            'unsafe-inline'; script-src 'unsafe-inline'" />
            <meta name="viewport" content="width=device-width, initial-scale=1" />
            <meta name="color-scheme" content="light dark" />
            <title>\(title)</title>
            <style>\(Self.style)</style>
            </head>
            <body>
            <header><h1>\(title)</h1>
            <p class="lead">\(table.images.count) pictures, \(table.labels.count) labels, looked at with \
            \(escaped(model)): \(mistakes.count) annotations are probably wrong or missing. They are doubts, to be \
            looked at, and not all of them are mistakes; audit.csv has all, with the lines of the data.</p>
            <p id="filter" hidden="hidden"><label>Only the label <select><option value="">all labels</option>\(choices)\
            </select></label> <span role="status"></span></p></header>
            <main>

            """
    }

    /// A picture with a label in doubt; nil where the picture has gone.
    private func item(_ issue: LabelIssue) -> String? {
        let image = table.images[issue.image]
        guard let uri = try? Self.thumbnail(image) else { return nil }
        let first = issue.image * table.labels.count
        let given = table.labels.indices.filter { table.targets[first + $0] > 0.5 }.map { table.labels[$0] }
        let name = escaped(image.name)
        return """
            <li data-l="\(issue.label)"><img src="\(uri)" alt="Thumbnail of \(name)" loading="lazy" />\
            <p class="verdict">\(escaped(table.labels[issue.label])), \(percent(issue.probability))</p>\
            <p>\(given.isEmpty ? "no labels given" : "given: " + escaped(given.joined(separator: ", ")))</p>\
            <p class="file"><bdi>\(name)</bdi>, line \(image.line ?? 0)</p></li>

            """
    }

    private func labelTable() -> String {
        let rows = table.labels.indices.map { index -> String in
            let audit = found.labels[index]
            let cells = [
                "\(audit.positives)", percent(audit.wrongRate), percent(audit.missingRate), percent(audit.noiseRate),
            ]
            return "<tr data-l=\"\(index)\"><th scope=\"row\">\(escaped(table.labels[index]))</th>"
                + cells.map { "<td>\($0)</td>" }.joined() + "</tr>\n"
        }
        return """
            <section><h2>Estimated mistakes of each label</h2>
            <p class="lead">From counts of confident pairs (arXiv 1911.00068): rough where a label has few pictures.</p>
            <div class="scroll"><table><thead><tr><th scope="col">Label</th><th scope="col">Given</th>\
            <th scope="col">Of these, wrong</th><th scope="col">Of its pictures, not given</th>\
            <th scope="col">Of all pairs, wrong</th></tr></thead>
            <tbody>
            \(rows.joined())</tbody></table></div></section>

            """
    }

    private static func thumbnail(_ image: Picture) throws(ImagingError) -> String {
        let picture = try RGBImage(image, shortSideAtLeast: 160).reduced(toLongSide: 160)
        return "data:image/jpeg;base64," + Data(try picture.jpeg(quality: 70)).base64EncodedString()
    }

    private static let style = """

        :root { color-scheme: light; --paper: #fdfcfa; --wash: #f3f1ec; --ink: #1c2127; --soft: #575f6a;
          --rule: #dedad2; }
        @media (prefers-color-scheme: dark) { :root { color-scheme: dark; --paper: #15181c; --wash: #1e2228;
          --ink: #e8e6e1; --soft: #a8aeb8; --rule: #32373f; } }
        *, ::before, ::after { box-sizing: border-box; }
        body { margin: 0 auto; max-width: 84rem; padding: 0 1rem 3rem; background: var(--paper); color: var(--ink);
          font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif; }
        p, h1, h2, ul { margin: 0; padding: 0; list-style: none; overflow-wrap: anywhere; }
        h1, h2 { font-family: ui-serif, Charter, "Source Serif 4", Cambria, Georgia, serif; line-height: 1.2; }
        header { padding: 2.25rem 0 1.5rem; }
        section { border-top: 1px solid var(--rule); padding: 2rem 0; }
        .lead { color: var(--soft); max-width: 44rem; margin-top: .5rem; }
        #filter { margin-top: 1rem; }
        select { font: inherit; color: inherit; background: var(--wash); border: 1px solid var(--soft);
          border-radius: 4px; padding: .3rem .5rem; max-width: 60vw; }
        .gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr)); gap: 1.6rem 1.1rem;
          margin-top: 1.5rem; font-size: .8125rem; line-height: 1.4; }
        .gallery img { display: block; width: 100%; height: 9rem; object-fit: contain; background: var(--wash);
          border-radius: 3px; margin-bottom: .5rem; }
        .verdict { font-weight: 600; }
        .file { color: var(--soft); font-size: .71875rem; }
        .scroll { overflow-x: auto; margin-top: 1rem; }
        table { border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums; }
        th, td { padding: .35rem .8rem; text-align: right; border-bottom: 1px solid var(--rule); }
        th:first-child { text-align: left; padding-left: 0; font-weight: 500; }
        @media print { #filter { display: none; } .gallery li { break-inside: avoid; } }

        """

    /// Filters by label; the page is complete without it. Free of characters that XML would want escaped.
    private static let script = """

        (function () {
          "use strict";
          var filter = document.getElementById("filter");
          var choice = filter.querySelector("select");
          var count = filter.querySelector("span");
          filter.hidden = false;
          choice.addEventListener("change", function () {
            var shown = 0;
            document.querySelectorAll("[data-l]").forEach(function (each) {
              each.hidden = choice.value !== "" ? each.getAttribute("data-l") !== choice.value : false;
              if (!each.hidden) { if (each.tagName.toLowerCase() === "li") { shown += 1; } }
            });
            count.textContent = choice.value === "" ? "" : shown + " shown";
          });
        })();

        """
}

extension LabelIssue.Kind {
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
        case .probablyMissing:
            "Annotators did not give the label; the other pictures say it is there."
        case .missing:
            "Nobody has said whether the label is there; the other pictures say it is. These are suggestions, no mistakes."
        }
    }
}

/// A stranger's text for HTML and XML: on one line, of bounded length, with the characters escaped that mean something.
private func escaped(_ text: String) -> String {
    var result = ""
    for scalar in printable(text, maximumCharacters: 300).unicodeScalars {
        switch scalar {
        case "&": result += "&amp;"
        case "<": result += "&lt;"
        case ">": result += "&gt;"
        case "\"": result += "&quot;"
        case "'": result += "&#39;"
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result
}

private func percent(_ rate: Double?) -> String {
    rate.map { String(format: "%.1f\u{202F}%%", $0 * 100) } ?? "–"
}
