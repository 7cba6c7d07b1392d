// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization

/// The server's figures. Labels are routes' templates, status codes, and names of served models: a client cannot add one.
final class ServerMetrics: Sendable {
    /// Why a request was refused before it was answered.
    enum Refusal: String, CaseIterable {
        case overloaded, loading, draining, unauthorized, timeout
        case tooLarge = "too_large"
    }

    /// A model's figures.
    struct Model: Sendable {
        let batchSeconds: Histogram
        let batchSize: Histogram
    }

    private static let latencies = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
    ]
    private static let sizes = [1.0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024]

    let registry = MetricsRegistry()
    /// Requests that are being answered.
    let inFlight = Atomic<Int>(0)
    /// Pieces of work whose client went away or whose time was over.
    let cancelled: Counter
    /// How long pictures take to decode.
    let decodeSeconds: Histogram

    init() {
        cancelled = registry.counter(
            "mumic_cancelled_total", "Pieces of work whose client went away or whose deadline passed.")
        decodeSeconds = registry.histogram(
            "mumic_decode_seconds", "Time to decode and prepare a picture.", bounds: Self.latencies)
        // Series that alerts look at are there from the beginning.
        for refusal in Refusal.allCases { _ = refused(refusal) }
        for result in [true, false] { _ = (pictures(isGood: result), reloads(isGood: result)) }
        let start = Date().timeIntervalSince1970
        registry.gauge("process_start_time_seconds", "When the process began, Unix time.") { start }
        registry.gauge("process_resident_memory_bytes", "Memory in use.") { Double(ProcessFigures.residentBytes) }
        registry.gauge("process_open_fds", "Open file descriptors.") { Double(ProcessFigures.openDescriptors) }
        registry.gauge("process_cpu_seconds_total", "Processor time used.", kind: "counter") {
            ProcessFigures.processorSeconds
        }
        registry.gauge("mumic_requests_in_flight", "Requests that are being answered.") { [unowned self] in
            Double(inFlight.load(ordering: .relaxed))
        }
    }

    /// A request has been answered.
    func answered(route: String, method: String, status: Int, seconds: Double) {
        registry.counter(
            "mumic_requests_total", "Requests by route, method and status.",
            ["route": route, "method": method, "status": "\(status)"]
        ).add()
        registry.histogram(
            "mumic_request_seconds", "Time from a request's head to its answer.", ["route": route],
            bounds: Self.latencies
        ).observe(seconds)
    }

    /// Requests refused for a reason.
    func refused(_ reason: Refusal) -> Counter {
        registry.counter("mumic_refused_total", "Requests refused, by reason.", ["reason": reason.rawValue])
    }

    /// Pictures that were decoded, or could not be.
    func pictures(isGood: Bool) -> Counter {
        registry.counter("mumic_pictures_total", "Pictures decoded.", ["result": isGood ? "ok" : "error"])
    }

    /// Models loaded anew, or kept since the new one was broken.
    func reloads(isGood: Bool) -> Counter {
        registry.counter("mumic_reloads_total", "Models loaded anew.", ["result": isGood ? "ok" : "failed"])
    }

    /// The figures of a served model.
    func model(_ name: String) -> Model {
        Model(
            batchSeconds: registry.histogram(
                "mumic_batch_seconds", "Time of a batch in the model.", ["model": name], bounds: Self.latencies),
            batchSize: registry.histogram(
                "mumic_batch_size", "Pieces of work in a batch.", ["model": name], bounds: Self.sizes))
    }
}

/// What the system says of this process.
private enum ProcessFigures {
    static var residentBytes: Int {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .ascii) else { return 0 }
        let fields = text.split(separator: " ")
        return fields.count > 1 ? (Int(fields[1]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE))) : 0
    }

    static var openDescriptors: Int {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd"))?.count ?? 0
    }

    static var processorSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
