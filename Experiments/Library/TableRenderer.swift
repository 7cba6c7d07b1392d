// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A table's part of the document, as Markdown.
struct TableRenderer {
    let results: TableResults
    private var table: TableDefinition { results.definition }

    init(_ results: TableResults) { self.results = results }

    /// Heading, introduction, how it was made, and the tables.
    ///
    /// - Throws: ``ExperimentError/openGrid(table:run:option:value:)`` where a chosen value stands at the edge of what was
    ///   tried: such a row says less of its method than of its grid.
    func render() throws -> String {
        for result in results.all {
            guard let option = result.openEdge else { continue }
            let run = [result.dataset, result.setting, result.variant].filter { !$0.isEmpty }.joined(separator: ".")
            throw ExperimentError.openGrid(
                table: table.name, run: run, option: option, value: result.chosen[option] ?? "")
        }
        var parts = ["## \(table.title)"]
        let introduction = table.introduction.trimmingCharacters(in: .whitespacesAndNewlines)
        if !introduction.isEmpty { parts.append(introduction) }
        parts.append(making())
        for dataset in results.datasets {
            parts.append("### \(sentenceCase(dataset.title)): \(dataset.facts)")
            if table.settings.count == 1 {
                parts.append(rows(dataset, setting: table.settings[0].id))
                if let sentence = sentence(dataset, table.settings[0].id) { parts.append(sentence) }
            } else {
                parts += table.measures.compactMap { matrix(dataset, $0) }
                let lines = table.settings.compactMap { setting in
                    sentence(dataset, setting.id).map { "- \(sentenceCase(setting.name)): \($0)" }
                }
                if !lines.isEmpty { parts.append(lines.joined(separator: "\n")) }
            }
        }
        return parts.joined(separator: "\n\n") + "\n"
    }

    /// The command, the machine, the days and the seeds.
    private func making() -> String {
        let all = results.all
        let machines = Set(all.map(\.machine.description)).sorted().joined(separator: "; ")
        let days = Set(all.map { String($0.finished.prefix(10)) }).sorted()
        let time = all.reduce(0) { $0 + $1.seconds } / 60
        let counts = results.datasets.flatMap { dataset in
            dataset.cells.values.flatMap(\.values).map(\.count)
        }
        let trained = table.variants.contains { $0.trains } ? counts.filter { $0 > 1 || counts.max() == 1 } : counts
        let least = trained.min() ?? 0
        let most = trained.max() ?? 0
        let seeds = least == most ? "\(most) seed\(most == 1 ? "" : "s")" : "\(least) to \(most) seeds"
        let span = days.count < 2 ? days.first ?? "" : "\(days[0]) to \(days[days.count - 1])"
        var text = "`\(results.command)` on \(machines); \(span); \(seeds); \(all.count) runs, "
        text += String(format: "%.0f min.", max(1, time))
        let reference = results.datasets.first?.cells.values.lazy
            .compactMap { $0[table.defaultVariant]?.first }.min { $0.setting < $1.setting }
        if let reference, !reference.commands.isEmpty {
            let name = table.variants.first { $0.id == table.defaultVariant }?.name ?? table.defaultVariant
            text += " The runs of *\(name)*, seed \(reference.seed):\n\n```sh\n"
            text += reference.commands.joined(separator: "\n") + "\n```"
        }
        return text
    }

    // MARK: Tables

    /// A row a variant, a column a measure.
    private func rows(_ dataset: TableResults.OnDataset, setting: String) -> String {
        let variants = table.variants.filter { !dataset.results(setting, $0.id).isEmpty }
        let measures = table.measures.filter { measure in
            variants.contains { !values(dataset, setting, $0, measure).isEmpty }
        }
        let hasChoice = variants.contains { !choice(dataset.results(setting, $0.id)).isEmpty }
        let differences = dataset.differences[setting] ?? [:]
        var head = ["variant"]
        if hasChoice { head.append("chosen") }
        head += measures.map(Self.title)
        if !differences.isEmpty { head.append("GAP − default, %") }
        var lines = [head, head.indices.map { $0 == 0 || hasChoice && $0 == 1 ? "---" : "---:" }]
        let best = measures.map { measure in bestPlaces(variants.map { values(dataset, setting, $0, measure) }, measure)
        }
        for (place, variant) in variants.enumerated() {
            var line = [variant.id == table.defaultVariant ? "\(variant.name) (default)" : variant.name]
            if hasChoice { line.append(choice(dataset.results(setting, variant.id))) }
            for (column, measure) in measures.enumerated() {
                let runs = dataset.results(setting, variant.id)
                line.append(
                    text(
                        values(dataset, setting, variant, measure), measure, runs.first?.intervals[measure.name],
                        isBest: best[column].contains(place), isFirst: column == 0))
            }
            if !differences.isEmpty { line.append(differences[variant.id].map(Self.text) ?? "") }
            lines.append(line)
        }
        return Self.markdown(lines)
    }

