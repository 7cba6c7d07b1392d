// SPDX-License-Identifier: Apache-2.0

public import Datasets
public import FileIO
import Foundation
public import Imaging
public import Torch

/// How pictures are brought to the model.
public struct PictureStreamOptions: Sendable {
    /// Pictures in a forward pass. Default 32.
    public var batchSize: Int
    /// Threads that decode. By default as many as processors.
    public var workers: Int
    /// Where the model is. By default on the CPU.
    public var device: Device
    /// Whether large JPEGs are decoded at a reduced scale: much faster, and features move a little. The default is
    /// false, which gives the reference's pixels.
    public var decodesFast: Bool
    /// What a picture may cost. By default what ``Imaging/DecodingLimits`` says.
    public var limits = DecodingLimits.default
    /// Whether a batch runs before it is full where the source of pictures has none to give for now, as a pipe whose
    /// writer waits for answers. By default it does not: batches are the same in every run.
    public var answersAtOnce = false

    /// Options for a model on `device`.
    public init(
        batchSize: Int = 32, workers: Int? = nil, device: Device = .cpu,
        decodesFast: Bool = false
    ) {
        self.batchSize = batchSize
        self.workers = workers ?? ProcessInfo.processInfo.activeProcessorCount
        self.device = device
        self.decodesFast = decodesFast
    }
}

/// How many pictures have been through, and how many of them could not be read.
public struct PictureTally: Sendable, Equatable {
    /// All of them.
    public var pictures = 0
    /// Those that could not be read.
    public var failures = 0

    /// Throws where there was no picture, or where some could not be read.
    ///
    /// - Parameters:
    ///   - inputs: What the pictures came from.
    ///   - place: Where the failures are told, for the message.
    /// - Throws: ``FileIO/InputError``.
    public func check(_ inputs: PictureInputs, place: String = "the output") throws(InputError) {
        if pictures == 0 {
            throw .badData(
                "there are no pictures in \(inputs.arguments.joined(separator: " ")); name JPEG, PNG or WebP files")
        }
        if failures > 0 {
            throw .badData("\(failures) of \(pictures) pictures could not be read; \(place) says which and why")
        }
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
///   - progress: Advances by every picture.
///   - monitor: Asked after every picture whether to go on.
///   - inspect: Shown every decoded picture with its place in the sequence, on several threads and in any order.
///   - compute: From pixels `[B, 3, S, S]` to rows `[B, X]`; run without gradients.
///   - receive: Called for every picture in order, with its row or its error. What it throws ends the run.
/// - Returns: How many pictures there were.
/// - Throws: ``Torch/TorchError``, ``MultiLabelError/notFinite(input:)``, and what `compute`, `receive` and `monitor`
///   throw.
@discardableResult
public func forEachPicture(
    _ pictures: some Sequence<Picture> & Sendable, preprocessor: ImagePreprocessor,
    options: PictureStreamOptions = PictureStreamOptions(), progress: any WorkProgress = SilentProgress(),
    monitor: WorkMonitor = .silent, inspect: (@Sendable (_ index: Int, RGBImage) -> Void)? = nil,
    compute: (Tensor) throws -> Tensor, receive: (Picture, Result<[Float], ImagingError>) throws -> Void
) throws -> PictureTally {
    let shortSide = options.decodesFast ? preprocessor.shortSide : nil
    let loader = PictureLoader<Picture, PixelValues>(
        pictures, workers: options.workers, ahead: options.batchSize * 2
    ) { (index, picture) throws(ImagingError) in
        let image = try RGBImage(picture, limits: options.limits, shortSideAtLeast: shortSide)
        inspect?(index, image)
        return try preprocessor(image)
    }
    defer { loader.cancel() }
    var tally = PictureTally()
    var waiting: [(Picture, Result<PixelValues, ImagingError>)] = []
    func flush() throws {
        var rows = try rows(of: waiting.compactMap { try? $0.1.get() }, device: options.device, compute)[...]
        for (picture, result) in waiting {
            let result = result.map { _ in rows.removeFirst() }
            switch result {
            case .success(let row):
                guard row.allSatisfy(\.isFinite) else { throw MultiLabelError.notFinite(input: picture.name) }
            case .failure: tally.failures += 1
            }
            tally.pictures += 1
            try receive(picture, result)
            progress.advance()
            try monitor.check()
        }
        waiting.removeAll(keepingCapacity: true)
    }
    while true {
        switch loader.next(patience: options.answersAtOnce && !waiting.isEmpty ? pipePatience : nil) {
        case .element(let element):
            waiting.append((element.input, element.result))
            if waiting.count == options.batchSize { try flush() }
        case .nothingYet: try flush()
        case .end:
            if !waiting.isEmpty { try flush() }
            return tally
        }
    }
}

/// How long a pipe that has nothing to give is waited for before what it has given is answered, in seconds.
private let pipePatience = 0.02

/// What `compute` gives for each of some prepared pictures, without gradients.
func rows(of pictures: [PixelValues], device: Device, _ compute: (Tensor) throws -> Tensor) throws -> [[Float]] {
    if pictures.isEmpty { return [] }
    return try withoutGradient { try compute(pixelBatch(pictures, device: device)).rows() }
}

/// Computes something of a table's pictures, in their order. Those that cannot be read are all listed before the run
/// fails.
///
/// - Parameters:
///   - table: The pictures.
///   - preprocessor: How they are prepared.
///   - options: Batch size, threads and device.
///   - progress: Advances by every picture.
///   - monitor: Asked after every picture whether to go on.
///   - inspect: Shown every decoded picture with its place, on several threads and in any order.
///   - compute: From pixels `[B, 3, S, S]` to rows `[B, X]`; run without gradients.
///   - receive: Takes each picture's row.
/// - Throws: ``FileIO/InputError`` if a picture cannot be read, ``Torch/TorchError``, and what the closures and
///   `monitor` throw.
public func forEachPicture(
    of table: AnnotationTable, preprocessor: ImagePreprocessor, options: PictureStreamOptions,
    progress: any WorkProgress = SilentProgress(), monitor: WorkMonitor = .silent,
    inspect: (@Sendable (_ index: Int, RGBImage) -> Void)? = nil,
    compute: (Tensor) throws -> Tensor, receive: ([Float]) throws -> Void
) throws {
    var findings: [String] = []
    let tally = try forEachPicture(
        table.images, preprocessor: preprocessor, options: options, progress: progress, monitor: monitor,
        inspect: inspect, compute: compute,
        receive: { picture, result in
            switch result {
            case .success(let row): try receive(row)
            case .failure(let error):
                findings.append("\(picture.place(in: table.source)): \(printable(picture.name)): \(error)")
            }
        })
    if let first = findings.first {
        throw InputError.badData(
            "\(tally.failures) of \(tally.pictures) pictures of \(table.source) cannot be read, the first: \(first); replace them or remove their lines",
            findings: findings)
    }
}
