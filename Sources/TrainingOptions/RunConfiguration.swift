// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import FileIO
import Foundation
public import TorchNN

/// Everything that a run depends on.
///
/// Each option is declared once, in one of the groups: its name on the command line, which is its key in YAML files
/// too, its type, its default and its help. The empty initializer is for the parser alone.
@dynamicMemberLookup
public protocol RunConfiguration: ParsableArguments, Sendable {
    /// What the shared options are where nobody says anything.
    static var defaults: RunDefaults { get }
    /// All options as they are where nobody says anything.
    static var standard: Self { get }
    /// What is trained on, where to, and how the run begins.
    var run: RunOptions<Self> { get set }
    /// How the steps go.
    var steps: StepOptions<Self> { get set }
    /// How pictures are varied and ordered.
    var pictures: PictureOptions { get set }
    /// Where the run computes.
    var machine: MachineOptions { get set }
    /// The optimiser's constants.
    var optimizer: AdamW.Configuration { get }
    /// Saved options that follow from others where nobody says them; nil for what is not saved.
    var derived: [String: (any Encodable)?] { get }
    /// What no run can do without and is not given: a sentence, or nil.
    var missing: String? { get }
    /// Refuses values of this kind of run's own options that no run can have.
    ///
    /// - Throws: `InputError`, a wrong usage.
    func checkOwnValues() throws
    /// Refuses options that contradict each other.
    ///
    /// - Throws: `InputError`, a wrong usage.
    func checkContradictions() throws
    /// Which options have no effect beside others: sentences.
    var notes: [String] { get }
    /// Adds what a file that has all options meant by leaving one out.
    static func readWhole(_ arguments: inout [String: [String]])
    /// Settles what follows from which options were said at all, on the command line or in a file.
    mutating func settle(said: Set<String>)
    /// Whether an option is saved with a run.
    func saves(_ option: String) -> Bool
    /// Whether a whole file of options has to have one, beside what else is in it.
    static func needs(_ option: String, beside arguments: [String: [String]]) -> Bool
}

/// What kinds of runs differ in among the options that they share.
public struct RunDefaults: Sendable {
    /// The subcommand.
    let command: String
    /// What the data are.
    let data: String
    let epochs: Int
    let batchSize: Int
    let learningRate: Double
    let weightDecay: Double
    let warmupSteps: Int
}

extension RunConfiguration {
    /// The options of ``RunOptions`` by their names.
    public subscript<Value>(dynamicMember path: WritableKeyPath<RunOptions<Self>, Value>) -> Value {
        get { run[keyPath: path] }
        set { run[keyPath: path] = newValue }
    }

    /// The options of ``StepOptions`` by their names.
    public subscript<Value>(dynamicMember path: WritableKeyPath<StepOptions<Self>, Value>) -> Value {
        get { steps[keyPath: path] }
        set { steps[keyPath: path] = newValue }
    }

    /// The options of ``PictureOptions`` by their names.
    public subscript<Value>(dynamicMember path: WritableKeyPath<PictureOptions, Value>) -> Value {
        get { pictures[keyPath: path] }
        set { pictures[keyPath: path] = newValue }
    }

    /// The options of ``MachineOptions`` by their names.
    public subscript<Value>(dynamicMember path: WritableKeyPath<MachineOptions, Value>) -> Value {
        get { machine[keyPath: path] }
        set { machine[keyPath: path] = newValue }
    }

    /// Threads that decode pictures. The default is the number of processors.
    public var workers: Int {
        get { machine.workers ?? max(1, ProcessInfo.processInfo.activeProcessorCount) }
        set { machine.workers = newValue }
    }

    /// None.
    public var derived: [String: (any Encodable)?] { [:] }
    /// None.
    public var notes: [String] { [] }
    /// Nothing follows.
    public mutating func settle(said: Set<String>) {}
    /// All are.
    public func saves(_ option: String) -> Bool { true }
    /// It has to have all.
    public static func needs(_ option: String, beside arguments: [String: [String]]) -> Bool { true }
    /// Nothing is added.
    public static func readWhole(_ arguments: inout [String: [String]]) {}

