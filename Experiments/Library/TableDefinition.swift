// SPDX-License-Identifier: Apache-2.0

/// What a table asks, and of which runs it consists: one YAML file.
public struct TableDefinition: Sendable {
    /// The name, which is the file's.
    public var name: String
    /// Its place in the document.
    public var order = 0
    /// The heading.
    public var title: String
    /// What is asked and how, written by hand, in Markdown.
    public var introduction = ""
    /// Names of data sets; those that are not at hand are left out.
    public var datasets: [String]
    /// Names of measures; the first is the one that variants are compared by.
    public var measures: [Measure]
    /// Options of training and evaluation that all runs share, and the data that they train on.
    public var common = Level()
    /// The same for one data set.
    public var forDataset: [String: Level] = [:]
    /// Other data or options under which all variants are compared; one unnamed setting where there is nothing to say.
    public var settings: [Setting] = [Setting(id: "", name: "")]
    /// What is compared.
    public var variants: [Variant]
    /// The variant that the others are compared with.
    public var defaultVariant: String
    /// Whether some labels are kept from training and scored apart.
    public var holdsOut = false
    /// Whether training sees the validation pictures and keeps the best epoch's model.
    public var validates = true
    /// What is different with --quick.
    public var quick = QuickChanges()
}

/// What one level of a definition says of training, evaluation and data.
public struct Level: Sendable, Equatable {
    /// Options of `mumic train`.
    public var train = OptionList()
    /// Options of `mumic evaluate`.
    public var evaluate = OptionList()
    /// The training data.
    public var data = DataChange()
    /// Options of training whose best value is found on the validation pictures; empty for none, nil to inherit.
    public var grid: [GridAxis]?

    /// A level that says nothing.
    public init() {}
}

/// An option of training and the values to choose from.
public struct GridAxis: Sendable, Equatable {
    /// The option without its dashes.
    public var option: String
    /// Its values, as written.
    public var values: [String]

    /// An axis of a grid.
    ///
    /// - Parameters:
    ///   - option: The option without its dashes.
    ///   - values: Its values.
    public init(option: String, values: [String]) {
        self.option = option
        self.values = values
    }
}

/// A condition under which all variants are compared.
public struct Setting: Sendable {
    /// Part of the runs' directories.
    public var id: String
    /// What the document calls it.
    public var name: String
    /// What is different.
    public var level = Level()
    /// Whether --quick has it.
    public var isQuick = true
}

/// Something that is compared.
public struct Variant: Sendable {
    /// Part of the runs' directories.
    public var id: String
    /// What the document calls it.
    public var name: String
    /// What is different.
    public var level = Level()
    /// The same for one data set.
    public var forDataset: [String: Level] = [:]
    /// Whether a model is trained; else the start, or another variant's, is used.
    public var trains = true
    /// The variant whose model this one uses.
    public var from: String?
    /// The share of the trained model in its mixture with the start, or ``chosenWeight``.
    public var interpolate: String?
    /// The share that is chosen on the validation pictures.
    static let chosenWeight = "auto"
    /// Whether it is `mumic train` without options, whatever the levels say of training.
    public var isRecipe = false
    /// What it fits on the states of the start's image tower, in place of a model.
    public var frozen: FrozenMethod?
    /// The data sets for which it is; empty for all.
    public var datasets: [String] = []
    /// Settings for which it is left out.
    public var except: [String] = []
    /// Whether --quick has it.
    public var isQuick = true
}

/// What --quick changes about a table.
public struct QuickChanges: Sendable {
    /// Training pictures at most.
    public var pictures = 200
    /// Options that win over all others.
    public var train = OptionList()
}

/// How the training data differs from the data set's.
public struct DataChange: Sendable, Equatable {
    /// So many pictures, chosen by the seed; nil for all.
    public var pictures: Int?
    /// So many pictures of each label where there are as many, chosen by the seed.
    public var perLabel: Int?
    /// The share of known cells whose target is turned round.
    public var flip: Double?
    /// The share of positives that are said to be absent.
    public var missing: Double?
    /// The share of positives that are said of another label instead.
    public var wrong: Double?
    /// The share of cells that stay known.
    public var known: Double?

    /// No change.
    public init() {}

    /// Whether the data stays as it is.
    public var isNone: Bool { self == DataChange() }

    /// This change with what a more special level says on top.
    ///
    /// - Parameter other: The level that wins.
    /// - Returns: Both.
    public func overridden(by other: DataChange) -> DataChange {
        var result = self
        if let pictures = other.pictures { (result.pictures, result.perLabel) = (pictures, nil) }
        if let perLabel = other.perLabel { (result.perLabel, result.pictures) = (perLabel, nil) }
        result.flip = other.flip ?? flip
        result.missing = other.missing ?? missing
        result.wrong = other.wrong ?? wrong
        result.known = other.known ?? known
        return result
    }

    /// The change in words that no two changes share, as part of hashes and file names.
    public var key: String {
        let parts: [(String, String?)] = [
            ("pictures", pictures.map(String.init)), ("per-label", perLabel.map(String.init)),
            ("flip", flip.map { "\($0)" }), ("missing", missing.map { "\($0)" }), ("wrong", wrong.map { "\($0)" }),
            ("known", known.map { "\($0)" }),
        ]
        return parts.compactMap { name, value in value.map { "\(name)-\($0)" } }.joined(separator: "_")
    }
}

/// Where a data set comes from: an entry of `datasets.yml`.
public struct DatasetDefinition: Sendable {
    /// The name by which tables call it.
    public var name: String
    /// What the document calls it.
    public var title = ""
    /// The model that is fine-tuned; `{models}` and `{shared}` stand for folders.
    public var model: String
    /// How `sample-world labels` draws it, where it does.
    public var world: OptionList?
    /// The tables, where they are at hand.
    public var files: (train: String, validation: String, test: String)?
    /// Options of `mumic train` that suit it.
    public var train = OptionList()
    /// Labels that a table may keep from training.
    public var heldOut: [String] = []
    /// Labels that are not evaluated.
    public var leftOut: [String] = []
    /// Training positives from which a label is of medium frequency, and frequent.
    public var bands = [20, 100]
    /// At most so many validation and test pictures, chosen once for all.
    public var validationPictures: Int?
    /// At most so many test pictures.
    public var testPictures: Int?
    /// Whether --quick has it.
    public var isQuick = true
    /// A guess of the training speed on two cores, for the plan.
    public var picturesPerSecond = 200.0
}
