// SPDX-License-Identifier: Apache-2.0

import Imaging
import NIOPosix
import Synchronization

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
    /// ``Imaging/ImagingError``, ``APIError`` where the picture takes more memory than there is, and `CancellationError`
    /// as soon as the task is cancelled.
    func prepare(_ bytes: [UInt8], for preprocessor: ImagePreprocessor) async throws -> PixelValues {
        let result = try await run { [self] in
            let start = monotonicNanoseconds()
            let result = Result { try decode(bytes, preprocessor) }
            metrics.decodeSeconds.observe(Double(monotonicNanoseconds() - start) / 1e9)
            metrics.pictures(isGood: (try? result.get()) != nil).add()
            return result
        }
        return try result.get()
    }

    /// Does work on one of the threads; nothing is done, and nothing waited for, once the task is cancelled.
    func run<T: Sendable>(_ work: @escaping @Sendable () -> T) async throws -> T {
        let question = Question<T>()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                guard question.ask(continuation) else { return }
                threads.submit { _ in
                    if question.isOpen { question.answer(.success(work())) }
                }
            }
        } onCancel: {
            question.answer(.failure(CancellationError()))
        }
    }

    /// Ends the threads, when they have done what they are doing.
    func stop() { threads.shutdownGracefully { _ in } }

    private func decode(_ bytes: [UInt8], _ preprocessor: ImagePreprocessor) throws -> PixelValues {
        let shortSide = isFast ? preprocessor.shortSide : nil
        let count = try RGBImage.decodingMemory(
            of: bytes, limits: limits, shortSideAtLeast: shortSide, preparedBy: preprocessor)
        guard memory.take(count) else {
            throw APIError.tooLarge(
                "the picture takes \(count) bytes while it is decoded, and the server has \(memory.total) for that: make it smaller, or raise --memory"
            )
        }
        defer { memory.give(count) }
        return try preprocessor(RGBImage(decoding: bytes, limits: limits, shortSideAtLeast: shortSide))
    }
}

/// A question with one answer: the first one counts.
private final class Question<T: Sendable>: Sendable {
    private enum State {
        case notAsked
        case asked(CheckedContinuation<T, any Error>)
        case answered
    }

    private let state = Mutex(State.notAsked)

    /// Whether an answer is still wanted.
    var isOpen: Bool { state.withLock { if case .asked = $0 { true } else { false } } }

    /// Whoever asks waits by a continuation; false where the question was called off before, and it has been told so.
    func ask(_ continuation: CheckedContinuation<T, any Error>) -> Bool {
        let isOpen = state.withLock { state in
            guard case .notAsked = state else { return false }
            state = .asked(continuation)
            return true
        }
        if !isOpen { continuation.resume(throwing: CancellationError()) }
        return isOpen
    }

    func answer(_ result: Result<T, any Error>) {
        let continuation = state.withLock { state -> CheckedContinuation<T, any Error>? in
            defer { state = .answered }
            if case .asked(let continuation) = state { return continuation }
            return nil
        }
        continuation?.resume(with: result)
    }
}
