// SPDX-License-Identifier: Apache-2.0

package import FileIO
package import Imaging
import MultiLabel
package import Torch
import TrainingOptions

extension TrainingTask {
    /// Computes something of pictures as they are, one after the other.
    ///
    /// - Parameters:
    ///   - pictures: The pictures.
    ///   - source: The file that lists them, for messages.
    ///   - progress: Advances by every picture.
    ///   - monitor: Asked after every picture whether to go on.
    ///   - inspect: Shown every decoded picture with its place, on several threads and in any order.
    ///   - compute: From prepared pictures `[B, 3, S, S]` to `[B, …]`, without a graph.
    ///   - receive: Takes each picture's numbers.
    /// - Throws: ``TrainingError/picture(source:line:path:problem:)`` if a picture cannot be read, `Interrupted`, and
    ///   what the closures throw.
    package func forEachPicture(
        _ pictures: [Picture], of source: String, _ progress: any WorkProgress, _ monitor: WorkMonitor,
        inspect: (@Sendable (_ index: Int, RGBImage) -> Void)? = nil,
        compute: (Tensor) throws -> Tensor, receive: ([Float]) throws -> Void
    ) throws {
        try MultiLabel.forEachPicture(
            pictures, preprocessor: preprocessor,
            options: .init(batchSize: options.batchSize, workers: options.workers, device: device), progress: progress,
            monitor: monitor, inspect: inspect, compute: compute,
            receive: { picture, result in
                switch result {
                case .success(let row): try receive(row)
                case .failure(let error): throw TrainingError(picture, of: source, error)
                }
            })
    }
}
