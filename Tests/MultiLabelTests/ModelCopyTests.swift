// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import Models
import Safetensors
import TestSupport
import Testing
import Torch
import TorchNN

@testable import MultiLabel

@Suite struct ModelCopyTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try createDirectory(path: folder("model"))
        try copyDirectory(from: Curve.model, to: folder("model"))
        try folder.put(
            "model/mumic.json", wholeDescription(#"{"version": 1, "labels": [{"name": "pool", "prompts": []}]}"#))
    }

    private func names(_ name: String) throws -> [String] { try listDirectory(path: folder(name)).sorted() }

    @Test(arguments: [
        (ModelCheckpoint.ExportType.float16, SafetensorsDType.float16, 1e-3), (.bfloat16, .bfloat16, 1e-2),
        (.float32, .float32, 1e-6),
    ])
    func `weights are of the type asked for and give the same features`(
        _ type: ModelCheckpoint.ExportType, _ stored: SafetensorsDType, _ distance: Double
    ) throws {
        let before = try names("model")
        try ModelCopy(of: folder("model"), to: folder("small")).export(as: type)
        #expect(try names("model") == before && names("small") == before)
        #expect(
            try readFile(path: folder("small/mumic.json"), maximumBytes: 1 << 20)
                == readFile(path: folder("model/mumic.json"), maximumBytes: 1 << 20))
        let original = try SafetensorsFile(path: folder("model/model.safetensors")).entries
        let written = try SafetensorsFile(path: folder("small/model.safetensors")).entries
        let shapes = Dictionary(uniqueKeysWithValues: original.map { ($0.name, $0.shape) })
        #expect(written.count == original.count)
        for entry in written { #expect(entry.dtype == stored && entry.shape == shapes[entry.name], "\(entry.name)") }
        func feature(_ name: String) throws -> [Float] {
            let checkpoint = try ModelCheckpoint(directory: folder(name))
            let pixels = try Curve.pixels(checkpoint, 1)
            return try withoutGradient { try checkpoint.load().0.imageFeatures(pixels).floats() }
        }
        // A unit vector's distance after rounding every weight to 11 and 8 bits.
        let distances = try zip(feature("model"), feature("small")).map { Double($0 - $1) }
        let norm = distances.reduce(0) { $0 + $1 * $1 }.squareRoot()
        #expect(norm <= distance && (type == .float32 || norm > 0), "\(norm)")
    }

    @Test func `a copy has another description and all other files`() throws {
        var description = try #require(try ClassifierDescription.read(directory: folder("model")))
        description.thresholds = ["pool": 0.25]
        try createDirectory(path: folder("model/notes"))
        try folder.put("model/notes/a.txt", "a")
        try ModelCopy(of: folder("model"), to: folder("made/of/copy/")).write(description)
        #expect(try names("made/of/copy") == names("model") && names("made/of/copy/notes") == ["a.txt"])
        #expect(try ClassifierDescription.read(directory: folder("made/of/copy")) == description)
        #expect(try ClassifierDescription.read(directory: folder("model"))?.thresholds == [:])
    }

    @Test func `what is there is left alone, and so is the model`() throws {
        try folder.put("file", "")
        try FileManager.default.createSymbolicLink(atPath: folder("link"), withDestinationPath: folder("model"))
        for (name, part) in [
            ("model", "is not empty"), ("file", "is a file"), ("model/inside", "lies in the model"),
            ("link/inside", "lies in the model"), ("new/..", "names no new folder"),
        ] {
            let error = try #require(throws: InputError.self) {
                _ = try ModelCopy(of: folder("model"), to: folder(name))
            }
            #expect("\(error)".contains(part), "\(error)")
        }
        #expect(throws: InputError.self) { try ModelCopy(of: folder("model"), to: "") }
    }

    @Test func `a copy that is interrupted or fails leaves nothing behind`() throws {
        let before = try names("")
        let copy = try ModelCopy(of: folder("model"), to: folder("new"))
        let stopped = WorkMonitor(interruption: { throw Interrupted(signal: 2) })
        #expect(throws: Interrupted.self) { try copy.export(as: .float32, monitor: stopped) }
        #expect(throws: CancellationError.self) { try copy.place { _ in throw CancellationError() } }
        #expect(try names("") == before)
    }

    @Test func `a type that cannot hold a weight is refused`() throws {
        let checkpoint = try ModelCheckpoint(directory: Curve.model)
        let (_, store) = try checkpoint.load()
        let first = try #require(store.parameters.first)
        try first.tensor.copyInPlace(Tensor(repeating: 1e6, shape: first.tensor.shape))
        try createDirectory(path: folder("large"))
        try checkpoint.export(to: folder("large"), parameters: store.parameters)
        let error = try #require(throws: InputError.self) {
            try ModelCopy(of: folder("large"), to: folder("new")).export(as: .float16)
        }
        #expect("\(error)".contains("'\(first.name)' has values that float16 cannot hold"))
        #expect(throws: Never.self) { try ModelCopy(of: folder("large"), to: folder("new")).export(as: .bfloat16) }
    }
}
