// SPDX-License-Identifier: Apache-2.0

import JSON
import MultiLabel

/// Why one picture of several has no answer.
struct PictureFailure: Encodable, Sendable {
    let code: String
    let message: String
}

/// An answer to several pictures or texts, in their order.
struct ListAnswer: Encodable {
    let model: String
    let results: [ItemAnswer]
}

/// What came of a picture or a text: labels, a feature or neighbours, whichever was asked for, or why there is nothing.
struct ItemAnswer: Encodable, Sendable {
    /// The model, where this is all of the answer, as for a raw picture.
    var model: String?
    /// What the client calls the picture.
    var image: String?
    var predictions: [LabelScore]?
    var embedding: [Float]?
    var matches: [SearchMatch]?
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
