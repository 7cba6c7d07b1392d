// SPDX-License-Identifier: Apache-2.0

public import FileIO
import Imaging

/// What stops a training run.
public enum TrainingError: UserFacingError, Equatable {
    /// The run's directory has something in it already.
    case runNotEmpty(path: String)
    /// Another process trains in the run's directory.
    case runInUse(path: String)
    /// The run's directory is a file.
    case outputIsFile(path: String)
    /// A resumed run was asked to be another one.
    case changedOption(key: String, before: String, now: String, path: String)
    /// The data or labels of a resumed run are not those it began with.
    case changedData(path: String)
    /// A file of the run cannot be used.
    case damagedRun(path: String, problem: String)
    /// A value became infinite or not a number.
    case notFinite(what: String, step: Int)
    /// A picture could not be read during training.
    case picture(source: String, line: Int?, path: String, problem: String)
    /// Nothing is left to train.
    case nothingTrains
    /// Every target is unknown.
    case nothingKnown(source: String)

    /// Wrong usage where options or the run's directory are not as they have to be; else bad data.
    public var failureKind: FailureKind {
        switch self {
        case .runNotEmpty, .runInUse, .changedOption, .nothingTrains: .wrongUsage
        default: .badData
        }
    }

    /// One line: what, where, what to do.
    public var description: String {
        switch self {
        case .runNotEmpty(let path):
            "\(path) is not empty; give --resume to go on with the run in it, or another --output"
        case .runInUse(let path):
            "another process is training in \(path); wait for it, or start another run with another --output"
        case .outputIsFile(let path): "\(path) is a file; --output takes a directory"
        case .changedOption(let key, let before, let now, let path):
            "--\(key) was \(before) when the run in \(path) began and is \(now) now; leave it as it was, or start another run with another --output"
        case .changedData(let path):
            "\(path) has changed since the run began; put it back as it was, or start another run with another --output"
        case .damagedRun(let path, let problem):
            "\(path) \(problem); remove it to go on from the checkpoint before, or start again with another --output"
        case .notFinite(let what, let step):
            "\(what) became infinite or NaN in step \(step); lower --learning-rate, add --warmup-steps or --gradient-clip 1, and --resume from the last checkpoint will not help without that"
        case .picture(let source, let line, let path, let problem):
            "\(source):\(line.map { "\($0): " } ?? " ")\(path): \(problem); replace the picture or remove the line, then start the run again"
        case .nothingTrains:
            "both towers are frozen and so are temperature and bias: nothing trains; leave out a --freeze or --fixed-temperature"
        case .nothingKnown(let source):
            "\(source) has no known label at all; every target is empty, fill some in"
        }
    }

    /// A picture that a data file lists could not be read.
    init(_ picture: Picture, of source: String, _ error: ImagingError) {
        self = .picture(
            source: source, line: picture.line, path: picture.path ?? picture.name, problem: "\(error)")
    }
}
