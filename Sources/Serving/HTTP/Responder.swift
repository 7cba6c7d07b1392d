// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTPTypes
import Logging
import NIOCore
import Synchronization

/// Answers every request: who may ask, within what time, and what the log and the figures say of it.
struct Responder: Sendable {
    let routes: Routes
    let token: String?
    let timeout: Double
    let metrics: ServerMetrics
    let logger: Logger

    /// Answers a request; never fails.
    func respond(_ exchange: Exchange) async -> Reply {
        let start = monotonicNanoseconds()
        let id = requestID(exchange)
        metrics.inFlight.wrappingAdd(1, ordering: .relaxed)
        defer { metrics.inFlight.wrappingSubtract(1, ordering: .relaxed) }
        let template = routes.template(exchange.path) ?? "other"
        var failure: String?
        var reply: Reply
        var status = 0
        do {
            try authorize(exchange)
            if let refusal = exchange.refusal { throw refusal }
            let (route, parameters) = try routes.find(exchange)
            reply = try await withDeadline(exchange) { try await route.handler(exchange, parameters) }
            status = reply.status.code
        } catch is CancellationError {
            // Nobody reads this answer. 499 is nginx's word for it.
            reply = Reply(.draining)
            (status, failure) = (499, "the client went away")
        } catch {
            let known = APIError(error)
            let told = known ?? APIError(.internalServerError, "internal_error", "internal error; see the server's log")
            failure = known?.message ?? "internal error: \(error)"
            reply = Reply(told, isInference: exchange.path?.first == "v2")
            status = reply.status.code
            count(told)
        }
        reply.headers[.requestID] = id
        reply.headers[.contentTypeOptions] = "nosniff"
        let took = Double(monotonicNanoseconds() - start) / 1e9
        let method = exchange.head.method.rawValue
        metrics.answered(
            route: template, method: template == "other" ? "other" : method, status: status, seconds: took)
        log(id: id, exchange, template, status, took, failure)
        return reply
    }

    /// The answer to what never became a request.
    func refuse(_ error: APIError) -> Reply {
        var reply = Reply(error)
        reply.headers[.requestID] = newID()
        reply.headers[.contentTypeOptions] = "nosniff"
        count(error)
        metrics.answered(route: "other", method: "other", status: error.status.code, seconds: 0)
        logger.info("refused", metadata: ["status": "\(error.status.code)", "error": "\(error.message)"])
        return reply
    }

    private func newID() -> String { String(UInt64.random(in: 0...UInt64.max), radix: 36) }

    private func log(
        id: String, _ exchange: Exchange, _ template: String, _ status: Int, _ took: Double, _ failure: String?
    ) {
        let isQuiet = status == 200 && ["/healthz", "/readyz", "/metrics"].contains(template)
        let level: Logger.Level = status == 500 ? .error : isQuiet ? .debug : .info
        var metadata: Logger.Metadata = [
            "id": .string(id), "method": .string(exchange.head.method.rawValue), "route": .string(template),
            "status": .stringConvertible(status), "ms": .string(String(format: "%.1f", took * 1000)),
            "peer": .string(exchange.peer),
        ]
        if let failure { metadata["error"] = .string(failure) }
        logger.log(level: level, "request", metadata: metadata)
    }

    private func count(_ error: APIError) {
        switch error.code {
        case "overloaded": metrics.refused(.overloaded).add()
        case "loading": metrics.refused(.loading).add()
        case "draining": metrics.refused(.draining).add()
        case "unauthorized": metrics.refused(.unauthorized).add()
        case "too_large": metrics.refused(.tooLarge).add()
        case "request_timeout", "deadline_exceeded": metrics.refused(.timeout).add()
        default: break
        }
    }

    // MARK: Who, and within what time

    private func authorize(_ exchange: Exchange) throws(APIError) {
        guard let token, exchange.path != ["healthz"] else { return }
        let given = exchange.head.headerFields[.authorization] ?? ""
        let isBearer = given.prefix(7).lowercased() == "bearer "
        guard isBearer, isEqual(Array(given.dropFirst(7).utf8), Array(token.utf8)) else {
            throw APIError(
                .unauthorized, "unauthorized", "this server wants the header field Authorization: Bearer TOKEN")
        }
    }

    /// Compares in a time that depends on nothing but the lengths.
    private func isEqual(_ a: [UInt8], _ b: [UInt8]) -> Bool {
        guard a.count == b.count else { return false }
        return zip(a, b).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    /// The client's own id, if it is a plain word; else a new one.
    private func requestID(_ exchange: Exchange) -> String {
        if let given = exchange.head.headerFields[.requestID], (1...64).contains(given.utf8.count),
            given.utf8.allSatisfy({
                ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A) || (0x30...0x39).contains($0)
                    || [0x2D, 0x2E, 0x5F].contains($0)
            })
        {
            return given
        }
        return newID()
    }

    private func withDeadline(
        _ exchange: Exchange, _ body: @escaping @Sendable () async throws -> Reply
    ) async throws -> Reply {
        var allowed = timeout
        if exchange.head.method == .post, let text = exchange.head.headerFields[.requestTimeout] {
            guard let wanted = RequestReader.number(text), wanted > 0, wanted <= 86400 else {
                throw APIError.badRequest("X-Request-Timeout is a number of seconds above 0 and at most 86400")
            }
            allowed = min(allowed, wanted)
        }
        let limit = allowed
        return try await withThrowingTaskGroup(of: Reply.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await Task.sleep(for: .seconds(limit))
                throw APIError.deadline
            }
            defer { group.cancelAll() }
            guard let reply = try await group.next() else { throw NoAnswer() }
            return reply
        }
    }
}

extension HTTPField.Name {
    // Names without blanks and special characters are valid.
    static let requestID = HTTPField.Name("X-Request-Id") ?? .cookie
    static let requestTimeout = HTTPField.Name("X-Request-Timeout") ?? .cookie
    static let contentTypeOptions = HTTPField.Name("X-Content-Type-Options") ?? .cookie
    static let inferenceHeaderLength = HTTPField.Name("Inference-Header-Content-Length") ?? .cookie
}
