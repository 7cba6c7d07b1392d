// SPDX-License-Identifier: Apache-2.0

import HTTPTypes

/// What can be asked of the server: methods and paths, with what answers them.
struct Routes: Sendable {
    /// What answers a request; `parameters` are the parts of the path that stand for `{name}`.
    typealias Handler = @Sendable (_ exchange: Exchange, _ parameters: [String]) async throws -> Reply

    /// A method of a path.
    struct Route: Sendable {
        let method: HTTPRequest.Method
        /// Such as `/v1/models/{model}`: what metrics and the log call it.
        let template: String
        let handler: Handler
        fileprivate let parts: [Substring]
    }

    private(set) var routes: [Route] = []

    /// Adds a route.
    mutating func on(_ method: HTTPRequest.Method, _ template: String, _ handler: @escaping Handler) {
        let parts = template.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        routes.append(Route(method: method, template: template, handler: handler, parts: parts))
    }

    /// The route of a request. Throws ``APIError`` where there is no such path, or not with this method; HEAD goes
    /// where GET does.
    func find(_ exchange: Exchange) throws(APIError) -> (route: Route, parameters: [String]) {
        guard let path = exchange.path else { throw .badRequest("the path is not well formed") }
        let method = exchange.head.method == .head ? .get : exchange.head.method
        var methods: [String] = []
        for route in routes {
            guard let parameters = route.parameters(of: path) else { continue }
            if route.method == method { return (route, parameters) }
            methods.append(route.method.rawValue)
            if route.method == .get { methods.append("HEAD") }
        }
        if methods.isEmpty { throw .notFound("there is nothing at this path; see /openapi.json") }
        throw APIError(
            .methodNotAllowed, "method_not_allowed", "this path takes \(methods.joined(separator: ", "))",
            allow: methods.joined(separator: ", "))
    }

    /// The template of a path, whatever the method; nil where there is none.
    func template(_ path: [String]?) -> String? {
        guard let path else { return nil }
        return routes.first { $0.parameters(of: path) != nil }?.template
    }
}

extension Routes.Route {
    /// What stands in the places of `{name}`; nil where the path is another.
    fileprivate func parameters(of path: [String]) -> [String]? {
        guard path.count == parts.count else { return nil }
        var parameters: [String] = []
        for (part, text) in zip(parts, path) {
            if part.hasPrefix("{") {
                if text.isEmpty { return nil }
                parameters.append(text)
            } else if part != text {
                return nil
            }
        }
        return parameters
    }
}
