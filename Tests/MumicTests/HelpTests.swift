// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite struct HelpTests {
    @Test func `without arguments the program explains itself`() throws {
        let outcome = try Program.run([])
        outcome.expectSuccess()
        #expect(outcome.errors.isEmpty)
        #expect(outcome.output.hasPrefix("OVERVIEW: Multi-label image classification with label texts"))
        for line in [
            "USAGE: mumic <subcommand>", "  -h, --help              Show help information.",
            "  train                   Fine-tune a CLIP model on annotated pictures.",
            "  evaluate                Compute all metrics of a model on annotated pictures.",
        ] {
            #expect(outcome.lines.contains(line), "\(outcome.output)")
        }
        #expect(try Program.run("--help").output == outcome.output)
        #expect(outcome.output.hasSuffix("\n") && !outcome.output.hasSuffix("\n\n"))
    }

    @Test func `the version is a number of three parts`() throws {
        let outcome = try Program.run("--version")
        outcome.expectSuccess()
        #expect(outcome.output.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil, "\(outcome.output)")
    }

    static let options = [
        "train": [
            "data", "validation", "labels", "images", "unlisted", "model", "output", "resume", "config", "epochs",
            "batch-size", "accumulate", "learning-rate", "weight-decay", "warmup-steps", "schedule", "loss",
            "temperature", "fixed-temperature", "bias", "template", "freeze", "augment", "shuffle/--no-shuffle",
            "precision",
            "gradient-clip", "seed", "device", "workers", "checkpoint-every", "no-report",
        ],
        "pretrain": [
            "data", "validation", "images", "model", "architecture", "tokenizer", "output", "resume", "config",
            "epochs", "batch-size", "accumulate", "learning-rate", "weight-decay", "warmup-steps", "schedule", "loss",
            "temperature", "patch-dropout", "augment", "shuffle/--no-shuffle", "precision", "gradient-clip", "seed",
            "device",
            "workers", "checkpoint-every",
        ],
        "evaluate": [
            "report", "run", "before",
            "model", "data", "labels", "output", "template", "images", "unlisted", "top-k", "threshold", "batch-size",
            "device", "precision", "bootstrap", "score", "no-calibration", "group", "bands",
        ],
        "predict": [
            "model", "labels", "template", "top-k", "threshold", "format", "images", "batch-size", "device",
            "precision", "score", "no-calibration",
        ],
        "calibrate": [
            "model", "data", "output", "method", "minimum-positives", "seed", "labels", "template", "images",
            "unlisted", "batch-size", "device", "precision",
        ],
        "thresholds": [
            "model", "data", "output", "goal", "minimum-positives", "labels", "template", "images", "unlisted",
            "batch-size", "device", "precision",
        ],
        "search": [
            "model", "embeddings, --index", "text", "top-k", "exclude-self", "format", "images", "batch-size",
            "device", "precision",
        ],
        "index": [
            "output", "model", "device", "precision", "batch-size", "remove-missing", "remove", "embeddings", "export",
            "images",
        ],
        "embed": ["model", "output", "text", "images", "batch-size", "device", "precision"],
        "metrics": [
            "scores", "targets", "top-k", "threshold", "logits", "log-probabilities", "group", "bands", "bootstrap",
            "unlisted",
        ],
        "tokenize": ["model"],
        "dataset check": ["images", "unlisted", "labels"],
        "dataset split": ["output", "parts", "seed", "images", "unlisted", "labels"],
        "export": ["model", "precision, --dtype", "output"],
        "interpolate": ["model", "fine-tuned", "output", "alpha", "data", "alphas", "keep", "labels", "precision"],
        "serve": [
            "model", "index", "labels", "template", "device", "precision", "batch-size", "workers", "fast-decode",
            "no-calibration", "host", "port", "batch-delay", "queue", "timeout", "read-timeout", "write-timeout",
            "idle-timeout", "max-body", "max-pixels", "max-pictures", "max-labels", "max-label-length",
            "max-connections", "memory", "label-cache", "token-file", "watchdog", "drain-delay", "drain-timeout",
            "log-format", "log-level", "no-page",
        ],
        "audit": ["model", "data", "output", "folds", "seed", "penalty", "order", "top", "labels", "unlisted"],
    ]

    @Test(arguments: options.keys.sorted()) func `every command explains its options`(_ command: String) throws {
        let help = try printedHelp(command.split(separator: " ").map(String.init) + ["--help"])
        #expect(help.hasPrefix("OVERVIEW: "))
        #expect(help.contains("\nUSAGE: mumic \(command) "))
        for option in try #require(Self.options[command]) {
            // Each with a sentence of its own, on its line or the next one.
            #expect(
                help.contains(try Regex("\n  --\(option)( <[^>]+>)?\\s+[A-Za-z]")), "--\(option)\n\(help)")
        }
        #expect(help.split(separator: "\n").allSatisfy { $0.hasPrefix("USAGE: ") || $0.count <= 80 })
        #expect(try printedHelp(["help"] + command.split(separator: " ").map(String.init)) == help)
    }

    @Test func `the help of a command is what the program prints`() throws {
        let outcome = try Program.run("evaluate --help")
        outcome.expectSuccess()
        #expect(try outcome.errors.isEmpty && outcome.output == printedHelp(["evaluate", "--help"]))
    }
}
