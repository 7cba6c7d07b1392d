// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Datasets
import FileIO
import Foundation
import Imaging
import MultiLabel
import Terminal
import Torch
import TorchNN
import Training

/// Fine-tunes a model.
struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Fine-tune a CLIP model on annotated pictures.",
        discussion: """
            Writes RUN/model (the model of the best validation GAP, or the last one without --validation, in Hugging \
            Face's layout), RUN/checkpoints (to resume), \
            RUN/metrics.jsonl, RUN/config.yml, RUN/tensorboard, and, with --validation, RUN/report.html. Everything can also stand in a YAML file under the same names.

              mumic train --data train.csv --validation val.csv --output run \\
                --model openai/clip-vit-base-patch32
              mumic train --resume --output run
            """)

    @OptionGroup(title: "Data, model and run") var main: RunArguments
    @OptionGroup(title: "Loss") var loss: LossArguments
    @OptionGroup(title: "Imperfect labels") var quality: LabelQualityArguments
    @OptionGroup(title: "What trains") var scope: ScopeArguments

    private var given: PartialConfiguration {
        var partial = PartialConfiguration()
        main.give(to: &partial)
        loss.give(to: &partial)
        quality.give(to: &partial)
        scope.give(to: &partial)
        return partial
    }

    func run() throws {
        let options = try resolved()
        var run = FineTuningRun(options, findModel: modelDirectory)
        run.resumes = main.resume
        run.checksPictures = !main.skipPictureCheck
        run.writesReport = !main.noReport
        run.completesReport = { $0.addProgram() }
        try run.run(monitor: .console, report: TrainingDisplay().show)
    }

    /// The defaults, then what a resumed run began with, then the YAML file, then the command line.
    private func resolved() throws -> TrainingConfiguration {
        let file = try main.config.map { try PartialConfiguration(path: $0) } ?? PartialConfiguration()
        guard let output = main.output ?? file.output else {
            throw UsageError("--output is missing; name a directory for the run")
        }
        let saved = main.resume ? try TrainingConfiguration.saved(output: output) : nil
        var options = saved ?? TrainingConfiguration(data: "", model: "", output: output, workers: defaultWorkers)
        let given = given
        if saved == nil { try setStart(&options, file: file, given: given) }
        try file.apply(to: &options)
        try given.apply(to: &options)
        options.output = output
        if main.resume, saved == nil, options.data.isEmpty || options.model.isEmpty {
            throw UsageError(
                "\(output) has no config.yml yet; give --resume with the options that the run was started with")
        }
        if options.data.isEmpty { throw UsageError("--data is missing; name a file of annotations") }
        if options.model.isEmpty {
            throw UsageError("--model is missing; name a directory or a Hub model to start from")
        }
        if let (key, problem) = options.firstProblem() { throw UsageError("--\(key) \(problem)") }
        _ = try options.templates()
        try check(options, given: file)
        return options
    }

    /// Where τ and b start if nobody says it: b as a first batch wants it, SigLIP where its paper has them, and other
    /// losses, as any temperature that is given or fixed, without b.
    private func setStart(
        _ options: inout TrainingConfiguration, file: PartialConfiguration, given: PartialConfiguration
    ) throws {
        let loss = try (given.loss ?? file.loss).map(trainingLoss) ?? options.loss
        let temperature = given.temperature ?? file.temperature
        if loss == .siglip, temperature != .auto, (given.head ?? file.head) != .linear {
            (options.temperature, options.bias) = (.value(0.1), -10)
        } else if temperature == .auto {
            options.bias = .auto
        } else if ![.mumic, .asl, .focal].contains(loss) || (given.head ?? file.head) == .linear || temperature != nil
            || given.fixedTemperature ?? file.fixedTemperature ?? false
        {
            options.bias = nil
        }
    }

    /// Refuses options that contradict each other, and says which have no effect.
    private func check(_ options: TrainingConfiguration, given file: PartialConfiguration) throws {
        let name = options.loss.rawValue
        if (loss.bias ?? file.bias).map({ $0.start == nil }) ?? false, options.temperature == .auto {
            throw UsageError("--bias none does not go with --temperature auto, which sets both; give a temperature")
        }
        if loss.fixedBias, options.bias == nil, options.temperature != .auto {
            throw UsageError("--fixed-bias goes with --bias; say where the bias is to stay")
        }
        if options.usesLinearHead {
            if loss.temperature != nil || loss.fixedTemperature {
                StandardError.line("note: a linear head has no temperature to set; --temperature is not used")
            }
            if !main.template.isEmpty || scope.freeze.contains(.text) {
                StandardError.line("note: a linear head reads no texts; --template and --freeze text are not used")
            }
            if (loss.bias ?? file.bias)?.start != nil {
                throw UsageError("--bias does not go with a linear head, which has a bias for each label")
            }
        } else if options.loss == .bce {
            if loss.temperature != nil || loss.fixedTemperature {
                StandardError.line("note: --loss bce has no temperature to set; --temperature is not used")
            }
            if (loss.bias ?? file.bias)?.start != nil {
                throw UsageError("--bias does not go with --loss bce, which is tau = 1, b = 0")
            }
        }
        if options.robust == .forward, [.twoWay, .softmax].contains(options.loss) {
            throw UsageError("--robust forward needs probabilities, and the scores of --loss \(name) are none")
        }
        if options.robust == .none, quality.robustRate != nil {
            throw UsageError("--robust-rate goes with --robust reject, correct, bootstrap or forward")
        }
        if ![.mumic, .bce, .siglip, .linearHead].contains(options.loss) {
            if options.positiveWeight != .none || options.labelSmoothing > 0 {
                throw UsageError(
                    "--positive-weight and --label-smoothing belong to cross-entropies, not to --loss \(name)")
            }
        }
        if options.loraRank == nil, scope.loraAlpha != nil || !scope.loraTargets.isEmpty {
            throw UsageError("--lora-alpha and --lora-targets go with --lora-rank")
        }
        for (tower, groups) in [
            (Tower.image, options.lockImageUnlockedGroups), (.text, options.lockTextUnlockedLayers),
        ] where groups != nil && options.freeze.contains(tower) {
            throw UsageError("--freeze \(tower.rawValue) and unlocked layers of that tower exclude each other")
        }
    }
}
