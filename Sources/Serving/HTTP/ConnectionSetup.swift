// SPDX-License-Identifier: Apache-2.0

import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1

/// What every connection goes by.
struct ConnectionSettings: Sendable {
    let idleTimeout: TimeAmount
    let readTimeout: TimeAmount
    let writeTimeout: TimeAmount
    /// The memory that bodies are taken from.
    let memory: ByteBudget
    /// Whether connections are to end after their answer.
    let isDraining: @Sendable () -> Bool
    /// Answers a request.
    let respond: @Sendable (Exchange) async -> Reply
    /// The answer to what never became a request.
    let refuse: @Sendable (APIError) -> Reply
    /// The open connections.
    let connections: OpenConnections
}

/// What Hummingbird's server does with a connection that it accepted: the parser, and our handler behind it.
struct ConnectionSetup: ServerChildChannel {
    struct Value: ServerChildChannelValue {
        let channel: any Channel
    }

    /// The most header fields, and the most bytes of them together.
    private static let (headerCount, headerBytes) = (100, 32 << 10)

    let settings: ConnectionSettings

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            // A client that closes its side has gone away: its work is not done for nobody.
            try channel.syncOptions?.setOption(.allowRemoteHalfClosure, value: false)
            // One read at a time, so that a client who sends many heads at once is stopped soon.
            try channel.syncOptions?.setOption(.maxMessagesPerRead, value: 1)
            var limits = NIOHTTPDecoderLimitConfiguration()
            limits.maxHeaderFieldCount = Self.headerCount
            limits.maxHeaderFieldSize = Self.headerBytes
            limits.maxHeaderListSize = Self.headerBytes
            let handler = ConnectionHandler(settings, loop: channel.eventLoop)
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandler(ByteWatch(handler))
            try pipeline.configureHTTPServerPipeline(
                withPipeliningAssistance: false, withErrorHandling: false, withOutboundHeaderValidation: true,
                withEncoderConfiguration: .init(), withDecoderLimitConfiguration: limits)
            try pipeline.addHandler(handler)
            settings.connections.add(channel)
            return Value(channel: channel)
        }
    }

    func handle(value: Value, logger: Logger) async { try? await value.channel.closeFuture.get() }
}
