// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTPTypes
import Logging
import Synchronization
import Torch

/// The models by name, each with the engine that serves it now, and whether the server may answer.
final class ServedModels: Sendable {
    private struct State {
        var engines: [String: Engine] = [:]
        var loadTimes: [String: Int] = [:]
        var isReady = false
        var isDraining = false
        var isReloading = false
    }

    /// What `/readyz` says.
    enum Readiness: String {
        case ready, loading, draining, stuck
    }

    private let options: ServerOptions
    private let metrics: ServerMetrics
    private let state = Mutex(State())

    init(_ options: ServerOptions, _ metrics: ServerMetrics) {
        (self.options, self.metrics) = (options, metrics)
        metrics.registry.gauge("mumic_ready", "Whether the server is ready: 1 or 0.") { [weak self] in
            self?.readiness == .ready ? 1 : 0
        }
        metrics.registry.gauge("mumic_queue_limit", "Pictures that may wait or be decoded, of each model.") {
            Double(options.queue)
        }
        for model in options.models {
            let (name, registry) = (model.name, metrics.registry)
            registry.gauge(
                "mumic_queue_length", "Pictures, and texts by their cost, that wait or are being decoded.",
                ["model": name]
            ) { [weak self] in Double(self?.engine(named: name)?.queue.length ?? 0) }
            let figures: @Sendable () -> LabelCache.Figures = { [weak self] in
                self?.engine(named: name)?.cache.figures ?? LabelCache.Figures()
            }
            registry.gauge("mumic_label_cache_bytes", "Label features that are kept.", ["model": name]) {
                Double(figures().bytes)
            }
            registry.gauge("mumic_label_cache_entries", "Label sets that are kept.", ["model": name]) {
                Double(figures().entries)
            }
            registry.gauge(
                "mumic_label_cache_hits_total", "Label sets that were there.", ["model": name], kind: "counter"
            ) { Double(figures().hits) }
            registry.gauge(
                "mumic_label_cache_misses_total", "Label sets that had to be read.", ["model": name], kind: "counter"
            ) { Double(figures().misses) }
        }
    }

    // MARK: What requests ask

    /// The names in the order in which they were given; the first is the default.
    var names: [String] { options.models.map(\.name) }

    /// The engine of a name, for the default nil. Throws ``APIError`` where there is none, or none yet.
    func engine(_ name: String?) throws(APIError) -> Engine {
        let wanted = name ?? names[0]
        guard names.contains(wanted) else {
            throw APIError(.notFound, "model_not_found", "there is no model of this name; see /v1/models")
        }
        guard let engine = engine(named: wanted) else { throw .loading }
        return engine
    }

    /// When a model was loaded, Unix time.
    func loadTime(_ name: String) -> Int { state.withLock { $0.loadTimes[name] ?? 0 } }

    private func engine(named name: String) -> Engine? { state.withLock { $0.engines[name] } }

    /// Whether requests are to be sent here.
    var readiness: Readiness {
        let (isReady, isDraining, engines) = state.withLock { ($0.isReady, $0.isDraining, Array($0.engines.values)) }
        if isDraining { return .draining }
        if !isReady { return .loading }
        let limit = Duration.seconds(options.watchdog)
        return engines.contains { ($0.queue.runningFor ?? .zero) > limit } ? .stuck : .ready
    }

    /// Whether the server is about to end.
    var isDraining: Bool { state.withLock { $0.isDraining } }

    /// From now on the server is about to end.
    func drain() { state.withLock { $0.isDraining = true } }

    // MARK: Loading

    /// Loads all models, before anything is served. Throws the first one's error that cannot be loaded.
    func loadAll() async throws {
        for model in options.models {
            let clock = ContinuousClock()
            let start = clock.now
            let engine = try await Engine.load(model, options, metrics)
            install(engine)
            if !engine.facts.isTrained {
                options.logger.warning(
                    "this model has no mumic.json, so its probabilities are uncalibrated; compare them, but fine-tune before you trust a threshold",
                    metadata: ["model": "\(model.name)"])
            }
            options.logger.info(
                "loaded",
                metadata: [
                    "model": "\(model.name)", "labels": "\(engine.facts.labels?.labels.count ?? 0)",
                    "s": "\(String(format: "%.1f", seconds(clock.now - start)))",
                ])
        }
        state.withLock { $0.isReady = true }
    }

    /// Loads all models anew, one after the other. Each serves as it was until its new form has passed its trial; one
    /// that does not pass changes nothing but the log and a figure.
    func reload() async {
        let isFirst = state.withLock { state in
            guard state.isReady, !state.isReloading else { return false }
            state.isReloading = true
            return true
        }
        guard isFirst else {
            options.logger.warning("models are being loaded; this signal is ignored")
            return
        }
        defer {
            state.withLock { $0.isReloading = false }
            Task {
                // By then the last requests that the old ones had begun are mostly answered.
                try? await Task.sleep(for: .seconds(2))
                Library.releaseFreeMemory()
            }
        }
        for model in options.models {
            do {
                let engine = try await Engine.load(model, options, metrics)
                if let old = self.engine(named: model.name), old.facts.labels != nil, engine.facts.labels == nil {
                    throw APIError.badRequest("it has no labels any more")
                }
                install(engine)
                metrics.reloads(isGood: true).add()
                options.logger.info("loaded anew", metadata: ["model": "\(model.name)"])
            } catch {
                metrics.reloads(isGood: false).add()
                let words = (error as? APIError)?.message ?? "\(error)"
                options.logger.error(
                    "the new model cannot be used; the old one goes on",
                    metadata: ["model": "\(model.name)", "error": "\(words)"])
            }
        }
    }

    private func install(_ engine: Engine) {
        state.withLock { state in
            if let old = state.engines.updateValue(engine, forKey: engine.name) {
                metrics.registry.remove(
                    "mumic_model_info", ["model": old.name, "family": old.facts.family])
            }
            state.loadTimes[engine.name] = Int(Date().timeIntervalSince1970)
        }
        metrics.registry.gauge(
            "mumic_model_info", "The models that are served.",
            ["model": engine.name, "family": engine.facts.family]
        ) { 1 }
    }

    /// Says in the log when a batch does not end, and when it does after all; runs until its task is cancelled.
    func watch() async {
        var stuck: Set<String> = []
        while !Task.isCancelled {
            for name in names {
                let time = engine(named: name)?.queue.runningFor ?? .zero
                if time > .seconds(options.watchdog) {
                    if stuck.insert(name).inserted {
                        options.logger.error(
                            "a batch does not end; the server is not ready any more",
                            metadata: ["model": "\(name)", "s": "\(Int(seconds(time)))"])
                    }
                } else if stuck.remove(name) != nil {
                    options.logger.warning("the batch has ended after all", metadata: ["model": "\(name)"])
                }
            }
            try? await Task.sleep(for: .seconds(min(1, options.watchdog / 4)))
        }
    }
}
