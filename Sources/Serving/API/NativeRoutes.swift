// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import MultiLabel

/// The server's own routes: labels, features and neighbours of pictures.
extension PictureAPI {
    /// Adds them.
    func addNativeRoutes(to routes: inout Routes) {
        routes.on(.post, "/v1/predict") { exchange, _ in try await predict(exchange) }
        routes.on(.post, "/v1/embed") { exchange, _ in try await embed(exchange) }
        routes.on(.post, "/v1/search") { exchange, _ in try await search(exchange) }
    }

    private func predict(_ exchange: Exchange) async throws -> Reply {
        try checkPlace(exchange)
        let content = try await reader.read(exchange, [.images, .labels, .topK, .threshold, .model])
        let engine = try models.engine(content.model)
        let labels = try await labels(content, engine)
        let ranking = try ranking(content, labels)
        let outcomes = try await run(content.pictures, engine, labels: labels, feature: false)
            .map { $0.map { ranking($0.logits ?? []) } }
        if content.isRaw {
            return try .json(PredictionAnswer(model: engine.name, predictions: outcomes[0].get()))
        }
        let results = zip(content.pictures, outcomes).map { picture, outcome in
            switch outcome {
            case .success(let predictions): PredictionResult(image: picture.name, predictions: predictions)
            case .failure(let error): PredictionResult(image: picture.name, error: PictureFailure(error))
            }
        }
        return try .json(ListAnswer(model: engine.name, results: results))
    }

    private func embed(_ exchange: Exchange) async throws -> Reply {
        try checkPlace(exchange)
        let content = try await reader.read(exchange, [.images, .texts, .model])
        let engine = try models.engine(content.model)
        let outcomes = try await features(content, engine)
        if content.isRaw {
            return try .json(EmbeddingAnswer(model: engine.name, embedding: outcomes[0].feature.get()))
        }
        let results = outcomes.map { name, outcome in
            switch outcome {
            case .success(let feature): EmbeddingResult(image: name, embedding: feature)
            case .failure(let error): EmbeddingResult(image: name, error: PictureFailure(error))
            }
        }
        return try .json(ListAnswer(model: engine.name, results: results))
    }

    /// The features of a request's pictures or texts.
    private func features(
        _ content: RequestContent, _ engine: Engine
    ) async throws -> [(name: String?, feature: Outcome<[Float]>)] {
        if let texts = content.texts {
            return try await engine.features(of: texts).map { (nil, .success($0)) }
        }
        let outcomes = try await run(content.pictures, engine, labels: nil, feature: true)
        return zip(content.pictures, outcomes).map { ($0.name, $1.map { $0.feature ?? [] }) }
    }

    private struct Matches: Encodable {
        var model: String?
        var image: String?
        var matches: [SearchMatch]?
        var error: PictureFailure?
    }

    private func searcher(of engine: Engine) throws(APIError) -> Searcher {
        guard let searcher = engine.searcher else {
            throw APIError(.notFound, "no_index", "this model has no index of pictures")
        }
        return searcher
    }

    private func search(_ exchange: Exchange) async throws -> Reply {
        let name = exchange.query?.first { $0.name == "model" }?.value
        if name != nil || models.names.count == 1 { _ = try searcher(of: models.engine(name)) }
        try checkPlace(exchange)
        let content = try await reader.read(exchange, [.images, .texts, .topK, .model])
        guard content.topK ?? 1 <= Searcher.largestTopK else {
            throw APIError.tooLarge("'top_k' of a search is at most \(Searcher.largestTopK)")
        }
        let engine = try models.engine(content.model)
        let searcher = try searcher(of: engine)
        let outcomes = try await features(content, engine)
        let found = outcomes.compactMap { try? $0.feature.get() }
        var matches = try await searcher.nearest(found, limit: content.topK ?? 10)[...]
        if content.isRaw {
            _ = try outcomes[0].feature.get()
            return try .json(Matches(model: engine.name, matches: matches.first))
        }
        let results = outcomes.map { name, outcome in
            switch outcome {
            case .success: Matches(image: name, matches: matches.popFirst())
            case .failure(let error): Matches(image: name, error: PictureFailure(error))
            }
        }
        return try .json(ListAnswer(model: engine.name, results: results))
    }
}
