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
        return try answer(content, engine, zip(content.pictures, outcomes).map { ($0.name, $1) }, as: \.predictions)
    }

    /// The answer to a request: an object for a raw picture, a list for several.
    private func answer<Value>(
        _ content: RequestContent, _ engine: Engine, _ outcomes: [(name: String?, outcome: Outcome<Value>)],
        as key: WritableKeyPath<ItemAnswer, Value?>
    ) throws -> Reply {
        if content.isRaw {
            var answer = ItemAnswer(model: engine.name)
            answer[keyPath: key] = try outcomes[0].outcome.get()
            return try .json(answer)
        }
        let results = outcomes.map { name, outcome in
            var answer = ItemAnswer(image: name)
            switch outcome {
            case .success(let value): answer[keyPath: key] = value
            case .failure(let error): answer.error = PictureFailure(error)
            }
            return answer
        }
        return try .json(ListAnswer(model: engine.name, results: results))
    }

    private func embed(_ exchange: Exchange) async throws -> Reply {
        try checkPlace(exchange)
        let content = try await reader.read(exchange, [.images, .texts, .model])
        let engine = try models.engine(content.model)
        return try answer(content, engine, await features(content, engine), as: \.embedding)
    }

    /// The features of a request's pictures or texts.
    private func features(
        _ content: RequestContent, _ engine: Engine
    ) async throws -> [(name: String?, outcome: Outcome<[Float]>)] {
        if let texts = content.texts {
            return try await engine.features(of: texts).map { (nil, .success($0)) }
        }
        let outcomes = try await run(content.pictures, engine, labels: nil, feature: true)
        return zip(content.pictures, outcomes).map { ($0.name, $1.map { $0.feature ?? [] }) }
    }

    private func searcher(of engine: Engine) throws(APIError) -> Searcher {
        guard let searcher = engine.searcher else {
            throw APIError(.notFound, "no_index", "this model has no index of pictures")
        }
        return searcher
    }

    private func search(_ exchange: Exchange) async throws -> Reply {
        if let engine = try engineByHead(exchange) { _ = try searcher(of: engine) }
        try checkPlace(exchange)
        let content = try await reader.read(exchange, [.images, .texts, .topK, .model])
        guard content.topK ?? 1 <= Searcher.largestTopK else {
            throw APIError.tooLarge("'top_k' of a search is at most \(Searcher.largestTopK)")
        }
        let engine = try models.engine(content.model)
        let searcher = try searcher(of: engine)
        let outcomes = try await features(content, engine)
        let features = outcomes.compactMap { try? $0.outcome.get() }
        var matches = try await searcher.nearest(features, limit: content.topK ?? 10)[...]
        let found = outcomes.map { name, outcome in (name, outcome.map { _ in matches.popFirst() ?? [] }) }
        return try answer(content, engine, found, as: \.matches)
    }
}
