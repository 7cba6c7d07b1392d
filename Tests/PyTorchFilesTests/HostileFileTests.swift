// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import TestSupport
import Testing

@testable import PyTorchFiles

struct HostileFileTests {
    private static let folder = Fixtures.path + "/hostile"
    static let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()

    @Test func `nothing that was recorded is missing`() { #expect(Self.names.count == 65) }

    @Test(arguments: names) func `a file that tries something or is damaged is refused in one line`(_ name: String)
        throws
    {
        let path = Self.folder + "/" + name
        let error = try #require(throws: InputError.self) { try PyTorchFile(path: path) }
        #expect(error.failureKind == .badData)
        #expect("\(error)".hasPrefix(path) && !"\(error)".contains("\n") && "\(error)".utf8.count < 700, "\(error)")
        #expect(!FileManager.default.fileExists(atPath: "/tmp/mumic-was-here"))
    }

    /// The name that was refused.
    @Test(arguments: [
        ("os-system", "posix.system"), ("eval", "__builtin__.eval"), ("exec", "__builtin__.exec"),
        ("popen", "commands.Popen"), ("getattr", "__builtin__.getattr"),
        ("numpy", "numpy._core.multiarray.scalar"), ("numpy-array", "numpy._core.multiarray._reconstruct"),
        ("nested-reduce", "itertools.imap"), ("stack-global", "os.system"), ("beside-weights", "os.system"),
        ("in-a-parameter", "os.system"), ("torch-load", "torch.load"), ("torch-hub", "torch.hub.load"),
        ("script-class", "__torch__.Evil.Module"), ("dotted-storage", "torch._C.FloatStorage"),
        ("call-an-ordered-dict-with-code", "os.system"),
    ]) func `what a pickle asks for is named, and not run`(_ file: String, _ name: String) throws {
        let error = try #require(throws: InputError.self) { try PyTorchFile(path: Self.folder + "/\(file).pt") }
        #expect("\(error)".contains("asks for '\(name)'"), "\(error)")
        #expect("\(error)".contains("nothing of it was run"))
    }

    @Test(arguments: [
        ("compressed", "compressed, as torch.save never does"), ("over-each-other", "over each other"),
        ("entry-beyond", "no entry 'archive/data/1' where one has to be"), ("encrypted", "encrypted"),
        ("cut", "cut short"), ("cut-stream", "cut short"), ("no-pickle", "without a data.pkl"),
        ("two-pickles", "without a data.pkl"), ("big-endian", "another byte order"),
        ("huge-stream-count", "cut short"), ("huge-text", "ends within its pickle"),
        ("impossible-text-8", "impossible length"), ("beyond-storage", "reaches beyond its numbers"),
        ("overflowing-shape", "reaches beyond its numbers"), ("overflowing-stride", "reaches beyond its numbers"),
        ("missing-storage", "the numbers of 'x' are missing"), ("no-tensors", "holds no tensors by name"),
        ("protocol-9", "protocol 9"), ("itself-as-module", "holds no tensors by name"),
        ("stream-of-another", "not one of torch.save"), ("empty", "begins as no file of torch.save"),
    ]) func `the reason is told`(_ file: String, _ words: String) throws {
        let error = try #require(throws: InputError.self) { try PyTorchFile(path: Self.folder + "/\(file).pt") }
        #expect("\(error)".contains(words), "\(error)")
    }

    /// Every byte of a good file in turn, changed, cut and doubled: a result or one error, and never a crash.
    @Test(arguments: ["state.bin", "stream.pt", "script.pt"]) func `damage anywhere ends in an answer`(_ name: String)
        throws
    {
        let folder = try TemporaryFolder()
        let bytes = try Data(contentsOf: URL(fileURLWithPath: Fixtures.path + "/" + name))
        var refused = 0
        for place in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 700)) {
            for change in 0..<3 {
                var damaged = bytes
                switch change {
                case 0: damaged[place] ^= 0xFF
                case 1: damaged[place] = UInt8(truncatingIfNeeded: place &* 131)
                default: damaged = damaged.prefix(place)
                }
                let path = folder("x")
                try damaged.write(to: URL(fileURLWithPath: path))
                do { _ = try PyTorchFile(path: path) } catch is InputError { refused += 1 }
            }
        }
        #expect(refused > 700)
    }
}
