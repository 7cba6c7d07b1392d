// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOHTTP1

/// A request on a connection, from its head to the end of its answer.
final class RequestInHand {
    /// Whether it came as HEAD, which is answered without a body.
    let isHEAD: Bool
    /// Whether the client wants to go on with the connection.
    let keepsAlive: Bool
    /// Whether the client waits for a word before it sends the body.
    let expectsContinue: Bool
    /// The announced length of the body; nil where it comes in chunks. What is no number is more than any limit.
    let announced: Int?

    /// What answers it.
    var task: Task<Void, Never>?
    /// What has come of the body and nobody has taken.
    var body = ByteBuffer()
    /// The bytes of the body that have come.
    var received = 0
    /// What of the server's memory they take.
    var reserved = 0
    /// How many may come; nil until somebody asks for the body.
    var limit: Int?
    /// Whoever waits for the body.
    var waiter: EventLoopPromise<ByteBuffer>?
    /// Why the body cannot be had.
    var failure: APIError?
    /// Whether the client has been told to send the body.
    var hasContinued = false
    /// Whether all of the request has come.
    var isComplete = false
    /// Whether an answer has begun.
    var isAnswered = false
    /// Whether the answer is out.
    var isWritten = false

    init(_ head: HTTPRequestHead) {
        isHEAD = head.method == .HEAD
        keepsAlive = head.isKeepAlive
        expectsContinue =
            head.version != .http1_0
            && head.headers[canonicalForm: "expect"].contains { $0.lowercased() == "100-continue" }
        let lengths = head.headers["content-length"]
        announced =
            head.headers.contains(name: "transfer-encoding")
            ? nil : lengths.isEmpty ? 0 : lengths.first.flatMap { Int($0) } ?? .max
    }

    /// What is still to come of the body; nil where that is not known.
    var rest: Int? { announced.map { max(0, $0 - received) } }
}
