// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import NIOCore
import NIOHTTP1

/// A connection: requests one after the other, each answered by a task of its own.
///
/// What Hummingbird's own connection lacks is here: every wait has a deadline (a head or body that drips, an answer that is
/// not taken, an idle connection), a body is read only once it is wanted, within its limit and the server's memory, and
/// `Expect: 100-continue` is answered then; a refusal that leaves a large body unread closes the connection instead of
/// reading it; a client that goes away cancels its task.
final class ConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    /// What is left of a body is read and dropped up to this many bytes, so that the connection can go on.
    private static let drainLimit = 1 << 20
    /// What is kept of a body before it is asked for.
    private static let unaskedLimit = 256 << 10
    /// How long a client may go on sending after a refusal, so that it reads the answer before the connection breaks.
    private static let linger = TimeAmount.milliseconds(500)
    /// Parts of further requests that are kept before reading stops.
    private static let pipelineLimit = 4

    private struct Current {
        let task: Task<Void, Never>
        let isHEAD: Bool
        let keepsAlive: Bool
        let expectsContinue: Bool
        /// The announced length of the body; nil where it comes in chunks.
        let announced: Int?
        var body = ByteBuffer()
        var received = 0
        var reserved = 0
        var limit: Int?
        var waiter: EventLoopPromise<ByteBuffer>?
        var failure: APIError?
        var hasContinued = false
        var isComplete = false
        var isAnswered = false
    }

    private let settings: ConnectionSettings
    private var context: ChannelHandlerContext?
    private var current: Current?
    private var pending: [HTTPServerRequestPart] = []
    private var deadline: Scheduled<Void>?
    private var isHeadAwaited = false
    private var isQuiescing = false
    private var isLingering = false

    init(_ settings: ConnectionSettings) { self.settings = settings }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        arm(settings.idleTimeout) { $0.close() }
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        leave(cancelling: true)
        pending = []
        context.fireChannelInactive()
    }

    /// Bytes have come in, before they are parsed: the first ones of a request start its clock.
    func bytesArrived() {
        guard let context, current == nil, !isHeadAwaited, !isLingering else { return }
        isHeadAwaited = true
        settings.connections.set(context.channel, waits: true)
        arm(settings.readTimeout) { $0.refuse(.slowBody) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isLingering { return }
        let part = unwrapInboundIn(data)
        if let current, current.isComplete {
            pending.append(part)
            if pending.count >= Self.pipelineLimit { setReading(false) }
        } else {
            take(part)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // The end of a request that its client gave up is no mistake in it.
        guard let parsing = error as? HTTPParserError, parsing != .invalidEOFState, current == nil || current?.isComplete == false, !isLingering
        else {
            context.close(promise: nil)
            return
        }
        let refusal =
            parsing == .headerOverflow
            ? APIError(.requestHeaderFieldsTooLarge, "headers_too_large", "the request's header fields are too large")
            : APIError.badRequest("this is no valid HTTP/1.1 request")
        if current == nil { refuse(refusal) } else { fail(refusal) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent {
            isQuiescing = true
            if current == nil, !isLingering, !isHeadAwaited { context.close(promise: nil) }
        }
        context.fireUserInboundEventTriggered(event)
    }

    // MARK: Requests

    private func take(_ part: HTTPServerRequestPart) {
        switch part {
        case .head(let head): begin(head)
        case .body(let bytes): add(bytes)
        case .end: end()
        }
    }

    private func begin(_ head: HTTPRequestHead) {
        guard let context else { return }
        isHeadAwaited = false
        arm(settings.readTimeout) { $0.fail(.slowBody) }
        let expected = head.headers[canonicalForm: "expect"].map { $0.lowercased() }
        let refusal: APIError? =
            if head.version == .http1_1, head.headers["host"].count != 1 {
                .badRequest("an HTTP/1.1 request names its host once")
            } else if expected.contains(where: { $0 != "100-continue" }) {
                APIError(.expectationFailed, "expectation_failed", "the only expectation that is met is 100-continue")
            } else {
                nil
            }
        let request = HTTPRequest(head)
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        let loop = context.eventLoop
        let exchange = Exchange(head: request, peer: context.remoteAddress?.ipAddress ?? "") { limit in
            try await loop.flatSubmit { bound.value.body(upTo: limit) }.get()
        }
        let respond = settings.respond
        let task = Task {
            let reply: Reply
            if let refusal { reply = Reply(refusal) } else { reply = await respond(exchange) }
            loop.execute { bound.value.answer(reply) }
        }
        current = Current(
            task: task, isHEAD: head.method == .HEAD, keepsAlive: head.isKeepAlive,
            expectsContinue: expected.contains("100-continue"),
            announced: head.headers.contains(name: "transfer-encoding")
                ? nil : head.headers["content-length"].first.flatMap { Int($0) } ?? 0)
    }

    /// The body, asked for by the task that answers.
    private func body(upTo limit: Int) -> EventLoopFuture<ByteBuffer> {
        guard let context else { return settings.loop.makeFailedFuture(CancellationError()) }
        guard var now = current, !now.isAnswered else { return context.eventLoop.makeFailedFuture(CancellationError()) }
        now.limit = limit
        if let announced = now.announced, announced > limit { now.failure = .bodyTooLarge(limit) }
        if now.received > limit { now.failure = .bodyTooLarge(limit) }
        defer { current = now }
        if let failure = now.failure { return context.eventLoop.makeFailedFuture(failure) }
        if now.isComplete {
            let body = now.body
            now.body = ByteBuffer()
            return context.eventLoop.makeSucceededFuture(body)
        }
        let promise = context.eventLoop.makePromise(of: ByteBuffer.self)
        now.waiter = promise
        if now.expectsContinue, now.received == 0, !now.hasContinued {
            now.hasContinued = true
            context.writeAndFlush(
                wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .continue))), promise: nil)
        }
        setReading(true)
        return promise.futureResult
    }

    private func add(_ bytes: ByteBuffer) {
        guard var now = current else { return }
        current = nil  // so that the body is grown in place
        now.received += bytes.readableBytes
        defer { current = now }
        if now.isAnswered {
            if now.received > Self.drainLimit + (now.announced ?? 0) { context?.close(promise: nil) }
            return
        }
        if now.failure != nil { return }
        if let limit = now.limit, now.received > limit {
            now.failure = .bodyTooLarge(limit)
        } else if !settings.memory.tryTake(bytes.readableBytes) {
            now.failure = .overloaded(QueueFull(retryAfter: 1))
        } else {
            now.reserved += bytes.readableBytes
            now.body.writeImmutableBuffer(bytes)
        }
        if let failure = now.failure {
            now.body = ByteBuffer()
            now.waiter?.fail(failure)
            now.waiter = nil
        } else if now.limit == nil, now.received > Self.unaskedLimit {
            setReading(false)
        }
    }

    private func end() {
        guard let context, var now = current else { return }
        now.isComplete = true
        settings.connections.set(context.channel, waits: now.isAnswered)
        if now.isAnswered {
            current = now
            next()
            return
        }
        deadline?.cancel()
        let waiter = now.failure == nil ? now.waiter : nil
        if waiter != nil { now.waiter = nil }
        let body = now.body
        if waiter != nil { now.body = ByteBuffer() }
        current = now
        waiter?.succeed(body)
    }

    /// The request cannot go on: whoever waits for its body is told why; else the connection ends.
    private func fail(_ error: APIError) {
        guard var now = current else { return }
        if now.isAnswered {
            context?.close(promise: nil)
            return
        }
        now.failure = error
        let waiter = now.waiter
        now.waiter = nil
        current = now
        waiter?.fail(error)
    }

    // MARK: Answers

    private func answer(_ reply: Reply) {
        guard let context, var now = current, !now.isAnswered else { return }
        now.isAnswered = true
        giveBack(&now)
        var closes = !now.keepsAlive || isQuiescing || settings.isDraining()
        if !now.isComplete {
            let rest = now.announced.map { $0 - now.received }
            let isSmall = rest.map { $0 <= Self.drainLimit } ?? false
            if !isSmall || now.failure != nil || (now.expectsContinue && !now.hasContinued) { closes = true }
        }
        current = now
        let isComplete = now.isComplete
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        write(reply, isHEAD: now.isHEAD, closes: closes).assumeIsolated().whenComplete { result in
            bound.value.answered(closes: closes, wasComplete: isComplete, result)
        }
    }

    private func answered(closes: Bool, wasComplete: Bool, _ result: Result<Void, any Error>) {
        guard let context else { return }
        guard case .success = result, !closes || !wasComplete else {
            context.close(promise: nil)
            return
        }
        if closes {
            lingerAndClose()
        } else if current?.isComplete == true {
            next()
        } else {
            setReading(true)
            arm(settings.readTimeout) { $0.close() }
        }
    }

    /// An answer to what never became a request.
    private func refuse(_ error: APIError) {
        guard context != nil, !isLingering else { return }
        settings.refused(error)
        let bound = NIOLoopBound(self, eventLoop: settings.loop)
        write(Reply(error), isHEAD: false, closes: true).assumeIsolated().whenComplete { _ in
            bound.value.lingerAndClose()
        }
        isLingering = true
    }

    private func write(_ reply: Reply, isHEAD: Bool, closes: Bool) -> EventLoopFuture<Void> {
        guard let context else { return settings.loop.makeFailedFuture(ChannelError.ioOnClosedChannel) }
        var headers = HTTPHeaders()
        for field in reply.headers { headers.add(name: field.name.rawName, value: field.value) }
        headers.replaceOrAdd(name: "content-length", value: "\(reply.body.readableBytes)")
        headers.replaceOrAdd(name: "date", value: HTTPDate.now)
        if closes { headers.replaceOrAdd(name: "connection", value: "close") }
        let status = HTTPResponseStatus(
            statusCode: reply.status.code, reasonPhrase: reply.status.reasonPhrase)
        context.write(
            wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers))), promise: nil)
        if !isHEAD, reply.body.readableBytes > 0 {
            context.write(wrapOutboundOut(.body(.byteBuffer(reply.body))), promise: nil)
        }
        let promise = context.eventLoop.makePromise(of: Void.self)
        arm(settings.writeTimeout) { $0.close() }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: promise)
        return promise.futureResult
    }

    /// The next request, which may have come already.
    private func next() {
        current = nil
        if let context { settings.connections.set(context.channel, waits: true) }
        if isQuiescing, pending.isEmpty {
            context?.close(promise: nil)
            return
        }
        isHeadAwaited = false
        arm(settings.idleTimeout) { $0.close() }
        while !pending.isEmpty, current?.isComplete != true { take(pending.removeFirst()) }
        if pending.count < Self.pipelineLimit { setReading(true) }
    }

    /// Ends the answer, drops what still comes in for a moment, and closes: closing at once would make the client's
    /// system throw the answer away.
    private func lingerAndClose() {
        guard let context else { return }
        isLingering = true
        setReading(true)
        context.channel.close(mode: .output, promise: nil)
        arm(Self.linger) { $0.close() }
    }

    // MARK: Helpers

    private func leave(cancelling: Bool) {
        guard var now = current else { return }
        current = nil
        giveBack(&now)
        now.waiter?.fail(CancellationError())
        if cancelling { now.task.cancel() }
    }

    private func giveBack(_ now: inout Current) {
        if now.reserved > 0 { settings.memory.give(now.reserved) }
        now.reserved = 0
        now.body = ByteBuffer()
    }

    private func setReading(_ isReading: Bool) {
        try? context?.channel.syncOptions?.setOption(.autoRead, value: isReading)
        if isReading { context?.read() }
    }

    private func close() { context?.close(promise: nil) }

    /// Sets the one deadline of the connection.
    private func arm(_ time: TimeAmount, _ action: @escaping (ConnectionHandler) -> Void) {
        deadline?.cancel()
        deadline = context?.eventLoop.assumeIsolated().scheduleTask(in: time) { [weak self] in
            if let self { action(self) }
        }
    }
}

/// Tells the connection of bytes before they are parsed.
final class ByteWatch: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let connection: ConnectionHandler

    init(_ connection: ConnectionHandler) { self.connection = connection }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        connection.bytesArrived()
        context.fireChannelRead(data)
    }
}

extension APIError {
    fileprivate static func bodyTooLarge(_ limit: Int) -> APIError {
        .tooLarge("the request has more than \(limit) bytes; send fewer or smaller pictures")
    }
}

extension HTTPRequest {
    /// The head without what this server does not look at; fields that HTTP forbids are left out.
    fileprivate init(_ head: HTTPRequestHead) {
        var fields = HTTPFields()
        for (name, value) in head.headers {
            if let name = HTTPField.Name(name) { fields.append(HTTPField(name: name, value: value)) }
        }
        self.init(
            // Every method that the parser knows is a valid name.
            method: Method(head.method.rawValue) ?? .trace, scheme: "http", authority: head.headers["host"].first,
            path: head.uri, headerFields: fields)
    }
}
