// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A CLIP of a few thousand random weights with its tokenizer, six pictures and their annotations: the fixtures of the
/// training tests, which other tests use too.
public enum SmallCLIP {
    /// The folder of them: `model`, `images`, `train.csv`.
    public static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("TrainingTests/Fixtures/curve").path
    /// The model's directory.
    public static let model = folder + "/model"
}

extension TemporaryFolder {
    /// Copies the small CLIP's files into it, to put others beside them.
    public func copyModel() throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: SmallCLIP.model) {
            try copy(SmallCLIP.model + "/" + name, to: name)
        }
    }

    /// A folder with the small CLIP as `model`, its annotations as `train.csv` and the pictures in `images`.
    public static func withSmallCLIP() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        for name in ["model", "images", "train.csv"] { try folder.copy(SmallCLIP.folder + "/" + name, to: name) }
        return folder
    }
}
