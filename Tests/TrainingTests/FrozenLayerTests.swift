// SPDX-License-Identifier: Apache-2.0

import Datasets
import FileIO
import Foundation
import Imaging
import MultiLabel
import TestSupport
import Testing
import Torch
import TrainingOptions

@testable import Training

/// What frozen layers make of pictures is computed once, and the run does not show it.
@Suite struct FrozenLayerTests {
    /// Options that leave the lower part of the image tower as it is.
    static let frozen = [
        "image": #"{"freeze": ["image"]}"#,
        "image by projection alone": #"{"lock-image-unlocked-groups": 1}"#,
        "image below its last layer": #"{"lock-image-unlocked-groups": 2, "lock-text-unlocked-layers": 1}"#,
        "image but for its layers": #"{"lock-image-unlocked-groups": 2, "image-layer-decay": 0.5, "bias": -2}"#,
        "both": #"{"freeze": ["image", "text"]}"#,
        "image below a linear head": #"{"freeze": ["image"], "loss": "linear-head"}"#,
        "image below a layer and a head": #"{"lock-image-unlocked-groups": 2, "head": "linear", "loss": "asl"}"#,
        "image below adapters": #"{"lock-image-unlocked-groups": 2, "lora-rank": 2}"#,
        "image, in small batches": #"{"freeze": ["image"], "batch-size": 5, "accumulate": 2}"#,
        "image, with every label equally often": #"{"lock-image-unlocked-groups": 2, "sampling": "balanced"}"#,
    ]

