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

    private let settings: ConnectionSettings
    private let loop: any EventLoop
    private var context: ChannelHandlerContext?
    private var current: RequestInHand?
    private var pending = CircularBuffer<HTTPServerRequestPart>()
    private var deadline: Scheduled<Void>?
    private var isHeadAwaited = false
    private var isQuiescing = false
    private var isLingering = false

    init(_ settings: ConnectionSettings, loop: any EventLoop) { (self.settings, self.loop) = (settings, loop) }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        arm(settings.idleTimeout) { $0.close() }
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        if let request = current {
            current = nil
            giveBack(request)
            request.task?.cancel()
            finish(request, .failure(CancellationError()))
        }
        pending.removeAll()
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
        let isOpen = current.map { !$0.isComplete } ?? true
        // The end of a request that its client gave up is no mistake in it.
        guard let error = error as? HTTPParserError, error != .invalidEOFState, isOpen, !isLingering else {
            context.close(promise: nil)
            return
        }
        let refusal =
            error == .headerOverflow
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
        let request = RequestInHand(head)
        current = request
        let loop = loop
        let bound = NIOLoopBound((handler: self, request: request), eventLoop: loop)
        let exchange = Exchange(
            head: HTTPRequest(head), peer: context.remoteAddress?.ipAddress ?? "", refusal: Self.refusal(of: head)
        ) { limit in
            try await withTaskCancellationHandler {
                try await loop.flatSubmit { bound.value.handler.body(of: bound.value.request, upTo: limit) }.get()
            } onCancel: {
                loop.execute { bound.value.handler.finish(bound.value.request, .failure(CancellationError())) }
            }
        }
        let respond = settings.respond
        request.task = Task {
            let reply = await respond(exchange)
            loop.execute { bound.value.handler.answer(reply, to: bound.value.request) }
        }
    }

    /// Why a request is refused by its head alone, whatever it asks; nil for most.
    private static func refusal(of head: HTTPRequestHead) -> APIError? {
        if head.version == .http1_1, head.headers["host"].count != 1 {
            return .badRequest("an HTTP/1.1 request names its host once")
        }
        let expected = head.version == .http1_0 ? [] : head.headers[canonicalForm: "expect"]
        if expected.contains(where: { $0.lowercased() != "100-continue" }) {
            return APIError(
                .expectationFailed, "expectation_failed", "the only expectation that is met is 100-continue")
        }
        return nil
    }

    /// The body, asked for by the task that answers.
    private func body(of request: RequestInHand, upTo limit: Int) -> EventLoopFuture<ByteBuffer> {
        guard let context, current === request, !request.isAnswered else {
            return loop.makeFailedFuture(CancellationError())
        }
        request.limit = limit
        if max(request.announced ?? 0, request.received) > limit { request.failure = .bodyTooLarge(limit) }
        if let failure = request.failure { return context.eventLoop.makeFailedFuture(failure) }
        if request.isComplete {
            let body = request.body
            request.body = ByteBuffer()
            return context.eventLoop.makeSucceededFuture(body)
        }
        let promise = context.eventLoop.makePromise(of: ByteBuffer.self)
        request.waiter = promise
        setReading(true)
        if request.expectsContinue, request.received == 0, !request.hasContinued {
            request.hasContinued = true
            // May close the connection, if it is broken: so it comes last.
            context.writeAndFlush(
                wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .continue))), promise: nil)
        }
        return promise.futureResult
    }

    private func add(_ bytes: ByteBuffer) {
        guard let request = current else { return }
        request.received += bytes.readableBytes
        if request.isAnswered {
            // What was announced is dropped as it comes; what comes in chunks, up to a limit.
            if request.announced == nil, request.received > Self.drainLimit { context?.close(promise: nil) }
            return
        }
        if request.failure != nil { return }
        if let limit = request.limit, request.received > limit {
            request.failure = .bodyTooLarge(limit)
        } else if !settings.memory.tryTake(bytes.readableBytes) {
            request.failure = .overloaded(QueueFull(retryAfter: 1))
        } else {
            request.reserved += bytes.readableBytes
            request.body.writeImmutableBuffer(bytes)
        }
        if let failure = request.failure {
            request.body = ByteBuffer()
            finish(request, .failure(failure))
        } else if request.limit == nil, request.received > Self.unaskedLimit {
            setReading(false)
        }
    }

    private func end() {
        guard let context, let request = current else { return }
        request.isComplete = true
        if request.isAnswered {
            if request.isWritten { next() }
            return
        }
        settings.connections.set(context.channel, waits: false)
        deadline?.cancel()
        guard request.failure == nil, request.waiter != nil else { return }
        let body = request.body
        request.body = ByteBuffer()
        finish(request, .success(body))
    }

    /// Tells whoever waits for the body.
    private func finish(_ request: RequestInHand, _ result: Result<ByteBuffer, any Error>) {
        let waiter = request.waiter
        request.waiter = nil
        waiter?.completeWith(result)
    }

    /// The request cannot go on: whoever waits for its body is told why; else the connection ends.
    private func fail(_ error: APIError) {
        guard let request = current else { return }
        if request.isAnswered {
            context?.close(promise: nil)
            return
        }
        request.failure = error
        finish(request, .failure(error))
    }

    // MARK: Answers

    private func answer(_ reply: Reply, to request: RequestInHand) {
        guard let context, current === request, !request.isAnswered else { return }
        request.isAnswered = true
        giveBack(request)
        settings.connections.set(context.channel, waits: true)
        var closes = !request.keepsAlive || isQuiescing || settings.isDraining()
        if !request.isComplete {
            let isSmall = request.rest.map { $0 <= Self.drainLimit } ?? false
            let isAwaited = request.expectsContinue && !request.hasContinued
            if !isSmall || request.failure != nil || isAwaited { closes = true }
        }
        let wasComplete = request.isComplete
        let bound = NIOLoopBound((handler: self, request: request), eventLoop: context.eventLoop)
        write(reply, isHEAD: request.isHEAD, closes: closes).assumeIsolated().whenComplete { result in
            bound.value.handler.answered(bound.value.request, closes: closes, wasComplete: wasComplete, result)
        }
    }

    private func answered(
        _ request: RequestInHand, closes: Bool, wasComplete: Bool, _ result: Result<Void, any Error>
    ) {
        guard let context, current === request else { return }
        request.isWritten = true
        guard case .success = result, !closes || !wasComplete else {
            context.close(promise: nil)
            return
        }
        if closes {
            lingerAndClose()
        } else if request.isComplete {
            next()
        } else {
            setReading(true)
            arm(settings.readTimeout) { $0.close() }
        }
    }

    /// An answer to what never became a request.
    private func refuse(_ error: APIError) {
        guard context != nil, !isLingering else { return }
        let bound = NIOLoopBound(self, eventLoop: loop)
        write(settings.refuse(error), isHEAD: false, closes: true).assumeIsolated().whenComplete { _ in
            bound.value.lingerAndClose()
        }
        isLingering = true
    }

    private func write(_ reply: Reply, isHEAD: Bool, closes: Bool) -> EventLoopFuture<Void> {
        guard let context else { return loop.makeFailedFuture(ChannelError.ioOnClosedChannel) }
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
        if let request = current { giveBack(request) }
        current = nil
        if let context { settings.connections.set(context.channel, waits: true) }
        if isQuiescing, pending.isEmpty {
            context?.close(promise: nil)
            return
        }
        isHeadAwaited = false
        arm(settings.idleTimeout) { $0.close() }
        while current?.isComplete != true, let part = pending.popFirst() { take(part) }
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

    private func giveBack(_ request: RequestInHand) {
        if request.reserved > 0 { settings.memory.give(request.reserved) }
        request.reserved = 0
        request.body = ByteBuffer()
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
