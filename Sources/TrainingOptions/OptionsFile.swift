// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FileIO
import Yams

/// Options as a YAML file gives them: for each key, the arguments that say the same on the command line.
struct OptionsFile<Run: RunConfiguration> {
    private(set) var arguments: [String: [String]] = [:]

    /// Reads the text of a file, which may be empty.
    ///
    /// - Throws: `InputError` that names the line, the key and what it may be.
    init(_ text: String, path: String) throws {
        let node: Node?
        do {
            node = try Yams.compose(yaml: text)
        } catch YamlError.duplicatedKeysInMapping(let keys, _) {
            let key = keys.first ?? "?"
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().filter {
                $0.element.hasPrefix(key + ":") || $0.element.hasPrefix("'\(key)'")
                    || $0.element.hasPrefix("\"\(key)\"")
            }.map { $0.offset + 1 }
            let place = lines.count > 1 ? ":\(lines[1])" : ""
            let first = lines.first.map { ", first on line \($0)" } ?? ""
            throw InputError.badData("\(path)\(place): key '\(printable(key))' is given twice\(first); keep one")
        } catch let error as YamlError {
            throw InputError.badData("\(path): \(error.place)is not YAML; correct it")
        }
        guard let node else { return }
        guard let mapping = node.mapping else {
            throw InputError.badData("\(path) is not a list of KEY: VALUE lines; name options as on the command line")
        }
        let options = Run.standard.savedOptions
        for (key, value) in mapping {
            let (name, line) = (key.string ?? "?", key.mark?.line ?? 1)
            let isNegated = name.hasPrefix("no-")
            guard
                let option = options.first(where: {
                    $0.name == name || isNegated && $0.value as? Bool == true && "no-" + $0.name == name
                })
            else {
                throw InputError.badData(
                    "\(path):\(line): unknown key '\(printable(name))'; see mumic \(Run.defaults.command) --help")
            }
            if value.null != nil { continue }
            do {
                arguments[option.name] = try option.arguments(for: value, isNegated: isNegated)
            } catch {
                throw InputError.badData(
                    "\(path):\(line): key '\(name)' cannot be \(printable(error.words)); it takes \(option.allowed)")
            }
        }
        isWhole = options.allSatisfy {
            $0.isOptional || arguments[$0.name] != nil || !Run.needs($0.name, beside: arguments)
        }
        if isWhole { Run.readWhole(&arguments) }
    }

    /// Whether it has every option that a run's own `config.yml` has.
    private(set) var isWhole = false

    /// These options, except where `other` says something else.
    func overridden(by other: OptionsFile?) -> OptionsFile {
        var result = self
        result.arguments.merge(other?.arguments ?? [:]) { $1 }
        return result
    }

    /// These options, except where the command line says something else, and then the command line's.
    ///
    /// - Throws: The parser's errors, if the command line is wrong.
    func configuration(_ commandLine: [String] = []) throws -> Run {
        let unsaid = arguments.filter { key, _ in
            !commandLine.contains { $0 == "--" + key || $0 == "--no-" + key || $0.hasPrefix("--\(key)=") }
        }
        return try Run.parse(unsaid.sorted { $0.key < $1.key }.flatMap(\.value) + commandLine)
    }
}

extension YamlError {
    /// `line N ` where the error knows it.
    fileprivate var place: String {
        switch self {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): "line \(mark.line) "
        default: ""
        }
    }
}
