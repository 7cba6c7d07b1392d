// SPDX-License-Identifier: Apache-2.0

import Imaging
import NIOPosix

/// Decodes pictures on threads of its own, as many at a time as there is memory for.
final class PictureDecoder: Sendable {
    private let threads: NIOThreadPool
    private let limits: DecodingLimits
    private let isFast: Bool
    private let memory: ByteBudget
    private let metrics: ServerMetrics

    /// Starts the threads. `isFast` decodes large JPEGs at a reduced scale.
    init(workers: Int, limits: DecodingLimits, isFast: Bool, memory: ByteBudget, metrics: ServerMetrics) {
        threads = NIOThreadPool(numberOfThreads: workers)
        threads.start()
        (self.limits, self.isFast, self.memory, self.metrics) = (limits, isFast, memory, metrics)
    }

    /// Decodes and prepares a picture: the header is looked at before any memory is taken. Throws
    /// ``Imaging/ImagingError``, and `CancellationError` if the task is cancelled before a thread had time for it.
    func prepare(_ bytes: [UInt8], for preprocessor: ImagePreprocessor) async throws -> PixelValues {
        let result = try await threads.runIfActive { () -> Result<PixelValues, ImagingError> in
            let start = monotonicNanoseconds()
            let result = self.decode(bytes, preprocessor)
            self.metrics.decodeSeconds.observe(Double(monotonicNanoseconds() - start) / 1e9)
            return result
        }
        self.metrics.pictures(isGood: (try? result.get()) != nil).add()
        return try result.get()
    }

    private func decode(_ bytes: [UInt8], _ preprocessor: ImagePreprocessor) -> Result<PixelValues, ImagingError> {
        do {
            let count = try RGBImage.decodedByteCount(of: bytes, limits: limits)
            memory.take(count)
            defer { memory.give(count) }
            let image = try RGBImage(
                decoding: bytes, limits: limits, shortSideAtLeast: isFast ? preprocessor.shortSide : nil)
            return .success(try preprocessor(image))
        } catch {
            return .failure(error)
        }
    }
}
