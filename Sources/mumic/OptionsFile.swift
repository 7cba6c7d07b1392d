// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import Yams

/// Reads a YAML file of a command's options; nil if it is empty.
///
/// - Parameters:
///   - type: What the options are.
///   - path: The file.
///   - keys: The names that it may have.
///   - command: Whose options they are, for messages.
/// - Returns: The options that it gives.
/// - Throws: ``BadDataError`` that names the line and the key.
func optionsFile<Options: Decodable>(
    _ type: Options.Type, path: String, keys: [some CodingKey], command: String
) throws -> Options? {
    let text = try readText(path: path, maximumBytes: 16 << 20, acceptsPipes: true)
    let node: Node?
    do {
        node = try Yams.compose(yaml: text)
    } catch let error as YamlError {
        throw BadDataError(message: "\(path): \(error.place)is not YAML; correct it")
    }
    guard let node else { return nil }
    guard let mapping = node.mapping else {
        throw BadDataError(message: "\(path) is not a list of KEY: VALUE lines; name options as on the command line")
    }
    let known = Set(keys.map(\.stringValue))
    for (key, _) in mapping {
        let name = key.string ?? "?"
        if !known.contains(name) {
            throw BadDataError(
                message:
                    "\(path):\(key.mark?.line ?? 1): unknown key '\(printable(name))'; see mumic \(command) --help")
        }
    }
    do {
        return try YAMLDecoder().decode(Options.self, from: text)
    } catch let error as DecodingError {
        let key = error.key ?? "?"
        let line = mapping.first { $0.key.string == key }?.key.mark?.line ?? 1
        throw BadDataError(
            message: "\(path):\(line): key '\(key)' has a value that it cannot have; see mumic \(command) --help")
    }
}

/// A value or a list of them.
struct OneOrMany<Value: Decodable>: Decodable {
    let values: [Value]

    init(_ values: [Value]) { self.values = values }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let value = try? container.decode(Value.self) {
            self.values = [value]
        } else {
            self.values = try container.decode([Value].self)
        }
    }
}

extension DecodingError {
    /// The top-level key that could not be read.
    var key: String? {
        switch self {
        case .keyNotFound(let key, _): key.stringValue
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            context.codingPath.first?.stringValue
        @unknown default: nil
        }
    }
}

extension YamlError {
    /// `line N ` where the error knows it.
    var place: String {
        switch self {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): "line \(mark.line) "
        default: ""
        }
    }
}
