// SPDX-License-Identifier: Apache-2.0

import Datasets
import Duplicates
import FileIO
import Imaging
import MultiLabel
import Terminal

/// Finds out which pictures of an evaluation the model's own run has seen.
struct SeenPictureNotes {
    private let seen: SeenPictures
    private let hashes: PixelHashes
    private let table: AnnotationTable

    /// - Parameters:
    ///   - model: The model; nil comes back where it is not RUN/model, or its run has not left what it has seen.
    ///   - table: The pictures to evaluate.
    ///   - pictures: How they are read; at a reduced scale their pixels tell nothing.
    /// - Throws: `InputError` if the run's file is damaged, `FileIOError`.
    init?(model: String, _ table: AnnotationTable, _ pictures: PictureStreamOptions) throws {
        guard !pictures.decodesFast, let seen = try SeenPictures(runOfModel: model) else { return nil }
        (self.seen, self.table) = (seen, table)
        hashes = PixelHashes(count: table.images.count)
    }

    /// What has to be shown the decoded pictures.
    var inspect: @Sendable (Int, RGBImage) -> Void { { [hashes] in hashes.take($0, $1) } }

    /// What is to be said, once all pictures have been read.
    func notes() -> [String] {
        let all = hashes.all
        func note(_ set: Set<String>, _ words: String, _ consequence: String) -> String? {
            let rows = all.indices.filter { row in all[row].map(set.contains) ?? false }
            guard let first = rows.first else { return nil }
            let name = printable(table.images[first].name, maximumCharacters: 200)
            return
                "\(formatCount(rows.count)) of \(formatCount(all.count)) pictures \(words), such as \(name): \(consequence)"
        }
        return [
            note(
                seen.training, "are among those that the model was trained on",
                "the metrics are too hopeful; mumic dataset split makes data without such pictures"),
            note(
                seen.validation, "are among those that the model was chosen by",
                "the metrics are somewhat hopeful; test pictures of their own tell more"),
        ].compactMap { $0 }
    }
}
