// SPDX-License-Identifier: Apache-2.0

/// What the stages of the automatic recipe gave, and which of them was kept.
public struct RecipeStages: Sendable, Equatable {
    /// A stage.
    public struct Stage: Sendable, Equatable {
        /// Its name.
        public var name: String
        /// What it is, in words.
        public var what: String
        /// What was chosen in it, in words; nil for nothing.
        public var chosen: String?
        /// GAP on the pictures that choices were made by, in [0, 1]; nil where undefined.
        public var gap: Double?
        /// Macro mAP on these pictures, in [0, 1]; nil where undefined.
        public var mapMacro: Double?
        /// Whether it is the model that was kept.
        public var isKept: Bool

        /// A stage with what it gave.
        public init(name: String, what: String, chosen: String?, gap: Double?, mapMacro: Double?, isKept: Bool) {
            (self.name, self.what, self.chosen) = (name, what, chosen)
            (self.gap, self.mapMacro, self.isKept) = (gap, mapMacro, isKept)
        }
    }

    /// The stages in their order.
    public var stages: [Stage]
    /// Why the kept one was kept, in words.
    public var reason: String?
    /// What there is to know of the data, such as pictures that training and validation share.
    public var notes: [String]

    /// Stages with what they gave.
    public init(stages: [Stage], reason: String?, notes: [String]) {
        (self.stages, self.reason, self.notes) = (stages, reason, notes)
    }
}

extension ReportContents {
    func recipeSection() -> Section? {
        guard let recipe, !recipe.stages.isEmpty else { return nil }
        let table = DataTable(
            caption: "The stages, each measured on the validation pictures", texts: ["Stage", "What it is", "Chosen"],
            numbers: ["GAP", "Macro mAP"],
            rows: recipe.stages.map { stage in
                [
                    .init(presentable(stage.name), tag: stage.isKept ? "kept" : nil), .init(presentable(stage.what)),
                    .init(presentable(stage.chosen ?? "")), .init(rate: stage.gap),
                    .init(rate: stage.mapMacro, hasBar: true),
                ]
            })
        return Section(
            id: "recipe", title: "What the recipe tried",
            lead:
                "Training went in stages. Each was measured on pictures that it was not trained on, and of those that "
                + "could not be told from the best one the simplest was kept.",
            blocks: (recipe.reason.map { [.text(presentable($0, limit: 600) + ".")] } ?? []) + [.table(table)])
    }
}
