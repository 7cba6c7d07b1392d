// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import Datasets
import Evaluation
import FileIO
import Foundation
public import Logging
import MultiLabel
public import Serving
import Terminal
import TrainingOptions

extension LineLogHandler.Format: ExpressibleByArgument {}
extension Logger.Level: @retroactive ExpressibleByArgument {}

extension Serve {
    /// The options of `mumic serve`; each is also a variable of the environment (``ServeEnvironment``).
    struct Options: ParsableArguments {
        @Option(
            help: .init(
                "A model to serve, under a name for requests; may be repeated, the first is the default.",
                valueName: "[name=]model"))
        var model: [String] = []

        @Option(
            help: .init(
                "An index of mumic index or embed to search, for the model of a name or the first; may be repeated.",
                valueName: "[name=]file"))
        var index: [String] = []

        @OptionGroup var labels: LabelOptions
        @OptionGroup var compute: ComputeOptions
        @Flag(help: "Leave out the models' calibration: probabilities are the plain sigmoid.")
        var noCalibration = false

        @Option(help: .init("The address to listen on; 0.0.0.0 for all.", valueName: "address"))
        var host = "127.0.0.1"
        @Option(number: "The port; 0 for any that is free.", "n") var port = 8080

        @Option(number: "Batches of a model that run at a time (default: the processors; 1 on a GPU).", "n")
        var modelWorkers: Int?
        @Option(number: "How long a picture may wait for others that are being decoded.", "seconds")
        var batchDelay = 0.05
        @Option(number: "Pictures that may wait or be decoded; further ones are answered 429.", "n") var queue = 256

        @OptionGroup(title: "Limits") var limits: Limits
        @OptionGroup(title: "Life") var life: Life

        mutating func validate() throws {
            if !(0...65535).contains(port) { throw ValidationError("--port must lie in 0...65535") }
            if let modelWorkers, !(1...1024).contains(modelWorkers) {
                throw ValidationError("--model-workers must lie in 1...1024")
            }
            if !(0...60).contains(batchDelay) { throw ValidationError("--batch-delay must lie in 0...60") }
            if !(1...1_000_000).contains(queue) { throw ValidationError("--queue must lie in 1...1000000") }
        }
    }

    /// What a request may cost.
    struct Limits: ParsableArguments {
        @Option(number: "The most time for a request; X-Request-Timeout of a request may say less.", "seconds")
        var timeout = 30.0
        @Option(number: "The most time in which a request has to arrive.", "seconds") var readTimeout = 30.0
        @Option(number: "The most time in which an answer has to be taken.", "seconds") var writeTimeout = 30.0
        @Option(number: "After this time without a request a connection is closed.", "seconds")
        var idleTimeout = 75.0
        @Option(number: "The largest body of a request.", "bytes") var maxBody = 32 << 20
        @Option(number: "The most pictures or texts of a request.", "n") var maxPictures = 64
        @Option(number: "The most labels that a request may bring.", "n") var maxLabels = 256
        @Option(number: "The most characters of a label or text of a request.", "n") var maxLabelLength = 1000
        @Option(number: "The most connections; for a further one the longest idle is closed.", "n") var maxConnections =
            1024
        @Option(number: "The most memory for bodies and decoded pictures at a time.", "bytes")
        var memory = 1 << 30
        @Option(number: "The most memory for features of labels that requests brought.", "bytes")
        var labelCache = 64 << 20

        mutating func validate() throws {
            let times = [
                ("timeout", timeout), ("read-timeout", readTimeout), ("write-timeout", writeTimeout),
                ("idle-timeout", idleTimeout),
            ]
            for (name, value) in times where !(value >= 0.001 && value <= 86400) {
                throw ValidationError("--\(name) must lie in 0.001...86400 seconds")
            }
            let numbers = [
                ("max-body", maxBody), ("max-pictures", maxPictures),
                ("max-labels", maxLabels), ("max-label-length", maxLabelLength), ("max-connections", maxConnections),
                ("memory", memory),
            ]
            for (name, value) in numbers where value < 1 || value > 1 << 40 {
                throw ValidationError("--\(name) must be a whole number from 1 on")
            }
            if labelCache < 0 { throw ValidationError("--label-cache must be at least 0") }
            if maxBody > memory / 4 { throw ValidationError("--max-body must be at most a quarter of --memory") }
        }
    }

