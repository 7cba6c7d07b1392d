// SPDX-License-Identifier: Apache-2.0

import Synchronization
import Testing

@testable import Terminal

/// A clock that stands until it is moved.
private final class ManualClock: Sendable {
    private let time = Mutex(100.0)
    var now: Double { time.withLock { $0 } }
    func move(_ seconds: Double) { time.withLock { $0 += seconds } }
}

/// Keeps what was written.
private final class Recorder: Sendable {
    private let pieces = Mutex<[String]>([])
    func add(_ text: String) { pieces.withLock { $0.append(text) } }
    /// What was written since the last call.
    func take() -> [String] {
        pieces.withLock { pieces in
            defer { pieces = [] }
            return pieces
        }
    }
}

@Suite struct ProgressTests {
    private let clock = ManualClock()
    private let recorder = Recorder()

    private func stream(terminal: Bool, width: Int = 81) -> StatusStream {
        StatusStream(isTerminal: terminal, columns: { width }, output: { [recorder] in recorder.add($0) })
    }

    private func bar(_ stream: StatusStream, total: Int?, startingAt: Int = 0) -> ProgressBar {
        ProgressBar(
            title: "train", total: total, startingAt: startingAt, stream: stream, clock: { [clock] in clock.now })
    }

    private let running = ProgressState(
        title: "train", count: 420, total: 1000, rate: 12.34, elapsed: 34, extra: "loss 0.0312")