    /// A row a setting, a column a variant.
    private func matrix(_ dataset: TableResults.OnDataset, _ measure: Measure) -> String? {
        let variants = table.variants.filter { variant in
            table.settings.contains { !values(dataset, $0.id, variant, measure).isEmpty }
        }
        let settings = table.settings.filter { setting in
            variants.contains { !values(dataset, setting.id, $0, measure).isEmpty }
        }
        guard !variants.isEmpty else { return nil }
        var lines = [[Self.title(measure)] + variants.map(\.name), ["---"] + variants.map { _ in "---:" }]
        for setting in settings {
            let all = variants.map { values(dataset, setting.id, $0, measure) }
            let best = bestPlaces(all, measure)
            lines.append(
                [setting.name]
                    + variants.enumerated().map { place, variant in
                        text(
                            all[place], measure,
                            dataset.results(setting.id, variant.id).first?.intervals[measure.name],
                            isBest: best.contains(place), isFirst: false)
                    })
        }
        return Self.markdown(lines)
    }

    private func values(
        _ dataset: TableResults.OnDataset, _ setting: String, _ variant: Variant, _ measure: Measure
    ) -> [Double] {
        dataset.results(setting, variant.id).compactMap { $0.measures[measure.name] }
    }

    /// The places whose mean is best, as it is printed.
    private func bestPlaces(_ values: [[Double]], _ measure: Measure) -> Set<Int> {
        guard let higher = measure.higherIsBetter else { return [] }
        let means = values.map { SeedSummary($0).map { Self.number($0.mean, measure.style) } }
        let numbers = means.map { $0.flatMap { Double($0.replacing(",", with: "")) } }
        let known = numbers.compactMap { $0 }
        guard known.count > 1, let best = higher ? known.max() : known.min() else { return [] }
        return Set(numbers.indices.filter { numbers[$0] == best })
    }

    /// A value with its intervals.
    private func text(
        _ values: [Double], _ measure: Measure, _ interval: [Double]?, isBest: Bool, isFirst: Bool
    ) -> String {
        guard let summary = SeedSummary(values) else { return "–" }
        func number(_ value: Double) -> String { Self.number(value, measure.style) }
        var result = number(summary.mean)
        if isBest { result = "**\(result)**" }
        if let half = summary.halfWidth, measure.style != .count { result += " ± \(number(half))" }
        if summary.count > 1, summary.minimum < summary.maximum {
            result += " (\(number(summary.minimum))–\(number(summary.maximum)))"
        }
        if let interval, interval.count == 2, isFirst || summary.count == 1 {
            result += " [\(number(interval[0])), \(number(interval[1]))]"
        }
        return result
    }

    private func choice(_ results: [CellResult]) -> String {
        // A mixture's share is chosen anew with every seed.
        let shares = results.compactMap { $0.chosen["alpha"] }
        if !shares.isEmpty { return "α " + shares.joined(separator: " / ") }
        guard let first = results.first, !first.candidates.isEmpty else { return "" }
        return first.chosen.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    }

    // MARK: Words

    /// Who beats the default and who does not.
    func sentence(_ dataset: TableResults.OnDataset, _ setting: String) -> String? {
        let differences = dataset.differences[setting] ?? [:]
        guard !differences.isEmpty else { return nil }
        func names(_ verdict: Int) -> [String] {
            table.variants.filter { differences[$0.id]?.verdict == verdict }
                .sorted { abs(differences[$0.id]?.value ?? 0) > abs(differences[$1.id]?.value ?? 0) }
                .compactMap { variant in
                    differences[variant.id].map { "*\(variant.name)* (\(Self.signed($0.value)))" }
                }
        }
        let reference = table.variants.first { $0.id == table.defaultVariant }?.name ?? table.defaultVariant
        var clauses: [String] = []
        let (better, worse, equal) = (names(1), names(-1), names(0))
        if !better.isEmpty { clauses.append("\(Self.list(better)) \(better.count == 1 ? "beats" : "beat") it") }
        if !worse.isEmpty { clauses.append("it beats \(Self.list(worse))") }
        if !equal.isEmpty {
            clauses.append("\(Self.list(equal)) \(equal.count == 1 ? "is" : "are") not told apart from it")
        }
        return "By GAP and against *\(reference)*: \(clauses.joined(separator: "; "))."
    }

    static func list(_ names: [String]) -> String {
        guard names.count > 1, let last = names.last else { return names.joined() }
        return names.dropLast().joined(separator: ", ") + " and " + last
    }

    static func text(_ difference: PairedDifference) -> String {
        "\(signed(difference.value)) [\(signed(difference.low)), \(signed(difference.high))]"
    }

    /// A difference of rates in points, with a true minus sign.
    static func signed(_ value: Double) -> String {
        let text = String(format: "%.1f", abs(value) * 100)
        return (text == "0.0" ? "" : value < 0 ? "−" : "+") + text
    }

    static func number(_ value: Double, _ style: Measure.Style) -> String {
        switch style {
        case .percent: String(format: "%.1f", value * 100)
        case .decimal: String(format: "%.3f", value)
        case .seconds: String(format: "%.1f", value)
        case .count: grouped(value)
        }
    }

    private static func grouped(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
        let digits = String(Int(value.rounded()))
        var result = ""
        for (place, digit) in digits.reversed().enumerated() {
            if place > 0, place % 3 == 0, digit != "-" { result.append(",") }
            result.append(digit)
        }
        return String(result.reversed())
    }

    private static func title(_ measure: Measure) -> String {
        measure.style == .percent ? measure.title + ", %" : measure.title
    }

    static func markdown(_ lines: [[String]]) -> String {
        lines.map { "| " + $0.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |" }
            .joined(separator: "\n")
    }

    private func sentenceCase(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }
}
