// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import Models
import MultiLabel
import TestSupport
import Torch

@testable import Search

/// The small CLIP and the pictures that the training tests have as fixtures.
enum Curve {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("TrainingTests/Fixtures/curve").path

    static let model = folder + "/model"

    static func picture(_ number: Int) -> Picture {
        let path = folder + "/images/p\(number < 10 ? "0" : "")\(number).png"
        return Picture(name: path, path: path)
    }

    static func embedder() throws -> Embedder {
        try Embedder(
            try ModelCheckpoint(directory: model),
            options: PictureStreamOptions(batchSize: 8, workers: 2, device: .cpu))
    }
}

/// The cosine of two vectors, in float64.
func cosine(_ a: [Float], _ b: [Float]) -> Double {
    func dot(_ a: [Float], _ b: [Float]) -> Double { zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) } }
    return dot(a, b) / (dot(a, a) * dot(b, b)).squareRoot()
}

extension TemporaryFolder {
    /// Writes rows and lines that belong together or not.
    func put(_ name: String, rows: [[Float]], lines: String?) throws {
        let writer = try NPYWriter(path: self(name + ".npy"), columns: rows.first?.count ?? 16)
        for row in rows { try writer.append(row: row) }
        try writer.commit(durable: false)
        if let lines { try put(name + ".jsonl", lines) }
    }

    /// The rows of an .npy.
    func rows(_ name: String) throws -> [[Float]] {
        let file = try NPYFile(path: self(name))
        return (0..<file.rows).map { row in
            file.withRows(row..<row + 1) { bytes in
                (0..<file.columns).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
            }
        }
    }
}
