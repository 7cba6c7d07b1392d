// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FileIO
import Foundation
import Hub
import Imaging
import Models
import MultiLabel
import Terminal
import Torch
import TrainingOptions

/// The model and where it runs.
struct ModelOptions: ParsableArguments {
    @Option(
        help: .init(
            "A directory in Hugging Face's layout (CLIP, SigLIP), or a Hub name org/name[@revision].",
            valueName: "model"))
    var model: String

    @OptionGroup var compute: ComputeOptions

    var precision: Precision { compute.precision }

    func directory() throws -> String { try modelDirectory(model) }

    func streamOptions() throws -> PictureStreamOptions { try compute.streamOptions() }

    /// What a predictor is asked for where there is no choice but where it computes.
    func predictor() throws -> PredictorOptions {
        PredictorOptions(pictures: try streamOptions(), dtype: precision.dtype)
    }
}

/// Where a model runs, and how pictures are brought to it.
struct ComputeOptions: ParsableArguments {
    @Option(help: .init("Where to compute: cpu, cuda or cuda:N.", valueName: "device")) var device = "cpu"
    @Option(help: .init("float32 or bfloat16.", valueName: "type")) var precision = Precision.float32
    @Option(number: "Pictures in a forward pass.", "n") var batchSize = 32
    @Option(number: "Threads that decode pictures (default: the processors).", "n") var workers: Int?
    @Flag(help: "Decode large JPEGs at a reduced scale: much faster, and scores move a little.") var fastDecode = false

    @Option(number: "The most pixels of a picture that are decoded (default: what Pillow opens).", "n")
    var maxPixels = DecodingLimits.pillowPixels

    mutating func validate() throws {
        if maxPixels < 1 { throw ValidationError("--max-pixels must be a whole number from 1 on") }
        if batchSize < 1 || batchSize > 1 << 20 { throw ValidationError("--batch-size must lie in 1...1048576") }
        if let workers, workers < 1 || workers > 1024 { throw ValidationError("--workers must lie in 1...1024") }
    }

    func streamOptions() throws -> PictureStreamOptions {
        var options = PictureStreamOptions(
            batchSize: batchSize, workers: workers, device: try Device(named: device), decodesFast: fastDecode)
        options.limits.maximumPixels = maxPixels
        return options
    }
}

/// What a model's directory says.
func modelBundle(_ directory: String) throws -> ModelBundle {
    let bundle = try ModelBundle(directory: directory, resolvingBase: modelDirectory)
    for note in bundle.checkpoint.notes { StandardError.line("note: " + note) }
    return bundle
}

/// A model without what it says of labels.
func modelCheckpoint(_ directory: String) throws -> ModelCheckpoint {
    let checkpoint = try ModelCheckpoint(directory: directory, resolvingBase: modelDirectory)
    for note in checkpoint.notes { StandardError.line("note: " + note) }
    return checkpoint
}

/// The directory of a model that is given by its path or its Hub name; fetched if need be.
func modelDirectory(_ model: String) throws -> String {
    var isDirectory: ObjCBool = false
    if FileManager.default.fileExists(atPath: model, isDirectory: &isDirectory) {
        if isDirectory.boolValue {
            return model.count > 1 && model.hasSuffix("/") ? String(model.dropLast()) : model
        }
        if let refusal = InputError.refusal(ofWeights: model) { throw refusal }
        throw InputError.badData("\(printable(model)) is a file; --model takes the directory that holds the model")
    }
    // `run/model` beside a folder `run` is a slip in a path, not somebody's repository.
    let parent = model.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    let isPath = model.hasPrefix("/") || model.hasPrefix(".") || FileManager.default.fileExists(atPath: parent)
    guard !isPath, let name = HubModelName(model) else {
        throw InputError.missing(
            "there is no model at \(printable(model)); give a directory, or a Hub name org/name[@revision]")
    }
    let bar = DownloadProgress()
    let client = HubClient(
        configuration: try HubConfiguration(environment: ProcessInfo.processInfo.environment),
        progress: { bar.update($0) }, warning: { StandardError.line("warning: \($0)") })
    defer { bar.finish() }
    return try client.snapshot(of: name)
}
