// SPDX-License-Identifier: Apache-2.0

import FileIO

/// The image tower's shape.
public struct VisionConfig: Sendable, Equatable {
    /// Its transformer.
    public var tower: TransformerConfig
    /// Side S of the square picture in pixels.
    public var imageSize: Int
    /// Side of a patch in pixels.
    public var patchSize: Int
    /// Colour channels; 3.
    public var numChannels: Int

    /// Patches of a picture, (S / patch)².
    public var patchCount: Int { (imageSize / patchSize) * (imageSize / patchSize) }
}

extension VisionConfig {
    /// Reads the `vision_config` of a `config.json`; absent keys take what is `usual` in the family.
    ///
    /// - Throws: `InputError` that names the key.
    init(_ reader: ConfigReader, usual: TransformerConfig, patchSize: Int) throws(InputError) {
        self.init(
            tower: try TransformerConfig(reader, usual: usual),
            imageSize: try reader.integer("image_size", default: 224, in: 1...16_384),
            patchSize: try reader.integer("patch_size", default: patchSize, in: 1...16_384),
            numChannels: try reader.integer("num_channels", default: 3, in: 3...3))
        guard self.patchSize <= imageSize else { throw reader.bad("patch_size", "is larger than image_size") }
    }

    /// All sizes, by the names of `config.json`.
    var values: [(name: String, value: Any)] {
        tower.values + [("image_size", imageSize), ("patch_size", patchSize), ("num_channels", numChannels)]
    }
}
