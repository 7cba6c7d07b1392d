// SPDX-License-Identifier: Apache-2.0

public import Datasets
import FileIO
import JSON

extension EvaluationReport {
    /// Writes the report and what it comes from to a folder: `evaluation.json`, `per-label.csv` and `scores.csv` with
    /// the scores, `[N, L]`. Each file appears whole.
    ///
    /// Numbers have round-trip digits, so that an evaluation of `scores.csv` gives the same metrics. Throws
    /// ``FileIO/FileIOError``.
    public func write(scores: [Double], of table: AnnotationTable, to folder: String) throws {
        try writeCSV(
            folder + "/per-label.csv",
            ["label", "positives", "negatives", "ap", "precision", "recall", "f1", "threshold"],
            rows: perLabel.lazy.map { label in
                let numbers = [label.averagePrecision, label.precision, label.recall, label.f1, label.threshold]
                return [label.label, String(label.positives), String(label.negatives)]
                    + numbers.map { $0.map { "\($0)" } ?? "" }
            })
        let count = table.labels.count
        try writeCSV(
            folder + "/scores.csv", ["image"] + table.labels,
            rows: table.images.indices.lazy.map { index in
                [table.images[index].name] + scores[index * count..<(index + 1) * count].map { "\($0)" }
            })
        try AtomicFile.write(try jsonText(self), to: folder + "/evaluation.json", durable: false)
    }
}

private func writeCSV(_ path: String, _ header: [String], rows: some Sequence<[String]>) throws {
    let file = try AtomicFileWriter(path: path)
    try file.append(CSVWriter.line(header))
    for row in rows { try file.append(CSVWriter.line(row)) }
    try file.commit(durable: false)
}
