// SPDX-License-Identifier: Apache-2.0

public import FileIO
public import Imaging
public import Torch

/// How pictures are brought to the model.
public struct PictureStreamOptions: Sendable {
    /// Pictures in a forward pass.
    public var batchSize: Int
    /// Threads that decode.
    public var workers: Int
    /// Where the model is.
    public var device: Device
    /// Whether large JPEGs are decoded at a reduced scale: much faster, and features move a little. The default is
    /// false, which gives the reference's pixels.
    public var decodesFast: Bool

    /// Options for a model on `device`.
    public init(batchSize: Int, workers: Int, device: Device, decodesFast: Bool = false) {
        self.batchSize = batchSize
        self.workers = workers
        self.device = device
        self.decodesFast = decodesFast
    }
}

/// Joins prepared pictures of one size into a batch `[B, 3, S, S]`: the one copy to the device.
///
/// - Throws: ``Torch/TorchError`` if there is no memory on the device.
public func pixelBatch(_ pictures: [PixelValues], device: Device) throws(TorchError) -> Tensor {
    guard let first = pictures.first else { throw TorchError(operation: "pixelBatch", message: "no pictures") }
    var values: [Float] = []
    values.reserveCapacity(pictures.count * first.values.count)
    for picture in pictures { values += picture.values }
    return try Tensor(values, shape: [pictures.count, first.channels, first.height, first.width]).to(device: device)
}

/// Runs pictures through a model, batch by batch, in constant memory and in their order.
///
/// Decoding runs on worker threads, at most two batches ahead of the model. A picture that cannot be read takes its
/// place in the order with its error, and the rest goes on.
///
/// - Parameters:
///   - pictures: The pictures, pulled as they are needed.
///   - preprocessor: How they are prepared.
///   - options: Batch size, threads and device.
///   - compute: From pixels `[B, 3, S, S]` to rows `[B, X]`; run without gradients.
///   - receive: Called for every picture in order, with its row or its error. What it throws ends the run.
/// - Throws: ``Torch/TorchError``, and what `receive` throws.
public func forEachPicture(
    _ pictures: some Sequence<Picture> & Sendable, preprocessor: ImagePreprocessor,
    options: PictureStreamOptions, compute: (Tensor) throws -> Tensor,
    receive: (Picture, Result<[Float], ImagingError>) throws -> Void
) throws {
    let shortSide = options.decodesFast ? preprocessor.shortSide : nil
    let loader = PictureLoader<Picture, PixelValues>(
        pictures, workers: options.workers, ahead: options.batchSize * 2
    ) { (_, picture) throws(ImagingError) in
        try preprocessor(RGBImage(picture, shortSideAtLeast: shortSide))
    }
    defer { loader.cancel() }
    var waiting: [(Picture, Result<PixelValues, ImagingError>)] = []
    func flush() throws {
        let pixels = waiting.compactMap { try? $0.1.get() }
        var rows: [Float] = []
        if !pixels.isEmpty {
            rows = try withoutGradient { try compute(pixelBatch(pixels, device: options.device)).floats() }
        }
        let width = pixels.isEmpty ? 0 : rows.count / pixels.count
        var next = 0
        for (picture, result) in waiting {
            switch result {
            case .success:
                let row = Array(rows[next * width..<(next + 1) * width])
                guard row.allSatisfy(\.isFinite) else { throw MultiLabelError.notFinite(input: picture.name) }
                try receive(picture, .success(row))
                next += 1
            case .failure(let error): try receive(picture, .failure(error))
            }
        }
        waiting.removeAll(keepingCapacity: true)
    }
    while let element = loader.next() {
        waiting.append((element.input, element.result))
        if waiting.count == options.batchSize { try flush() }
    }
    if !waiting.isEmpty { try flush() }
}
