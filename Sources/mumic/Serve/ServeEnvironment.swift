// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FileIO
import Foundation
import TrainingOptions

/// Options of `mumic serve` in the environment: `--batch-size 16` as `MUMIC_SERVE_BATCH_SIZE=16`.
enum ServeEnvironment {
    private static let prefix = "MUMIC_SERVE_"
    /// The token itself, which has no place on a command line that others can see.
    static let tokenVariable = "MUMIC_SERVE_TOKEN"

    /// A command line with what the environment says put before the command line's own options, which win. An empty
    /// variable says nothing. Throws ``FileIO/InputError`` where a variable is no option.
    static func arguments(
        _ arguments: [String], environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws -> [String] {
        var variables = environment.filter { $0.key.hasPrefix(prefix) && $0.key != tokenVariable && !$0.value.isEmpty }
        var added: [String] = []
        for option in DeclaredOption.all(of: try Serve.Options.parse([])) {
            let variable = prefix + option.name.uppercased().replacingOccurrences(of: "-", with: "_")
            guard let value = variables.removeValue(forKey: variable) else { continue }
            let flag = "--" + option.name
            if arguments.contains(where: { $0 == flag || $0.hasPrefix(flag + "=") }) { continue }
            if option.isFlag {
                guard let isOn = truth(value) else {
                    throw InputError.usage("\(variable)=\(printable(value)) is neither 1 nor 0")
                }
                if isOn { added.append(flag) }
            } else if option.isList {
                added += value.split { $0 == "\n" || $0 == ";" }.map { flag + "=" + $0 }
            } else {
                added.append(flag + "=" + value)
            }
        }
        if let unknown = variables.keys.min() {
            throw InputError.usage(
                "\(printable(unknown)) in the environment is no option of mumic serve; correct its name, or unset it (Kubernetes sets such variables for services: enableServiceLinks: false)"
            )
        }
        return Array(arguments.prefix(1)) + added + arguments.dropFirst()
    }

    private static func truth(_ value: String) -> Bool? {
        switch value.lowercased() {
        case "1", "true", "yes", "on": true
        case "0", "false", "no", "off": false
        default: nil
        }
    }
}
