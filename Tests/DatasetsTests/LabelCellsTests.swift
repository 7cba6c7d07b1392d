// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import TestSupport
import Testing

@testable import Datasets

/// Cells of narrow tables as people write them.
struct LabelCellsTests {
    private func read(
        _ cells: [String], separator: String? = nil, labels: [String]? = nil
    ) throws -> (table: AnnotationTable, errors: [String], warnings: [String]) {
        let folder = try TemporaryFolder()
        let rows = cells.enumerated().map { "\($0).jpg,\"\($1.replacing("\"", with: "\"\""))\"" }
        try folder.put("t.csv", (["image,labels"] + rows).joined(separator: "\n"))
        let table = try AnnotationTable.read(
            path: folder("t.csv"),
            options: AnnotationOptions(
                labels: labels, checksPictures: false, separator: separator.flatMap { LabelSeparator($0) }))
        let errors = table.findings.filter(\.isError).map(\.message)
        let warnings = table.findings.filter { !$0.isError && $0.message.contains("--separator") }.map(\.message)
        return (table, errors, warnings)
    }

    private func labels(of table: AnnotationTable, row: Int) -> [String] {
        table.labels.indices.filter { table.targets[row * table.labels.count + $0] == 1 }.map { table.labels[$0] }
    }

    @Test(arguments: [
        #"["pool", "sea view"]"#, "['pool', 'sea view']", #"['pool', "sea view"]"#, "['pool' 'sea view']",
        "('pool', 'sea view')", "{'pool', 'sea view'}", "[ 'pool' , 'sea view', ]", "pool|sea view",
        " pool | sea view |",
    ]) func `lists are read as JSON, Python and NumPy write them`(_ cell: String) throws {
        let (table, errors, warnings) = try read([cell, "bed"])
        #expect(labels(of: table, row: 0) == ["pool", "sea view"])
        #expect(errors.isEmpty && warnings.isEmpty, "\(errors) \(warnings)")
    }

    @Test func `an escaped quote and an empty list`() throws {
        let (table, errors, _) = try read([#"['king\'s bed']"#, "[]", "pool", #"["a|b"]"#])
        #expect(labels(of: table, row: 0) == ["king's bed"] && labels(of: table, row: 1).isEmpty)
        #expect(labels(of: table, row: 3) == ["a|b"] && errors.isEmpty)
    }

    @Test(arguments: [";", "\t", "；", "、", "\n"]) func `most cells with another separator are an error`(_ mark: String)
        throws
    {
        let cells = ["pool\(mark)bed", "lamp\(mark)bed", "pool"]
        let (table, errors, _) = try read(cells)
        #expect(errors.count == 1 && errors[0].contains("give --separator"), "\(errors)")
        #expect(table.findings.first { $0.isError }?.line == 2)
        let parted = try read(cells, separator: mark)
        #expect(parted.errors.isEmpty && labels(of: parted.table, row: 1) == ["bed", "lamp"])
        let whole = try read(cells, separator: "|")
        #expect(whole.errors.isEmpty && whole.warnings.isEmpty && whole.table.labels.contains(cells[0].trimmedLabel))
    }

    @Test func `some cells with another separator are a warning`() throws {
        let (table, errors, warnings) = try read(["pool;bed", "lamp", "pool", "bed|lamp"])
        #expect(errors.isEmpty && warnings.count == 1 && table.labels.contains("pool;bed"))
        #expect(warnings[0].contains("1 cell, 'pool;bed', holds ';' and no |"), "\(warnings)")
        // A cell that has a | too says how it is meant.
        #expect(try read(["pool;bed|lamp", "lamp"]).warnings.isEmpty)
    }

    @Test func `a comma counts only where its parts are labels, a blank never`() throws {
        #expect(try read(["tench, Tinca tinca", "pool", "bed"]).warnings.isEmpty)
        #expect(try read(["bunk bed", "bunk", "bed"]).warnings.isEmpty)
        #expect(try read(["AC/DC", "AC", "pool"]).warnings.isEmpty)
        #expect(try read(["pool, bed", "pool", "bed", "lamp"]).warnings.count == 1)
        #expect(try read(["pool, bed", "pool, bed", "pool", "bed"], labels: nil).errors.isEmpty)
        let (_, errors, _) = try read(["pool, bed", "bed, pool", "pool"], labels: ["pool", "bed"])
        #expect(errors.count == 1 && errors[0].contains("2 cells, such as 'pool, bed', hold ',' and no |"), "\(errors)")
    }

    @Test func `a list that is none is an error, unless the separator is said`() throws {
        #expect(try read(["[pool, bed]", "x"]).errors.count == 1)
        #expect(try read(["[pool, bed]", "x"], separator: "|").table.labels.contains("[pool, bed]"))
        #expect(try read(["[pool", "pool]", "(wet) pool"]).errors.isEmpty)
    }
}
