// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import TestSupport
import Testing
import Tokenization
import Torch
import TorchNN

@testable import Models

/// A small random MetaCLIP 2, recorded by `Scripts/goldens/record-metaclip-goldens.py`.
@Suite struct MetaCLIPTests {
    private static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    private static let fixture = tests.appendingPathComponent("Fixtures/metaclip-2").path
    private static let tokenizer =
        tests.deletingLastPathComponent().appendingPathComponent("TokenizationTests/Fixtures/unigram/tokenizer.json")
        .path

    private func model() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        for name in ["config.json", "model.safetensors", "preprocessor_config.json"] {
            try folder.copy(Self.fixture + "/" + name, to: name)
        }
        try folder.copy(Self.tokenizer, to: "tokenizer.json")
        return folder
    }

    private func features(_ checkpoint: ModelCheckpoint) throws -> (images: [Float], texts: [Float]) {
        let golden = try Golden(Self.fixture)
        let texts = try JSONDecoder().decode(
            [String].self, from: Data(contentsOf: URL(fileURLWithPath: Self.fixture + "/texts.json")))
        let (model, _) = try checkpoint.load()
        return try withoutGradient {
            (
                try model.imageFeatures(golden.tensor("pixels")).floats(),
                try model.textFeatures(texts.map(checkpoint.tokens)).floats()
            )
        }
    }

    @Test func `features are those of transformers`() throws {
        let folder = try model()
        let checkpoint = try ModelCheckpoint(directory: folder.path)
        #expect(checkpoint.architecture.classes.model == "MetaClip2Model" && checkpoint.contextLength == 20)
        let golden = try Golden(Self.fixture)
        let (images, texts) = try features(checkpoint)
        for (found, name) in [(images, "images"), (texts, "texts")] {
            let expected = golden.floats(name)
            #expect(found.count == expected.count)
            for (one, other) in zip(found, expected) { #expect(abs(one - other) <= 1e-5, "\(name)") }
        }
    }

    @Test func `what is exported is the same model, with its configuration and tokenizer`() throws {
        let folder = try model()
        // transformers 5 keeps the settings of pictures in processor_config.json.
        let settings = try String(contentsOfFile: folder("preprocessor_config.json"), encoding: .utf8)
        try folder.put("processor_config.json", #"{"image_processor": \#(settings)}"#)
        try FileManager.default.removeItem(atPath: folder("preprocessor_config.json"))
        let checkpoint = try ModelCheckpoint(directory: folder.path)
        let (_, store) = try checkpoint.load()
        try FileManager.default.createDirectory(atPath: folder("copy"), withIntermediateDirectories: false)
        try checkpoint.export(to: folder("copy"), parameters: store.parameters)
        #expect(
            try listDirectory(path: folder("copy")).sorted() == [
                "config.json", "model.safetensors", "preprocessor_config.json", "tokenizer.json",
            ])
        let copy = try ModelCheckpoint(directory: folder("copy"))
        #expect(copy.preprocessor == checkpoint.preprocessor)
        let (one, other) = (try features(checkpoint), try features(copy))
        #expect(one.images == other.images && one.texts == other.texts)
    }

    @Test func `its end is no largest id, as CLIP's old 2 is`() throws {
        let folder = try model()
        let checkpoint = try ModelCheckpoint(directory: folder.path)
        let config = try #require(checkpoint.architecture as? CLIPConfig)
        #expect(config.text.eosTokenID == 2 && !config.readsAtLargestID && config.kind == .metaCLIP2)
        var clip = config
        clip.kind = .clip
        #expect(clip.readsAtLargestID)
        #expect(clip.firstDifference(from: config) == "model_type is clip in one and metaclip_2 in the other")
    }
}
