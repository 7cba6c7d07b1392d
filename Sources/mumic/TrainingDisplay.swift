// SPDX-License-Identifier: Apache-2.0

import Foundation
import Terminal
import Training

/// Runs a training to its end or to an interruption, and shows it.
///
/// - Parameters:
///   - output: The run's directory.
///   - command: The subcommand that goes on with it.
///   - run: The training; asks the first argument whether to stop and tells the second what happens.
/// - Throws: What `run` throws; after an interruption, how to go on.
func show(
    output: String, command: String, _ run: (() -> Bool, (TrainingEvent) -> Void) throws -> Void
) throws {
    Interruption.waitForStep()
    let display = TrainingDisplay()
    do {
        try run({ Interruption.isRequested }, display.show)
    } catch let error as TrainingInterrupted {
        display.clear()
        let place = error.step == 0 ? "before the first step" : "after step \(error.step), which is saved"
        throw Interruption.error("stopped \(place); go on with: mumic \(command) --resume --output \(output)")
    }
    display.finish()
    StandardError.line("the model is in \(output)/model")
}

/// What a run shows on stderr.
final class TrainingDisplay {
    private var bar: ProgressBar?
    private var validationBar: ProgressBar?

    func show(_ event: TrainingEvent) {
        switch event {
        case .began(let groups, let firstStep, let totalSteps):
            StandardError.line(table(groups))
            bar = ProgressBar(title: "training", total: totalSteps, startingAt: firstStep, unit: "steps")
        case .step(let step, _):
            let loss = String(
                format: "loss %.4f, temperature %.4f, %.1f images/s", step.loss, step.temperature, step.imagesPerSecond)
            validationBar = nil
            bar?.update(extra: loss)
            bar?.advance()
        case .fitsStart(let images): validationBar = ProgressBar(title: "looking at the first pictures", total: images)
        case .fittedStart(let temperature, let bias):
            validationBar = nil
            let words = bias.map { String(format: ", bias %.2f", $0) } ?? ""
            StandardError.line(
                String(format: "start by the first pictures: temperature %.4f", temperature) + words)
        case .startNotFitted:
            validationBar = nil
            StandardError.line("note: the first pictures do not tell where to start; the bias starts at 0")
        case .computesFrozenLayers(let images):
            validationBar = ProgressBar(title: "computing frozen layers", total: images)
        case .validates(let images): validationBar = ProgressBar(title: "validating", total: images)
        case .scored(let images): validationBar?.update(count: images)
        case .validated(let found, let step, let isBest):
            validationBar = nil
            let words = found.map { name, value in
                "\(name) " + (value.map { String(format: "%.4f", $0) } ?? "undefined")
            }
            StandardError.line("step \(step): \(words.joined(separator: ", "))\(isBest ? ", the best so far" : "")")
        }
    }

    func clear() {
        bar = nil
        validationBar = nil
    }

    func finish() {
        bar?.finish()
        clear()
    }

    private func table(_ groups: [ParameterGroup]) -> String {
        let rows = groups.map { group in
            [
                group.name, formatCount(group.parameters),
                group.trained == 0
                    ? "frozen"
                    : group.trained == group.parameters
                        ? "trains" : "trains in part: \(formatCount(group.trained))",
            ]
        }
        return formatTable(
            columns: [TableColumn("part"), TableColumn("parameters", .right), TableColumn("")], rows: rows)
    }
}
