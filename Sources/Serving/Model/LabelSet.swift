// SPDX-License-Identifier: Apache-2.0

import Datasets
import Evaluation
import Models
import MultiLabel
import Synchronization

/// Labels that a model has read: what scores pictures for them, and how their logits become answers.
///
/// Proof for `@unchecked Sendable`: all but `predictor` is immutable and Sendable. `predictor` is used by the model's
/// ``ModelWorker``s, on several threads at once, and only to compute logits, which reads constants and writes nothing, as
/// in ``SharedModel``; it may be released on any thread.
final class LabelSet: @unchecked Sendable {
    /// The labels, in the order of the logits.
    let labels: [Label]
    /// From logits to answers, all labels.
    let ranking: LabelRanking
    /// The fitted threshold of each label, `[L]`; nil where the model has none.
    let thresholds: [Double]?
    /// The label features' bytes.
    let byteCount: Int
    private let predictor: Predictor
    /// What a set and each of its labels take beside their features and texts, roughly: objects, tokens, keys.
    private static let (overhead, labelOverhead) = (4096, 512)

    init(_ predictor: Predictor) {
        self.predictor = predictor
        labels = predictor.classifier.labels
        ranking = predictor.ranking
        let own = predictor.bundle.description?.thresholds ?? [:]
        thresholds = own.isEmpty ? nil : labels.map { own[$0.name] ?? 0.5 }
        byteCount =
            Self.overhead + labels.count * Self.labelOverhead + labels.count * predictor.bundle.checkpoint.featureWidth
            * 4
            + labels.reduce(0) { $0 + $1.name.utf8.count + $1.prompts.reduce(0) { $0 + $1.utf8.count } }
    }

    /// What scores pictures; for the model's workers.
    func withPredictor<T>(_ body: (Predictor) throws -> T) rethrows -> T { try body(predictor) }
}

/// The label sets that requests brought, by their labels: those used last, within a number of bytes.
final class LabelCache: Sendable {
    /// How often it helped, and what it holds.
    struct Figures: Sendable, Equatable {
        var hits = 0
        var misses = 0
        var bytes = 0
        var entries = 0
    }

    private struct State {
        var sets: [[LabelKey]: (set: LabelSet, lastUse: UInt64)] = [:]
        var clock: UInt64 = 0
        var figures = Figures()
    }

    private let limit: Int
    private let state = Mutex(State())

    /// An empty cache that holds so many bytes of features at most.
    init(byteLimit: Int) { limit = byteLimit }

    /// What it has done so far.
    var figures: Figures { state.withLock { $0.figures } }

    /// The set of these labels, if it is there.
    func find(_ labels: [Label]) -> LabelSet? {
        let key = labels.map(LabelKey.init)
        return state.withLock { state in
            state.clock += 1
            guard let found = state.sets[key] else {
                state.figures.misses += 1
                return nil
            }
            state.figures.hits += 1
            state.sets[key]?.lastUse = state.clock
            return found.set
        }
    }

    /// The set of these labels, if it is there, without counting the question.
    func peek(_ labels: [Label]) -> LabelSet? {
        let key = labels.map(LabelKey.init)
        return state.withLock { $0.sets[key]?.set }
    }

    /// Keeps a set, and drops those whose last use is longest ago until all fit. A set beyond the limit is not kept.
    func keep(_ set: LabelSet, for labels: [Label]) {
        guard set.byteCount <= limit else { return }
        let key = labels.map(LabelKey.init)
        state.withLock { state in
            state.clock += 1
            if let old = state.sets.updateValue((set, state.clock), forKey: key) {
                state.figures.bytes -= old.set.byteCount
            }
            state.figures.bytes += set.byteCount
            while state.figures.bytes > limit, let oldest = state.sets.min(by: { $0.value.lastUse < $1.value.lastUse })
            {
                state.sets.removeValue(forKey: oldest.key)
                state.figures.bytes -= oldest.value.set.byteCount
            }
            state.figures.entries = state.sets.count
        }
    }

    /// A label as a key: bytes, since texts that are written differently are different to a tokenizer.
    private struct LabelKey: Hashable, Sendable {
        let name: [UInt8]
        let prompts: [[UInt8]]

        init(_ label: Label) { (name, prompts) = (Array(label.name.utf8), label.prompts.map { Array($0.utf8) }) }
    }
}