    /// Who may ask, how the server begins and ends, and what it says.
    struct Life: ParsableArguments {
        @Option(help: .init("A file with the token that requests have to bear.", valueName: "file"))
        var tokenFile: String?
        @Option(number: "A batch that runs longer makes /readyz fail.", "seconds") var watchdog = 60.0
        @Option(number: "The time between SIGTERM and the end of listening; /readyz fails meanwhile.", "seconds")
        var drainDelay = 0.0
        @Option(number: "After this time more the server ends, whatever is still open.", "seconds")
        var drainTimeout = 30.0
        @Option(help: .init("What log lines are: text or json.", valueName: "format"))
        var logFormat = LineLogHandler.Format.text
        @Option(help: .init("What is logged at least: debug, info, warning, error.", valueName: "level"))
        var logLevel = Logger.Level.info
        @Flag(help: "Leave out the page at /.") var noPage = false

        mutating func validate() throws {
            if !(0.1...86400).contains(watchdog) { throw ValidationError("--watchdog must lie in 0.1...86400") }
            for (name, value) in [("drain-delay", drainDelay), ("drain-timeout", drainTimeout)]
            where !(0...86400).contains(value) {
                throw ValidationError("--\(name) must lie in 0...86400")
            }
        }
    }
}

extension Serve.Options {
    /// What the library is asked for.
    func server() throws -> ServerOptions {
        if model.isEmpty { throw InputError.usage("give --model a model to serve; see mumic serve --help") }
        let labels = try labels.fileLabels()
        var models: [ServerOptions.Model] = []
        for text in model {
            let (name, path) = Self.named(text)
            let directory = try modelDirectory(path)
            // What is wrong with the files is said before anything listens.
            _ = try modelBundle(directory)
            models.append(.init(name: name ?? Self.name(path), directory: directory, labels: labels))
        }
        for text in index {
            let (name, path) = Self.named(text)
            guard let place = name.map({ name in models.firstIndex { $0.name == name } }) ?? 0 else {
                throw InputError.usage("--index \(printable(text)) names no model that is served")
            }
            guard FileManager.default.fileExists(atPath: path) else {
                throw InputError.missing("there is no index \(printable(path)); write one with mumic index")
            }
            models[place].index = path
        }
        var predictor = PredictorOptions(pictures: try compute.streamOptions(), dtype: compute.precision.dtype)
        predictor.isCalibrated = !noCalibration
        let (format, level) = (life.logFormat, life.logLevel)
        let logger = Logger(label: "mumic") { _ in LineLogHandler(format: format, level: level) }
        var options = ServerOptions(models: models, predictor: predictor, logger: logger) { try modelDirectory($0) }
        options.templates = try self.labels.templates()
        (options.host, options.port) = (host, port)
        if let modelWorkers { options.modelWorkers = modelWorkers }
        (options.batchDelay, options.queue) = (batchDelay, queue)
        (options.timeout, options.readTimeout) = (limits.timeout, limits.readTimeout)
        (options.writeTimeout, options.idleTimeout) = (limits.writeTimeout, limits.idleTimeout)
        options.maximumBody = limits.maxBody
        (options.maximumPictures, options.maximumLabels) = (limits.maxPictures, limits.maxLabels)
        (options.maximumLabelLength, options.maximumConnections) = (limits.maxLabelLength, limits.maxConnections)
        (options.memory, options.labelCache) = (limits.memory, limits.labelCache)
        (options.watchdog, options.drainDelay, options.drainTimeout) =
            (life.watchdog, life.drainDelay, life.drainTimeout)
        options.hasPage = !life.noPage
        options.token = try token()
        return options
    }

    /// The token of the file or of the environment, without blanks around it.
    private func token() throws -> String? {
        let variable = ProcessInfo.processInfo.environment[ServeEnvironment.tokenVariable]
        guard let path = life.tokenFile else { return variable }
        guard FileManager.default.fileExists(atPath: path) else {
            throw InputError.missing("there is no token file \(printable(path))")
        }
        let bytes = try readFile(path: path, maximumBytes: 1 << 16)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw InputError.badData("\(printable(path)) is no text; write the token as one line of ASCII characters")
        }
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// The name before an equals sign, and what follows it; no name where there is no sign, or where a path has it.
    private static func named(_ text: String) -> (name: String?, path: String) {
        let sides = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        if sides.count == 2, !sides[0].contains("/") { return (sides[0], sides[1]) }
        return (nil, text)
    }

    /// What a model is called that was given without a name: its folder's name; for `RUN/model` the run's.
    private static func name(_ path: String) -> String {
        var parts = path.split(separator: "/").map(String.init).filter { $0 != "." && $0 != ".." }
        if parts.count > 1, parts.last == "model" { parts.removeLast() }
        let name = parts.last?.split(separator: "@").first.map(String.init) ?? "model"
        return String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) ? $0 : "-" })
    }
}
