// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Datasets
import MultiLabel
import TrainingOptions

/// Labels and their sentences.
struct LabelOptions: ParsableArguments {
    @Option(help: .init("Labels, one a line, or CSV label,prompt[,prompt…].", valueName: "file")) var labels: String?

    @Option(help: .init("A sentence with {} for a label's name; may be repeated.", valueName: "sentence"))
    var template: [String] = []

    /// The labels of the file, or nil where none was given.
    func fileLabels() throws -> [Label]? { try labels.map { path in try LabelFile(path: path).labels } }

    /// The templates, or nil where none was given.
    func templates() throws -> [PromptTemplate]? {
        template.isEmpty ? nil : try template.map(PromptTemplate.init(typed:))
    }
}

/// How rows that list labels are read.
struct LabelListOptions: ParsableArguments {
    @Option(help: .init("What labels are that a row does not list: absent or unknown.", valueName: "meaning"))
    var unlisted = AnnotationOptions.Unlisted.absent

    @Option(
        help: .init(
            "What parts labels in a cell of image,labels tables (default: |, or lists as JSON and Python write them).",
            valueName: "text"))
    var separator: LabelSeparator?
}

/// How annotations are read.
struct AnnotationFileOptions: ParsableArguments {
    @Option(
        help: .init(
            "The folder that picture names are relative to (default: that of the data file).", valueName: "folder"))
    var images: String?

    @OptionGroup var lists: LabelListOptions

    /// Reads annotations to score a model on, of some labels or all.
    func read(_ path: String, labels: [Label]?) throws -> AnnotationTable {
        try AnnotationTable.readForScoring(
            path: path,
            options: AnnotationOptions(
                imagesDirectory: images, unlisted: lists.unlisted, labels: labels?.map(\.name), extraLabels: .ignore,
                separator: lists.separator),
            monitor: .console)
    }
}
