// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import Testing

@testable import TensorBoard

@Suite struct EventFileTests {
    private static let start = 1767225600.25
    /// The events of Scripts/goldens/record-tensorboard-golden.py.
    private static let steps: [(step: Int, time: Double, values: [(String, Double)])] = [
        (0, start, [("train/loss", 4.158883083359672), ("train/epoch", 0), ("train/learning_rate", 1e-6)]),
        (1, start + 0.5, [("train/loss", -0.0)]),
        (127, start + 1, [("validation/gap", 0.1), ("validation/r\u{E9}sum\u{E9} \u{1F3E8}", 1)]),
        (128, start + 2, [("train/images_per_second", 1e38)]),
        (300_000, start + 3, [("train/loss", 1e-42), (String(repeating: "x", count: 200), 16_777_217)]),
        (1 << 40, start + 4, [("train/temperature", 0.07)]),
        (-1, 0, [("train/loss", 3)]),
    ]

    @Test func `the checksum has the values of RFC 3720 and of the usual check`() {
        #expect(CRC32C.checksum("123456789".utf8) == 0xE306_9283)
        #expect(CRC32C.checksum([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
        #expect(CRC32C.checksum([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
        #expect(CRC32C.checksum((0..<32).map { UInt8($0) }) == 0x46DD_794E)
        #expect(CRC32C.checksum((0..<32).reversed().map { UInt8($0) }) == 0x113F_DB5C)
        #expect(CRC32C.checksum([]) == 0)
    }

    @Test func `a file's bytes are those of TensorBoard's own writer, at every moment`() throws {
        let url = Bundle.module.bundleURL.appendingPathComponent("Fixtures/golden.tfevents")
        let golden = try Array(Data(contentsOf: url))
        try Folder.with { folder in
            let writer = try EventFileWriter(
                directory: folder.path, history: EmptyCollection<ScalarEvent>(), wallTime: Self.start)
            for (step, time, values) in Self.steps {
                let before = try Data(contentsOf: URL(fileURLWithPath: writer.path))
                #expect(before.count < golden.count && golden.starts(with: before))
                try writer.append(ScalarEvent(step: step, values: values), wallTime: time)
            }
            #expect(try Array(Data(contentsOf: URL(fileURLWithPath: writer.path))) == golden)
            try writer.synchronize()
        }
    }

    @Test func `what a file begins with is there before anything is appended`() throws {
        try Folder.with { folder in
            let history = Self.steps.map { ScalarEvent(step: $0.step, values: $0.values) }
            let writer = try EventFileWriter(directory: folder.path + "/a/b", history: history, wallTime: 7.5)
            let events = try ReadEvent.read(writer.path)
            #expect(events.count == 2 + history.count)
            #expect(events[0].fileVersion == "brain.Event:2" && events[1].isStart)
            #expect(events.allSatisfy { $0.wallTime == 7.5 })
            #expect(events.dropFirst(2).map(\.step) == history.map(\.step))
            for (event, expected) in zip(events.dropFirst(2), history) {
                #expect(event.values.count == expected.values.count)
                for (tag, value) in expected.values { #expect(event.values[tag] == Float(value)) }
            }
        }
    }

    private func open(_ folder: Folder, at time: Double) throws -> String {
        let writer = try EventFileWriter(
            directory: folder.path, history: EmptyCollection<ScalarEvent>(), wallTime: time)
        return String(writer.path.dropFirst(folder.path.count + 1))
    }

    @Test
    func `a new file replaces the old ones, sorts after them whatever the clock says, and spares the rest`() throws {
        try Folder.with { folder in
            let others = [".hidden", "events.txt", "metrics.jsonl"]
            for name in others { try folder.write("keep", to: name) }
            try folder.write("", to: "events.out.tfevents.what")
            var last = "events.out.tfevents.9999999990.host.1.0"
            try folder.write("not an event file", to: last)
            for time in [5e9, 0, -3, .infinity, .nan, 1e300] {
                let name = try open(folder, at: time)
                // The one before is empty, and what was empty is gone.
                #expect(try folder.names() == (others + [last, name]).sorted())
                #expect(try folder.size(last) == 0 && folder.size(name) > 0)
                #expect(name > last && name.hasSuffix(".\(ProcessInfo.processInfo.processIdentifier).0"))
                last = name
            }
            #expect(try others.allSatisfy { try folder.size($0) == 4 })
        }
    }

    @Test func `the seconds of a name have ten digits, and do not overflow`() throws {
        try Folder.with { folder in
            #expect(try open(folder, at: 42).hasPrefix("events.out.tfevents.0000000042."))
            try folder.write("", to: "events.out.tfevents.\(Int.max).host.1.0")
            #expect(try open(folder, at: 42).hasPrefix("events.out.tfevents.\(Int.max)."))
        }
    }

    @Test func `what an old file's name links to stays as it is`() throws {
        try Folder.with { folder in
            for name in ["symbolic", "hard"] { try folder.write("keep", to: name) }
            let prefix = folder.path + "/events.out.tfevents.1."
            try FileManager.default.createSymbolicLink(
                atPath: prefix + "s", withDestinationPath: folder.path + "/symbolic")
            try FileManager.default.linkItem(atPath: folder.path + "/hard", toPath: prefix + "h")
            let name = try open(folder, at: 42)
            #expect(try folder.names() == [name, "hard", "symbolic"])
            #expect(try folder.size("hard") == 4 && folder.size("symbolic") == 4)
        }
    }

    @Test func `values that are no finite 32-bit numbers are left out, and events without values`() throws {
        try Folder.with { folder in
            let writer = try EventFileWriter(
                directory: folder.path, history: EmptyCollection<ScalarEvent>(), wallTime: 1)
            try writer.append(
                ScalarEvent(step: 1, values: [("a", .nan), ("b", 2), ("c", .infinity), ("d", -1e39)]), wallTime: 1)
            try writer.append(ScalarEvent(step: 2, values: [("a", .nan)]), wallTime: 1)
            try writer.append(ScalarEvent(step: 3, values: []), wallTime: 1)
            let events = try ReadEvent.read(writer.path).dropFirst(2)
            #expect(events.map(\.step) == [1] && events.first?.values == ["b": 2])
        }
    }

    @Test func `a directory that cannot be made is an error with its path, not missing input`() throws {
        try Folder.with { folder in
            try folder.write("", to: "file")
            let error = #expect(throws: FileIOError.self) {
                _ = try EventFileWriter(
                    directory: folder.path + "/file", history: EmptyCollection<ScalarEvent>(), wallTime: 1)
            }
            #expect(error?.isMissingInput == false && error?.description.contains(folder.path) == true)
        }
    }
}
