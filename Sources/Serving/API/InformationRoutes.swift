// SPDX-License-Identifier: Apache-2.0

import ContentHash
import Datasets
import Foundation
import HTTPTypes
import Imaging
import JSON
import NIOCore

/// What the server says of itself: health, models, labels, figures, its description and its page.
struct InformationAPI: Sendable {
    let models: ServedModels
    let metrics: ServerMetrics
    let hasPage: Bool
    let document: String

    /// Adds the routes.
    func addRoutes(to routes: inout Routes) {
        routes.on(.get, "/healthz") { _, _ in Reply(json: "{\"status\":\"ok\"}\n") }
        routes.on(.get, "/readyz") { _, _ in
            let readiness = models.readiness
            var reply = Reply(
                status: readiness == .ready ? .ok : .serviceUnavailable,
                json: "{\"status\":\"\(readiness.rawValue)\"}\n")
            if readiness != .ready { reply.headers[.retryAfter] = "1" }
            return reply
        }
        routes.on(.get, "/metrics") { _, _ in
            Reply(
                type: "text/plain; version=0.0.4; charset=utf-8", body: ByteBuffer(string: metrics.registry.text()))
        }
        routes.on(.get, "/openapi.json") { _, _ in Reply(json: document) }
        routes.on(.get, "/v1/models") { _, _ in
            try .json(ModelList(data: try models.names.map { try describe(models.engine($0)) }))
        }
        routes.on(.get, "/v1/models/{model}") { _, parameters in
            try .json(describe(try models.engine(parameters[0])))
        }
        routes.on(.get, "/v1/labels") { exchange, _ in try labels(exchange) }
        if hasPage {
            let (html, policy) = (ByteBuffer(string: ServerPage.html), Self.policy)
            routes.on(.get, "/") { _, _ in
                var reply = Reply(type: "text/html; charset=utf-8", body: html)
                reply.headers[.contentSecurityPolicy] = policy
                return reply
            }
        }
    }

    private struct ModelList: Encodable {
        let object = "list"
        let data: [ServedModelAnswer]
    }

    private func describe(_ engine: Engine) -> ServedModelAnswer {
        let (facts, size) = (engine.facts, engine.facts.preprocessor.outputSize)
        return ServedModelAnswer(
            id: engine.name, created: models.loadTime(engine.name), isDefault: engine.name == models.names.first,
            family: facts.family, imageSize: [size.height, size.width], dimensions: facts.featureWidth,
            labels: facts.labels?.labels.count ?? 0, calibrated: facts.isCalibrated,
            thresholds: facts.labels?.thresholds != nil, index: engine.searcher?.rows)
    }

    private struct LabelList: Encodable {
        let model: String
        let labels: [LabelAnswer]
    }

    private func labels(_ exchange: Exchange) throws -> Reply {
        guard let query = exchange.query, query.count <= 1, query.allSatisfy({ $0.name == "model" }) else {
            throw APIError.badRequest("this path takes the query parameter 'model' and nothing else")
        }
        let engine = try models.engine(query.first?.value)
        let set = engine.facts.labels
        let labels = (set?.labels ?? []).enumerated().map { place, label in
            LabelAnswer(name: label.name, prompts: label.prompts, threshold: set?.thresholds?[place])
        }
        return try .json(LabelList(model: engine.name, labels: labels))
    }

    /// What the page may do: its own script and style, and ask this server.
    private static var policy: String {
        func hash(_ text: String) -> String {
            var digest = SHA256()
            digest.update(Array(text.utf8))
            return Data(digest.digest()).base64EncodedString()
        }
        return "default-src 'none'; script-src 'sha256-\(hash(ServerPage.script))'; "
            + "style-src 'sha256-\(hash(ServerPage.style))'; img-src blob: data:; connect-src 'self'; "
            + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    }
}

extension HTTPField.Name {
    fileprivate static let contentSecurityPolicy = HTTPField.Name("Content-Security-Policy") ?? .cookie
}
