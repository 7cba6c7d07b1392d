// SPDX-License-Identifier: Apache-2.0

import Foundation
import Imaging
import Synchronization
import Testing

/// What a test sees of the workers.
private final class Meter: Sendable {
    let pulled = Atomic(0)
    let taken = Atomic(0)
    let running = Atomic(0)
    let most = Atomic(0)

    func enter() {
        let now = running.add(1, ordering: .sequentiallyConsistent).newValue
        most.max(now, ordering: .sequentiallyConsistent)
    }

    func leave() { running.subtract(1, ordering: .sequentiallyConsistent) }
}

/// Numbers without end that note how far they were pulled.
private struct Numbers: Sequence, IteratorProtocol, Sendable {
    let meter: Meter
    var value = 0
    mutating func next() -> Int? {
        defer { value += 1 }
        meter.pulled.store(value + 1, ordering: .sequentiallyConsistent)
        return value
    }
}

/// A source that gives what it is given.
private final class Gate: Sequence, IteratorProtocol, Sendable {
    private let state = Mutex<(numbers: [Int], isEnded: Bool)>(([], false))

    func give(_ numbers: [Int]) { state.withLock { $0.numbers += numbers } }
    func end() { state.withLock { $0.isEnded = true } }

    func next() -> Int? {
        while true {
            let (number, isEnded) = state.withLock { state in
                (state.numbers.isEmpty ? nil : state.numbers.removeFirst(), state.isEnded)
            }
            if let number { return number }
            if isEnded { return nil }
            usleep(1000)
        }
    }
}

/// Frees itself when the closure that holds it is gone.
private final class Witness: Sendable {
    let meter: Meter
    init(_ meter: Meter) { self.meter = meter }
    deinit { meter.taken.store(-1, ordering: .sequentiallyConsistent) }
}

@Suite("Picture loader", .serialized)
struct PictureLoaderTests {
    private func eventually(_ condition: () -> Bool) -> Bool {
        for _ in 0..<2000 {
            if condition() { return true }
            usleep(5000)
        }
        return false
    }

    @Test(arguments: [(1, 1), (1, 5), (4, 1), (4, 3), (7, 20)])
    func `elements come in input order however long each takes`(workers: Int, ahead: Int) throws {
        let loader = PictureLoader(0..<200, workers: workers, ahead: ahead) {
            (index, input) throws(ImagingError) -> Int in
            usleep(UInt32(input * 7919 % 500))
            return index * 2
        }
        for expected in 0..<200 {
            let element = try #require(loader.next())
            #expect(element.index == expected && element.input == expected)
            #expect(try element.result.get() == expected * 2)
        }
        #expect(loader.next() == nil)
        #expect(loader.next() == nil)
    }

    @Test func `an error takes its input's place and the rest goes on`() throws {
        let paths = ["rgb.png", "absent.png", "baseline.jpg", "picture.gif", "lossy.webp"]
        let preprocessor = try ImagePreprocessor(resizing: .shortestEdge(8), crop: .init(height: 8, width: 8))
        let folder = try Fixtures.url("").path
        let loader = PictureLoader(paths, workers: 3, ahead: 4) { (_, path) throws(ImagingError) -> PixelValues in
            try preprocessor(RGBImage(contentsOf: folder + "/" + path, shortSideAtLeast: preprocessor.shortSide))
        }
        var results: [Result<Int, ImagingError>] = []
        while let element = loader.next() { results.append(element.result.map(\.width)) }
        #expect(
            results == [
                .success(8), .failure(.fileMissing), .success(8), .failure(.unsupportedFormat(recognized: "GIF")),
                .success(8),
            ])
    }

    @Test func `inputs are pulled no further ahead than asked for, and the workers do run side by side`() throws {
        let meter = Meter()
        let loader = PictureLoader(Numbers(meter: meter), workers: 3, ahead: 6) {
            (_, input) throws(ImagingError) -> Int in
            meter.enter()
            usleep(2000)
            meter.leave()
            return input
        }
        for taken in 0..<100 {
            #expect(meter.pulled.load(ordering: .sequentiallyConsistent) <= taken + 6)
            if taken % 20 == 0 {
                #expect(eventually { meter.pulled.load(ordering: .sequentiallyConsistent) == taken + 6 })
                usleep(20000)
                #expect(meter.pulled.load(ordering: .sequentiallyConsistent) == taken + 6)
            }
            #expect(try #require(loader.next()).index == taken)
        }
        let most = meter.most.load(ordering: .sequentiallyConsistent)
        #expect(most >= 2 && most <= 3)
        loader.cancel()
        #expect(loader.next() == nil)
    }

    @Test func `sizes below one count as one, and no inputs is an end at once`() throws {
        for (workers, ahead) in [(0, 0), (-3, 5), (5, -3), (.min, .min)] {
            let loader = PictureLoader(["a", "b"], workers: workers, ahead: ahead) { (_, text) throws(ImagingError) in
                text
            }
            #expect(try #require(loader.next()).input == "a")
            #expect(try #require(loader.next()).input == "b")
            #expect(loader.next() == nil)
        }
        let empty = PictureLoader([String](), workers: 2, ahead: 2) { (_, text) throws(ImagingError) in text }
        #expect(empty.next() == nil)
    }

    @Test(arguments: [false, true])
    func `releasing the loader ends its threads and frees what they held`(consumes: Bool) throws {
        for _ in 0..<20 {
            let meter = Meter()
            do {
                let witness = Witness(meter)
                let loader = PictureLoader(Numbers(meter: meter), workers: 4, ahead: 8) { (_, n) throws(ImagingError) in
                    n + witness.meter.running.load(ordering: .relaxed)
                }
                if consumes { #expect(try #require(loader.next()).index == 0) }
            }
            // The closure is held by the threads' shared state only: it goes when the last thread has gone.
            #expect(eventually { meter.taken.load(ordering: .sequentiallyConsistent) == -1 })
        }
    }

    @Test func `a source that has nothing to give for now is told apart from one that ends`() throws {
        let gate = Gate()
        let loader = PictureLoader<Int, Int>(gate, workers: 2, ahead: 4) { $1 * 10 }
        gate.give([1, 2])
        for expected in [10, 20] {
            guard case .element(let element) = loader.next(patience: 10) else {
                Issue.record("no element")
                return
            }
            #expect(try element.result.get() == expected)
        }
        guard case .nothingYet = loader.next(patience: 0.01) else {
            Issue.record("the source is silent")
            return
        }
        gate.give([3])
        #expect(try loader.next()?.result.get() == 30)
        gate.end()
        guard case .end = loader.next(patience: 10) else {
            Issue.record("the source has ended")
            return
        }
    }

    @Test func `cancelling wakes a consumer that waits`() throws {
        let gate = DispatchSemaphore(value: 0)
        let loader = PictureLoader(0..<9, workers: 1, ahead: 1) { (_, number) throws(ImagingError) -> Int in
            gate.wait()
            return number
        }
        let finished = DispatchSemaphore(value: 0)
        Thread { if loader.next() == nil { finished.signal() } }.start()
        usleep(30000)
        #expect(finished.wait(timeout: .now()) == .timedOut)
        loader.cancel()
        #expect(finished.wait(timeout: .now() + 10) == .success)
        gate.signal()
    }
}
