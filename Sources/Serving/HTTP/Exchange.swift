// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTPTypes
import JSON
import NIOCore

/// What a request is answered with: always a whole body.
struct Reply: Sendable {
    var status: HTTPResponse.Status
    var headers: HTTPFields
    var body: ByteBuffer

    init(status: HTTPResponse.Status = .ok, type: String, body: ByteBuffer) {
        self.status = status
        headers = [.contentType: type]
        self.body = body
    }

    /// A text of JSON.
    init(status: HTTPResponse.Status = .ok, json: String) {
        self.init(status: status, type: "application/json", body: ByteBuffer(string: json))
    }

    /// An error; `isInference` in the form of the Open Inference Protocol.
    init(_ error: APIError, isInference: Bool = false) {
        let message = jsonQuoted(error.message)
        let body =
            isInference
            ? "{\"error\":\(message)}\n" : "{\"error\":{\"code\":\"\(error.code)\",\"message\":\(message)}}\n"
        self.init(status: error.status, json: body)
        if let retry = error.retryAfter { headers[.retryAfter] = "\(retry)" }
        if let allow = error.allow { headers[.allow] = allow }
        if error.status == .unauthorized { headers[.wwwAuthenticate] = "Bearer" }
    }
}

/// A request on a connection, for the task that answers it.
struct Exchange: Sendable {
    /// Method, path and header fields.
    let head: HTTPRequest
    /// The path without the query, percent-decoded piece by piece; nil where it is no UTF-8 or does not begin with `/`.
    let path: [String]?
    /// The query's names and values, decoded; nil where it is not well formed.
    let query: [(name: String, value: String)]?
    /// The client's address, for the log.
    let peer: String
    /// Why it is refused by its head alone; nil for most.
    let refusal: APIError?
    /// Gives the body once it is whole. Throws ``APIError`` where it is too large or too slow, and `CancellationError`
    /// where the client is gone.
    let body: @Sendable (_ limit: Int) async throws -> ByteBuffer

    init(
        head: HTTPRequest, peer: String, refusal: APIError? = nil,
        body: @escaping @Sendable (_ limit: Int) async throws -> ByteBuffer
    ) {
        (self.head, self.peer, self.refusal, self.body) = (head, peer, refusal, body)
        var target = Substring(head.path ?? "")
        // A proxy may say the whole address (RFC 9112, 3.2.2).
        for scheme in ["http://", "https://"] where target.lowercased().hasPrefix(scheme) {
            target = target.dropFirst(scheme.count).drop { $0 != "/" && $0 != "?" }
            if target.first != "/" { target = "/" + target }
        }
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let path = parts.first ?? ""
        self.path =
            path.first == "/"
            ? Self.decoded(path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)) : nil
        query = Self.pairs(parts.count > 1 ? parts[1] : "")
    }

    /// What the body is said to be, in lower case and without parameters; empty where nothing is said.
    var mediaType: String { HeaderParameters(head.headerFields[.contentType] ?? "").value }

    private static func decoded(_ parts: [Substring]) -> [String]? {
        var texts: [String] = []
        for part in parts {
            guard let text = String(part).removingPercentEncoding else { return nil }
            texts.append(text)
        }
        return texts
    }

    private static func pairs(_ query: Substring) -> [(String, String)]? {
        var pairs: [(String, String)] = []
        for part in query.split(separator: "&") {
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let texts = sides.map { String($0).replacingOccurrences(of: "+", with: " ").removingPercentEncoding }
            guard let name = texts[0], let value = texts.count > 1 ? texts[1] : "" else { return nil }
            pairs.append((name, value))
        }
        return pairs
    }
}
