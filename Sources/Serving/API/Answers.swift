// SPDX-License-Identifier: Apache-2.0

import JSON
import MultiLabel

/// Why one picture of several has no answer.
struct PictureFailure: Encodable, Sendable {
    let code: String
    let message: String
}

/// The labels of a raw picture: `{"model": …, "predictions": […]}`.
struct PredictionAnswer: Encodable {
    let model: String
    let predictions: [LabelScore]
}

/// An answer to several pictures or texts, in their order.
struct ListAnswer<Result: Encodable>: Encodable {
    let model: String
    let results: [Result]
}

/// One of several pictures.
struct PredictionResult: Encodable, Sendable {
    var image: String?
    var predictions: [LabelScore]?
    var error: PictureFailure?
}

/// The feature of a raw picture.
struct EmbeddingAnswer: Encodable {
    let model: String
    let embedding: [Float]
}

/// One of several features.
struct EmbeddingResult: Encodable, Sendable {
    var image: String?
    var embedding: [Float]?
    var error: PictureFailure?
}

/// A model as `/v1/models` lists it.
struct ServedModelAnswer: Encodable {
    let id: String
    let object = "model"
    let created: Int
    let ownedBy = "mumic"
    let isDefault: Bool
    let family: String
    let imageSize: [Int]
    let dimensions: Int
    let labels: Int
    let calibrated: Bool
    let thresholds: Bool
    @OrNull var index: Int?

    enum CodingKeys: String, CodingKey {
        case id, object, created, family, dimensions, labels, calibrated, thresholds, index
        case ownedBy = "owned_by"
        case isDefault = "default"
        case imageSize = "image_size"
    }
}

/// A label as `/v1/labels` lists it.
struct LabelAnswer: Encodable {
    let name: String
    let prompts: [String]
    @OrNull var threshold: Double?
}

extension Reply {
    /// A value as a line of JSON, as the commands print it.
    static func json(_ value: some Encodable) throws -> Reply { Reply(json: try jsonLine(value)) }
}
