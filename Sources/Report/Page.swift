// SPDX-License-Identifier: Apache-2.0

import Foundation
import Mustache

/// The whole page, from its parts to text.
struct Page {
    var title: String
    /// Sentences for somebody who reads nothing else.
    var summary: [String]
    var facts: [ReportFact]
    var sections: [Section]
    /// Labels of which the reader can choose one, to see nothing else.
    var choices: [(label: Int, name: String)] = []

    func html() throws -> String {
        var library = MustacheLibrary()
        for (name, text) in PageTemplates.parts { library.register(try MustacheTemplate(string: text), named: name) }
        return try MustacheTemplate(string: PageTemplates.page).render(context, library: library)
    }

    private var context: [String: Any] {
        [
            "title": presentable(title, limit: 200),
            "style": StyleSheet.text + (choices.isEmpty ? "" : StyleSheet.choice),
            "script": PageScript.text + (choices.isEmpty ? "" : PageScript.choice),
            "choosing": choices.isEmpty
                ? [] : [["choices": choices.map { ["label": "\($0.label)", "labelName": $0.name] }]],
            "summary": summary.map { ["sentence": $0] }, "facts": facts.map(\.context),
            "sections": sections.enumerated().map { number, section in
                [
                    "id": section.id, "number": "\(number + 1)", "heading": section.title, "lead": section.lead,
                    "blocks": section.blocks.enumerated().map { index, block in
                        block.context(id: "\(section.id)-\(index)")
                    },
                ] as [String: Any]
            },
        ]
    }
}

extension ReportFact {
    fileprivate var context: [String: Any] {
        ["factName": presentable(name), "factValue": presentable(value, limit: 600)]
    }
}

// Names that a template asks for and a part lacks are looked for in the parts around it: no two kinds of parts share
// the name of anything optional.
extension Block {
    fileprivate func context(id: String) -> [String: Any] {
        switch self {
        case .metrics(let metrics): ["part": "metrics", "metrics": metrics.map(\.context)]
        case .figures(let figures, let isSmall):
            [
                "part": "figures", "size": isSmall ? "small" : "large",
                "figures": figures.enumerated().map { $1.context(id: "\(id)-\($0)") },
            ]
        case .wide(let figure, let width):
            ["part": "wide", "wideFigure": figure.context(id: id), "minimumWidth": "\(width)"]
        case .table(let table): ["part": "table", "table": table.context(id: id)]
        case .gallery(let gallery): ["part": "gallery", "gallery": gallery.context]
        case .heading(let text): ["part": "heading", "text": text]
        case .text(let text): ["part": "text", "text": text]
        case .facts(let facts): ["part": "facts", "facts": facts.map(\.context)]
        case .code(let title, let text):
            ["part": "code", "codeTitle": title, "text": presentable(text, limit: 20_000, keepsLines: true)]
        }
    }
}

extension Metric {
    fileprivate var context: [String: Any] {
        var result: [String: Any] = ["metricName": name, "metricValue": value, "meaning": meaning]
        if let change { result["metricChange"] = change }
        if let rate {
            var track = ["at": share(rate)]
            track["from"] = share(interval?.lowerBound ?? rate)
            track["width"] = share(interval.map { $0.upperBound - $0.lowerBound } ?? 0)
            track["mark"] = before.map(share)
            result["track"] = track
        }
        if let interval {
            result["interval"] =
                "95\u{202F}% interval \(fixed(interval.lowerBound * 100, 1)) to \(percent(interval.upperBound))"
        }
        return result
    }
}

extension Figure {
    fileprivate func context(id: String) -> [String: Any] {
        var result: [String: Any] = ["figureTitle": title, "svg": svg(id), "caption": caption]
        if !keys.isEmpty { result["keys"] = ["list": keys.map { ["style": $0.style, "text": $0.text] }] }
        return result
    }
}

extension DataTable {
    fileprivate func context(id: String) -> [String: Any] {
        var result: [String: Any] = [
            "tableID": id, "tableCaption": caption,
            "columns": texts.map { ["column": $0, "kind": "t"] } + numbers.map { ["column": $0, "kind": "n"] },
            "rows": rows.map { row in
                [
                    "cells": row.enumerated().map { column, cell in
                        cell.context(isNumber: column >= texts.count, isHead: column == 0)
                    }
                ]
            }, "height": rows.count > 30 ? "tall" : "full",
        ]
        if isInteractive { result["interactive"] = true }
        return result
    }
}

extension DataTable.Cell {
    fileprivate func context(isNumber: Bool, isHead: Bool) -> [String: Any] {
        var attributes = isNumber ? " class=\"n\"" : ""
        if let key, key.isFinite {
            attributes += " data-k=\"\(short4(key))\""
        } else if isMissing {
            attributes += " data-k=\"\""
        }
        if let choice { attributes += " data-l=\"\(choice)\"" }
        var result: [String: Any] = [
            "open": (isHead ? "th scope=\"row\"" : "td") + attributes, "close": isHead ? "th" : "td", "text": text,
        ]
        if let bar { result["bar"] = share(bar) }
        if let change {
            result["dumbbell"] = [
                "a": share(change.from), "b": share(change.to), "lo": share(min(change.from, change.to)),
                "w": share(abs(change.to - change.from)), "way": change.isGain ? "gain" : "loss",
            ]
        }
        if let tag { result["tag"] = tag }
        return result
    }

    private func short4(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : fixed(value, 5)
    }
}

extension Gallery {
    fileprivate var context: [String: Any] {
        [
            "galleryHead": title.map { [["galleryTitle": $0, "galleryNote": note ?? ""]] } ?? [],
            "items": items.map { item in
                [
                    "uri": item.uri, "picture": presentable(item.name, limit: 80), "verdict": item.verdict,
                    "annotated": item.annotated, "place": item.line.map { ", line \($0)" } ?? "",
                    "attributes": item.choice.map { " data-l=\"\($0)\"" } ?? "",
                ]
            },
        ]
    }
}

/// A rate as a percentage for style sheets.
private func share(_ rate: Double) -> String { short(min(max(rate, 0), 1) * 100) + "%" }
