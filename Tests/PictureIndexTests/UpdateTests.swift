// SPDX-License-Identifier: Apache-2.0

import Datasets
import FileIO
import Foundation
import GRDB
import Models
import Search
import TestSupport
import Testing

@testable import PictureIndex

@Suite struct UpdateTests {
    private let folder: TemporaryFolder
    private let embedder: Embedder
    private let database: PictureDatabase

    init() throws {
        folder = try TemporaryFolder()
        embedder = try smallEmbedder()
        try folder.copyPictures(0..<5, to: "photos")
        let model = try ModelCheckpoint(directory: SmallCLIP.model).fingerprint()
        database = try PictureDatabase(path: folder("index.sqlite"), model: model, dimension: embedder.dimension)
    }

    private func update(_ inputs: [String]? = nil) throws -> [Int] {
        let changes = try database.update(with: PictureInputs(inputs ?? [folder("photos")]), embedder: embedder)
        let held = try database.count()
        #expect(changes.pictures == held)
        return [changes.added, changes.updated, changes.unchanged, changes.failed]
    }

    private func vector(_ name: String) throws -> [Float]? {
        try database.picture(named: folder("photos/" + name))?.vector
    }

    /// The features of a picture, computed for it alone.
    private func feature(_ number: Int) throws -> [Float] {
        var found: [Float] = []
        let pictures = [Picture(name: "", path: picture(number))]
        _ = try embedder.features(of: pictures) { found = try $1.get() }
        return found
    }

