// SPDX-License-Identifier: Apache-2.0

public import FileIO
public import Imaging
public import Models
public import MultiLabel
import Tokenization
public import Torch

/// Features of pictures and texts, vectors of length 1, as an index of pictures holds them and as search needs them.
public struct Embedder {
    /// Texts that go through the model together.
    private static let textsAtOnce = 8192

    /// The model.
    package let checkpoint: ModelCheckpoint
    private let model: any ImageTextModel
    /// How pictures are brought to it.
    package let options: PictureStreamOptions

    /// Loads a model's weights to run in `dtype`; the options say where it is and how pictures are brought to it.
    public init(_ checkpoint: ModelCheckpoint, options: PictureStreamOptions, dtype: DType = .float32) throws {
        self.checkpoint = checkpoint
        self.options = options
        (model, _) = try checkpoint.load(on: options.device, dtype: dtype)
    }

    /// D, the length of a feature.
    public var dimension: Int { checkpoint.featureWidth }

    /// Hands over pictures in their order, in constant memory, with their features or the reason why one cannot be
    /// read; returns how many there were.
    ///
    /// Throws ``Torch/TorchError``, ``MultiLabel/MultiLabelError`` where a feature is not finite, and what `receive`
    /// throws.
    public func features(
        of pictures: some Sequence<Picture> & Sendable, receive: (Picture, Result<[Float], ImagingError>) throws -> Void
    ) throws -> PictureTally {
        try forEachPicture(
            pictures, preprocessor: checkpoint.preprocessor, options: options, compute: { try model.imageFeatures($0) },
            receive: receive)
    }

    /// The features of texts, as they are. Throws as ``features(of:receive:)``.
    public func features(of texts: [String]) throws -> [[Float]] {
        let values = try withoutGradient { try model.textFeatures(texts.map(checkpoint.tokens)).floats() }
        return try texts.enumerated().map { number, text in
            let feature = Array(values[number * dimension..<(number + 1) * dimension])
            guard feature.allSatisfy(\.isFinite) else { throw MultiLabelError.notFinite(input: printable(text)) }
            return feature
        }
    }

    /// Writes the features of pictures as OUT.npy, float32 `[N, D]` in their order, OUT.jsonl, which says what each row is,
    /// and OUT.json, which says by what model (``Models/ModelFingerprint``). A picture that cannot be read is a row of NaN.
    ///
    /// `output` is the path of OUT.npy. `finish` throws where the pictures ended early, as a list does that breaks off.
    /// Throws as ``features(of:receive:)``, ``FileIO/FileIOError`` and ``FileIO/Interrupted``; no file is written then.
    public func embed(
        _ pictures: some Sequence<Picture> & Sendable, to output: String, monitor: WorkMonitor = .silent,
        finish: () throws -> Void = {}
    ) throws -> PictureTally {
        let file = try EmbeddingWriter(path: output, columns: dimension)
        let progress = monitor.begin("embedding", total: nil)
        let missing = [Float](repeating: .nan, count: dimension)
        let tally = try features(of: pictures) { picture, result in
            switch result {
            case .success(let feature): try file.append(feature, image: picture.name)
            case .failure(let error): try file.append(missing, image: picture.name, error: "\(error)")
            }
            progress.advance()
            try monitor.check()
        }
        try finish()
        progress.finish()
        try file.commit(checkpoint.fingerprint())
        return tally
    }

    /// Writes the features of texts, which `next` gives one after the other and nil at the end, as OUT.npy and
    /// OUT.jsonl. Throws as ``embed(_:to:monitor:finish:)`` and what `next` throws; no file is written then.
    public func embedTexts(to output: String, monitor: WorkMonitor = .silent, next: () throws -> String?) throws {
        let file = try EmbeddingWriter(path: output, columns: dimension)
        let progress = monitor.begin("embedding", total: nil, unit: "texts")
        while true {
            var texts: [String] = []
            while texts.count < Self.textsAtOnce, let text = try next() { texts.append(text) }
            if texts.isEmpty { break }
            try monitor.check()
            for (text, feature) in zip(texts, try features(of: texts)) { try file.append(feature, text: text) }
            progress.advance(by: texts.count)
        }
        progress.finish()
        try file.commit(checkpoint.fingerprint())
    }
}
