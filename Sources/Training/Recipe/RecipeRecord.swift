// SPDX-License-Identifier: Apache-2.0

import Foundation
public import Report

/// `RUN/recipe.json`: the plan, and what each stage gave.
struct RecipeRecord: Codable, Equatable {
    /// What a stage gave.
    struct Stage: Codable, Equatable {
        /// Its name: `text`, `head`, `tuned`, `refit`, `stack`, and these with `thorough`.
        var name: String
        /// What it is, in words.
        var what: String
        /// GAP on the validation pictures, in [0, 1]; nil where undefined.
        var gap: Double?
        /// Macro mAP on the validation pictures, in [0, 1]; nil where undefined.
        var mapMacro: Double?
        /// What was chosen in it, in words; nil for nothing.
        var chosen: String?
        /// Whether it is what was kept.
        var isKept = false

        enum CodingKeys: String, CodingKey {
            case name, what, gap
            case mapMacro = "map_macro"
            case chosen
            case isKept = "kept"
        }
    }

    var version = 1
    /// `running` or `finished`.
    var status = "running"
    /// A hash of the data and labels.
    var data: String
    var plan: RecipePlan
    var stages: [Stage] = []
    /// Why the kept stage was kept, in words.
    var reason: String?
    /// Training pictures that choices are made by, by their numbers in the data; nil where there are validation data.
    var heldOut: [Int]?
    /// What the user should know of the data.
    var notes: [String] = []

    enum CodingKeys: String, CodingKey {
        case version, status, data, plan, stages, reason
        case heldOut = "held_out"
        case notes
    }

    static let fileName = "recipe.json"

    /// What a run's directory has; nil if there is none.
    static func read(run: String) throws -> RecipeRecord? {
        let path = run + "/" + fileName
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        return try RunDirectory.read(RecipeRecord.self, path, maximumBytes: 64 << 20)
    }

}

extension RecipeStages {
    /// The stages of an automatic run, as a report shows them; nil where the recipe has not trained.
    ///
    /// - Parameter run: The run's directory.
    /// - Throws: `TrainingError` if its `recipe.json` cannot be used.
    public init?(run: String) throws {
        guard let record = try RecipeRecord.read(run: run) else { return nil }
        self.init(
            stages: record.stages.map {
                .init(
                    name: $0.name, what: $0.what, chosen: $0.chosen, gap: $0.gap, mapMacro: $0.mapMacro,
                    isKept: $0.isKept)
            }, reason: record.reason, notes: record.notes)
    }
}
