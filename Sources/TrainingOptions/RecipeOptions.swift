// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser

/// Who decides how to train.
public enum TrainingRecipe: String, Codable, Sendable, CaseIterable, ExpressibleByArgument {
    /// The automatic recipe: several stages, whose settings are chosen on validation pictures.
    case auto
    /// The options: training exactly as they say.
    case plain
}

/// How much the automatic recipe tries.
public enum RecipeEffort: String, Codable, Sendable, CaseIterable, ExpressibleByArgument {
    /// Only a head on the model as it is.
    case fast
    /// The head, the last block of the image tower and the text tower.
    case auto
    /// Then the whole image tower, on varied pictures.
    case thorough
}

/// Whether the recipe trains, and how deep.
public struct RecipeOptions: ParsableArguments, Sendable {
    /// Who decides how to train; nil for the automatic recipe, unless an option says how to train.
    @Option(
        help: .init(
            "auto: settings are chosen on validation pictures; plain: training exactly as the options say (default: auto, or plain where an option of the groups below is given, but for --seed, --hold-out, --unlisted and those of the machine).",
            valueName: "recipe"))
    public var recipe: TrainingRecipe?
    /// About how many minutes the recipe may take, or nil for as many as its plan needs.
    @Option(parsing: .unconditional, help: .init("About how many minutes the recipe may take.", valueName: "n"))
    public var minutes: Double?
    /// How much the recipe tries; nil for what the device can do.
    @Option(
        help: .init(
            "How much the recipe tries: fast (a head on the frozen model), auto (the last block and the text tower too) or thorough (the whole image tower on varied pictures) (default: auto; on a GPU thorough).",
            valueName: "effort"))
    public var effort: RecipeEffort?
    /// Whether the plan is printed and nothing is trained.
    @Flag(help: "Print what the recipe would do, and how long it would take, and end.")
    public var explain = false
    /// Whether pictures that training and validation data share are no matter of warning.
    @Flag(help: "Do not warn of pictures that are both in the training and in the validation data.")
    public var allowShared = false

    /// For the parser.
    public init() {}
}

extension TrainingConfiguration {
    /// Options that say what is trained on and where, not how: they keep the automatic recipe.
    private static let recipeKeeps: Set<String> = [
        "data", "validation", "labels", "images", "unlisted", "separator", "model", "template", "output", "seed",
        "device", "precision", "batch-size", "workers", "hold-out", "allow-shared", "skip-broken", "recipe", "minutes",
        "effort", "explain", "resume", "config", "no-report", "skip-picture-check",
    ]

    /// Whether the automatic recipe trains.
    public var isAutomatic: Bool { recipeOrUsual == .auto }

    var recipeOrUsual: TrainingRecipe {
        self.recipe ?? (firstOptionOfPlainTraining == nil ? .auto : .plain)
    }

    /// The first option that says how to train and has another value than by default.
    private var firstOptionOfPlainTraining: String? {
        var copy = self
        copy.recipe = .plain
        var standard = Self.standard
        standard.recipe = .plain
        guard let own = try? copy.values(), let usual = try? standard.values() else { return nil }
        let known = Dictionary(uniqueKeysWithValues: usual)
        return own.first { !Self.recipeKeeps.contains($0.key) && known[$0.key] != $0.text }?.key
    }

    /// Takes the plain recipe where an option says how to train, even if it says what is usual.
    public mutating func settle(said: Set<String>) {
        if self.recipe == nil { self.recipe = said.isSubset(of: Self.recipeKeeps) ? .auto : .plain }
    }

    /// The recipe's options, and those of plain training where it is plain.
    public func saves(_ option: String) -> Bool {
        if ["minutes", "effort", "allow-shared"].contains(option) { return isAutomatic }
        return !isAutomatic || Self.recipeKeeps.contains(option)
    }

    /// Files of automatic runs have no options of plain training, and those of plain training none of the recipe.
    public static func needs(_ option: String, beside arguments: [String: [String]]) -> Bool {
        if ["recipe", "allow-shared"].contains(option) { return false }
        return arguments["recipe"] != ["--recipe=auto"] || recipeKeeps.contains(option)
    }

    /// What does not go with the recipe, or with plain training, in words.
    var recipeContradiction: String? {
        if isAutomatic {
            return firstOptionOfPlainTraining.map {
                "--recipe auto decides itself what --\($0) says; leave one of them out"
            }
        }
        let said = [
            ("minutes", self.minutes != nil), ("effort", self.effort != nil), ("explain", self.explain),
        ].first(where: \.1)
        let reason = firstOptionOfPlainTraining.map { "--\($0) means plain training" } ?? "this run trains plainly"
        return said.map { "--\($0.0) belongs to the automatic recipe, and \(reason); leave one of them out" }
    }
}