    private func expect(_ name: String, is number: Int, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let difference = largestDifference(try #require(try vector(name)), try feature(number))
        #expect(difference < 1e-6, sourceLocation: sourceLocation)
    }

    /// What ``mark()`` makes of every feature.
    private let marked = [Float](repeating: 0, count: 15) + [1]

    /// Replaces all features by one that no picture has: it goes where a picture is embedded.
    private func mark() throws {
        let bytes = String(repeating: "00", count: 60) + "0000803f"
        try database.queue.write { try $0.execute(sql: "UPDATE pictures SET vector = x'\(bytes)'") }
    }

    /// Gives a file another time without changing it.
    private func touch(_ name: String) throws {
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1e9)], ofItemAtPath: folder(name))
    }

    /// Replaces a file by a copy of a picture.
    private func replace(_ name: String, by number: Int) throws {
        try removeTree(path: folder(name))
        try folder.copy(picture(number), to: name)
        try touch(name)
    }

    @Test func `only what is new or has changed is embedded`() throws {
        #expect(try update() == [5, 0, 0, 0])
        for number in 0..<5 { try expect("0\(number).png", is: number) }
        let stamp = try #require(try database.picture(named: folder("photos/00.png"))?.stamp)
        #expect(stamp.sha256?.count == 64 && stamp.size ?? 0 > 100 && stamp.modified ?? 0 > 1_000_000_000_000_000_000)
        #expect(try update() == [0, 0, 5, 0])
        try mark()
        try touch("photos/01.png")
        try replace("photos/02.png", by: 7)
        try folder.copy(picture(8), to: "photos/08.png")
        #expect(try update() == [1, 1, 4, 0])
        for name in ["00.png", "01.png", "03.png", "04.png"] { #expect(try vector(name) == marked, "\(name)") }
        try expect("02.png", is: 7)
        try expect("08.png", is: 8)
        // The touched one's time is known now.
        let known = try #require(try database.stamp(named: folder("photos/01.png")))
        #expect(known.stamp.modified == 1_000_000_000_000_000_000)
    }

    @Test func `a picture under another name is not embedded again`() throws {
        #expect(try update() == [5, 0, 0, 0])
        try mark()
        #expect(rename(folder("photos/03.png"), folder("photos/new.png")) == 0)
        #expect(try update() == [1, 0, 4, 0])
        #expect(try vector("new.png") == marked)
        let moved = try #require(try database.picture(named: folder("photos/new.png")))
        #expect(moved.path == folder("photos/new.png") && moved.stamp.sha256 != nil)
        #expect(try database.removeMissing() == 1)
        #expect(try vector("03.png") == nil && database.count() == 5)
        #expect(try database.removeMissing() == 0)
    }

    @Test func `what cannot be read has its reason, and is tried again`() throws {
        try folder.put("photos/02.png", "no picture")
        var failed: [String] = []
        let changes = try database.update(
            with: PictureInputs([folder("photos"), folder("gone.png")]), embedder: embedder,
            failed: { failed.append("\($0): \($1)") })
        #expect(changes.added == 6 && changes.failed == 2)
        #expect(
            failed.count == 2 && failed[0].hasPrefix(folder("photos/02.png: ")) && failed[1].contains("no such file"))
        #expect(try database.picture(named: folder("gone.png"))?.error == "no such file: check the path")
        #expect(throws: InputError.self) { try changes.check(["x"], failures: failed) }
        #expect(try update() == [0, 1, 4, 1])
        try replace("photos/02.png", by: 2)
        #expect(try update() == [0, 1, 4, 0])
        try expect("02.png", is: 2)
        // And the other way round.
        try folder.put("photos/04.png", "no picture")
        #expect(try update() == [0, 1, 4, 1])
        #expect(try database.picture(named: folder("photos/04.png"))?.vector == nil)
    }

    @Test func `an index whose files are all gone stays`() throws {
        #expect(try update() == [5, 0, 0, 0])
        #expect(rename(folder("photos"), folder("elsewhere")) == 0)
        let error = try #require(throws: InputError.self) { try database.removeMissing() }
        #expect("\(error)".contains("all 5 pictures"))
        #expect(try database.count() == 5)
    }

    @Test func `what was embedded before an interruption is kept`() throws {
        // Each of other bytes, as what is known already is not embedded.
        let pictures = try (0..<300).map { number in
            let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: picture(number % 24))))
            return Picture(name: "\(number)", bytes: bytes + Array("\(number)".utf8))
        }
        let watch = Watch(stopAt: "stop")
        var counted = 0
        let monitor = WorkMonitor(interruption: {
            if watch.isStopped { throw Interrupted(signal: SIGINT) }
        })
        let broken = [Picture(name: "broken", path: folder("gone.png"))]
        let error = try #require(throws: Interrupted.self) {
            _ = try database.update(
                with: pictures[..<150] + broken + pictures[150...], embedder: embedder, monitor: monitor,
                failed: { _, _ in
                    counted += 1
                    watch.isStopped = true
                })
        }
        #expect(counted == 1 && "\(error)".contains("run the same command again"))
        #expect(try database.count() == 151 && database.picture(named: "broken")?.error != nil)
        #expect(try database.picture(named: "149")?.vector != nil && database.picture(named: "150") == nil)
    }

    @Test func `what mumic embed wrote is taken in`() throws {
        let pictures = [picture(0), folder("gone.png"), picture(1)].map { Picture(name: $0, path: $0) }
        _ = try embedder.embed(pictures, to: folder("out.npy"))
        let rows = try EmbeddingIndex(path: folder("out.npy"))
        let other = try PictureDatabase(path: folder("other.sqlite"), holding: rows)
        let changes = try other.add(rows)
        #expect(changes.added == 3 && changes.failed == 1 && changes.pictures == 3)
        #expect(try other.picture(named: folder("gone.png"))?.error != nil)
        let held = try #require(try other.picture(named: picture(1))?.vector)
        #expect(largestDifference(held, try feature(1)) < 1e-6)
        #expect(try other.add(rows).updated == 3)
        // Without a file of its own a picture is never gone.
        #expect(try other.removeMissing() == 0)
        #expect(throws: InputError.self) {
            try PictureDatabase(path: folder("no.sqlite"), model: someModel, dimension: 16).close()
            _ = try PictureDatabase(path: folder("no.sqlite"), holding: rows)
        }
        try removeTree(path: folder("out.json"))
        let unknown = try EmbeddingIndex(path: folder("out.npy"))
        #expect(throws: InputError.self) { try PictureDatabase(path: folder("new.sqlite"), holding: unknown) }
        #expect(!folder.has("new.sqlite"))
        var texts = ["a pool"][...]
        try embedder.embedTexts(to: folder("texts.npy")) { texts.popFirst() }
        #expect(throws: InputError.self) { try other.add(EmbeddingIndex(path: folder("texts.npy"))) }
    }
}