    /// What the parser makes of no arguments.
    static var unsaid: Self {
        do { return try parse([]) } catch { preconditionFailure("an option has no default: \(error)") }
    }

    /// These options with what the files say that they name: what a resumed run began with, then the file of
    /// `--config`, then the command line's, each outdone by the next; checked.
    ///
    /// - Parameter arguments: The arguments that these options were parsed from.
    /// - Returns: The options as the run is to have them.
    /// - Throws: `InputError` in the words that a user reads, and `FileIOError` if a file cannot be read.
    public func completed(arguments: [String]) throws -> Self {
        let file = try self.config.map { path in
            try OptionsFile<Self>(readText(path: path, maximumBytes: maximumBytes, acceptsPipes: true), path: path)
        }
        var options = try file?.configuration(arguments) ?? self
        var said = Set(file?.arguments.keys.map { $0 } ?? [])
        if options.output.isEmpty { throw InputError.usage("--output is missing; name a directory for the run") }
        if options.resume {
            if let saved = try Self.savedFile(output: options.output) {
                options = try saved.overridden(by: file).configuration(arguments)
                said.formUnion(saved.arguments.keys)
            } else if options.missing != nil {
                throw InputError.usage(
                    "\(options.output) has no config.yml yet; give --resume with the options that the run was started with"
                )
            }
        }
        options.settle(said: said.union(Self.names(in: arguments)))
        try options.check()
        return options
    }

    /// The options that a command line names, by their keys.
    private static func names(in arguments: [String]) -> [String] {
        arguments.filter { $0.hasPrefix("--") }.map { argument in
            let name = argument.dropFirst(2).prefix { $0 != "=" }
            return String(name.hasPrefix("no-") && name != "no-report" ? name.dropFirst(3) : name)
        }
    }

    /// Checks what can be checked without looking at the data.
    ///
    /// - Throws: `InputError`, a wrong usage, in the words of the command line.
    public func check() throws {
        if let missing { throw InputError.usage(missing) }
        try checkValues()
        try checkContradictions()
    }

    /// Refuses the first value that no run can have: an `InputError` that begins with its option's name.
    package func checkValues() throws {
        func isAtLeast0(_ number: Double) -> Bool { number.isFinite && number >= 0 }
        try require("epochs", "must be at least 1", self.epochs >= 1)
        try require("batch-size", "must be at least 1", self.batchSize >= 1)
        try require("accumulate", "must be at least 1", self.accumulate >= 1)
        try require("learning-rate", "must be a number above 0", self.learningRate.isFinite && self.learningRate > 0)
        try require("weight-decay", "must be a number of at least 0", isAtLeast0(self.weightDecay))
        try require("warmup-steps", "must be at least 0", self.warmupSteps >= 0)
        try require("gradient-clip", "must be a number of at least 0", isAtLeast0(self.gradientClip))
        try require("workers", "must be at least 1", workers >= 1)
        try require("checkpoint-every", "must be at least 1", self.checkpointEvery ?? 1 >= 1)
        try require("epochs", "must be at most 1000000000", self.epochs <= 1_000_000_000)
        try require("batch-size", "must be at most 1000000000", self.batchSize <= 1_000_000_000)
        try require("accumulate", "must be at most 1000000000", self.accumulate <= 1_000_000_000)
        try require("workers", "must be at most 1024", workers <= 1024)
        try checkOwnValues()
    }
}

/// Refuses an option's value unless it is what it must be.
func require(_ option: String, _ problem: String, _ holds: Bool) throws(InputError) {
    if !holds { throw .usage("--\(option) \(problem)") }
}

/// The largest file of options that is read, in bytes.
private let maximumBytes = 16 << 20

