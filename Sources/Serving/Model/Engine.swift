// SPDX-License-Identifier: Apache-2.0

import Datasets
import MultiLabel

/// A loaded model with its queue: what a request holds on to from its beginning to its end, also when the model is
/// loaded anew meanwhile.
final class Engine: Sendable {
    /// What requests call the model.
    let name: String
    /// What is known of it.
    let facts: ModelFacts
    /// The queue in front of it.
    let queue: BatchQueue<ModelWork, ModelAnswer>
    /// Labels that requests brought.
    let cache: LabelCache
    /// The index of pictures by its features; nil for none.
    let searcher: Searcher?

    private init(
        name: String, facts: ModelFacts, queue: BatchQueue<ModelWork, ModelAnswer>, cache: LabelCache,
        searcher: Searcher?
    ) {
        (self.name, self.facts, self.queue, self.cache, self.searcher) = (name, facts, queue, cache, searcher)
    }

    /// Loads a model with its index and tries it. Throws the errors of reading and running it.
    static func load(_ model: ServerOptions.Model, _ options: ServerOptions, _ metrics: ServerMetrics) async throws
        -> Engine
    {
        let cache = LabelCache(byteLimit: options.labelCache)
        let workers = (0..<options.modelWorkers).map { _ in
            ModelWorker(name: model.name, options: options.predictor, templates: options.templates, cache: cache)
        }
        let (facts, shared) = try await workers[0].load(
            directory: model.directory, labels: model.labels, resolve: options.resolvingBase)
        for worker in workers.dropFirst() { await worker.adopt(shared) }
        let series = metrics.model(model.name)
        let queue = BatchQueue<ModelWork, ModelAnswer>(
            batchSize: options.predictor.pictures.batchSize, limit: options.queue,
            delay: .seconds(options.batchDelay), workers: workers.count, onCancel: { metrics.cancelled.add() }
        ) { works, worker, alone in
            let clock = ContinuousClock()
            let start = clock.now
            let answers = await workers[worker].run(works, alone: alone)
            series.batchSeconds.observe(seconds(clock.now - start))
            series.batchSize.observe(Double(works.count))
            return answers
        }
        var searcher: Searcher?
        if let path = model.index {
            searcher = try await Searcher.open(path, of: model, columns: facts.featureWidth, options)
        }
        return Engine(name: model.name, facts: facts, queue: queue, cache: cache, searcher: searcher)
    }

    /// What reading labels costs in the queue, in pictures.
    func cost(of labels: [Label]) -> Int {
        cost(ofTexts: textCount(of: labels))
    }

    /// How many texts the model reads for labels.
    func textCount(of labels: [Label]) -> Int {
        labels.reduce(0) { count, label in
            let prompts = label.prompts.isEmpty ? facts.ownPrompts[label.name] ?? 0 : label.prompts.count
            return count + (prompts > 0 ? prompts : facts.templateCount)
        }
    }

    /// What texts cost in the queue, in pictures.
    func cost(ofTexts count: Int) -> Int { max(1, Int((Double(count) * facts.promptCost).rounded(.up))) }

    /// The labels of a request, read by the model if they are new; they wait in the queue like pictures.
    func labelSet(_ labels: [Label]) async throws -> LabelSet {
        if let known = cache.find(labels) { return known }
        let cost = cost(of: labels)
        let admission = try queue.admit(cost: cost)
        guard case .labels(let set) = try await admission.submit(.labels(labels), .texts, cost: cost) else {
            throw NoAnswer()
        }
        return set
    }

    /// The features of texts, as they are.
    func features(of texts: [String]) async throws -> [[Float]] {
        let cost = cost(ofTexts: texts.count)
        let admission = try queue.admit(cost: cost)
        guard case .texts(let features) = try await admission.submit(.texts(texts), .texts, cost: cost) else {
            throw NoAnswer()
        }
        return features
    }
}

/// A duration in seconds.
func seconds(_ duration: Duration) -> Double { duration / .seconds(1) }
