// SPDX-License-Identifier: Apache-2.0

/// CLIP with two transformers, in transformers' layout and in that of openai/CLIP and open_clip.
struct CLIPFamily: ModelFamily {
    let modelTypes = ["clip"]

    func recognizes(_ directory: ModelDirectory, tensorNames: [String]?) -> Bool {
        tensorNames.map(OpenCLIPNames.areUsed) ?? !directory.names.contains("config.json")
    }

    func architecture(_ configuration: ConfigReader, layout: ModelLayout) throws -> any ModelArchitecture {
        switch layout {
        case .huggingFace: try CLIPConfig(configuration)
        case .openCLIP: try CLIPConfig(openCLIP: configuration)
        }
    }
}
