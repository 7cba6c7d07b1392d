// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Training
import TrainingOptions

/// Fine-tunes a model.
struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Fine-tune a CLIP model on annotated pictures.",
        discussion: """
            Without options that say how to train, the automatic recipe tries heads on the frozen model, then trains its \
            last block and the text tower at several learning rates, and keeps what is best on validation pictures (a \
            fifth of the data without --validation). --explain prints the plan and how long it takes. Any other option \
            means plain training, exactly as the options say.

            Writes RUN/model (in Hugging Face's layout, with thresholds), RUN/recipe.json (what each stage gave), \
            RUN/report.html, RUN/metrics.jsonl, RUN/config.yml, RUN/tensorboard, and RUN/checkpoints to resume from. \
            Everything can also stand in a YAML file under the same names.

              mumic train --data train.csv --validation val.csv --output run \\
                --model openai/clip-vit-base-patch32
              mumic train --resume --output run
            """)

    @OptionGroup var options: TrainingConfiguration

    func run() throws {
        var run = FineTuningRun(try options.completed(arguments: Program.arguments), findModel: modelDirectory)
        run.completesReport = { $0.addProgram() }
        if run.options.explain { return try StandardOutput.shared.write(run.explanation(monitor: .console)) }
        try run.run(monitor: .console, report: TrainingDisplay().show)
    }
}
