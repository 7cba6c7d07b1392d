// SPDX-License-Identifier: Apache-2.0

public import Datasets
import Evaluation
public import FileIO
public import Imaging
import Models
public import Torch

/// The way from pictures to predictions: a model with labels, whose features are computed once, and with what its
/// scores mean.
///
///     let predictor = try Predictor(ModelBundle(directory: "run/model"), options: .init(topK: 5))
///     try predictor.predict(PictureInputs(["photos"])) { print($0.image, $0.predictions ?? []) }
///
/// It is not `Sendable`: a server keeps it on a thread of its own, and gives it prepared pixels and takes
/// ``LabelScore`` values, which are.
public final class Predictor {
    /// The model.
    public let bundle: ModelBundle
    /// The loaded model with its labels.
    public let classifier: MultiLabelClassifier
    /// What was asked for.
    public let options: PredictorOptions
    /// From logits to labels.
    public let ranking: LabelRanking
    private let scorer: LabelScorer

    /// Loads a model. `labels` are those to score, nil for the model's own; without prompts they have those that the
    /// model knows. `templates` are sentences instead of the model's own, and `monitor` is told of labels without a
    /// fitted threshold. Throws ``FileIO/InputError``, ``MultiLabelError``, and the errors of the weights and of libtorch.
    public convenience init(
        _ bundle: ModelBundle, labels: [Label]? = nil, templates: [PromptTemplate]? = nil,
        options: PredictorOptions = PredictorOptions(), monitor: WorkMonitor = .silent
    ) throws {
        try options.check(bundle)
        let labels = try bundle.resolve(labels)
        let ranking = try LabelRanking(labels.map(\.name), of: bundle, options: options, monitor: monitor)
        let classifier = try bundle.classifier(
            labels: labels, templates: templates, device: options.pictures.device, dtype: options.dtype)
        try self.init(bundle, classifier, ranking, options)
    }

    /// Scores with a model that is loaded already, as it is now: where weights change, or for other labels of a model
    /// that stays. Throws ``FileIO/InputError`` as for a model that is to be loaded, and ``Torch/TorchError``.
    public convenience init(_ bundle: ModelBundle, classifier: MultiLabelClassifier, options: PredictorOptions) throws {
        let ranking = try LabelRanking(classifier.labels.map(\.name), of: bundle, options: options)
        try self.init(bundle, classifier, ranking, options)
    }

    /// Scores labels with a model that is in memory; `labels` and `templates` as for a model that is to be loaded. The
    /// options' device and type are the loaded model's. Throws as for a model that is to be loaded.
    public convenience init(
        _ loaded: LoadedModel, labels: [Label]? = nil, templates: [PromptTemplate]? = nil,
        options: PredictorOptions = PredictorOptions(), monitor: WorkMonitor = .silent
    ) throws {
        let labels = try loaded.bundle.resolve(labels)
        let ranking = try LabelRanking(labels.map(\.name), of: loaded.bundle, options: options, monitor: monitor)
        let classifier = try loaded.classifier(labels: labels, templates: templates)
        try self.init(loaded.bundle, classifier, ranking, options)
    }

    private init(
        _ bundle: ModelBundle, _ classifier: MultiLabelClassifier, _ ranking: LabelRanking, _ options: PredictorOptions
    ) throws {
        self.bundle = bundle
        self.classifier = classifier
        self.ranking = ranking
        self.options = options
        scorer = try classifier.scorer()
    }

    /// Logits of prepared pictures: `[B, 3, S, S]` → z, `[B, L]`, float32. Throws ``Torch/TorchError`` if the shape
    /// does not fit or memory runs out.
    public func logits(_ pixels: Tensor) throws -> Tensor {
        try scorer.logits(pooled: classifier.model.pooledImages(pixels))
    }

    /// Logits of pictures whose pooled states are known: `[B, W]` → B rows of L values, without gradients. Throws
    /// ``Torch/TorchError`` if memory runs out.
    public func logits(pooled: Tensor) throws -> [[Float]] {
        try withoutGradient { try scorer.logits(pooled: pooled).rows() }
    }

