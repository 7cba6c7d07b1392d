// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Figures by name and labels, written in Prometheus' text format (version 0.0.4).
///
/// The number of series is bounded by whoever makes them: labels never come from a client.
final class MetricsRegistry: Sendable {
    private let families = Mutex<[String: Family]>([:])

    private struct Family {
        let help: String
        let kind: String
        var series: [String: any MetricSeries]
    }

    /// The counter of a name and labels; made where there is none.
    func counter(_ name: String, _ help: String, _ labels: KeyValuePairs<String, String> = [:]) -> Counter {
        find(name, help, "counter", labels) { Counter() }
    }

    /// A value that is asked for when figures are read.
    func gauge(
        _ name: String, _ help: String, _ labels: KeyValuePairs<String, String> = [:], kind: String = "gauge",
        value: @escaping @Sendable () -> Double
    ) {
        let series = Gauge(value)
        let key = Self.text(labels)
        families.withLock { $0[name, default: Family(help: help, kind: kind, series: [:])].series[key] = series }
    }

    /// Forgets the series of these labels.
    func remove(_ name: String, _ labels: KeyValuePairs<String, String>) {
        let key = Self.text(labels)
        families.withLock { _ = $0[name]?.series.removeValue(forKey: key) }
    }

    /// The histogram of a name and labels; made where there is none.
    func histogram(
        _ name: String, _ help: String, _ labels: KeyValuePairs<String, String> = [:], bounds: [Double]
    ) -> Histogram {
        find(name, help, "histogram", labels) { Histogram(bounds: bounds) }
    }

    private func find<Series: MetricSeries>(
        _ name: String, _ help: String, _ kind: String, _ labels: KeyValuePairs<String, String>, make: () -> Series
    ) -> Series {
        let key = Self.text(labels)
        return families.withLock { families in
            if let found = families[name]?.series[key] as? Series { return found }
            let series = make()
            families[name, default: Family(help: help, kind: kind, series: [:])].series[key] = series
            return series
        }
    }

    /// All figures as text.
    func text() -> String {
        let families = families.withLock { $0 }
        var text = ""
        for (name, family) in families.sorted(by: { $0.key < $1.key }) where !family.series.isEmpty {
            text += "# HELP \(name) \(family.help)\n# TYPE \(name) \(family.kind)\n"
            for (labels, series) in family.series.sorted(by: { $0.key < $1.key }) {
                series.write(name, labels, to: &text)
            }
        }
        return text
    }

    private static func text(_ labels: KeyValuePairs<String, String>) -> String {
        labels.map { "\($0)=\"\(escaped($1))\"" }.joined(separator: ",")
    }

    private static func escaped(_ value: String) -> String {
        var text = ""
        for character in value {
            switch character {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.append(character)
            }
        }
        return text
    }
}

/// What a series writes of itself.
protocol MetricSeries: Sendable {
    func write(_ name: String, _ labels: String, to text: inout String)
}

/// A number that only grows.
final class Counter: MetricSeries {
    private let value = Atomic<Int>(0)

    /// Adds to it.
    func add(_ count: Int = 1) { value.wrappingAdd(count, ordering: .relaxed) }

    func write(_ name: String, _ labels: String, to text: inout String) {
        text += line(name, labels, "\(value.load(ordering: .relaxed))")
    }
}

/// A value that is asked for.
private final class Gauge: MetricSeries {
    private let value: @Sendable () -> Double
    init(_ value: @escaping @Sendable () -> Double) { self.value = value }

    func write(_ name: String, _ labels: String, to text: inout String) { text += line(name, labels, number(value())) }
}

/// How often values fell below each of some bounds.
final class Histogram: MetricSeries {
    private let bounds: [Double]
    private let state: Mutex<(counts: [Int], sum: Double)>

    init(bounds: [Double]) {
        self.bounds = bounds
        state = Mutex(([Int](repeating: 0, count: bounds.count + 1), 0))
    }

    /// Takes a value in.
    func observe(_ value: Double) {
        let place = bounds.firstIndex { value <= $0 } ?? bounds.count
        state.withLock {
            $0.counts[place] += 1
            $0.sum += value
        }
    }

    func write(_ name: String, _ labels: String, to text: inout String) {
        let (counts, sum) = state.withLock { $0 }
        var total = 0
        for (place, count) in counts.enumerated() {
            total += count
            let bound = place < bounds.count ? number(bounds[place]) : "+Inf"
            let all = labels.isEmpty ? "le=\"\(bound)\"" : labels + ",le=\"\(bound)\""
            text += line(name + "_bucket", all, "\(total)")
        }
        text += line(name + "_sum", labels, number(sum)) + line(name + "_count", labels, "\(total)")
    }
}

private func line(_ name: String, _ labels: String, _ value: String) -> String {
    labels.isEmpty ? "\(name) \(value)\n" : "\(name){\(labels)} \(value)\n"
}

/// A whole number without its fraction.
private func number(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
}
