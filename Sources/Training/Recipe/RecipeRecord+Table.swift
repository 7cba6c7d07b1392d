// SPDX-License-Identifier: Apache-2.0

import Datasets
import FileIO
import Foundation
import Imaging
import MultiLabel
import Terminal
import TrainingOptions

extension RecipeRecord {
    /// The stages as a table in plain text.
    var table: String {
        func percent(_ value: Double?) -> String { value.map { String(format: "%.1f %%", 100 * $0) } ?? "" }
        return formatTable(
            columns: [
                TableColumn("stage"), TableColumn("GAP", .right), TableColumn("mAP", .right), TableColumn("what it is"),
                TableColumn("chosen"),
            ],
            rows: stages.map {
                [
                    ($0.isKept ? "* " : "  ") + $0.name, percent($0.gap), percent($0.mapMacro), $0.what,
                    $0.chosen ?? "",
                ]
            })
    }
}

extension AnnotationTable {
    /// Some of the rows.
    func selecting(_ rows: [Int]) -> AnnotationTable {
        AnnotationTable(
            source: source, images: rows.map { images[$0] }, labels: labels,
            targets: rows.flatMap { targets[$0 * labels.count..<($0 + 1) * labels.count] })
    }
}

extension RecipeLog {
    /// The log of a run, cut back to what the latest tuning knows of.
    static func resumed(_ run: RunDirectory) throws -> RecipeLog {
        let latest = try TuningState.all(of: run).max { $0.runningStep < $1.runningStep }
        return try RecipeLog(run, bytes: latest?.logBytes ?? 0, runningStep: latest?.runningStep ?? 0)
    }
}

extension TrainingConfiguration {
    /// Plain training as the recipe tunes: the last block, or the whole image tower, and the text tower with an anchored
    /// head.
    func tuning(wholeTower: Bool) -> TrainingConfiguration {
        var copy = self
        copy.recipe = .plain
        copy.head = .anchored
        copy.augment = wholeTower ? .light : .none
        copy.shuffle = true
        copy.warmupSteps = 10
        copy.weightDecay = 0.1
        copy.gradientClip = 1
        copy.accumulate = max(1, RecipePlan.stepPictures / max(1, self.batchSize))
        copy.batchSize = min(self.batchSize, RecipePlan.stepPictures)
        copy.cache = true
        if wholeTower {
            (copy.imageLayerDecay, copy.textLayerDecay, copy.ema) = (0.7, 0.7, 0.99)
        } else {
            copy.lockImageUnlockedGroups = 2
        }
        return copy
    }
}

extension RunConfiguration {
    /// Throws if a run in the directory has other options.
    func requireUnchanged(path: String) throws {
        guard let saved = try Self.saved(output: path), let change = try firstChange(from: saved) else { return }
        throw TrainingError.changedOption(key: change.key, before: change.before, now: change.now, path: path)
    }
}
