// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation

/// The document of all tables.
///
/// A table whose results are not at hand keeps the part that the document has already, so that one table can be made
/// anew without the others.
public enum Document {
    static let introduction = """
        # Experiments

        Written by `experiments write` from stored results; the words between the tables stand in `Experiments/Tables`,
        and `Experiments/README.md` says how to run them. The numbers compare methods under small budgets on two small
        data sets, each method with the same start, pictures and epochs; they are not the best that can be had.

        Reading the tables: a number is the mean over the seeds; a seed also chooses subsets of pictures and places
        noise. ± is half the 95 % t-interval of that mean (from three seeds on), (a–b) the least and the greatest seed,
        [a, b] the 95 % bootstrap interval over the test pictures of seed 0 alone. Bold is the best mean. *GAP −
        default* is the mean difference to the default over the seeds, with the 95 % paired bootstrap interval over the
        test pictures. One variant *beats* another if that interval lies above 0 and every seed agrees. *Chosen* is
        what won on the validation pictures with seed 0 and was then used for all seeds. Rates are in percent. In the
        commands `{work}` is the folder of the runs.
        """

    /// Renders the tables whose results are stored into the document.
    ///
    /// - Parameters:
    ///   - suite: The definitions.
    ///   - workspace: Where the results are.
    ///   - isQuick: Whether they are those of --quick.
    ///   - path: The document, which is made or changed.
    /// - Returns: The names of the tables that have a part now.
    /// - Throws: ``ExperimentError``.
    public static func write(
        suite: Suite, workspace: Workspace, isQuick: Bool, to path: String
    ) throws -> [String] {
        let old =
            exists(path)
            ? try reading { () throws(FileIOError) in try readText(path: path, maximumBytes: 1 << 26) } : ""
        var parts: [(name: String, text: String)] = []
        for table in suite.tables {
            if let results = try TableResults(table, suite: suite, workspace: workspace, isQuick: isQuick) {
                parts.append((table.name, try TableRenderer(results).render()))
            } else if let kept = part(table.name, of: old) {
                parts.append((table.name, kept))
            }
        }
        let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        if !folder.isEmpty { try makeFolder(folder) }
        try writeText(text(parts, isQuick: isQuick), to: path)
        return parts.map(\.name)
    }

    /// The whole document.
    static func text(_ parts: [(name: String, text: String)], isQuick: Bool) -> String {
        var text = introduction + "\n"
        if isQuick { text += "\nA trial run with `--quick`: the numbers mean nothing.\n" }
        if parts.isEmpty { text += "\nNo table has been run yet.\n" }
        for part in parts { text += "\n\(begin(part.name))\n\(part.text)\(end(part.name))\n" }
        return text
    }

    private static func begin(_ name: String) -> String { "<!-- table \(name) -->" }
    private static func end(_ name: String) -> String { "<!-- end of \(name) -->" }

    /// A table's part of a document.
    static func part(_ name: String, of document: String) -> String? {
        guard let start = document.range(of: begin(name) + "\n"),
            let stop = document.range(of: end(name), range: start.upperBound..<document.endIndex)
        else { return nil }
        return String(document[start.upperBound..<stop.lowerBound])
    }
}
