// SPDX-License-Identifier: Apache-2.0

import FileIO
import JSON
package import Models

/// OUT.npy, OUT.jsonl and OUT.json, which appear when all are whole.
package struct EmbeddingWriter {
    private let path: String
    private let matrix: NPYWriter
    private let names: AtomicFileWriter

    /// Starts the files aside; `path` is that of OUT.npy.
    package init(path: String, columns: Int) throws {
        self.path = path
        matrix = try NPYWriter(path: path, columns: columns)
        names = try AtomicFileWriter(path: EmbeddingIndex.namesPath(path))
    }

    /// Appends a row of a picture or of a text; of a picture that cannot be read with the reason.
    package func append(
        _ feature: [Float], image: String? = nil, text: String? = nil, error: String? = nil
    ) throws {
        try names.append(try jsonLine(EmbeddingRow(row: matrix.rows, image: image, text: text, error: error)))
        try matrix.append(row: feature)
    }

    /// Puts the files in place.
    package func commit(_ fingerprint: ModelFingerprint) throws {
        try AtomicFile.write(try jsonText(fingerprint), to: EmbeddingIndex.fingerprintPath(path), durable: false)
        try matrix.commit(durable: false)
        try names.commit(durable: false)
    }
}
