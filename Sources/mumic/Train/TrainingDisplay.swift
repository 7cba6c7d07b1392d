// SPDX-License-Identifier: Apache-2.0

import Foundation
import Terminal
import Training

/// What a run shows on stderr beside the stages of its monitor.
final class TrainingDisplay {
    private var bar: ProgressBar?

    func show(_ event: TrainingEvent) {
        switch event {
        case .takenUp: Interruption.waitForStep()
        case .began(let groups, let firstStep, let totalSteps):
            StandardError.line(table(groups))
            bar = ProgressBar(title: "training", total: totalSteps, startingAt: firstStep, unit: "steps")
        case .step(let step, _):
            bar?.update(
                extra: String(
                    format: "loss %.4f, temperature %.4f, %.1f images/s", step.loss, step.temperature,
                    step.imagesPerSecond))
            bar?.advance()
        case .validated(let found, let step, let isBest):
            let words = found.map { name, value in
                "\(name) " + (value.map { String(format: "%.4f", $0) } ?? "undefined")
            }
            StandardError.line("step \(step): \(words.joined(separator: ", "))\(isBest ? ", the best so far" : "")")
        case .finished(let model):
            bar?.finish()
            bar = nil
            StandardError.line("the model is in \(model)")
        }
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
