// SPDX-License-Identifier: Apache-2.0

import FileIO
import HTTPTypes
import Imaging
import MultiLabel

/// Why a request is not answered: its status, and what the client is told. No message holds a path of this machine.
struct APIError: Error, Equatable {
    let status: HTTPResponse.Status
    /// One of a fixed set of short words, for programs.
    let code: String
    /// For people.
    let message: String
    /// After how many seconds the client may try again.
    var retryAfter: Int?
    /// The methods that the route has, where the request's is none of them.
    var allow: String?

    init(
        _ status: HTTPResponse.Status, _ code: String, _ message: String, retryAfter: Int? = nil, allow: String? = nil
    ) {
        (self.status, self.code, self.message) = (status, code, message)
        (self.retryAfter, self.allow) = (retryAfter, allow)
    }

    static func badRequest(_ message: String) -> APIError { APIError(.badRequest, "bad_request", message) }
    static func tooLarge(_ message: String) -> APIError { APIError(.contentTooLarge, "too_large", message) }
    static func notFound(_ message: String) -> APIError { APIError(.notFound, "not_found", message) }
    static func mediaType(_ message: String) -> APIError {
        APIError(.unsupportedMediaType, "unsupported_media_type", message)
    }
    static func overloaded(_ full: QueueFull) -> APIError {
        APIError(
            .tooManyRequests, "overloaded", "the queue is full; try again after \(full.retryAfter) s",
            retryAfter: full.retryAfter)
    }
    static let draining = APIError(
        .serviceUnavailable, "draining", "the server is stopping; send the request to another", retryAfter: 1)
    static let loading = APIError(
        .serviceUnavailable, "loading", "the model is being loaded; try again", retryAfter: 1)
    static let deadline = APIError(
        .requestTimeout, "deadline_exceeded",
        "the request was not answered within its time; try again, or allow more with --timeout")
    static let slowBody = APIError(
        .requestTimeout, "request_timeout", "the request did not arrive in time; send it faster or raise --read-timeout"
    )

    /// What a failure is to a client; nil where it is this program's fault, whose words are for the log alone.
    init?(_ error: any Error) {
        switch error {
        case let error as APIError: self = error
        case let error as QueueFull: self = .overloaded(error)
        case let error as ImagingError: self.init(picture: error)
        case let error as MultiLabelError: self.init(model: error)
        default: return nil
        }
    }

    private init(picture error: ImagingError) {
        switch error {
        case .unsupportedFormat: self = .mediaType("\(error)")
        case .tooManyPixels, .tooManyBytes, .tooElongated: self = .tooLarge("\(error)")
        case .outOfMemory: self = .overloaded(QueueFull(retryAfter: 1))
        default: self.init(.badRequest, "unreadable_picture", "\(error)")
        }
    }

    private init?(model error: MultiLabelError) {
        switch error {
        case .emptyLabel(let label): self = .badRequest("label '\(printable(label))' has no text")
        case .labelNotInHead(let label, _):
            self = .badRequest(
                "label '\(printable(label))' is not among those that this model was trained on; it cannot score new labels"
            )
        case .noLabels: self = .badRequest("this model has no labels of its own; give some with 'labels'")
        case .notFinite: self = .badRequest("the model gives no finite numbers for this input")
        default: return nil
        }
    }
}
