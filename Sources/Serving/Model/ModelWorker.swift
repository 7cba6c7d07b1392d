// SPDX-License-Identifier: Apache-2.0

import Datasets
import FileIO
import Foundation
import Imaging
import Models
import MultiLabel
import Tokenization
import Torch

/// What a model is asked for, once its pictures are prepared.
enum ModelWork: Sendable {
    /// A picture: its logits for some labels, its feature, or both.
    case picture(PixelValues, labels: LabelSet?, feature: Bool)
    /// Texts, as they are: their features.
    case texts([String])
    /// Labels that the model has not seen yet.
    case labels([Label])

}

/// What a model answers.
enum ModelAnswer: Sendable {
    case picture(logits: [Float]?, feature: [Float]?)
    case texts([[Float]])
    case labels(LabelSet)
}

/// A loaded model that several workers share.
///
/// Proof for `@unchecked Sendable`: computing features and logits reads weights and writes nothing: models, heads and
/// label sets hold constants, and libtorch allows a tensor to be read from several threads.
final class SharedModel: @unchecked Sendable {
    fileprivate let loaded: LoadedModel

    fileprivate init(_ loaded: LoadedModel) { self.loaded = loaded }
}

/// A model on a thread of its own: only `Sendable` values come in and go out.
actor ModelWorker {
    private let thread: ModelThread
    private let options: PredictorOptions
    private let templates: [PromptTemplate]?
    private let cache: LabelCache
    private var loaded: LoadedModel?

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    private static let warmUpTexts = 8
    /// The threads that an operation uses where the worker has the machine for itself.
    private let allThreads: Int
    private var threads = 0

    /// A worker without a model.
    init(name: String, options: PredictorOptions, templates: [PromptTemplate]?, cache: LabelCache) {
        thread = ModelThread(name: "model " + name)
        (self.options, self.templates, self.cache) = (options, templates, cache)
        allThreads = Library.threadCount
    }

    /// Takes over a model that another worker has loaded, and runs it once: a thread's first pass is slow.
    func adopt(_ model: SharedModel) {
        loaded = model.loaded
        let size = model.loaded.bundle.checkpoint.preprocessor.outputSize
        for alone in [true, false] {
            _ = run([.picture(Self.pattern(size), labels: nil, feature: true)], alone: alone)
        }
    }

    /// Loads a model and its labels, and runs it on made-up pictures: the first passes are slow, and a model whose
    /// weights are damaged must not be served. `labels` are those to score instead of the model's own.
    func load(directory: String, labels: [Label]?, resolve: @escaping @Sendable (String) throws -> String) throws -> (
        facts: ModelFacts, model: SharedModel
    ) {
        let bundle = try ModelBundle(directory: directory, resolvingBase: resolve)
        try options.check(bundle)
        let loaded = try LoadedModel(bundle, device: options.pictures.device, dtype: options.dtype)
        let own = labels ?? bundle.description?.labels ?? []
        let set =
            own.isEmpty ? nil : try LabelSet(Predictor(loaded, labels: own, templates: templates, options: options))
        self.loaded = loaded
        let pixels = Self.pattern(bundle.checkpoint.preprocessor.outputSize)
        let picture = ModelWork.picture(pixels, labels: set, feature: true)
        for answer in run([ModelWork](repeating: picture, count: min(8, options.pictures.batchSize))) {
            _ = try answer.get()
        }
        _ = run([picture])
        let pictureTime = ContinuousClock().measure { _ = run([picture]) }
        let texts = (1...Self.warmUpTexts).map { "a photo of \($0) things" }
        _ = try loaded.features(of: texts)
        let textTime = try ContinuousClock().measure { _ = try loaded.features(of: texts) }
        let promptCost = seconds(textTime) / seconds(pictureTime) / Double(Self.warmUpTexts)
        Library.releaseFreeMemory()
        return (ModelFacts(bundle, labels: set, templates: templates, promptCost: promptCost), SharedModel(loaded))
    }

    /// Answers pieces of one kind, in their order. What fails for one picture fails for it alone. `alone`: with all of
    /// the machine's threads, as the command computes; else with this thread, since other workers have the others.
    func run(_ works: [ModelWork], alone: Bool = true) -> [Result<ModelAnswer, any Error>] {
        let wanted = alone ? allThreads : 1
        if threads != wanted {
            Library.setThreadCountOfThisThread(wanted)
            threads = wanted
        }
        guard let loaded else { return works.map { _ in .failure(NoAnswer()) } }
        var answers = [Result<ModelAnswer, any Error>](repeating: .failure(NoAnswer()), count: works.count)
        var pictures: [(place: Int, pixels: PixelValues, labels: LabelSet?, feature: Bool)] = []
        for (place, work) in works.enumerated() {
            switch work {
            case .picture(let pixels, let labels, let feature): pictures.append((place, pixels, labels, feature))
            case .texts(let texts): answers[place] = Result { .texts(try loaded.features(of: texts)) }
            case .labels(let labels): answers[place] = Result { .labels(try read(labels, loaded)) }
            }
        }
        if pictures.isEmpty { return answers }
        do {
            let pooled = try loaded.pooledImages(pictures.map(\.pixels))
            let features = pictures.contains(where: \.feature) ? try loaded.features(pooled: pooled) : nil
            var logits = [[Float]?](repeating: nil, count: pictures.count)
            for (set, rows) in groups(pictures.map(\.labels)) {
                let some = rows.count == pictures.count ? pooled : try pooled.selecting(rows)
                let values = try set.withPredictor { try $0.logits(pooled: some) }
                for (row, value) in zip(rows, values) { logits[row] = value }
            }
            for (row, picture) in pictures.enumerated() {
                let feature = picture.feature ? features?[row] : nil
                let isFinite = (logits[row] ?? []).allSatisfy(\.isFinite) && (feature ?? []).allSatisfy(\.isFinite)
                answers[picture.place] =
                    isFinite
                    ? .success(.picture(logits: logits[row], feature: feature))
                    : .failure(MultiLabelError.notFinite(input: "this picture"))
            }
        } catch {
            for picture in pictures { answers[picture.place] = .failure(error) }
        }
        return answers
    }

    /// Which rows go with which label set, in the order of their first row.
    private func groups(_ sets: [LabelSet?]) -> [(LabelSet, rows: [Int])] {
        var groups: [(LabelSet, rows: [Int])] = []
        for (row, set) in sets.enumerated() {
            guard let set else { continue }
            if let place = groups.firstIndex(where: { $0.0 === set }) {
                groups[place].rows.append(row)
            } else {
                groups.append((set, [row]))
            }
        }
        return groups
    }

    /// Reads labels, unless another request has brought them meanwhile.
    private func read(_ labels: [Label], _ loaded: LoadedModel) throws -> LabelSet {
        if let known = cache.peek(labels) { return known }
        let set = LabelSet(try Predictor(loaded, labels: labels, templates: templates, options: options))
        cache.keep(set, for: labels)
        return set
    }

    /// A made-up picture: waves, the same in every run.
    private static func pattern(_ size: ImagePreprocessor.Size) -> PixelValues {
        let count = size.height * size.width
        let values = (0..<3 * count).map { index -> Float in
            let (row, column) = (Double(index / size.width), Double(index % size.width))
            return Float(sin(0.07 * row + 0.13 * column))
        }
        return PixelValues(channels: 3, height: size.height, width: size.width, values: values)
    }
}

