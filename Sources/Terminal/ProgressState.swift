// SPDX-License-Identifier: Apache-2.0

/// What a progress line shows: a plain value, so that how it looks can be tested without a terminal.
struct ProgressState: Sendable {
    /// How far the work has come.
    enum Phase {
        case running
        case finished
        /// Ended before it was done.
        case stopped
    }

    /// What is being done.
    var title: String
    /// How many units are done.
    var count = 0
    /// How many there are; `nil` if unknown.
    var total: Int?
    /// What is counted, in the plural: `images`.
    var unit = "images"
    /// Units per second; `nil` before anything is known.
    var rate: Double?
    /// Seconds since the beginning.
    var elapsed = 0.0
    /// Anything else, such as `loss 0.0312`; may be empty.
    var extra = ""
    /// How far the work has come.
    var phase = Phase.running

    /// Seconds until the end at the present rate, where there is one.
    var remaining: Double? {
        guard let total, let rate, rate > 0, phase == .running, count < total else { return nil }
        return (Double(total) - Double(count)) / rate
    }

    /// The share done, in [0, 1].
    var fraction: Double? {
        guard let total, total > 0 else { return nil }
        return min(max(Double(count) / Double(total), 0), 1)
    }
}

/// A progress line, such as `train  [=====>    ]  420/1,000  42%  12.3 images/s  0:47 left  loss 0.0312`, of at most
/// `width` columns, without control characters and newline.
///
/// Where the width does not hold everything, the bar shrinks and goes first, then the percentage, the rate, the extra
/// text and the time; what is left is cut. Only a running state with a known total has a bar, and a log, of width nil,
/// none.
func render(_ state: ProgressState, width: Int?) -> String {
    let fields = ProgressFields(state)
    guard let width else { return fields.line(Set(ProgressFields.Field.allCases)) }
    // From what can be spared first.
    var kept: Set<ProgressFields.Field> = Set(ProgressFields.Field.allCases)
    for spare in [nil, .percent, .rate, .extra, .time] as [ProgressFields.Field?] {
        if let spare { kept.remove(spare) }
        let line = fields.line(kept)
        let room = width - displayWidth(line) - 4
        if room >= 10, let fraction = state.fraction, state.phase == .running, spare == nil {
            return fields.line(kept, bar: bar(fraction, width: min(room, 30)))
        }
        if displayWidth(line) <= width { return line }
    }
    return truncated(fields.line(kept), width: width)
}

/// A bar of exactly `width` columns between brackets.
private func bar(_ fraction: Double, width: Int) -> String {
    let full = Int(fraction * Double(width))
    let head = full < width ? ">" : ""
    let rest = String(repeating: " ", count: width - full - head.count)
    return "[" + String(repeating: "=", count: full) + head + rest + "]"
}

/// The parts of a progress line.
private struct ProgressFields {
    enum Field: CaseIterable { case percent, rate, time, extra }

    private let title: String
    private let count: String
    private var optional: [Field: String] = [:]

    init(_ state: ProgressState) {
        title = singleLine(state.title)
        let done = formatCount(state.count)
        if let total = state.total {
            count = "\(done)/\(formatCount(total))"
        } else {
            count = "\(done) \(singleLine(state.unit))"
        }
        if let fraction = state.fraction, state.phase == .running {
            // Rounded down: 100 % means all of it.
            optional[.percent] = "\(Int(fraction * 100))%"
        }
        if let rate = state.rate { optional[.rate] = "\(formatRate(rate)) \(singleLine(state.unit))/s" }
        switch state.phase {
        case .running:
            if let remaining = state.remaining {
                optional[.time] = "\(formatDuration(remaining)) left"
            } else if state.total == nil {
                optional[.time] = formatDuration(state.elapsed)
            }
        case .finished: optional[.time] = "in \(formatDuration(state.elapsed))"
        case .stopped: optional[.time] = "stopped after \(formatDuration(state.elapsed))"
        }
        if !state.extra.isEmpty { optional[.extra] = singleLine(state.extra) }
    }

    func line(_ kept: Set<Field>, bar: String? = nil) -> String {
        let rest = Field.allCases.filter(kept.contains).compactMap { optional[$0] }
        return ([title, bar, count].compactMap(\.self).filter { !$0.isEmpty } + rest).joined(separator: "  ")
    }
}
