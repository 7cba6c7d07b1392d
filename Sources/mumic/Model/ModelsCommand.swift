// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FileIO
import Foundation
import Hub
import JSON
import MultiLabel
import Terminal

/// Lists the models in the Hub's cache.
struct ModelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models",
        abstract: "List the models in the local cache of the Hub: family, size, and whether they can be used.",
        discussion: """
            Looks at what is on the disk and asks nobody. HF_HOME and HF_HUB_CACHE say where that is, as for \
            huggingface_hub. mumic info MODEL says more of one.

              mumic models
              mumic models --format json
            """)

    @Option(help: .init("table or json.", valueName: "format")) var format = FactFormat.table

    func run() throws {
        let configuration = try HubConfiguration(environment: ProcessInfo.processInfo.environment)
        var entries: [Entry] = []
        for model in configuration.cachedModels() {
            try Interruption.check()
            entries.append(Entry(model))
        }
        if format == .json { return try StandardOutput.shared.write(try jsonText(entries)) }
        if entries.isEmpty {
            StandardError.line(
                "there are no models in \(configuration.cacheDirectory); name one of the Hub as --model, and it is fetched"
            )
            return
        }
        let columns = [
            TableColumn("model"), TableColumn("family"), TableColumn("parameters", .right), TableColumn("size", .right),
            TableColumn("usable"),
        ]
        let table = formatTable(
            columns: columns,
            rows: entries.map { entry in
                [
                    entry.model, entry.family ?? "", entry.parameters.map(formatCount) ?? "", formatBytes(entry.bytes),
                    entry.problem.map { "no: \($0)" } ?? "yes",
                ]
            })
        try StandardOutput.shared.write(table)
    }

    /// One model of the list.
    private struct Entry: Encodable {
        let model, commit, directory: String
        let bytes: Int
        var family: String?
        var parameters: Int?
        /// Why it cannot be used; nil where it can.
        var problem: String?

        init(_ cached: CachedModel) {
            (model, commit, directory) = (cached.name.description, cached.commit, cached.directory)
            bytes = cached.bytes
            if let missing = cached.missing {
                problem = "\(missing) missing"
                return
            }
            do {
                let information = ModelInformation(
                    try ModelBundle(
                        directory: cached.directory,
                        resolvingBase: { _ in
                            throw InputError.missing("it is an adapter")
                        }))
                (family, parameters) = (information.family, information.parameters.total)
            } catch {
                let words = (error as? any UserFacingError)?.description ?? "\(error)"
                problem = printable(words.replacing(cached.directory + "/", with: ""), maximumCharacters: 300)
            }
        }
    }
}
