// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTPTypes
import JSON
import Logging
import NIOCore
import Synchronization
import Testing

@testable import Serving

@Suite(.timeLimit(.minutes(1))) struct ResponderTests {
    private let lines = Lines()
    private let metrics = ServerMetrics()

    private func responder(token: String? = nil, timeout: Double = 10) -> Responder {
        var routes = Routes()
        routes.on(.get, "/healthz") { _, _ in Reply(json: "{}") }
        routes.on(.get, "/v1/models/{model}") { _, parameters in Reply(json: jsonQuoted(parameters[0])) }
        routes.on(.post, "/v1/models/{model}") { _, _ in throw APIError.badRequest("no") }
        routes.on(.post, "/slow") { _, _ in
            try await Task.sleep(for: .seconds(60))
            return Reply(json: "{}")
        }
        routes.on(.post, "/fault") { _, _ in
            throw CocoaError(.fileNoSuchFile, userInfo: [NSFilePathErrorKey: "/secret/path"])
        }
        let logger = Logger(label: "test") { [lines] _ in LineLogHandler(format: .json) { lines.add($0) } }
        return Responder(routes: routes, token: token, timeout: timeout, metrics: metrics, logger: logger)
    }

    private func answer(
        _ method: HTTPRequest.Method, _ path: String, headers: HTTPFields = [:], token: String? = nil,
        timeout: Double = 10
    ) async -> Reply {
        await responder(token: token, timeout: timeout).respond(
            exchange(ByteBuffer(), method: method, path: path, headers: headers))
    }

    @Test func `a path's parts are decoded, and HEAD goes where GET does`() async {
        let reply = await answer(.get, "/v1/models/a%20b")
        #expect(reply.status == .ok && String(buffer: reply.body) == "\"a b\"")
        #expect(await answer(.head, "/v1/models/x").status == .ok)
        #expect(await answer(.get, "/v1/models/").status == .notFound)
        #expect(await answer(.get, "/v1/models/%FF").status == .badRequest)
    }

    @Test func `another method is told which there are`() async {
        let reply = await answer(.delete, "/v1/models/x")
        #expect(reply.status == .methodNotAllowed && reply.headers[.allow] == "GET, HEAD, POST")
        #expect(await answer(.get, "/nothing").status == .notFound)
    }

    @Test(arguments: [nil, "", "Bearer", "Bearer wrong", "Basic secret", "Bearer secret2", "secret"])
    func `without the token nothing but health is told`(given: String?) async {
        let headers: HTTPFields = given.map { [.authorization: $0] } ?? [:]
        for path in ["/v1/models/x", "/nothing"] {
            let reply = await answer(.get, path, headers: headers, token: "secret")
            #expect(reply.status == .unauthorized && reply.headers[.wwwAuthenticate] == "Bearer")
        }
        #expect(await answer(.get, "/healthz", headers: headers, token: "secret").status == .ok)
    }

    @Test func `with the token all is told`() async {
        for given in ["Bearer secret", "bearer secret"] {
            #expect(await answer(.get, "/v1/models/x", headers: [.authorization: given], token: "secret").status == .ok)
        }
    }

    @Test func `a request that takes too long is answered in its time`() async {
        let clock = ContinuousClock()
        let start = clock.now
        let reply = await answer(.post, "/slow", timeout: 0.05)
        #expect(reply.status == .requestTimeout && clock.now - start < .seconds(20))
        let own = await answer(.post, "/slow", headers: [.requestTimeout: "0.05"])
        #expect(own.status == .requestTimeout)
        for wrong in ["0", "-1", "nan", "a", "1e9"] {
            #expect(await answer(.post, "/slow", headers: [.requestTimeout: wrong]).status == .badRequest)
        }
    }

    @Test func `a fault is told in the log alone`() async throws {
        let reply = await answer(.post, "/fault")
        #expect(reply.status == .internalServerError)
        #expect(!String(buffer: reply.body).contains("secret"))
        #expect(try #require(lines.all.last).contains("internal error"))
    }

    @Test func `an id of the client is kept if it is a plain word`() async {
        #expect(await answer(.get, "/healthz", headers: [.requestID: "a.B-9_"]).headers[.requestID] == "a.B-9_")
        for wrong in ["a b", "<x>", String(repeating: "a", count: 65)] {
            let id = await answer(.get, "/healthz", headers: [.requestID: wrong]).headers[.requestID]
            #expect(id != wrong && id?.isEmpty == false)
        }
    }

    @Test func `figures have one series for all unknown paths`() async {
        for number in 0..<20 { _ = await answer(.get, "/\(number)/x") }
        for number in 0..<20 { _ = await answer(.get, "/v1/models/\(number)") }
        let text = metrics.registry.text()
        let series = text.split(separator: "\n").filter { $0.hasPrefix("mumic_requests_total{") }
        #expect(
            series.sorted() == [
                "mumic_requests_total{route=\"/v1/models/{model}\",method=\"GET\",status=\"200\"} 20",
                "mumic_requests_total{route=\"other\",method=\"other\",status=\"404\"} 20",
            ])
    }

    @Test func `each request is a line of the log, in valid JSON`() async throws {
        _ = await answer(.post, "/v1/models/x%22%0A")
        let line = try #require(lines.all.last)
        let tree = try JSONValue(parsing: line.utf8) { $0 }
        #expect(tree["route"]?.string == "/v1/models/{model}" && tree["status"]?.string == "400")
        #expect(tree["error"]?.string == "no" && line.count { $0 == "\n" } == 1)
    }
}

/// Lines of a log.
private final class Lines: Sendable {
    private let lines = Mutex<[String]>([])
    func add(_ line: String) { lines.withLock { $0.append(line) } }
    var all: [String] { lines.withLock { $0 } }
}