    /// The labels of prepared pictures, as the bundle's preprocessor gives them: a list for each, best first, in one
    /// pass through the model. Throws ``MultiLabelError/notFinite(input:)``, and ``Torch/TorchError`` if memory runs
    /// out.
    public func predict(_ pictures: [PixelValues]) throws -> [[LabelScore]] {
        try rows(of: pictures, device: options.pictures.device, logits).map { row in
            guard row.allSatisfy(\.isFinite) else { throw MultiLabelError.notFinite(input: "a picture") }
            return ranking(row)
        }
    }

    /// Gives `receive` the predictions of pictures, in their order and in constant memory. A picture that cannot be read
    /// takes its place with its error, and the rest goes on. Returns how many pictures there were, and how many could not
    /// be read. Throws ``MultiLabelError``, ``Torch/TorchError``, and what `receive` and `monitor` throw.
    @discardableResult
    public func predict(
        _ pictures: some Sequence<Picture> & Sendable, monitor: WorkMonitor = .silent,
        receive: (Prediction) throws -> Void
    ) throws -> PictureTally {
        if bundle.description == nil, options.score == .sigmoid, classifier.model.logitBias == nil {
            monitor.note(
                "note: this model has no mumic.json, so these probabilities are uncalibrated; compare them, but fine-tune before you trust a threshold"
            )
        }
        let progress = monitor.begin("predicting", total: nil)
        let tally = try forEachPicture(
            pictures, preprocessor: bundle.checkpoint.preprocessor, options: options.pictures, progress: progress,
            monitor: monitor, compute: logits,
            receive: { picture, result in
                switch result {
                case .success(let row): try receive(Prediction(image: picture.name, predictions: ranking(row)))
                case .failure(let error): try receive(Prediction(image: picture.name, error: "\(error)"))
                }
            })
        progress.finish()
        return tally
    }

    /// Logits of a table's pictures, `[N, L]` in float64, row major; the table's labels are not looked at. `title` says
    /// what is being done, for whoever shows it; `inspect` is shown every decoded picture with its place, on several threads. Throws ``FileIO/InputError`` listing the pictures that cannot be read,
    /// and the errors of ``logits(_:)``.
    public func scores(
        of table: AnnotationTable, title: String = "scoring", monitor: WorkMonitor = .silent,
        inspect: (@Sendable (_ index: Int, RGBImage) -> Void)? = nil
    ) throws -> [Double] {
        var scores: [Double] = []
        scores.reserveCapacity(table.images.count * ranking.labels.count)
        try forEachRow(of: table, title, monitor, inspect: inspect, compute: logits) {
            scores += $0.lazy.map(Double.init)
        }
        return scores
    }

    /// Unit-norm features `[N, D]` and logits `[N, L]` of a table's pictures, row major, in one pass; else as
    /// ``scores(of:title:monitor:inspect:)``.
    public func features(
        of table: AnnotationTable, title: String = "looking", monitor: WorkMonitor = .silent
    ) throws -> (features: [Float], logits: [Float]) {
        let width = bundle.checkpoint.featureWidth
        var (features, logits): ([Float], [Float]) = ([], [])
        features.reserveCapacity(table.images.count * width)
        logits.reserveCapacity(table.images.count * ranking.labels.count)
        try forEachRow(
            of: table, title, monitor,
            compute: { pixels in
                let pooled = try classifier.model.pooledImages(pixels)
                let embedded = try classifier.model.imageFeatures(pooled: pooled)
                return try Tensor.concatenated([embedded, scorer.logits(pooled: pooled)], dimension: 1)  // [B, D + L]
            },
            receive: { row in
                features += row.prefix(width)
                logits += row.dropFirst(width)
            })
        return (features, logits)
    }

    private func forEachRow(
        of table: AnnotationTable, _ title: String, _ monitor: WorkMonitor,
        inspect: (@Sendable (_ index: Int, RGBImage) -> Void)? = nil, compute: (Tensor) throws -> Tensor,
        receive: ([Float]) -> Void
    ) throws {
        let progress = monitor.begin(title, total: table.images.count)
        try forEachPicture(
            of: table, preprocessor: bundle.checkpoint.preprocessor, options: options.pictures, progress: progress,
            monitor: monitor, inspect: inspect, compute: compute, receive: receive)
        progress.finish()
    }
}
