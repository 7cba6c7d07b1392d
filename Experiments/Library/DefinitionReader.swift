// SPDX-License-Identifier: Apache-2.0

import FileIO

/// All tables and data sets of a folder of definitions.
public struct Suite: Sendable {
    /// The folder, which `{tables}` in definitions stands for.
    public let folder: String
    /// The data sets by name.
    public let datasets: [String: DatasetDefinition]
    /// The tables in the document's order.
    public let tables: [TableDefinition]

    /// Reads `datasets.yml` and every other `*.yml` of a folder.
    ///
    /// - Parameter folder: The folder.
    /// - Returns: The definitions, checked against each other.
    /// - Throws: ``ExperimentError`` with file and line.
    public static func read(folder: String) throws -> Suite {
        let names = try reading { () throws(FileIOError) in try listDirectory(path: folder) }.sorted()
            .filter { $0.hasSuffix(".yml") }
        let setsPath = folder + "/datasets.yml"
        let datasets = try readDatasets(DefinitionNode.read(path: setsPath))
        var tables: [TableDefinition] = []
        for name in names where name != "datasets.yml" {
            let path = folder + "/" + name
            let node = try DefinitionNode.read(path: path)
            tables.append(try readTable(node, name: String(name.dropLast(4)), datasets: datasets))
        }
        if tables.isEmpty {
            throw ExperimentError.definition(path: folder, line: nil, problem: "has no table; name a folder of *.yml")
        }
        tables.sort { ($0.order, $0.name) < ($1.order, $1.name) }
        return Suite(folder: folder, datasets: datasets, tables: tables)
    }

    /// The tables of these names, in the document's order.
    ///
    /// - Parameter names: Names, or none for all tables.
    /// - Returns: The tables.
    /// - Throws: ``ExperimentError`` for a name that no table has.
    public func selected(_ names: [String]) throws -> [TableDefinition] {
        for name in names where !tables.contains(where: { $0.name == name }) {
            throw ExperimentError.unknownName(kind: "table", name: printable(name), known: tables.map(\.name))
        }
        return names.isEmpty ? tables : tables.filter { names.contains($0.name) }
    }

    // MARK: Data sets

    static func readDatasets(_ node: DefinitionNode) throws -> [String: DatasetDefinition] {
        var result: [String: DatasetDefinition] = [:]
        for (name, value) in try node.entries("datasets.yml") {
            result[try identifier(name, value)] = try readDataset(value, name: name)
        }
        return result
    }

    private static func readDataset(_ node: DefinitionNode, name: String) throws -> DatasetDefinition {
        let fields = try node.fields(
            "data set \(name)",
            [
                "title", "model", "world", "files", "train", "held-out", "left-out", "bands", "validation-pictures",
                "test-pictures", "quick", "pictures-per-second",
            ])
        guard let model = fields["model"] else { throw node.failure("data set \(name) has no model") }
        var result = DatasetDefinition(name: name, model: try model.text("model"))
        result.title = try fields["title"]?.text("title") ?? name
        result.world = try fields["world"].map { try options($0, "world") }
        if let files = try fields["files"]?.fields("files", ["train", "validation", "test"]) {
            guard let train = try files["train"]?.text("train"), let test = try files["test"]?.text("test"),
                let validation = try files["validation"]?.text("validation")
            else { throw node.failure("data set \(name): files has to name train, validation and test") }
            result.files = (train, validation, test)
        }
        guard (result.world == nil) != (result.files == nil) else {
            throw node.failure("data set \(name) has to have either world or files")
        }
        if let train = fields["train"] { result.train = try options(train, "train") }
        result.heldOut = try fields["held-out"]?.texts("held-out") ?? []
        result.leftOut = try fields["left-out"]?.texts("left-out") ?? []
        if let bands = fields["bands"] {
            result.bands = try bands.list().map { try $0.whole("a band's limit", in: 1...1_000_000_000) }
            guard result.bands.count == 2, result.bands[0] < result.bands[1] else {
                throw bands.failure("bands has to be two rising numbers")
            }
        }
        let counts = 1...1_000_000_000
        result.validationPictures = try fields["validation-pictures"]?.whole("validation-pictures", in: counts)
        result.testPictures = try fields["test-pictures"]?.whole("test-pictures", in: counts)
        result.isQuick = try fields["quick"]?.boolean("quick") ?? true
        if let speed = fields["pictures-per-second"] {
            result.picturesPerSecond = try speed.number("pictures-per-second", in: 0.001...1e9)
        }
        return result
    }

    // MARK: Pieces

    /// Options of a program; true gives a flag, false and null take one away.
    static func options(_ node: DefinitionNode, _ what: String) throws -> OptionList {
        var result = OptionList()
        for (name, value) in try node.entries(what) {
            guard !name.isEmpty, name.utf8.allSatisfy({ isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "-") }),
                !name.hasPrefix("-")
            else {
                throw value.failure("\(what) has the option '\(printable(name))'; options are letters, digits and -")
            }
            if value.isNull || value.boolean == false {
                result[name] = .absent
            } else if value.boolean == true {
                result[name] = .flag
            } else {
                result[name] = .values(try value.texts("the value of \(name)"))
            }
        }
        return result
    }

    static func dataChange(_ node: DefinitionNode) throws -> DataChange {
        let fields = try node.fields("data", ["pictures", "per-label", "flip", "missing", "wrong", "known"])
        var result = DataChange()
        let counts = 1...1_000_000_000
        result.pictures = try fields["pictures"]?.whole("pictures", in: counts)
        result.perLabel = try fields["per-label"]?.whole("per-label", in: counts)
        if result.pictures != nil, result.perLabel != nil {
            throw node.failure("data has pictures and per-label; choose one")
        }
        result.flip = try fields["flip"]?.number("flip", in: 0...1)
        result.missing = try fields["missing"]?.number("missing", in: 0...1)
        result.wrong = try fields["wrong"]?.number("wrong", in: 0...1)
        result.known = try fields["known"]?.number("known", in: 0...1)
        return result
    }

    static func level(_ fields: [String: DefinitionNode]) throws -> Level {
        var result = Level()
        if let train = fields["train"], train.boolean != false { result.train = try options(train, "train") }
        if let evaluate = fields["evaluate"] { result.evaluate = try options(evaluate, "evaluate") }
        if let data = fields["data"] { result.data = try dataChange(data) }
        result.grid = try fields["grid"].map { node in
            if node.isNull { return [] }
            return try node.entries("grid").map { name, values in
                let texts = try values.texts("a value of the grid")
                guard !texts.isEmpty, texts.count <= 20, Set(texts).count == texts.count else {
                    throw values.failure("the grid of \(printable(name)) has to have 1 to 20 different values")
                }
                return GridAxis(option: try identifier(name, values), values: texts)
            }
        }
        return result
    }

    /// A name that can be part of a path.
    static func identifier(_ name: String, _ node: DefinitionNode) throws -> String {
        let isGood =
            !name.isEmpty && name.utf8.count <= 60
            && name.utf8.allSatisfy { isLetter($0) || isDigit($0) || "-_+".utf8.contains($0) }
        guard isGood else {
            throw node.failure("the name '\(printable(name))' has to be up to 60 small letters, digits, -, _ or +")
        }
        return name
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