/// The order in which `config.yml` has always been written; options that are not in it follow.
private let order = """
    data validation labels images unlisted separator model architecture tokenizer output epochs batch-size accumulate \
    learning-rate weight-decay beta1 beta2 epsilon warmup-steps schedule loss temperature fixed-temperature bias \
    fixed-bias patch-dropout template freeze augment shuffle precision gradient-clip seed device workers \
    checkpoint-every label-smoothing positive-weight asl-gamma-positive asl-gamma-negative asl-clip focal-gamma \
    focal-alpha robust robust-rate unknown head lock-image-unlocked-groups lock-text-unlocked-layers freeze-embeddings \
    train-token-table image-layer-decay text-layer-decay lora-rank lora-alpha lora-targets ema sampling hold-out cache \
    recipe minutes effort allow-shared
    """.split(separator: " ").map(String.init)

extension RunConfiguration {
    /// The options that say what run it is, in the order in which they are saved.
    var savedOptions: [DeclaredOption] {
        let options = DeclaredOption.all(of: self).filter { !RunOptions<Self>.unsaved.contains($0.name) }
        let places = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })
        return options.enumerated().sorted {
            (places[$0.element.name] ?? order.count + $0.offset) < (places[$1.element.name] ?? order.count + $1.offset)
        }.map(\.element)
    }

    /// The options that have a value, each as JSON, whose scalars and lists are YAML's; Yams itself would round numbers
    /// to fifteen digits.
    func values() throws -> [(key: String, text: String)] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        let derived = self.derived.merging(["workers": workers]) { $1 }
        return try savedOptions.filter { saves($0.name) }.compactMap { option in
            guard let value = derived[option.name, default: option.value] else { return nil }
            return (option.name, String(decoding: try encoder.encode(value), as: UTF8.self))
        }
    }

    /// The configuration as YAML under the names of the options, numbers with all their digits.
    ///
    /// - Throws: `EncodingError` for a number that is infinite or not a number.
    package func yaml() throws -> String { try values().map { "\($0): \($1)\n" }.joined() }

    /// Reads what ``yaml()`` wrote to a file.
    ///
    /// - Throws: `InputError` if it is not a whole configuration of this kind of run.
    package init(yaml: String, path: String) throws {
        self = try Self.whole(yaml, path: path).configuration()
    }

    private static func whole(_ yaml: String, path: String) throws -> OptionsFile<Self> {
        guard let file = try? OptionsFile<Self>(yaml, path: path), file.isWhole else {
            throw InputError.badData(
                "\(path) is not a configuration of this kind of run; remove it to go on from the checkpoint before, or start again with another --output"
            )
        }
        return file
    }

    /// The configuration that a run began with, or nil if there is none in its directory.
    ///
    /// - Throws: `InputError` if it is there and is not a configuration of this kind of run, or `FileIOError`.
    package static func saved(output: String) throws -> Self? { try savedFile(output: output)?.configuration() }

    private static func savedFile(output: String) throws -> OptionsFile<Self>? {
        let path = output + "/config.yml"
        do {
            return try whole(readText(path: path, maximumBytes: maximumBytes), path: path)
        } catch let error as FileIOError where error.isMissingInput {
            return nil
        }
    }

    /// The first option that makes another run of a resumed one: its name, and its values before and now.
    package func firstChange(from before: Self) throws -> (key: String, before: String, now: String)? {
        let old = Dictionary(uniqueKeysWithValues: try before.values())
        let new = Dictionary(uniqueKeysWithValues: try values())
        func words(_ json: String?) -> String {
            guard let json else { return "not given" }
            let decoder = JSONDecoder()
            if let list = try? decoder.decode([String].self, from: Data(json.utf8)) {
                return list.joined(separator: ", ")
            }
            return (try? decoder.decode(String.self, from: Data(json.utf8))) ?? json
        }
        // A pipe has another number each time; what comes through it is compared by its hash.
        func isPipe(_ json: String?) -> Bool { json?.hasPrefix("\"/dev/fd/") ?? false }
        // Some change speed and safety, not what comes out.
        let key = savedOptions.map(\.name).first {
            old[$0] != new[$0] && !["workers", "checkpoint-every", "output", "allow-shared"].contains($0)
                && !(isPipe(old[$0]) && isPipe(new[$0]))
        }
        return key.map { ($0, words(old[$0]), words(new[$0])) }
    }
}
