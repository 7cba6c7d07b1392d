// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// Command lines that cannot work: their status, and part of their one line.
@Suite struct FailureTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let arguments: String
        let status: Int32
        let part: String

        var testDescription: String { arguments }

        init(_ arguments: String, _ status: Int32, _ part: String) {
            (self.arguments, self.status, self.part) = (arguments, status, part)
        }
    }

    static let usage: [Case] = [
        Case("nonsense", 64, "nonsense"), Case("--nonsense", 64, "--nonsense"),
        Case("train --nonsense", 64, "--nonsense"),
        Case("train", 64, "--output"), Case("train --output @new", 64, "--data"),
        Case("train --output @new --data @train.csv", 64, "--model"),
        Case("train --output @new --data @train.csv --model @model --epochs 0", 64, "--epochs must be at least 1"),
        Case("train --output @new --data @train.csv --model @model --epochs x", 64, "epochs"),
        Case("train --output @new --data @train.csv --model @model --learning-rate -1", 64, "--learning-rate"),
        Case("train --output @new --data @train.csv --model @model --learning-rate nan", 64, "--learning-rate"),
        Case("train --output @new --data @train.csv --model @model --temperature 0", 64, "--temperature"),
        Case("train --output @new --data @train.csv --model @model --loss asl --label-smoothing 0.1", 64, "--loss asl"),
        Case("train --output @new --data @train.csv --model @model --template photo", 64, "has no {}"),
        Case("train --output @new --data @train.csv --model @model --freeze both", 64, "freeze"),
        Case("train --output @new --data @train.csv --model @model --loss bce --bias -1", 64, "--bias"),
        Case("train --output @new --data @train.csv --model @model --unlisted maybe", 64, "--unlisted"),
        Case("train --output @new --data @train.csv --model @model --device gpu", 64, "--device"),
        Case("train --output @new --data @train.csv --model @model --device cuda:77", 64, "CUDA devices"),
        Case("train --output @new --data @train.csv --model @model --seed -1", 64, "seed"),
        Case("train --output @images --data @train.csv --model @model", 64, "not empty"),
        Case(
            "train --output @new --data @train.csv --model @model --freeze image --freeze text --fixed-temperature", 64,
            "nothing trains"),
        Case("predict --model @model", 64, "input"), Case("predict @images", 64, "model"),
        Case("predict --model @model --labels @labels.txt --top-k 0 @images", 64, "--top-k"),
        Case("predict --model @model --labels @labels.txt --top-k -3 @images", 64, "--top-k"),
        Case("predict --model @model --labels @labels.txt --threshold 1.1 @images", 64, "--threshold"),
        Case("predict --model @model --labels @labels.txt --format xml @images", 64, "xml"),
        Case("predict --model @model --labels @labels.txt --batch-size 0 @images", 64, "--batch-size"),
        Case("predict --model @model @images", 64, "--labels"),
        Case("embed --model @model --output @x.txt @images", 64, ".npy"),
        Case("embed --model @model --output @x.npy", 64, "--text"),
        Case("embed --model @model --output @x.npy --text @labels.txt @images", 64, "not both"),
        Case("metrics --scores @train.csv", 64, "targets"), Case("tokenize", 64, "--model"),
        Case("evaluate --model @model", 64, "data"),
        Case("evaluate --model @model --data @train.csv --bootstrap -1", 64, "--bootstrap"),
    ]

    static let missing: [Case] = [
        Case("train --output @new --data @gone.csv --model @model", 66, "gone.csv"),
        Case("train --output @new --data @train.csv --model ./gone", 66, "./gone"),
        Case("train --output @new --data @train.csv --validation @gone.csv --model @model", 66, "gone.csv"),
        Case("train --output @new --data @train.csv --labels @gone.txt --model @model", 66, "gone.txt"),
        Case("train --output @new --config @gone.yml", 66, "gone.yml"),
        Case("predict --model ./gone --labels @labels.txt @images", 66, "./gone"),
        Case("predict --model @model --labels @gone.txt @images", 66, "gone.txt"),
        Case("evaluate --model @model --data @gone.csv", 66, "gone.csv"),
        Case("embed --model @model --output @x.npy --text @gone.txt", 66, "gone.txt"),
        Case("embed --model ./gone --output @x.npy --text @labels.txt", 66, "./gone"),
        Case("metrics --scores @gone.csv --targets @train.csv", 66, "gone.csv"),
        Case("metrics --scores @scores.csv --targets @gone.csv", 66, "gone.csv"),
        Case("tokenize --model /nowhere/at/all", 66, "/nowhere/at/all"),
    ]

    static let bad: [Case] = [
        Case("train --output @new --data @bad.csv --model @model", 65, "bad.csv"),
        Case("train --output @new --data @unknown-pictures.csv --model @model", 65, "unknown-pictures.csv"),
        Case("train --output @new --data @broken-picture.csv --model @model", 65, "broken-picture.csv"),
        Case("train --output @new --data @empty.csv --model @model", 65, "empty.csv"),
        Case("train --output @new --data @bad.json --model @model", 65, "bad.json"),
        Case("train --output @new --data @nothing-known.csv --model @model", 65, "nothing-known.csv"),
        Case("train --output @new --data @images --model @model", 65, "images"),
        Case("train --output @new --data @train.csv --model @bad-config", 65, "bad-config/config.json"),
        Case("train --output @new --data @train.csv --model @cut-weights", 65, "cut-weights/model.safetensors"),
        Case("train --output @new --data @train.csv --model @model --config @bad.yml", 65, "bad.yml"),
        Case("train --output @new --data @train.csv --model @model --config @unknown.yml", 65, "unknown.yml:2"),
        Case("train --output @new --data @train.csv --model @model --config @wrong.yml", 65, "wrong.yml:1"),
        Case("train --output @train.csv --data @train.csv --model @model", 65, "train.csv"),
        Case("predict --model @train.csv --labels @labels.txt @images", 65, "train.csv"),
        Case("predict --model @images --labels @labels.txt @images", 65, "images"),
        Case(
            "predict --model @pickle --labels @labels.txt @images", 65,
            "pickle/pytorch_model.bin begins as no file of torch.save"),
        Case("predict --model @pickle/pytorch_model.bin --labels @labels.txt @images", 65, "is a file of weights"),
        Case("predict --model @bad-mumic --labels @labels.txt @images", 65, "bad-mumic/mumic.json"),
        Case("predict --model @model --labels @empty.csv @images", 65, "empty.csv"),
        Case("predict --model @model --labels @labels.txt @empty-folder", 65, "no pictures"),
        Case("predict --model @model --labels @labels.txt @bad.json", 65, "bad.json"),
        Case("embed --model @model --output @gone/x.npy --text @labels.txt", 65, "make its folder first"),
        Case("embed --model @model --output @x.npy --text @images", 65, "images is a directory"),
        Case("evaluate --model @model --data @broken-picture.csv", 65, "broken.png"),
        Case("evaluate --model @model --data @bad.csv", 65, "bad.csv"),
        Case("metrics --scores @bad.csv --targets @train.csv", 65, "bad.csv"),
        Case("metrics --scores @labels.txt --targets @train.csv", 65, "labels.txt"),
        Case("tokenize --model @images", 65, "images"),
    ]

    static let printed: [Case] = [
        Case("nonsense", 64, "nonsense"), Case("predict @images", 64, "model"),
        Case("train --output @new --data @train.csv", 64, "--model"),
        Case(
            "train --output @new --data @train.csv --model @model --loss x", 64,
            "mumic, bce, siglip, asl, focal, two-way, softmax, linear-head"),
        Case("train --output @new --data @gone.csv --model @model", 66, "gone.csv"),
        Case("tokenize --model /nowhere/at/all", 66, "/nowhere/at/all"),
        Case("train --output @new --data @train.csv --model @model --config @unknown.yml", 65, "unknown.yml:2"),
        Case("train --output @new --data @train.csv --model @cut-weights", 65, "cut-weights/model.safetensors"),
        Case("predict --model @model --labels @labels.txt @gone.png", 65, "1 of 1 pictures"),
        Case("metrics --scores @bad.csv --targets @train.csv", 65, "bad.csv"),
        Case("evaluate --model @model --data @broken-picture.csv", 65, "broken.png"),
    ]

    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder.withSmallCLIP()
        try folder.put("labels.txt", "pool\nred sun\n")
        try folder.put("empty.csv", "")
        try folder.put("scores.csv", "image,pool\nimages/p00.png,0.5\n")
        try folder.put("bad.csv", "image,pool\nimages/p00.png,1\nimages/p01.png,yes\n")
        try folder.put("bad.json", "[{\"image\": ")
        try folder.put("unknown-pictures.csv", "image,pool\nimages/p00.png,1\nimages/p99.png,0\n")
        try folder.put("nothing-known.csv", "image,pool\nimages/p00.png,\n")
        try folder.put("broken-picture.csv", "image,pool\nimages/p00.png,1\nbroken.png,0\n")
        try folder.put("broken.png", "no picture")
        try folder.put("bad.yml", "epochs: [1")
        try folder.put("unknown.yml", "epochs: 1\nepoch: 2\n")
        try folder.put("wrong.yml", "epochs: many\n")
        for name in ["bad-config", "cut-weights", "bad-mumic", "pickle"] {
            try FileManager.default.copyItem(atPath: folder("model"), toPath: folder(name))
        }
        try FileManager.default.createDirectory(atPath: folder("empty-folder"), withIntermediateDirectories: true)
        try folder.put("bad-config/config.json", "{\"projection_dim\": -1}")
        try folder.put(
            "cut-weights/model.safetensors",
            Data(contentsOf: URL(fileURLWithPath: folder("model/model.safetensors"))).prefix(5000))
        try folder.put("bad-mumic/mumic.json", "{\"version\": 7}")
        try FileManager.default.moveItem(
            atPath: folder("pickle/model.safetensors"), toPath: folder("pickle/pytorch_model.bin"))
    }

    @Test(arguments: usage + missing + bad)
    func `a command line that cannot work says why in one line`(_ line: Case) throws {
        try Refusal.expect(line.arguments, line.status, line.part, in: folder)
        #expect(!folder.has("x.npy") && !folder.has("x.jsonl"))
    }

    /// Lines of every status and of several commands.
    @Test(arguments: printed) func `the program prints why, and nothing but that`(_ line: Case) throws {
        let outcome = try Program.run(line.arguments.replacing("@", with: ""), in: folder.path)
        outcome.expectFailure(line.status, line.part)
        #expect(!folder.has("x.npy") && !folder.has("x.jsonl"))
    }

    /// Or the corrected command would be refused, since its output is not empty.
    @Test(
        arguments: [
            "--data @train.csv --model @model --freeze image --freeze text --fixed-temperature",
            "--data @nothing-known.csv --model @model", "--data @train.csv --model @cut-weights",
            "--data @broken-picture.csv --model @model", "--data @train.csv --model @pickle",
        ]) func `a run that cannot begin leaves nothing behind`(_ options: String) throws
    {
        #expect(try #require(Refusal.of("train --output @run \(options)", in: folder)).status >= 64)
        #expect(try !folder.has("run") || folder.names("run").isEmpty)
    }

    @Test func `findings stand before the error with their lines`() throws {
        let bad = try Program.run("train --output new --data unknown-pictures.csv --model model", in: folder.path)
        #expect(bad.errors.hasPrefix("unknown-pictures.csv:3: "), "\(bad.errors)")
        let broken = try Program.run("train --output other --data broken-picture.csv --model model", in: folder.path)
        #expect(
            broken.errors.contains("\nbroken-picture.csv:3: broken.png: ")
                || broken.errors.hasPrefix("broken-picture.csv:3: broken.png: "), "\(broken.errors)")
        #expect(!folder.has("other/config.yml"))
    }
}
