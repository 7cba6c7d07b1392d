// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation

/// On what a table was computed.
public struct Machine: Codable, Sendable, Equatable {
    /// The processor's name.
    public var processor: String
    /// Logical processors that may be used.
    public var cores: Int
    /// Memory in GiB.
    public var memory: Double
    /// The operating system.
    public var system: String
    /// The version of libtorch.
    public var libtorch: String

    /// In one line.
    public var description: String {
        "\(processor), \(cores) core\(cores == 1 ? "" : "s"), \(String(format: "%.1f", memory)) GiB, \(system), "
            + "libtorch \(libtorch)"
    }

    /// This machine.
    ///
    /// - Parameter libtorch: A pkg-config file that knows the version.
    /// - Returns: What it says of itself.
    public static func current(libtorch: String = ".deps/pkgconfig/libtorch.pc") -> Machine {
        func value(_ path: String, _ key: String, _ separator: Character) -> String? {
            guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
            for line in text.split(separator: "\n") {
                let parts = line.split(separator: separator, maxSplits: 1)
                guard parts.count == 2, parts[0].trimmingCharacters(in: .whitespaces) == key else { continue }
                return parts[1].trimmingCharacters(in: CharacterSet(charactersIn: " \t\""))
            }
            return nil
        }
        let kibibytes = value("/proc/meminfo", "MemTotal", ":").flatMap { $0.split(separator: " ").first }
            .flatMap { Double($0) }
        return Machine(
            processor: printable(value("/proc/cpuinfo", "model name", ":") ?? "an unknown processor"),
            cores: ProcessInfo.processInfo.activeProcessorCount, memory: (kibibytes ?? 0) / 1_048_576,
            system: printable(value("/etc/os-release", "PRETTY_NAME", "=") ?? "Linux"),
            libtorch: printable(value(libtorch, "Version", ":") ?? "of unknown version"))
    }
}