    @Test func `a line shows everything where there is room`() {
        #expect(
            render(running, width: 120)
                == "train  [============>                 ]  420/1,000  42%  12.3 images/s  0:47 left  loss 0.0312")
        #expect(
            render(running, width: 80)
                == "train  [======>         ]  420/1,000  42%  12.3 images/s  0:47 left  loss 0.0312")
    }

    @Test func `what can be spared goes first as the width falls`() {
        #expect(render(running, width: 73) == "train  420/1,000  42%  12.3 images/s  0:47 left  loss 0.0312")
        #expect(render(running, width: 59) == "train  420/1,000  12.3 images/s  0:47 left  loss 0.0312")
        #expect(render(running, width: 50) == "train  420/1,000  0:47 left  loss 0.0312")
        #expect(render(running, width: 30) == "train  420/1,000  0:47 left")
        #expect(render(running, width: 20) == "train  420/1,000")
        #expect(render(running, width: 10) == "train  42…")
        for width in 0...200 { #expect(displayWidth(render(running, width: width)) <= width) }
    }

    @Test func `a log line has no bar`() {
        #expect(render(running, width: nil) == "train  420/1,000  42%  12.3 images/s  0:47 left  loss 0.0312")
    }

    @Test func `an unknown total leaves the count and the time`() {
        let state = ProgressState(title: "predict", count: 1234, rate: 100.4, elapsed: 12)
        #expect(render(state, width: 80) == "predict  1,234 images  100 images/s  0:12")
    }

    @Test func `counts beyond the total, empty totals and hostile texts are shown without harm`() {
        let beyond = ProgressState(title: "a\u{1B}[2J\nb", count: 7, total: 5)
        #expect(render(beyond, width: 40) == "a?[2J?b  [==================]  7/5  100%")
        #expect(render(ProgressState(title: "酒店", total: 0), width: 40) == "酒店  0/0")
        let full = ProgressState(title: "t", count: .max, total: .max, rate: .infinity)
        #expect(displayWidth(render(full, width: 60)) <= 60)
        let least = ProgressState(title: "t", count: .min, total: .max, rate: 1)
        #expect(displayWidth(render(least, width: 60)) <= 60)
    }

    @Test func `a terminal is redrawn ten times a second at most and keeps its last line`() {
        let bar = bar(stream(terminal: true), total: 100)
        #expect(recorder.take() == ["train  [>                             ]  0/100  0%"])
        for _ in 0..<100 {
            clock.move(0.03)
            bar.advance()
        }
        #expect((20...30).contains(recorder.take().count))
        bar.update(extra: "loss 1")
        bar.finish()
        bar.finish()
        bar.advance()
        #expect(recorder.take() == ["\r\u{1B}[Ktrain  100/100  33.3 images/s  in 0:03  loss 1\n"])
    }

    @Test func `a line printed meanwhile stands above the bar`() {
        let stream = stream(terminal: true)
        let bar = bar(stream, total: nil)
        #expect(recorder.take() == ["train  0 images  0:00"])
        stream.line("warning: a")
        #expect(recorder.take() == ["\r\u{1B}[Kwarning: a\ntrain  0 images  0:00"])
        stream.clearStatus()
        stream.line("error: b")
        #expect(recorder.take() == ["\r\u{1B}[K", "error: b\n"])
        bar.finish()
        #expect(recorder.take() == ["train  0 images  in 0:00\n"])
    }

    @Test func `a bar that is dropped takes its line away`() {
        let stream = stream(terminal: true)
        do {
            let bar = bar(stream, total: 3)
            bar.advance()
        }
        stream.line("error: c")
        #expect(recorder.take().suffix(2) == ["\r\u{1B}[K", "error: c\n"])
    }

    @Test func `a second bar's end leaves the first one standing`() {
        let stream = stream(terminal: true)
        let first = bar(stream, total: nil)
        let second = bar(stream, total: 2)
        _ = recorder.take()
        clock.move(1)
        first.advance()
        #expect(recorder.take() == ["\r\u{1B}[Ktrain  1 images  1.00 images/s  0:01"])
        second.finish()
        #expect(
            recorder.take() == ["\r\u{1B}[Ktrain  0/2  stopped after 0:01\ntrain  1 images  1.00 images/s  0:01"])
    }

    @Test func `a log gets a line every ten seconds and one at the end`() {
        let bar = bar(stream(terminal: false), total: 1000)
        for _ in 0..<25 {
            clock.move(1)
            bar.advance(by: 10)
        }
        #expect(
            recorder.take() == [
                "train  100/1,000  10%  10.0 images/s  1:30 left\n",
                "train  200/1,000  20%  10.0 images/s  1:20 left\n",
            ])
        bar.finish()
        #expect(recorder.take() == ["train  250/1,000  10.0 images/s  stopped after 0:25\n"])
    }

    @Test func `a short run leaves one line in a log`() {
        let bar = bar(stream(terminal: false), total: 5)
        clock.move(2)
        bar.update(count: 5)
        bar.finish()
        #expect(recorder.take() == ["train  5/5  2.50 images/s  in 0:02\n"])
    }

    @Test func `what was done before a resume does not count for the rate`() {
        let bar = bar(stream(terminal: false), total: 1000, startingAt: 900)
        clock.move(10)
        bar.update(count: 920)
        #expect(recorder.take() == ["train  920/1,000  92%  2.00 images/s  0:40 left\n"])
        bar.finish()
        #expect(recorder.take() == ["train  920/1,000  2.00 images/s  stopped after 0:10\n"])
    }

    @Test func `the rate follows a change within its window`() throws {
        var rate = RateEstimate(time: 0, count: 0)
        #expect(rate.value == nil)
        rate.add(time: 0, count: 5)
        #expect(rate.value == nil)
        for second in 1...20 { rate.add(time: Double(second), count: 10 * second) }
        #expect(abs(try #require(rate.value) - 10) < 1e-9)
        for second in 1...5 { rate.add(time: Double(20 + second), count: 200 + 20 * second) }
        // After one window the old rate weighs 1/e.
        #expect(abs(try #require(rate.value) - (20 - 10 / 2.718281828)) < 0.1)
    }

    @Test func `many threads leave whole lines`() async {
        let stream = stream(terminal: false)
        let bar = bar(stream, total: 8000)
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask {
                    for step in 0..<1000 {
                        bar.advance()
                        if step % 100 == 0 { stream.line("task \(task)") }
                    }
                }
            }
        }
        bar.finish()
        let lines = recorder.take()
        #expect(lines.count == 81)
        #expect(lines.last == "train  8,000/8,000  in 0:00\n")
        #expect(lines.dropLast().allSatisfy { $0.hasPrefix("task ") && $0.hasSuffix("\n") })
    }
}
