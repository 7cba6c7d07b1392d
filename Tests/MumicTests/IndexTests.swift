// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import PictureIndex
import TestSupport
import Testing

@Suite struct IndexTests {
    private static func counts(_ outcome: Program.Outcome) throws -> [Int] {
        let changes = try JSONDecoder().decode(IndexChanges.self, from: Data(outcome.output.utf8))
        return [
            changes.added, changes.updated, changes.unchanged, changes.removed, changes.failed, changes.pictures,
        ]
    }

    @Test func `an index is kept, searched and copied`() throws {
        let folder = try TemporaryFolder.withSmallCLIP()
        func index(_ words: String, status: Int32 = 0, _ part: String = "") throws -> [Int] {
            let outcome = try Program.run("index " + words, in: folder.path)
            if status == 0 { outcome.expectSuccess() } else { outcome.expectFailure(status, part) }
            return try Self.counts(outcome)
        }
        #expect(try index("--model model --output my.sqlite images") == [24, 0, 0, 0, 0, 24])
        #expect(try folder.names() == ["images", "model", "my.sqlite", "train.csv"])
        #expect(try index("--model model --output my.sqlite train.csv --images .") == [0, 0, 24, 0, 0, 24])
        try folder.put("images/p01.png", "no picture")
        try removeTree(path: folder("images/p02.png"))
        let broken = try Program.run("index --model model --output my.sqlite --remove-missing images", in: folder.path)
        broken.expectFailure(65, "1 of 23 pictures could not be read")
        #expect(broken.errors.contains("\nimages/p01.png: unsupported format"))
        #expect(try Self.counts(broken) == [0, 1, 22, 1, 1, 23])
        #expect(try index("--output my.sqlite --remove images/p01.png images/p03.png") == [0, 0, 0, 2, 0, 21])
        let found = try Program.run(
            "search --model model --index my.sqlite --top-k 2 --exclude-self images/p05.png", in: folder.path)
        found.expectSuccess()
        let one = try Program.run(
            "search --model model --embeddings my.sqlite --top-k 1 images/p05.png", in: folder.path)
        #expect(one.output.contains(#"[{"image":"images/p05.png","score":"#))
        try Program.run("index --export my.npy my.sqlite", in: folder.path).expectSuccess()
        let same = try Program.run(
            "search --model model --embeddings my.npy --top-k 2 --exclude-self images/p05.png", in: folder.path)
        let names = [found, same].map { $0.output.matches(of: /"image":"[^"]*"/).map { String($0.0) } }
        #expect(names[0] == names[1] && names[0].count == 2)
        #expect(try index("--output copy.sqlite --embeddings my.npy") == [21, 0, 0, 0, 0, 21])
        try Program.run("index --export my.copy my.sqlite", in: folder.path).expectSuccess()
        #expect(try folder.text("my.copy").split(separator: "\n").count { $0.hasPrefix("images/") } == 21)
        // A name that SQLite could take for an address.
        #expect(try index("--output file:a.sqlite --embeddings my.npy") == [21, 0, 0, 0, 0, 21])
        #expect(folder.has("file:a.sqlite") && !folder.has("a.sqlite"))
    }

    /// The pictures differ in bytes behind their end, so that each has to be embedded.
    private static func folderWithMany(_ count: Int) throws -> TemporaryFolder {
        let folder = try TemporaryFolder.withSmallCLIP()
        let pictures = try (0..<24).map { number in
            Array(try Data(contentsOf: URL(fileURLWithPath: folder("images/p\(number < 10 ? "0" : "")\(number).png"))))
        }
        for number in 0..<count {
            try folder.put("many/\(10_000 + number).png", pictures[number % 24] + Array("\(number)".utf8))
        }
        return folder
    }

    @Test func `a process that is killed leaves whole transactions, and the next one goes on`() throws {
        let folder = try Self.folderWithMany(1500)
        let arguments = "index --model model --output my.sqlite many".split(separator: " ").map(String.init)
        var counts = [0]
        // Killed when something new has been written, again and again.
        for _ in 0..<3 {
            let running = try Program.start(arguments, in: folder.path)
            let deadline = Date().addingTimeInterval(60)
            while try #require(counts.last) >= Self.count(folder), Date() < deadline { usleep(2000) }
            running.signal(SIGKILL)
            #expect(try running.wait().status == 1009)
            counts.append(try Self.count(folder))
        }
        #expect(
            zip(counts, counts.dropFirst()).allSatisfy { $0 < $1 } && counts.allSatisfy { $0 % 64 == 0 && $0 < 1500 })
        let last = try Program.run(arguments, in: folder.path)
        last.expectSuccess()
        let done = try #require(counts.last)
        #expect(try Self.counts(last) == [1500 - done, 0, done, 0, 0, 1500])
        // What was put together of four runs is what one gives.
        try Program.run("index --model model --output whole.sqlite many", in: folder.path).expectSuccess()
        let (mine, whole) = (try Self.vectors(folder("my.sqlite")), try Self.vectors(folder("whole.sqlite")))
        #expect(mine.count == 1500 && mine.keys == whole.keys)
        let differences = mine.map { largestDifference($1, whole[$0] ?? []) }
        #expect(differences.allSatisfy { $0 < 1e-6 })
    }

