// SPDX-License-Identifier: Apache-2.0

public import FileIO
import Foundation
import HTTPTypes
import HummingbirdCore
import Imaging
import Logging
import MultiLabel
import NIOCore
import NIOPosix
import ServiceLifecycle

/// What is asked of a running server from outside.
public enum ServerSignal: Sendable {
    /// End in order: SIGTERM, SIGINT.
    case stop
    /// Load the models anew: SIGHUP.
    case reload
}

/// An HTTP server of models.
public struct Server: Sendable {
    /// Connections beyond the bound, while those are being closed that make room for them.
    private static let headroom = 64
    /// Descriptors that are not connections: libraries, models, logs.
    private static let otherDescriptors = 256

    private let options: ServerOptions
    private let version: String

    /// A server that is not running yet. `version` is the program's. Throws ``FileIO/InputError`` where the options do
    /// not fit together.
    public init(_ options: ServerOptions, version: String) throws(InputError) {
        try options.validate()
        (self.options, self.version) = (options, version)
    }

    /// Listens, loads the models, and answers until a signal to stop has been followed in full, or until the time for
    /// that is over. `started` is told the port.
    ///
    /// Throws ``FileIO/InputError`` where the address is taken, and the errors of a model that cannot be loaded.
    public func run(
        signals: AsyncStream<ServerSignal>, started: @escaping @Sendable (_ port: Int) -> Void = { _ in }
    ) async throws {
        raiseDescriptorLimit()
        let metrics = ServerMetrics()
        let models = ServedModels(options, metrics)
        let bodies = ByteBudget(limit: options.memory / 4)
        let decoded = ByteBudget(limit: options.memory - options.memory / 4)
        metrics.registry.gauge("mumic_memory_reserved_bytes", "Bytes of bodies and decoded pictures in memory.") {
            Double(bodies.used + decoded.used)
        }
        let connections = OpenConnections(limit: options.maximumConnections)
        metrics.registry.gauge("mumic_connections", "Open connections.") { Double(connections.count) }
        let decoder = PictureDecoder(
            workers: options.predictor.pictures.workers,
            limits: DecodingLimits(
                maximumBytes: options.maximumBody, maximumPixels: options.predictor.pictures.limits.maximumPixels),
            isFast: options.predictor.pictures.decodesFast, memory: decoded, metrics: metrics)
        let responder = Responder(
            routes: routes(models, metrics, decoder), token: options.token, timeout: options.timeout, metrics: metrics,
            logger: options.logger)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: min(2, System.coreCount))
        let setup = ConnectionSetup(
            settings: ConnectionSettings(
                idleTimeout: amount(options.idleTimeout), readTimeout: amount(options.readTimeout),
                writeTimeout: amount(options.writeTimeout), memory: bodies, isDraining: { models.isDraining },
                respond: { await responder.respond($0) },
                refuse: { responder.refuse($0) },
                connections: connections))
        // What Hummingbird says of its own is said by us.
        var quiet = options.logger
        quiet.logLevel = .critical
        let logger = options.logger
        let server = HummingbirdCore.Server(
            childChannelSetup: setup,
            configuration: ServerConfiguration(
                address: .hostname(options.host, port: options.port), backlog: 1024,
                availableConnectionsDelegate: MaximumAvailableConnections(
                    options.maximumConnections + Self.headroom, logger: quiet)),
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? 0
                logger.info("listening on http://\(hostText):\(port)")
                started(port)
            },
            eventLoopGroup: group, logger: quiet)
        let result: Result<Void, any Error>
        do {
            result = .success(try await live(server, models, connections, quiet, signals))
        } catch {
            result = .failure(error)
        }
        decoder.stop()
        try? await group.shutdownGracefully()
        try result.get()
    }

    /// Lets the process have as many descriptors as connections may need, as far as the system allows.
    private func raiseDescriptorLimit() {
        var limit = rlimit()
        let wanted = rlim_t(options.maximumConnections + Self.headroom + Self.otherDescriptors)
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur < wanted else {
            return
        }
        limit.rlim_cur = min(wanted, limit.rlim_max)
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        if limit.rlim_cur < wanted {
            options.logger.warning(
                "the system allows \(limit.rlim_cur) descriptors, fewer than --max-connections \(options.maximumConnections) may need; raise ulimit -n"
            )
        }
    }

    private var hostText: String { options.host.contains(":") ? "[\(options.host)]" : options.host }

    private func amount(_ seconds: Double) -> TimeAmount { .nanoseconds(Int64(seconds * 1e9)) }

    private func routes(_ models: ServedModels, _ metrics: ServerMetrics, _ decoder: PictureDecoder) -> Routes {
        let limits = RequestLimits(
            body: options.maximumBody, pictures: options.maximumPictures, labels: options.maximumLabels,
            labelLength: options.maximumLabelLength)
        let document = OpenAPIDocument.text(
            version: version,
            limits: .init(
                maximumPictures: limits.pictures, maximumLabels: limits.labels, maximumLabelLength: limits.labelLength,
                maximumBodyBytes: limits.body, hasToken: options.token != nil, hasPage: options.hasPage))
        let reader = RequestReader(limits: limits, decoder: decoder)
        let pictures = PictureAPI(models: models, reader: reader, decoder: decoder)
        var routes = Routes()
        InformationAPI(models: models, metrics: metrics, hasPage: options.hasPage, document: document)
            .addRoutes(to: &routes)
        pictures.addNativeRoutes(to: &routes)
        pictures.addOpenAIRoutes(to: &routes)
        pictures.addInferenceRoutes(to: &routes, version: version)
        return routes
    }

    // MARK: Life

    /// What happens in a server's life.
    private enum Event: Sendable {
        case ended
        case failed(any Error)
        case stop
        case outOfTime
    }

    private func live(
        _ server: HummingbirdCore.Server<ConnectionSetup>, _ models: ServedModels, _ connections: OpenConnections,
        _ quiet: Logger, _ signals: AsyncStream<ServerSignal>
    ) async throws {
        let services = ServiceGroup(configuration: .init(services: [server], logger: quiet))
        let (events, report) = AsyncStream.makeStream(of: Event.self)
        // None of these is waited for at the end: a model that is being loaded holds nothing up.
        let tasks = [
            Task {
                do {
                    try await services.run()
                    report.yield(.ended)
                } catch {
                    report.yield(.failed(listenError(error)))
                }
            },
            Task {
                do {
                    try await models.loadAll()
                    options.logger.info("ready")
                } catch {
                    report.yield(.failed(error))
                }
            },
            Task { await models.watch() },
            Task {
                for await signal in signals {
                    switch signal {
                    case .reload: Task { await models.reload() }
                    case .stop: report.yield(.stop)
                    }
                }
            },
        ]
        defer { for task in tasks { task.cancel() } }
        for await event in events {
            switch event {
            case .failed(let error): throw error
            case .ended:
                options.logger.info("stopped")
                return
            case .stop:
                await drain(models, services)
                Task {
                    try await Task.sleep(for: .seconds(options.drainTimeout))
                    report.yield(.outOfTime)
                }
            case .outOfTime:
                options.logger.warning("the time to stop is over; what is still open is closed")
                connections.closeAll()
            }
        }
    }

    /// Tells whoever looks that no more should come, waits for them to have seen it, and then takes no new connections;
    /// the server ends when all is answered.
    private func drain(_ models: ServedModels, _ services: ServiceGroup) async {
        models.drain()
        options.logger.info("stopping", metadata: ["delay": "\(options.drainDelay)"])
        try? await Task.sleep(for: .seconds(options.drainDelay))
        await services.triggerGracefulShutdown()
    }

    private func listenError(_ error: any Error) -> any Error {
        if error is SocketAddressError || error is SocketAddressError.UnknownHost {
            return InputError.usage("--host \(printable(options.host)) is no address of this machine")
        }
        guard let error = error as? IOError else { return error }
        let reason = String(cString: strerror(error.errnoCode))
        return InputError.tryAgain(
            "cannot listen on \(options.host), port \(options.port): \(reason); give another --port or --host")
    }
}
