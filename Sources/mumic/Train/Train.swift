// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Training
import TrainingOptions

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

    @OptionGroup var options: TrainingConfiguration

    func run() throws {
        var run = FineTuningRun(try options.completed(arguments: Program.arguments), findModel: modelDirectory)
        run.completesReport = { $0.addProgram() }
        try run.run(monitor: .console, report: TrainingDisplay().show)
    }
}
