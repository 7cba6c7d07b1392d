// SPDX-License-Identifier: Apache-2.0

import Datasets
import FileIO
import MultiLabel
import Synchronization

/// The pictures of INPUT arguments as a lazy sequence that worker threads pull.
///
/// A data file that breaks off in the middle ends the sequence; ``finish()`` then throws why. One iterator only: the
/// inputs are a stream. The mutex orders the workers' calls, of which one is under way at a time.
final class PictureSource: Sequence, Sendable {
    private struct State: ~Copyable {
        let arguments: [String]
        let imagesDirectory: String?
        var inputs: PictureInputs?
        var error: (any Error)?
    }

    private let state: Mutex<State>

    init(_ arguments: [String], imagesDirectory: String?) {
        state = Mutex(State(arguments: arguments, imagesDirectory: imagesDirectory, inputs: nil, error: nil))
    }

    func makeIterator() -> AnyIterator<Picture> { AnyIterator { self.next() } }

    private func next() -> Picture? {
        state.withLock { state -> Picture? in
            if state.error != nil { return nil }
            let inputs = state.inputs ?? PictureInputs(state.arguments, imagesDirectory: state.imagesDirectory)
            state.inputs = inputs
            do {
                return try inputs.next()
            } catch {
                state.error = error
                return nil
            }
        }
    }

    /// Throws the error that ended the sequence, if one did.
    func finish() throws {
        if let error = state.withLock({ $0.error }) { throw error }
    }
}
