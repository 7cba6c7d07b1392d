// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import TestSupport
import Testing

@testable import ExperimentTables

/// The program as a process: it lies where the tests' own executable does.
struct ToolTests {
    private static let path = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().appendingPathComponent("experiments").path

    private static let definition = """
        title: A table
        datasets: pets
        measures: [gap]
        default: mumic
        variants: [{id: mumic}, {id: asl, train: {loss: asl}}, {id: focal, train: {loss: focal}}]
        """

    private func start(_ arguments: [String], in folder: TemporaryFolder) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Self.path)
        process.arguments = arguments
        try folder.put("stdout", "")
        try folder.put("stderr", "")
        process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: folder("stdout")))
        process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: folder("stderr")))
        process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
        try process.run()
        return process
    }

    private func options(_ world: FakeWorld) -> [String] {
        [
            "--programs", world.folder("programs"), "--tables", world.folder("tables"), "--work",
            world.folder("work"), "--shared", world.folder("shared"), "--document", world.folder("doc.md"),
        ]
    }

    private func wait(_ what: () -> Bool) throws {
        for _ in 0..<600 where !what() { usleep(50_000) }
        try #require(what())
    }

    @Test(arguments: [SIGKILL, SIGTERM, SIGINT])
    func `a run that was stopped goes on where it was, inside a training too`(signal: Int32) throws {
        let world = try FakeWorld(["t": Self.definition])
        try world.folder.put("programs/hang", "asl")
        let process = try start(["run", "t", "--seeds", "1"] + options(world), in: world.folder)
        try wait { world.folder.has("programs/hangs") }
        kill(process.processIdentifier, signal)
        if signal == SIGKILL {
            // Nobody is left to pass the end on to the training.
            kill(try #require(pid_t(world.folder.text("programs/hangs").dropLast())), SIGKILL)
        }
        process.waitUntilExit()
        if signal != SIGKILL {
            #expect(process.terminationReason == .exit && process.terminationStatus == 128 + signal)
            let last = "\nerror: stopped; finished cells are kept, and the same command goes on\n"
            #expect(try world.folder.text("stderr").hasSuffix(last))
        }
        #expect(try world.result("t/pets.mumic/0").measures["gap"] == 0.1)
        #expect(!world.folder.has("work/t/pets.asl/0/cell.json"))

        try world.forgetCalls()
        let second = try start(["run", "t", "--seeds", "1", "--resume"] + options(world), in: world.folder)
        second.waitUntilExit()
        #expect(second.terminationStatus == 0, "\((try? world.folder.text("stderr")) ?? "")")
        let trainings = world.calls("train")
        #expect(trainings.count == 2)
        #expect(trainings[0].contains("--loss asl") && trainings[0].hasSuffix("--resume"))
        #expect(trainings[1].contains("--loss focal") && !trainings[1].contains("--resume"))
        let document = try world.folder.text("doc.md")
        #expect(document.contains("`experiments run t --seeds 1 --shared FOLDER` on "), "\(document)")
        #expect(document.contains("| asl |"))
    }

    @Test(arguments: [
        (["run"], 64, "name tables, or give --all"), (["run", "nothing"], 64, "there is no table 'nothing'"),
        (["run", "t", "--seeds", "0"], 64, "1...100"), (["run", "t", "--minutes", "-1"], 64, "--minutes"),
        (["list", "--tables", "nowhere"], 66, "nowhere"), (["list", "--shared", "nowhere"], 66, "nowhere"),
        (["corrupt", "--data", "none.csv", "--output", "x.csv"], 66, "none.csv"),
        (["corrupt", "--data", "none.csv", "--output", "x.csv", "--flip", "2"], 64, "--flip"),
        (["frobnicate"], 64, "frobnicate"),
    ])
    func `wrong usage ends in one line and the right status`(arguments: [String], status: Int32, words: String) throws {
        let world = try FakeWorld(["t": Self.definition])
        let given = arguments.contains("--tables") ? [] : ["--tables", world.folder("tables")]
        let more = ["run", "list"].contains(arguments[0]) ? given : []
        let process = try start(arguments + more, in: world.folder)
        process.waitUntilExit()
        let errors = try world.folder.text("stderr")
        #expect(process.terminationStatus == status, "\(errors)")
        let last = errors.split(separator: "\n").last.map(String.init) ?? ""
        #expect(last.hasPrefix("error: ") && last.contains(words), "\(errors)")
        #expect(errors.components(separatedBy: "error: ").count == 2, "\(errors)")
    }

    @Test func `a failed run ends in status 65 after the others are done`() throws {
        let world = try FakeWorld(["t": Self.definition.replacing("loss: asl", with: "loss: broken")])
        let process = try start(["run", "--all", "--seeds", "1"] + options(world), in: world.folder)
        process.waitUntilExit()
        #expect(process.terminationStatus == 65)
        #expect(try world.folder.text("stderr").hasSuffix("error: 1 run failed; see above for each\n"))
        #expect(try world.folder.text("doc.md").contains("| focal |"))
    }

    @Test func `a worse copy of narrow annotations is made from the command line`() throws {
        let folder = try TemporaryFolder()
        try folder.put("a.jpg", "")
        try folder.put("b.jpg", "")
        try folder.put("data.csv", "image,labels\na.jpg,cat|dog\nb.jpg,dog\n")
        let process = try start(
            ["corrupt", "--data", "data.csv", "--output", "worse.csv", "--missing", "1"], in: folder)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\((try? folder.text("stderr")) ?? "")")
        #expect(try folder.text("worse.csv") == "image,cat,dog\n\(folder("a.jpg")),0,0\n\(folder("b.jpg")),0,0\n")
    }
}
