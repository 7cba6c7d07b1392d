// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import HTTPTypes
import JSON
import MultiLabel
import NIOCore

/// `POST /v1/embeddings`: what OpenAI's clients send and read. A text that begins `data:image/` is a picture.
extension PictureAPI {
    private struct Answer: Encodable {
        struct Item: Encodable {
            let object = "embedding"
            let index: Int
            let embedding: Values
        }
        /// Numbers, or their bytes in base64.
        enum Values: Encodable {
            case numbers([Float])
            case base64(String)

            func encode(to encoder: any Encoder) throws {
                var container = encoder.singleValueContainer()
                switch self {
                case .numbers(let numbers): try container.encode(numbers)
                case .base64(let text): try container.encode(text)
                }
            }
        }
        struct Usage: Encodable {
            let promptTokens: Int
            let totalTokens: Int
            enum CodingKeys: String, CodingKey {
                case promptTokens = "prompt_tokens"
                case totalTokens = "total_tokens"
            }
        }
        let object = "list"
        let data: [Item]
        let model: String
        let usage: Usage
    }

    /// Adds the route.
    func addOpenAIRoutes(to routes: inout Routes) {
        routes.on(.post, "/v1/embeddings") { exchange, _ in try await embeddings(exchange) }
    }

    private struct Wish {
        var inputs: [String] = []
        var model: String?
        var isBase64 = false
        var dimensions: Int?
    }

    private func embeddings(_ exchange: Exchange) async throws -> Reply {
        try checkPlace(exchange)
        let wish = try wish(await reader.readTree(exchange))
        let engine = try models.engine(wish.model)
        if let dimensions = wish.dimensions, dimensions != engine.facts.featureWidth {
            throw APIError.badRequest("'dimensions' has to be \(engine.facts.featureWidth), this model's own")
        }
        var features = [[Float]](repeating: [], count: wish.inputs.count)
        let isPicture = wish.inputs.map { $0.hasPrefix("data:image/") }
        let textPlaces = wish.inputs.indices.filter { !isPicture[$0] }
        let picturePlaces = wish.inputs.indices.filter { isPicture[$0] }
        if !picturePlaces.isEmpty {
            let pictures = try picturePlaces.map {
                RequestPicture(name: nil, bytes: try RequestReader.picture(wish.inputs[$0]))
            }
            let outcomes = try await run(pictures, engine, labels: nil, feature: true)
            for (place, outcome) in zip(picturePlaces, outcomes) { features[place] = try outcome.get().feature ?? [] }
        }
        if !textPlaces.isEmpty {
            let texts = textPlaces.map { wish.inputs[$0] }
            for (place, feature) in zip(textPlaces, try await engine.features(of: texts)) { features[place] = feature }
        }
        let tokens = textPlaces.reduce(0) { $0 + engine.facts.tokenCount(wish.inputs[$1]) }
        return try .json(
            Answer(
                data: features.enumerated().map { place, feature in
                    Answer.Item(
                        index: place, embedding: wish.isBase64 ? .base64(Self.base64(feature)) : .numbers(feature))
                }, model: engine.name, usage: .init(promptTokens: tokens, totalTokens: tokens)))
    }

    private func wish(_ tree: JSONValue) throws(APIError) -> Wish {
        guard let members = tree.members else { throw .badRequest("the body has to be a JSON object") }
        var wish = Wish()
        var seen: Set<String> = []
        for member in members {
            if !seen.insert(member.key).inserted { throw .badRequest("a key is given twice") }
            switch (member.key, member.value) {
            case ("input", .string(let text)): wish.inputs = [text]
            case ("input", .array(let list)):
                wish.inputs = list.compactMap(\.string)
                if wish.inputs.count != list.count {
                    throw .badRequest("'input' is a text or a list of texts; token ids are not taken")
                }
            case ("model", .string(let name)): wish.model = name
            case ("encoding_format", "float"): wish.isBase64 = false
            case ("encoding_format", "base64"): wish.isBase64 = true
            case ("dimensions", .integer(let count)): wish.dimensions = count
            case ("dimensions", .number(let count)) where Int(exactly: count) != nil: wish.dimensions = Int(count)
            case ("user", .string): break
            case ("input", _): throw .badRequest("'input' is a text or a list of texts")
            case ("model", _), ("user", _): throw .badRequest("'\(member.key)' is a text")
            case ("encoding_format", _): throw .badRequest("'encoding_format' is \"float\" or \"base64\"")
            case ("dimensions", _): throw .badRequest("'dimensions' is a whole number")
            default: throw .badRequest("unknown key '\(printable(member.key, maximumCharacters: 40))'")
            }
        }
        if wish.inputs.isEmpty { throw .badRequest("'input' is missing or empty") }
        if wish.model == nil { throw .badRequest("'model' is missing; see /v1/models") }
        let texts = wish.inputs.filter { !$0.hasPrefix("data:image/") }
        try reader.limits.check(ownTexts: texts)
        try reader.limits.check(pictures: wish.inputs.count - texts.count)
        return wish
    }

    /// Single precision numbers, the lowest byte first, in base64.
    private static func base64(_ values: [Float]) -> String {
        var bytes = Data(capacity: values.count * 4)
        for value in values { withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) } }
        return bytes.base64EncodedString()
    }
}
