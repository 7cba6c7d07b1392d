// SPDX-License-Identifier: Apache-2.0

import Datasets
import HTTPTypes
import Imaging
import JSON
import MultiLabel

/// The Open Inference Protocol, version 2, over REST: what Triton's and KServe's clients speak.
extension PictureAPI {
    /// Adds its routes.
    func addInferenceRoutes(to routes: inout Routes, version: String) {
        routes.on(.get, "/v2") { _, _ in
            Reply(
                json:
                    "{\"name\":\"mumic\",\"version\":\(jsonQuoted(version)),\"extensions\":[\"binary_tensor_data\"]}\n")
        }
        routes.on(.get, "/v2/health/live") { _, _ in Reply(json: "{\"live\":true}\n") }
        routes.on(.get, "/v2/health/ready") { _, _ in
            Self.readiness(models.readiness == .ready, "")
        }
        for end in ["", "/versions/{version}"] {
            let model = "/v2/models/{model}" + end
            routes.on(.get, model) { _, parameters in
                let engine = try engine(parameters)
                return metadata(engine)
            }
            routes.on(.get, model + "/ready") { _, parameters in
                let name = "\"name\":\(jsonQuoted(parameters[0])),"
                do throws(APIError) {
                    _ = try engine(parameters)
                    return Self.readiness(models.readiness == .ready, name)
                } catch {
                    if error.status == .serviceUnavailable { return Self.readiness(false, name) }
                    throw error
                }
            }
            routes.on(.post, model + "/infer") { exchange, parameters in try await infer(exchange, parameters) }
        }
    }

    private static func readiness(_ isReady: Bool, _ name: String) -> Reply {
        var reply = Reply(status: isReady ? .ok : .serviceUnavailable, json: "{\(name)\"ready\":\(isReady)}\n")
        if !isReady { reply.headers[.retryAfter] = "1" }
        return reply
    }

    private func engine(_ parameters: [String]) throws(APIError) -> Engine {
        if parameters.count > 1, parameters[1] != "1" {
            throw APIError(.notFound, "model_not_found", "models have the version 1 only")
        }
        return try models.engine(parameters[0])
    }

    private func metadata(_ engine: Engine) -> Reply {
        let size = engine.facts.preprocessor.outputSize
        func tensor(_ name: String, _ type: String, _ shape: [Int]) -> JSONValue {
            ["name": .string(name), "datatype": .string(type), "shape": .array(shape.map { .integer($0) })]
        }
        let labels = engine.facts.labels?.labels.count ?? -1
        let tree: JSONValue = [
            "name": .string(engine.name), "versions": ["1"], "platform": "mumic",
            "inputs": [
                tensor("image", "BYTES", [-1]), tensor("text", "BYTES", [-1]),
                tensor("pixels", "FP32", [-1, 3, size.height, size.width]), tensor("labels", "BYTES", [-1]),
            ],
            "outputs": [
                tensor("scores", "FP32", [-1, labels]), tensor("labels", "BYTES", [labels]),
                tensor("embedding", "FP32", [-1, engine.facts.featureWidth]),
            ],
        ]
        return Reply(json: tree.indented() + "\n")
    }

    private func infer(_ exchange: Exchange, _ parameters: [String]) async throws -> Reply {
        let engine = try engine(parameters)
        try engine.queue.check(cost: 1)
        try reader.checkEncoding(exchange)
        let type = exchange.mediaType
        guard ["application/json", "application/octet-stream", ""].contains(type) else {
            throw APIError.mediaType("the body has to be JSON, or JSON with binary data as application/octet-stream")
        }
        // Triton's client says nothing of the type where the body is all JSON.
        let length = exchange.head.headerFields[.inferenceHeaderLength]
        if length == nil, type == "application/octet-stream" {
            throw APIError.badRequest("Inference-Header-Content-Length is missing: how many bytes of the body are JSON")
        }
        let isJSON = type == "application/json" || length == nil
        let body = try await exchange.body(reader.limits.body)
        let request = try await reader.apart(body) {
            try InferenceRequest(body, headerLength: length, isJSON: isJSON)
        }
        for input in request.inputs where !["image", "text", "pixels", "labels"].contains(input.name) {
            throw APIError.badRequest("unknown input; there are image, text, pixels and labels")
        }
        let main = request.inputs.filter { $0.name != "labels" }
        guard main.count == 1 else { throw APIError.badRequest("give one of the inputs image, text and pixels") }
        switch main[0].name {
        case "text": return try await inferTexts(main[0], request, engine)
        default: return try await inferPictures(main[0], request, engine)
        }
    }

