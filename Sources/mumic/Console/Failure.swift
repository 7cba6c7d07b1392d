// SPDX-License-Identifier: Apache-2.0

import CLIP
import ContentHash
import Datasets
import Evaluation
import FileIO
import Foundation
import Hub
import Imaging
import MultiLabel
import Safetensors
import Tokenization
import Torch
import TorchNN
import Training

/// Options that do not fit together or hold impossible values: exit status 64.
struct UsageError: Error {
    let message: String

    init(_ message: String) { self.message = message }
}

/// Data of which some could not be used, after the rest was done: exit status 65.
struct BadDataError: Error {
    let message: String
    var findings: [String] = []
}

/// A path named by an option that is not there: exit status 66.
struct MissingInputError: Error {
    let message: String
}

/// An error as the user sees it: findings, one line and an exit status.
struct Failure {
    let status: Int32
    let message: String
    let findings: [String]

    init(_ error: any Error) {
        var findings: [String] = []
        func bad(_ isMissing: Bool) -> Int32 { isMissing ? 66 : 65 }
        switch error {
        case let error as UsageError: (status, message) = (64, error.message)
        case let error as BadDataError:
            (status, message) = (65, error.message)
            findings = error.findings
        case let error as MissingInputError: (status, message) = (66, error.message)
        case let error as any UserFacingError:
            (status, message) = (error.failureKind.exitStatus, "\(error)")
            findings = error.findings
        case let error as DatasetError:
            (status, message) = (bad(error.isMissingInput), "\(error)")
            if case .unusable(let path, let list) = error { findings = list.map { $0.formatted(path: path) } }
        case let error as FileIOError: (status, message) = (bad(error.isMissingInput), "\(error)")
        case let error as HubError: (status, message) = (bad(error.isMissingInput), "\(error)")
        case let error as SafetensorsError: (status, message) = (bad(error.isMissingInput), "\(error)")
        case let error as TokenizerError: (status, message) = (65, "\(error)")
        case let error as CLIPError: (status, message) = (65, "\(error)")
        case let error as ParameterError: (status, message) = (65, "\(error)")
        case let error as ImagingError: (status, message) = (bad(error.isMissingInput), "\(error)")
        case let error as EvaluationError: (status, message) = (65, "\(error)")
        case let error as MultiLabelError: (status, message) = (Failure.status(of: error), "\(error)")
        case let error as TrainingError: (status, message) = (Failure.status(of: error), "\(error)")
        case let error as TorchError: (status, message) = (70, "\(error)")
        default:
            (status, message) = (70, "internal error: \(error.localizedDescription); please report it with the command")
        }
        self.findings = findings.map { printable($0, maximumCharacters: 1000) }
    }

    private static func status(of error: MultiLabelError) -> Int32 {
        switch error {
        case .noLabels, .headHasNoText: 64
        default: 65
        }
    }

    private static func status(of error: TrainingError) -> Int32 {
        switch error {
        case .runNotEmpty, .runInUse, .changedOption, .nothingTrains: 64
        default: 65
        }
    }
}
