// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Dispatch
import Evaluation
import FileIO
import Foundation
import Logging
import MultiLabel
import Serving
import Synchronization

/// Answers requests over HTTP.
struct Serve: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve models over HTTP: labels, features and neighbours of pictures.",
        discussion: """
            Answers POST /v1/predict with a picture (raw, as a form, or in JSON), and describes the rest at \
            /openapi.json; a page to try it is at /. Every option can be a variable of the environment too: \
            --batch-size 16 is MUMIC_SERVE_BATCH_SIZE=16. The token can be in MUMIC_SERVE_TOKEN.

            SIGTERM ends in order: /readyz fails, what was accepted is answered, the exit status is 0. SIGHUP loads \
            the models anew without a pause.

              mumic serve --model run/model
              curl --data-binary @photo.jpg -H 'Content-Type: image/jpeg' 'http://127.0.0.1:8080/v1/predict?top_k=5'
            """)

    @OptionGroup var options: Options

    func run() throws {
        let server = try Server(options.server(), version: Mumic.configuration.version)
        let (signals, continuation) = AsyncStream.makeStream(of: ServerSignal.self)
        Interruption.give { continuation.yield($0 == SIGHUP ? .reload : .stop) }
        let outcome = Mutex<Result<Void, any Error>?>(nil)
        let ended = DispatchSemaphore(value: 0)
        Task {
            let result: Result<Void, any Error>
            do {
                result = .success(try await server.run(signals: signals))
            } catch {
                result = .failure(error)
            }
            outcome.withLock { $0 = result }
            ended.signal()
        }
        ended.wait()
        try outcome.withLock { $0 }?.get()
    }
}