    private func inferTexts(_ input: InferenceTensor, _ request: InferenceRequest, _ engine: Engine) async throws
        -> Reply
    {
        if request["labels"] != nil { throw APIError.badRequest("the input labels goes with pictures") }
        let texts = try Self.texts(input)
        if texts.isEmpty { throw APIError.badRequest("the input text is empty") }
        try reader.limits.check(ownTexts: texts)
        let features = try await engine.features(of: texts)
        return try request.reply(
            [embedding(features, engine)], usual: ["embedding"], model: engine.name)
    }

    private func inferPictures(
        _ input: InferenceTensor, _ request: InferenceRequest, _ engine: Engine
    ) async throws -> Reply {
        var own = engine.facts.labels
        if let labels = request["labels"] {
            let labels = try Self.texts(labels).map { Label(name: $0) }
            if labels.isEmpty { throw APIError.badRequest("the input labels is empty") }
            try reader.limits.check(labels)
            own = try await labelSet(labels, engine)
        }
        let wantsFeature = request.wishes?.contains { $0.name == "embedding" } ?? (own == nil)
        let outcomes: [Outcome<(logits: [Float]?, feature: [Float]?)>]
        if input.name == "pixels" {
            outcomes = try await run(prepared: prepared(input, engine), engine, labels: own, feature: wantsFeature)
        } else {
            outcomes = try await run(pictures(input), engine, labels: own, feature: wantsFeature)
        }
        // A tensor has no place for an error: one broken picture breaks the request.
        let answers = try outcomes.map { try $0.get() }
        var outputs: [InferenceOutput] = []
        if let own {
            let scores = answers.flatMap { own.ranking.probabilities($0.logits ?? []) }
            outputs.append(
                .init(name: "scores", shape: [answers.count, own.labels.count], values: .numbers(scores)))
            outputs.append(
                .init(name: "labels", shape: [own.labels.count], values: .texts(own.labels.map(\.name))))
        }
        if wantsFeature { outputs.append(embedding(answers.map { $0.feature ?? [] }, engine)) }
        return try request.reply(
            outputs, usual: own == nil ? ["embedding"] : ["scores", "labels"], model: engine.name)
    }

    private func embedding(_ features: [[Float]], _ engine: Engine) -> InferenceOutput {
        .init(
            name: "embedding", shape: [features.count, engine.facts.featureWidth],
            values: .numbers(features.flatMap { $0 }))
    }

    private func pictures(_ input: InferenceTensor) throws(APIError) -> [RequestPicture] {
        let elements = try Self.elements(input)
        if elements.isEmpty { throw .badRequest("the input image is empty") }
        try reader.limits.check(pictures: elements.count)
        var pictures: [RequestPicture] = []
        for bytes in elements {
            let picture = input.isBinary ? bytes : try RequestReader.picture(String(decoding: bytes, as: UTF8.self))
            pictures.append(RequestPicture(name: nil, bytes: picture))
        }
        return pictures
    }

    private func prepared(_ input: InferenceTensor, _ engine: Engine) throws(APIError) -> [PixelValues] {
        let size = engine.facts.preprocessor.outputSize
        guard case .numbers(let numbers) = input.values, input.shape.count == 4, input.shape[0] > 0,
            Array(input.shape[1...]) == [3, size.height, size.width]
        else {
            throw .badRequest("the input pixels is of type FP32 and of shape [N, 3, \(size.height), \(size.width)]")
        }
        guard numbers.allSatisfy({ abs($0) <= 1e6 }) else {
            throw .badRequest("the input pixels has values that are not finite, or beyond 1e6")
        }
        try reader.limits.check(pictures: input.shape[0])
        let length = 3 * size.height * size.width
        var pictures: [PixelValues] = []
        for place in 0..<input.shape[0] {
            let values = Array(numbers[place * length..<(place + 1) * length])
            do {
                pictures.append(try PixelValues(height: size.height, width: size.width, values: values))
            } catch {
                throw .badRequest("the input pixels does not fit its shape")
            }
        }
        return pictures
    }

    /// The elements of a list of type BYTES: of shape `[N]`, or `[N, 1]` as Triton's batches are.
    private static func elements(_ input: InferenceTensor) throws(APIError) -> [[UInt8]] {
        guard case .bytes(let elements) = input.values, !input.shape.isEmpty,
            input.shape.dropFirst() == [] || input.shape.dropFirst() == [1]
        else {
            throw .badRequest("the inputs image, text and labels are of type BYTES and of shape [N]")
        }
        return elements
    }

    private static func texts(_ input: InferenceTensor) throws(APIError) -> [String] {
        let elements = try elements(input)
        let texts = elements.compactMap { String(validating: $0, as: UTF8.self) }
        if texts.count != elements.count { throw .badRequest("the inputs text and labels are UTF-8") }
        return texts
    }
}
