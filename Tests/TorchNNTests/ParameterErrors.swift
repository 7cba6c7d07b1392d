// SPDX-License-Identifier: Apache-2.0

import FileIO

// The errors of parameters that cannot be used, in the words that users read.

private let remedy = "check that config.json belongs to these weights"

func missing(name: String, file: String) -> InputError {
    .badData("parameter '\(name)' is missing in \(file); \(remedy)")
}

func misshapen(name: String, file: String, found: [Int], expected: [Int]) -> InputError {
    .badData("parameter '\(name)' in \(file) has shape \(found), the config asks for \(expected); \(remedy)")
}

func wrongType(name: String, file: String, found: String) -> InputError {
    .badData("parameter '\(name)' in \(file) has type \(found); convert it to F32, F16 or BF16")
}

func notFinite(name: String, file: String) -> InputError {
    .badData("parameter '\(name)' in \(file) holds infinite values or NaN; the checkpoint is damaged, use another")
}
