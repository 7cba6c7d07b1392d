// SPDX-License-Identifier: Apache-2.0

import FileIO

extension Suite {
    private static let levelKeys = ["train", "evaluate", "data", "grid"]

    /// Reads a table's definition and checks that its names fit together.
    static func readTable(
        _ node: DefinitionNode, name: String, datasets: [String: DatasetDefinition]
    ) throws -> TableDefinition {
        let fields = try node.fields(
            "table \(name)",
            levelKeys + [
                "order", "title", "introduction", "datasets", "measures", "for", "settings", "variants", "default",
                "hold-out", "validate", "quick",
            ])
        func required(_ key: String) throws -> DefinitionNode {
            guard let value = fields[key] else { throw node.failure("table \(name) has no \(key)") }
            return value
        }
        let variants = try required("variants").list().map(readVariant)
        let measures = try required("measures").list().map { item in
            guard let measure = Measure.named(try item.text("a measure")) else {
                throw item.failure(
                    "there is no such measure; there are \(Measure.all.map(\.name).joined(separator: ", "))")
            }
            return measure
        }
        guard !variants.isEmpty, !measures.isEmpty else { throw node.failure("table \(name) is empty") }
        let defaultVariant = try required("default")
        var table = TableDefinition(
            name: try identifier(name, node), title: try required("title").text("title"),
            datasets: try required("datasets").texts("datasets"), measures: measures, variants: variants,
            defaultVariant: try defaultVariant.text("default"))
        table.common = try level(fields)
        table.order = try fields["order"]?.whole("order", in: 0...1000) ?? 0
        table.introduction = try fields["introduction"]?.text("introduction") ?? ""
        table.holdsOut = try fields["hold-out"]?.boolean("hold-out") ?? false
        table.validates = try fields["validate"]?.boolean("validate") ?? true
        if let settings = fields["settings"] { table.settings = try settings.list().map(readSetting) }
        table.forDataset = try levelsByDataset(fields["for"])
        if let quick = try fields["quick"]?.fields("quick", ["pictures", "train"]) {
            if let pictures = quick["pictures"] {
                table.quick.pictures = try pictures.whole("pictures", in: 1...1_000_000)
            }
            if let train = quick["train"] { table.quick.train = try options(train, "train") }
        }
        try check(table, node, datasets)
        return table
    }

    private static func levelsByDataset(_ node: DefinitionNode?) throws -> [String: Level] {
        var result: [String: Level] = [:]
        for (dataset, value) in try node?.entries("for") ?? [] {
            result[dataset] = try level(value.fields("for \(printable(dataset))", levelKeys))
        }
        return result
    }

    private static func readVariant(_ node: DefinitionNode) throws -> Variant {
        let fields = try node.fields(
            "a variant",
            levelKeys + ["id", "name", "for", "from", "interpolate", "recipe", "frozen", "datasets", "except", "quick"])
        guard let id = fields["id"] else { throw node.failure("a variant has no id") }
        let text = try identifier(id.text("id"), id)
        var result = Variant(id: text, name: try fields["name"]?.text("name") ?? text)
        result.level = try level(fields)
        result.forDataset = try levelsByDataset(fields["for"])
        result.from = try fields["from"]?.text("from")
        result.isRecipe = try fields["recipe"]?.boolean("recipe") ?? false
        result.frozen = try fields["frozen"].map { node in
            guard let method = FrozenMethod(rawValue: try node.text("frozen")) else {
                let known = FrozenMethod.allCases.map(\.rawValue).joined(separator: " or ")
                throw node.failure("frozen has to be \(known)")
            }
            return method
        }
        if result.isRecipe || result.frozen != nil {
            let others = levelKeys + ["for", "from", "interpolate"] + (result.isRecipe ? ["frozen"] : [])
            if let key = others.first(where: { fields[$0] != nil }) {
                throw node.failure(
                    "variant \(text): \(key) says nothing beside \(result.isRecipe ? "recipe" : "frozen")")
            }
        }
        result.datasets = try fields["datasets"]?.texts("datasets") ?? []
        result.trains = fields["train"]?.boolean != false && result.from == nil && result.frozen == nil
        if let interpolate = fields["interpolate"] {
            guard result.from != nil else { throw interpolate.failure("interpolate goes with from") }
            result.interpolate = try interpolate.text("interpolate")
            if result.interpolate != Variant.chosenWeight {
                _ = try interpolate.number("interpolate, if it is not auto,", in: 0...1)
            }
        }
        result.except = try fields["except"]?.texts("except") ?? []
        result.isQuick = try fields["quick"]?.boolean("quick") ?? true
        return result
    }

    private static func readSetting(_ node: DefinitionNode) throws -> Setting {
        let fields = try node.fields("a setting", levelKeys + ["id", "name", "quick"])
        guard let id = fields["id"] else { throw node.failure("a setting has no id") }
        let text = try identifier(id.text("id"), id)
        var result = Setting(id: text, name: try fields["name"]?.text("name") ?? text)
        result.level = try level(fields)
        result.isQuick = try fields["quick"]?.boolean("quick") ?? true
        return result
    }

    private static func check(
        _ table: TableDefinition, _ node: DefinitionNode, _ datasets: [String: DatasetDefinition]
    ) throws {
        for (kind, names) in [
            ("variant", table.variants.map(\.id)), ("setting", table.settings.map(\.id)),
            ("data set", table.datasets), ("measure", table.measures.map(\.name)),
        ] {
            var seen: Set<String> = []
            for name in names where !seen.insert(name).inserted {
                throw node.failure("table \(table.name) has the \(kind) '\(printable(name))' twice")
            }
            if names.isEmpty { throw node.failure("table \(table.name) has no \(kind)") }
        }
        let named = ([table.forDataset] + table.variants.map(\.forDataset)).flatMap { $0.keys.sorted() }
        for name in table.datasets + named where datasets[name] == nil {
            throw node.failure("table \(table.name): datasets.yml has no data set '\(printable(name))'")
        }
        let ids = Set(table.variants.map(\.id))
        guard ids.contains(table.defaultVariant) else {
            throw node.failure("table \(table.name): default names no variant")
        }
        let settings = Set(table.settings.map(\.id))
        for variant in table.variants {
            for name in variant.datasets where !table.datasets.contains(name) {
                throw node.failure("variant \(variant.id): the table has no data set '\(printable(name))'")
            }
            for setting in variant.except where !settings.contains(setting) {
                throw node.failure("variant \(variant.id): except names no setting '\(printable(setting))'")
            }
            guard let from = variant.from else { continue }
            guard let source = table.variants.first(where: { $0.id == from }), source.trains else {
                throw node.failure("variant \(variant.id): from has to name a variant that trains")
            }
        }
        let hasGrid = ([table.common.grid] + table.variants.map(\.level.grid) + table.settings.map(\.level.grid))
            .contains { $0?.isEmpty == false }
        if hasGrid, !table.validates {
            throw node.failure("table \(table.name) has a grid, whose choice needs validation; leave validate out")
        }
        if let variant = table.variants.first(where: { $0.frozen != nil }), !table.validates {
            throw node.failure("variant \(variant.id) chooses on validation pictures; leave validate out")
        }
        for name in table.datasets where table.holdsOut && datasets[name]?.heldOut.isEmpty == true {
            throw node.failure("table \(table.name) holds labels out, and data set \(name) has none under held-out")
        }
    }
}
