// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite struct ExportTests {
    /// The header of a safetensors file: type and shape by name.
    private static func header(_ path: String) throws -> [String: (type: String, shape: [Int])] {
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        let count = bytes.prefix(8).enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
        let parsed = try JSONSerialization.jsonObject(with: bytes.dropFirst(8).prefix(count))
        let object = try #require(parsed as? [String: [String: Any]])
        var result: [String: (String, [Int])] = [:]
        for (name, entry) in object where name != "__metadata__" {
            result[name] = (try #require(entry["dtype"] as? String), try #require(entry["shape"] as? [Int]))
        }
        return result
    }

    private static func vector(_ folder: TemporaryFolder, _ model: String) throws -> [Float] {
        try Program.run("embed --model \(model) --output \(model).npy images/p00.png", in: folder.path).expectSuccess()
        let bytes = try Data(contentsOf: URL(fileURLWithPath: folder(model + ".npy")))
        return Array(bytes).suffix(16 * 4).withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    }

    @Test(arguments: [("float16", "F16", 1e-3), ("bfloat16", "BF16", 1e-2), ("float32", "F32", 1e-6)])
    func theWeightsAreOfTheTypeAskedForAndGiveTheSameFeatures(_ dtype: String, _ stored: String, _ distance: Double)
        throws
    {
        let folder = try TemporaryFolder.withCurve()
        try folder.put("model/mumic.json", #"{"version": 1, "labels": [{"name": "pool", "prompts": []}]}"#)
        let before = try folder.names("model")
        let outcome = try Program.run("export --model model --dtype \(dtype) --output small", in: folder.path)
        outcome.expectSuccess()
        #expect(try folder.names("model") == before)
        #expect(try folder.names("small") == before)
        let original = try Self.header(folder("model/model.safetensors"))
        let written = try Self.header(folder("small/model.safetensors"))
        #expect(Set(written.keys) == Set(original.keys))
        for (name, entry) in written {
            #expect(entry.type == stored && entry.shape == original[name]?.shape, "\(name)")
        }
        #expect(try folder.text("small/mumic.json") == folder.text("model/mumic.json"))
        // A unit vector's distance after rounding every weight to 11 and 8 bits.
        let distances = try zip(Self.vector(folder, "model"), Self.vector(folder, "small")).map { Double($0 - $1) }
        let norm = distances.reduce(0) { $0 + $1 * $1 }.squareRoot()
        #expect(norm <= distance && (dtype == "float32" || norm > 0), "\(norm)")
    }

    @Test func aFolderWithSomethingInItIsLeftAlone() throws {
        let folder = try TemporaryFolder.withCurve()
        try Program.run("export --model model --output images", in: folder.path).expectFailure(64, "not empty")
        try Program.run("export --model model --output model/inside", in: folder.path).expectFailure(64, "model")
        try Program.run("export --model gone/model --output small", in: folder.path).expectFailure(66, "gone/model")
        try Program.run("export --model model --dtype int8 --output small", in: folder.path).expectFailure(64, "int8")
        #expect(!folder.has("small"))
    }
}