    /// How many pictures an index holds, read while another process writes; 0 before there is one.
    private static func count(_ folder: TemporaryFolder) throws -> Int {
        guard let database = try? PictureDatabase(reading: folder("my.sqlite")) else { return 0 }
        defer { try? database.close() }
        return try database.count()
    }

    private static func vectors(_ path: String) throws -> [String: [Float]] {
        let database = try PictureDatabase(reading: path)
        var vectors: [String: [Float]] = [:]
        try database.forEachPicture { vectors[$0.name] = $0.vector }
        try database.close()
        return vectors
    }

    @Test func `an interruption keeps what is done and says so`() throws {
        let folder = try Self.folderWithMany(1500)
        let running = try Program.start(
            "index --model model --output my.sqlite many".split(separator: " ").map(String.init), in: folder.path)
        while try Self.count(folder) == 0 { usleep(2000) }
        running.signal(SIGINT)
        let outcome = try running.wait()
        #expect(outcome.status == 130)
        #expect(
            outcome.error.contains("interrupted; my.sqlite holds \(try Self.count(folder)) pictures"),
            "\(outcome.error)")
        #expect(!folder.has("my.sqlite-wal"))
    }

    @Test(
        arguments: [
            ("index --model @model @images", 64, "--output"),
            ("index --model @model --output @x.db @images", 64, ".sqlite"),
            ("index --output @x.sqlite @images", 64, "--model"),
            ("index --output @x.sqlite --model @model", 64, "name pictures"),
            ("index --output @x.sqlite --model @model --remove-missing", 64, "--model is for pictures"),
            ("index --output @x.sqlite --remove a --embeddings @x.npy", 64, "one of"),
            ("index --output @x.sqlite --export @x.npy", 64, "--export"),
            ("index --export @x.txt @x.sqlite", 64, ".npy, .sql or .copy"),
            ("index --export @x.npy", 64, "name the one index"),
            ("index --export @x.npy @gone.sqlite", 66, "gone.sqlite"),
            ("index --output @gone.sqlite --remove a", 66, "gone.sqlite"),
            ("index --output @gone.sqlite --remove-missing", 66, "gone.sqlite"),
            ("index --output @x.sqlite --embeddings @gone.npy", 66, "gone.npy"),
            ("index --output @no/x.sqlite --model @model @images", 65, "make its folder first"),
            ("index --output @x.sqlite --model @model @empty", 65, "no pictures"),
            ("index --output @train.sqlite --model @model @images", 65, "no SQLite file"),
            ("search --model @model --index @train.sqlite --text pool", 65, "no SQLite file"),
        ] as [(String, Int32, String)])
    func `what cannot work says why in one line`(_ line: String, _ status: Int32, _ part: String) throws {
        let folder = try TemporaryFolder.withSmallCLIP()
        try createDirectory(path: folder("empty"))
        try folder.copy(folder("train.csv"), to: "train.sqlite")
        try Refusal.expect(line, status, part, in: folder)
    }
}
