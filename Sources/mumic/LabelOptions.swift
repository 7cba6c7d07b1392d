// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Datasets
import FileIO
import MultiLabel

/// Labels and their sentences.
struct LabelOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Labels, one a line, or CSV label,prompt[,prompt…].", valueName: "file"))
    var labels: String?

    @Option(help: ArgumentHelp("A sentence with {} for a label's name; may be repeated.", valueName: "sentence"))
    var template: [String] = []

    /// The labels of the file, or nil where none was given.
    func fileLabels() throws -> [Label]? { try labels.map { path in try LabelFile(path: path).labels } }

    /// The templates, or nil where none was given.
    func templates() throws -> [PromptTemplate]? { template.isEmpty ? nil : try template.map(promptTemplate) }
}

/// A template, if the sentence has a place for the name.
func promptTemplate(_ text: String) throws -> PromptTemplate {
    guard let template = PromptTemplate(text) else {
        throw UsageError(
            "--template \"\(printable(text))\" has no {} for the label's name; write for instance \"a photo of a {}\"")
    }
    return template
}

/// How annotations are read.
struct AnnotationFileOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The folder that picture names are relative to (default: that of the data file).", valueName: "folder"))
    var images: String?

    @Option(help: ArgumentHelp("What labels are that a row does not list: absent or unknown.", valueName: "meaning"))
    var unlisted = Unlisted.absent

    enum Unlisted: String, ExpressibleByArgument, CaseIterable {
        case absent, unknown

        var meaning: AnnotationOptions.Unlisted { self == .absent ? .absent : .unknown }
    }
}
