// SPDX-License-Identifier: Apache-2.0

extension OpenAPIDocument {
    /// Why a request is not answered as it wishes.
    enum Refusal: String, CaseIterable {
        case badRequest = "BadRequest"
        case unauthorized = "Unauthorized"
        case notFound = "NotFound"
        case methodNotAllowed = "MethodNotAllowed"
        case requestTimeout = "RequestTimeout"
        case tooLarge = "TooLarge"
        case unsupportedMediaType = "UnsupportedMediaType"
        case expectationFailed = "ExpectationFailed"
        case overloaded = "Overloaded"
        case headersTooLarge = "HeadersTooLarge"
        case internalError = "InternalError"
        case unavailable = "Unavailable"

        /// What any request may meet, whatever it asks for, but a missing token.
        static let ofAnyRequest: [Refusal] = [
            .badRequest, .methodNotAllowed, .requestTimeout, .headersTooLarge, .internalError,
        ]
        /// What a request with a body may meet besides, where a model is named.
        static let ofWork: [Refusal] = [
            .notFound, .tooLarge, .unsupportedMediaType, .expectationFailed, .overloaded, .unavailable,
        ]
    }

    /// What the responses of an operation go on with: its refusals, as references. `protocolForm` says that errors are
    /// written as the Open Inference Protocol has them.
    static func refused(
        _ limits: Limits, by own: [Refusal] = [], protocolForm: Bool = false, needsToken: Bool = true
    ) -> String {
        let all = Refusal.ofAnyRequest + own + (limits.hasToken && needsToken ? [.unauthorized] : [])
        let lines = all.map { refusal in
            let name = (protocolForm ? "Protocol" : "") + refusal.rawValue
            return (status(refusal), ##""\##(status(refusal))": {"$ref": "#/components/responses/\##(name)"}"##)
        }
        return lines.sorted { $0.0 < $1.0 }.map(\.1).joined(separator: ",\n")
    }

    /// The responses that operations refer to, in both forms.
    static func refusals(_ limits: Limits) -> [String] {
        let used = Refusal.allCases.filter { limits.hasToken || $0 != .unauthorized }
        return used.map { response($0, limits, protocolForm: false) }
            + used.map { response($0, limits, protocolForm: true) }
    }

    private static func response(_ refusal: Refusal, _ limits: Limits, protocolForm: Bool) -> String {
        let (description, code, message) = words(refusal, limits)
        let example =
            protocolForm ? #"{"error": "\#(message)"}"# : #"{"error": {"code": "\#(code)", "message": "\#(message)"}}"#
        // A request whose head is refused was not understood, so its answer may have less to say.
        let headers =
            refusal == .headersTooLarge
            ? [] : [##""X-Request-Id": {"$ref": "#/components/headers/RequestID"}"##] + ownHeader(refusal)
        let schema = refusal == .headersTooLarge ? "AnyError" : protocolForm ? "ProtocolError" : "Error"
        return ##"""
            "\##(protocolForm ? "Protocol" : "")\##(refusal.rawValue)": {
              "description": "\##(description)",
              "headers": {\##(headers.joined(separator: ", "))},
              "content": {"application/json": {
                "schema": {"$ref": "#/components/schemas/\##(schema)"},
                "example": \##(example)
              }}
            }
            """##
    }

    private static func status(_ refusal: Refusal) -> Int {
        switch refusal {
        case .badRequest: 400
        case .unauthorized: 401
        case .notFound: 404
        case .methodNotAllowed: 405
        case .requestTimeout: 408
        case .tooLarge: 413
        case .unsupportedMediaType: 415
        case .expectationFailed: 417
        case .overloaded: 429
        case .headersTooLarge: 431
        case .internalError: 500
        case .unavailable: 503
        }
    }

    private static func ownHeader(_ refusal: Refusal) -> [String] {
        switch refusal {
        case .unauthorized: [##""WWW-Authenticate": {"$ref": "#/components/headers/Challenge"}"##]
        case .methodNotAllowed: [##""Allow": {"$ref": "#/components/headers/Allow"}"##]
        case .overloaded, .unavailable: [##""Retry-After": {"$ref": "#/components/headers/RetryAfter"}"##]
        default: []
        }
    }

    /// A description, a code, and a message as an example.
    private static func words(_ refusal: Refusal, _ limits: Limits) -> (String, String, String) {
        switch refusal {
        case .badRequest:
            (
                """
                bad_request: the request is not as documented, or the model cannot do what it asks; unreadable_picture: \
                a picture cannot be decoded.
                """,
                "bad_request", "top_k must be a whole number from 1 to 1000000"
            )
        case .unauthorized: ("unauthorized: no token, or a wrong one.", "unauthorized", "this server needs a token")
        case .notFound:
            (
                "model_not_found: no model of that name; no_index: the model has no index to search.",
                "model_not_found", "there is no model small"
            )
        case .methodNotAllowed:
            ("method_not_allowed: the route has other methods.", "method_not_allowed", "this route takes POST")
        case .requestTimeout:
            (
                """
                request_timeout: the request came too slowly; deadline_exceeded: its deadline passed before the answer.
                """,
                "deadline_exceeded", "no answer within 30 seconds"
            )
        case .tooLarge:
            (
                """
                too_large: more than \(limits.maximumBodyBytes) bytes, \(limits.maximumPictures) pictures, \
                \(limits.maximumLabels) labels or texts, or \(limits.maximumLabelLength) characters in one of these, or \
                a picture of too many pixels.
                """,
                "too_large", "the body is larger than \(limits.maximumBodyBytes) bytes"
            )
        case .unsupportedMediaType:
            (
                """
                unsupported_media_type: the content type is none of the documented ones, or a picture is no JPEG, PNG \
                or WebP.
                """,
                "unsupported_media_type", "the picture is no JPEG, PNG or WebP"
            )
        case .expectationFailed:
            (
                "expectation_failed: the Expect header asks for something else than 100-continue.",
                "expectation_failed", "only 100-continue can be expected"
            )
        case .overloaded: ("overloaded: too much is waiting; try again later.", "overloaded", "the queue is full")
        case .headersTooLarge:
            ("headers_too_large: the request's head is too long.", "headers_too_large", "the head is too long")
        case .internalError: ("internal_error: the server failed.", "internal_error", "the request failed")
        case .unavailable:
            (
                "loading: the models are not loaded yet; draining: the server is about to end.",
                "draining", "the server is about to end"
            )
        }
    }
}