extension Tensor {
    /// Some rows of a matrix, in their order.
    fileprivate func selecting(_ rows: [Int]) throws(TorchError) -> Tensor {
        let indices = try Tensor(rows.map(Int64.init), shape: [rows.count]).to(device: device)
        return try selected(dimension: 0, indices: indices)
    }
}

/// What is known of a loaded model without asking it.
struct ModelFacts: Sendable {
    /// Its class in transformers.
    let family: String
    /// How pictures are prepared for it.
    let preprocessor: ImagePreprocessor
    /// D, the length of a feature.
    let featureWidth: Int
    /// Its own labels, or those that the server was started with; nil where there are none.
    let labels: LabelSet?
    /// Whether it can score labels that it has not been trained on.
    let readsTexts: Bool
    /// What a text costs the model, measured in pictures.
    let promptCost: Double
    /// How many sentences a label's name is put into.
    let templateCount: Int
    /// How many prompts the model knows for a label.
    let ownPrompts: [String: Int]
    /// Whether it was trained here, or scores as its family does.
    let isTrained: Bool
    /// Whether its probabilities are calibrated.
    let isCalibrated: Bool
    /// How many of its tokens a text has.
    let tokenCount: @Sendable (String) -> Int

    init(_ bundle: ModelBundle, labels: LabelSet?, templates: [PromptTemplate]?, promptCost: Double) {
        let checkpoint = bundle.checkpoint
        family = checkpoint.architecture.classes.model
        preprocessor = checkpoint.preprocessor
        featureWidth = checkpoint.featureWidth
        self.labels = labels
        readsTexts = bundle.head.readsTexts
        templateCount = max(1, templates?.count ?? bundle.description?.templates.count ?? 1)
        ownPrompts = Dictionary(
            (bundle.description?.labels ?? []).map { ($0.name, $0.prompts.count) }, uniquingKeysWith: { $1 })
        self.promptCost = promptCost
        isTrained = bundle.description != nil
        isCalibrated = bundle.description?.calibration != nil
        let (tokenizer, length) = (checkpoint.tokenizer, checkpoint.contextLength)
        tokenCount = { tokenizer.encode($0, contextLength: length).count }
    }
}