    /// A run with these options in random order and with validation, pictures as they are.
    private func run(_ name: String, cache: Bool) throws -> TestRun {
        var run = try TestRun()
        let text = try #require(Self.frozen[name])
        let changes = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        run.options = try run.options.with(#require(changes))
        run.options.shuffle = true
        run.options.cache = cache
        run.validation = run.training
        return run
    }

    /// What a run tells of itself.
    private struct Told {
        var losses: [Double] = []
        var scores: [Double] = []
        var computed = 0
    }

    private func told(by run: TestRun) throws -> Told {
        var told = Told()
        let watch = Watch()
        told.losses = try run.run(watch) { event in
            if case .validated(let found, _, _) = event { told.scores += found.map { $0.value ?? -1 } }
        }.map(\.loss)
        told.computed = watch.told.count { $0.hasPrefix("computing frozen layers ") }
        return told
    }

    @Test(arguments: frozen.keys.sorted())
    func `the run equals one that computes them in every step`(_ name: String) throws {
        let (kept, plain) = (try run(name, cache: true), try run(name, cache: false))
        let (a, b) = (try told(by: kept), try told(by: plain))
        #expect(a.computed == 24 && b.computed == 0)
        #expect(a.losses.count == b.losses.count && a.losses.count >= 9 && a.scores.count == 9)
        for (x, y) in zip(a.losses, b.losses) { #expect(abs(x - y) <= 1e-6 * y, "\(x), \(y)") }
        for (x, y) in zip(a.scores, b.scores) { #expect(abs(x - y) <= 1e-6, "\(x), \(y)") }
        let (left, right) = (
            try tensors(kept.output + "/model/model.safetensors"),
            try tensors(plain.output + "/model/model.safetensors")
        )
        #expect(left.keys.sorted() == right.keys.sorted())
        // The gradient of a key's bias is 0 but for rounding, which Adam blows up.
        for (tensor, bytes) in left where !tensor.hasSuffix("k_proj.bias") {
            let (x, y) = (floats(bytes), floats(try #require(right[tensor])))
            let scale = y.map(abs).max() ?? 0
            #expect(zip(x, y).allSatisfy { abs($0 - $1) <= 1e-6 * scale }, "\(tensor)")
        }
    }

    /// A copy of the pictures that can be taken away.
    private func movable(_ run: inout TestRun) throws {
        let folder = run.folder("images")
        try FileManager.default.copyItem(atPath: TestRun.curve + "/images", toPath: folder)
        let images = run.training.images.map { image in
            Picture(
                name: image.name, path: folder + "/" + URL(fileURLWithPath: image.path ?? "").lastPathComponent,
                line: image.line)
        }
        run.training = AnnotationTable(
            source: "train.csv", images: images, labels: run.training.labels, targets: run.training.targets)
    }

    @Test func `after the first pass, no picture is needed`() throws {
        for name in ["image", "image below its last layer"] {
            var run = try run(name, cache: true)
            let whole = try told(by: run)
            run.options.output = run.folder("moved")
            try movable(&run)
            run.validation = run.training
            var losses: [Double] = []
            try run.run { event in
                if case .step(let step, _) = event { losses.append(step.loss) }
                if case .validated(_, let step, _) = event, step == 3 {
                    try? FileManager.default.removeItem(atPath: run.folder("images"))
                }
            }
            #expect(!FileManager.default.fileExists(atPath: run.folder("images")))
            #expect(losses == whole.losses, "\(name)")
        }
    }

    @Test func `varied pictures are read in every epoch and those of the validation once`() throws {
        var run = try run("image", cache: true)
        run.options.augment = .light
        let originals = run.training
        try movable(&run)
        let moved = run.training
        (run.training, run.validation) = (originals, moved)
        var validations = 0
        let watch = Watch()
        try run.run(watch) { event in
            if case .validated = event {
                validations += 1
                try? FileManager.default.removeItem(atPath: run.folder("images"))
            }
        }
        #expect(validations == 3 && !watch.told.contains("computing frozen layers"))
        // The other way round: what varies is not kept.
        var second = try self.run("image", cache: true)
        second.options.augment = .light
        try movable(&second)
        second.validation = originals
        let error = try #require(throws: TrainingError.self) {
            try second.run { event in
                if case .validated = event { try? FileManager.default.removeItem(atPath: second.folder("images")) }
            }
        }
        #expect("\(error)".hasPrefix("train.csv:"), "\(error)")
        // And without the cache the validation needs its pictures each time.
        var third = try self.run("image", cache: false)
        try movable(&third)
        (third.training, third.validation) = (originals, third.training)
        #expect(throws: TrainingError.self) {
            try third.run { event in
                if case .validated = event { try? FileManager.default.removeItem(atPath: third.folder("images")) }
            }
        }
    }

    @Test(arguments: ["image", "image below its last layer", "image below a layer and a head"])
    func `a run that is interrupted and resumed ends the same`(_ name: String) throws {
        let whole = try run(name, cache: true)
        try whole.run()
        for stop in [1, 4, 6, 11, 12] {
            let run = try run(name, cache: true)
            let saved = try run.interrupt { event in
                if case .step(let step, _) = event { step.step == stop - 1 } else { false }
            }
            #expect(saved == stop)
            try run.run()
            try run.expectSameEnd(as: whole, "stopped after \(stop) steps")
        }
    }

    @Test func `a run that is interrupted in the first pass begins anew`() throws {
        let whole = try run("image", cache: true)
        try whole.run()
        for images in [1, 23, 24] {
            let run = try run("image", cache: true)
            let saved = try run.interrupt(Watch(stopAt: "computing frozen layers \(images)"))
            #expect(saved == 0)
            #expect(try run.checkpoints().isEmpty)
            try run.run()
            try run.expectSameEnd(as: whole, "stopped after \(images) pictures")
        }
    }

    @Test func `what is kept has no name`() throws {
        let run = try run("image below its last layer", cache: true)
        var names: [Set<String>] = []
        try run.run { event in
            if case .step = event {
                names.append(Set((try? FileManager.default.contentsOfDirectory(atPath: run.output)) ?? []))
            }
        }
        #expect(names.count == 12)
        for found in names {
            #expect(found.isSubset(of: ["checkpoints", "config.yml", "metrics.jsonl", "model", "tensorboard"]))
        }
    }

    @Test func `a broken picture is named with its line`() throws {
        for (name, validates) in [("image", false), ("image", true), ("image below its last layer", false)] {
            var run = try run(name, cache: true)
            try run.folder.put("broken.png", "no picture")
            let path = run.folder("broken.png")
            let broken = AnnotationTable(
                source: "data.csv",
                images: run.training.images.prefix(3) + [Picture(name: "broken.png", path: path, line: 7)],
                labels: run.training.labels, targets: Array(run.training.targets.prefix(4 * 6)))
            if validates { run.validation = broken } else { run.training = broken }
            let error = try #require(throws: TrainingError.self) { try run.run() }
            #expect("\(error)".hasPrefix("data.csv:7: \(path): ") && !"\(error)".contains("\n"), "\(error)")
            #expect(!FileManager.default.fileExists(atPath: run.output + "/model"))
        }
    }

    @Test func `a tower that trains from its first layer on keeps nothing`() throws {
        for options in [
            [:], ["freeze": ["text"]], ["lock-image-unlocked-groups": 3], ["freeze-embeddings": true], ["lora-rank": 2],
        ] as [[String: Any]] {
            var run = try TestRun()
            run.options = try run.options.with(options)
            run.options.epochs = 1
            #expect(try told(by: run).computed == 0, "\(options)")
        }
    }

    /// bfloat16 activations are kept as float32 numbers, which hold them exactly.
    @Test func `in half precision, the first step is the same too`() throws {
        for name in ["image", "image below its last layer"] {
            var (kept, plain) = (try run(name, cache: true), try run(name, cache: false))
            kept.options.precision = .bfloat16
            plain.options.precision = .bfloat16
            let (a, b) = (try told(by: kept).losses, try told(by: plain).losses)
            #expect(abs(a[0] - b[0]) <= 1e-6 * b[0], "\(a[0]), \(b[0])")
            for (x, y) in zip(a, b) { #expect(abs(x - y) <= 2e-2 * y, "\(x), \(y)") }
        }
    }
}
