// SPDX-License-Identifier: Apache-2.0

import ContentHash
import Datasets
import FileIO
import Foundation

/// A data set that is at hand: its tables, cut as the definition says.
public struct PreparedDataset: Sendable {
    /// What `datasets.yml` says of it.
    public let definition: DatasetDefinition
    /// The model that is fine-tuned.
    let model: String
    /// Copies of the tables' files.
    let validationFile: String
    let testFile: String
    let train: AnnotationTable
    let test: AnnotationTable
    /// All that its pictures, labels and model consist of, as one hash.
    let hash: String
    /// Where changed copies go.
    let folder: String

    /// The labels to evaluate, in order: those that are trained, or those that are held out.
    func labels(heldOut: Bool, holdingOut: Bool) -> [String] {
        let left = Set(definition.leftOut)
        let held = holdingOut || heldOut ? Set(definition.heldOut) : []
        return train.labels.filter { !left.contains($0) && held.contains($0) == heldOut }
    }

    /// A file with such labels, one a line.
    func labelsFile(heldOut: Bool, holdingOut: Bool) throws -> String {
        let name = heldOut ? "labels-held-out.txt" : holdingOut ? "labels-trained.txt" : "labels.txt"
        let path = folder + "/" + name
        let text = labels(heldOut: heldOut, holdingOut: holdingOut).map { $0 + "\n" }.joined()
        if (try? String(contentsOfFile: path, encoding: .utf8)) != text { try writeText(text, to: path) }
        return path
    }

    /// The validation pictures.
    func validationTable() throws -> AnnotationTable { try AnnotationTable.read(path: validationFile) }

    /// The test pictures by the names that their file has.
    var testImages: [Picture] {
        test.images.map { image in
            let path = absolutePath(image.path ?? image.name)
            return Picture(name: path, path: path)
        }
    }

    /// The training table after a change, as a file.
    func trainFile(_ change: DataChange, seed: Int) throws -> String {
        let path = folder + "/train" + (change.isNone ? "" : "_\(change.key)_seed-\(seed)") + ".csv"
        if !exists(path) { try writeText(wideCSV(change.applied(to: train, seed: UInt64(seed))), to: path) }
        return path
    }

    /// How many pictures a change leaves to train on.
    func pictureCount(_ change: DataChange) -> Int {
        var counted = DataChange()
        (counted.pictures, counted.perLabel) = (change.pictures, change.perLabel)
        if counted.isNone { return train.images.count }
        return counted.perLabel == nil
            ? min(train.images.count, counted.pictures ?? .max) : counted.applied(to: train, seed: 0).images.count
    }

    /// Whether a data set can be had here.
    static func isAvailable(_ definition: DatasetDefinition, in workspace: Workspace) -> Bool {
        guard let model = workspace.resolved(definition.model), exists(model) else { return false }
        guard let files = definition.files else { return true }
        return [files.train, files.validation, files.test].allSatisfy { workspace.resolved($0).map(exists) ?? false }
    }

    /// Draws or reads a data set.
    ///
    /// - Parameters:
    ///   - definition: Which one.
    ///   - workspace: Where things are.
    ///   - isQuick: Whether a small part will do.
    /// - Throws: ``ExperimentError``.
    init(_ definition: DatasetDefinition, in workspace: Workspace, isQuick: Bool) throws {
        guard let model = workspace.resolved(definition.model) else {
            throw ExperimentError.invalidOption(name: "--shared", value: "missing", allowed: "the folder of data")
        }
        self.definition = definition
        self.model = model
        let base = workspace.work + "/data"
        let paths: [String]
        if let files = definition.files {
            paths = [files.train, files.validation, files.test].compactMap(workspace.resolved)
        } else {
            paths = try Self.draw(definition, in: workspace, base: base, isQuick: isQuick)
        }
        func read(_ path: String, _ most: Int?) throws -> AnnotationTable {
            let table: AnnotationTable
            do throws(DatasetError) {
                table = try AnnotationTable.read(path: path)
                try table.requireUsable()
            } catch {
                throw ExperimentError.file(description: "\(error)", isMissing: error.isMissingInput)
            }
            var change = DataChange()
            change.pictures = most
            return change.applied(to: table, seed: 0)
        }
        func least(_ one: Int?, _ other: Int?) -> Int? { [one, other].compactMap { $0 }.min() }
        train = try read(paths[0], nil)
        let validation = try read(paths[1], least(definition.validationPictures, isQuick ? 100 : nil))
        test = try read(paths[2], least(definition.testPictures, isQuick ? 200 : nil))
        try Self.check(definition, train: train, test: test)
        var digest = SHA256()
        for text in [wideCSV(train), wideCSV(validation), wideCSV(test)] {
            // Where the pictures lie has no influence on what comes out.
            digest.update(text.replacing(workspace.work, with: "").replacing(workspace.shared ?? "\0", with: "").utf8)
        }
        digest.update(try Self.modelHash(model).utf8)
        hash = digest.hexadecimal()
        folder = base + "/\(definition.name)-\(hash.prefix(12))"
        validationFile = folder + "/validation.csv"
        testFile = folder + "/test.csv"
        try makeFolder(folder)
        for (path, table) in [(validationFile, validation), (testFile, test)] where !exists(path) {
            try writeText(wideCSV(table), to: path)
        }
    }

    private static func check(_ definition: DatasetDefinition, train: AnnotationTable, test: AnnotationTable) throws {
        for label in definition.heldOut + definition.leftOut where !train.labels.contains(label) {
            throw ExperimentError.unknownName(
                kind: "label in data set \(definition.name)", name: printable(label), known: train.labels)
        }
        if let label = train.labels.first(where: { !test.labels.contains($0) }) {
            throw ExperimentError.badOutput(path: test.source, problem: "has no column '\(printable(label))'")
        }
    }

    /// Draws the sample world, unless that was done.
    private static func draw(
        _ definition: DatasetDefinition, in workspace: Workspace, base: String, isQuick: Bool
    ) throws -> [String] {
        var options = definition.world ?? OptionList()
        if isQuick {
            options = options.overridden(
                by: OptionList([("pictures", "400"), ("validation", "100"), ("test", "200")]))
        }
        var digest = SHA256()
        digest.update(options.arguments.joined(separator: "\n").utf8)
        let folder = base + "/drawn-\(definition.name)-\(digest.hexadecimal().prefix(12))"
        let done = folder + ".done"
        if !exists(done) {
            try removeFolder(folder)
            try makeFolder(base)
            try ChildProcess.run(
                [workspace.program("sample-world"), "labels", "--output", folder] + options.arguments,
                output: "/dev/null", log: folder + ".log")
            try writeText("", to: done)
        }
        return ["train", "validation", "test"].map { folder + "/\($0).csv" }
    }

    /// A hash of all files of a model's folder.
    private static func modelHash(_ folder: String) throws -> String {
        let names = try reading { () throws(FileIOError) in try listDirectory(path: folder) }.sorted()
        var digest = SHA256()
        for name in names {
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: folder + "/" + name, isDirectory: &isFolder),
                !isFolder.boolValue
            else { continue }
            let hash = try reading { () throws(FileIOError) in try SHA256.hexadecimal(ofFileAt: folder + "/" + name) }
            digest.update("\(name) \(hash)\n".utf8)
        }
        return digest.hexadecimal()
    }
}
