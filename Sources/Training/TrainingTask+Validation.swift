// SPDX-License-Identifier: Apache-2.0

import Imaging
import MultiLabel
package import Torch

extension TrainingTask {
    /// Computes something of every picture of a validation set, in order, and tells how far it is.
    ///
    /// - Parameters:
    ///   - images: The pictures.
    ///   - source: The file that lists them, for messages.
    ///   - isInterrupted: Asked after every picture.
    ///   - report: Told that the validation begins, and of every picture.
    ///   - compute: From prepared pictures `[B, 3, S, S]` to `[B, C]`, without a graph.
    /// - Returns: `[N, C]`, row major; nil after an interruption.
    /// - Throws: ``TrainingError/picture(source:line:path:problem:)`` if a picture cannot be read, and what `compute`
    ///   throws.
    package func valuesOfPictures(
        _ images: [TrainingRow], source: String, isInterrupted: () -> Bool, report: (TrainingEvent) -> Void,
        compute: (Tensor) throws -> Tensor
    ) throws -> [Float]? {
        report(.validates(images: images.count))
        var values: [Float] = []
        let isDone = try forEachRow(
            images, source: source, isInterrupted: isInterrupted, report: report, compute: compute
        ) { values += $0 }
        return isDone ? values : nil
    }

    /// Computes something of pictures as they are, one after the other.
    ///
    /// - Parameters:
    ///   - images: The pictures.
    ///   - source: The file that lists them, for messages.
    ///   - isInterrupted: Asked after every picture.
    ///   - report: Told of every picture.
    ///   - compute: From prepared pictures `[B, 3, S, S]` to `[B, …]`, without a graph.
    ///   - receive: Takes each picture's numbers.
    /// - Returns: False after an interruption.
    /// - Throws: ``TrainingError/picture(source:line:path:problem:)`` if a picture cannot be read, and what the closures
    ///   throw.
    package func forEachRow(
        _ images: [TrainingRow], source: String, isInterrupted: () -> Bool, report: (TrainingEvent) -> Void,
        compute: (Tensor) throws -> Tensor, receive: ([Float]) throws -> Void
    ) throws -> Bool {
        var count = 0
        do {
            try forEachPicture(
                images.map { PictureReference(name: $0.path, path: $0.path) }, preprocessor: preprocessor,
                options: .init(batchSize: options.batchSize, workers: options.workers, device: device),
                compute: compute,
                receive: { picture, result in
                    switch result {
                    case .success(let row): try receive(row)
                    case .failure(let error):
                        throw TrainingError.picture(
                            source: source, line: images[count].line, path: picture.path, problem: "\(error)")
                    }
                    count += 1
                    report(.scored(images: count))
                    if isInterrupted() { throw Stop() }
                })
        } catch is Stop {
            return false
        }
        return true
    }
}

/// Ends a stream of pictures early.
private struct Stop: Error {}
