// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Pretraining
import TrainingOptions

/// Trains a CLIP model on captions.
struct Pretrain: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Train a CLIP model on captioned pictures, from nothing or from another.",
        discussion: """
            DATA is CSV with the columns image and caption (or filepath and title), or JSON lines. With --architecture, \
            a config.json of transformers' CLIPModel, a model begins from random weights, with a tokenizer that is \
            trained on the captions unless --tokenizer names a model to take it from; with --model, an existing model \
            goes on. Writes RUN/start (what it began with), RUN/model (of the best validation recall, or the last one \
            without --validation), RUN/checkpoints, RUN/metrics.jsonl and RUN/config.yml.

              mumic pretrain --data captions.csv --architecture config.json --output run
              mumic pretrain --data captions.csv --model openai/clip-vit-base-patch32 --output run
              mumic pretrain --resume --output run
            """)

    @OptionGroup var options: PretrainingConfiguration

    func run() throws {
        try PretrainingRun(try options.completed(arguments: Program.arguments), findModel: modelDirectory)
            .run(monitor: .console, report: TrainingDisplay().show)
    }
}
