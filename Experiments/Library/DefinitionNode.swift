// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import Yams

/// A value in a definition file that knows where it stands.
struct DefinitionNode {
    /// The deepest nesting that is read; definitions need five levels.
    static let depthLimit = 32
    /// The most values that are read, an alias counted as often as it is used.
    static let valueLimit = 20_000
    /// The largest file that is read.
    static let byteLimit = 1 << 20

    let path: String
    let node: Node

    /// Reads a file whose top level is a mapping.
    static func read(path: String) throws -> DefinitionNode {
        let text = try reading { () throws(FileIOError) in try readText(path: path, maximumBytes: byteLimit) }
        return try parse(text, path: path)
    }

    static func parse(_ text: String, path: String) throws -> DefinitionNode {
        // The parser calls itself for each level, so that depth is looked at before it is asked.
        if let line = tooDeepLine(text) {
            throw ExperimentError.definition(
                path: path, line: line, problem: "is nested more than \(depthLimit) levels deep; flatten it")
        }
        let node: Node?
        do {
            node = try Yams.compose(yaml: text)
        } catch let error as YamlError {
            throw ExperimentError.definition(path: path, line: error.line, problem: "is not YAML; correct it")
        }
        guard let node, node.mapping != nil else {
            throw ExperimentError.definition(
                path: path, line: nil, problem: "is not a list of KEY: VALUE lines; see Experiments/README.md")
        }
        var count = 0
        try measure(node, path: path, depth: 0, count: &count)
        return DefinitionNode(path: path, node: node)
    }

    /// The first line that nests too deeply, by indentation, dashes or brackets.
    private static func tooDeepLine(_ text: String) -> Int? {
        var brackets = 0
        var number = 0
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            number += 1
            var openers = 0
            for character in line.utf8 {
                if character == UInt8(ascii: "[") || character == UInt8(ascii: "{") { brackets += 1 }
                if character == UInt8(ascii: "]") || character == UInt8(ascii: "}") { brackets = max(0, brackets - 1) }
                if brackets > depthLimit { return number }
            }
            var rest = line[...]
            while let first = rest.first, first == " " || first == "-" || first == "?" {
                if first != " " { openers += 1 }
                rest = rest.dropFirst()
            }
            let indentation = line.utf8.count - rest.utf8.count
            // A rule of dashes is text or a document's end, not nesting.
            if openers > depthLimit, line.contains("- -") || line.contains("? ?") { return number }
            if indentation > 8 * depthLimit, !rest.isEmpty { return number }
        }
        return nil
    }

    private static func measure(_ node: Node, path: String, depth: Int, count: inout Int) throws {
        count += 1
        guard depth <= depthLimit, count <= valueLimit else {
            throw ExperimentError.definition(
                path: path, line: node.mark?.line, problem: "has too many values or levels; split the table")
        }
        if let mapping = node.mapping {
            for (key, value) in mapping {
                try measure(key, path: path, depth: depth + 1, count: &count)
                try measure(value, path: path, depth: depth + 1, count: &count)
            }
        } else if let sequence = node.sequence {
            for value in sequence { try measure(value, path: path, depth: depth + 1, count: &count) }
        }
    }

    func failure(_ problem: String) -> ExperimentError {
        .definition(path: path, line: node.mark?.line, problem: problem)
    }

    /// The text of a scalar.
    func text(_ what: String) throws -> String {
        guard let scalar = node.scalar else { throw failure("\(what) has to be a text") }
        return scalar.string
    }

    /// Whether it is YAML's null: nothing, or ~, or null without quotes.
    var isNull: Bool {
        guard let scalar = node.scalar, scalar.style == .plain || scalar.style == .any else { return false }
        return ["", "~", "null"].contains(scalar.string)
    }

    /// True or false without quotes.
    var boolean: Bool? {
        guard let scalar = node.scalar, scalar.style == .plain || scalar.style == .any else { return nil }
        return scalar.string == "true" ? true : scalar.string == "false" ? false : nil
    }

    func boolean(_ what: String) throws -> Bool {
        guard let boolean else { throw failure("\(what) has to be true or false") }
        return boolean
    }

    func number(_ what: String, in range: ClosedRange<Double>) throws -> Double {
        guard let scalar = node.scalar, let value = Double(scalar.string), range.contains(value) else {
            throw failure(
                "\(what) has to be a number from \(shortest(range.lowerBound)) to \(shortest(range.upperBound))")
        }
        return value
    }

    func whole(_ what: String, in range: ClosedRange<Int>) throws -> Int {
        guard let scalar = node.scalar, let value = Int(scalar.string), range.contains(value) else {
            throw failure("\(what) has to be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// The items of a list, or the one value that stands for such a list.
    func list() -> [DefinitionNode] {
        guard let sequence = node.sequence else { return [self] }
        return sequence.map { DefinitionNode(path: path, node: $0) }
    }

    func texts(_ what: String) throws -> [String] { try list().map { try $0.text(what) } }

    /// The entries of a mapping, whose keys are texts.
    func entries(_ what: String) throws -> [(key: String, value: DefinitionNode)] {
        guard let mapping = node.mapping else { throw failure("\(what) has to be a list of KEY: VALUE") }
        return try mapping.map { key, value in
            guard let name = key.scalar?.string else { throw failure("\(what) has a key that is no text") }
            return (name, DefinitionNode(path: path, node: value))
        }
    }

    /// The entries of a mapping that may have these keys only.
    func fields(_ what: String, _ known: [String]) throws -> [String: DefinitionNode] {
        var result: [String: DefinitionNode] = [:]
        for (key, value) in try entries(what) {
            guard known.contains(key) else {
                throw value.failure(
                    "\(what) has an unknown key '\(printable(key))'; it may have \(known.joined(separator: ", "))")
            }
            result[key] = value
        }
        return result
    }
}

extension YamlError {
    /// The line of the mistake, from 1, where the error knows it.
    fileprivate var line: Int? {
        switch self {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): mark.line
        default: nil
        }
    }
}

/// A number without needless decimals.
func shortest(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : "\(value)"
}
