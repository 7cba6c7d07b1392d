// SPDX-License-Identifier: Apache-2.0

/// Options of a program by name, in the order in which they were first named.
public struct OptionList: Equatable, Sendable {
    /// What an option is set to.
    public enum Value: Equatable, Sendable {
        /// Not given, although a more general level gives it.
        case absent
        /// A flag without a value.
        case flag
        /// One value, or several for an option that is repeated.
        case values([String])
    }

    /// The options and their values.
    public private(set) var entries: [(name: String, value: Value)] = []

    /// A list of no options.
    public init() {}

    /// A list of options with one value each.
    ///
    /// - Parameter pairs: Names and values.
    public init(_ pairs: [(String, String)]) {
        for (name, value) in pairs { self[name] = .values([value]) }
    }

    /// The value of an option; setting it to nil takes it out.
    public subscript(name: String) -> Value? {
        get { entries.first { $0.name == name }?.value }
        set {
            if let place = entries.firstIndex(where: { $0.name == name }) {
                if let newValue { entries[place].value = newValue } else { entries.remove(at: place) }
            } else if let newValue {
                entries.append((name, newValue))
            }
        }
    }

    /// The one value of an option; nil for flags, lists and what is absent.
    ///
    /// - Parameter name: The option, without its dashes.
    /// - Returns: The value as it was written.
    public func single(_ name: String) -> String? {
        guard case .values(let values) = self[name], values.count == 1 else { return nil }
        return values.first
    }

    /// These options with those of a more special level on top.
    ///
    /// - Parameter other: The options that win.
    /// - Returns: Both.
    public func overridden(by other: OptionList) -> OptionList {
        var result = self
        for (name, value) in other.entries { result[name] = value }
        return result
    }

    /// The options as words of a command line.
    public var arguments: [String] {
        entries.flatMap { name, value -> [String] in
            switch value {
            case .absent: []
            case .flag: ["--" + name]
            case .values(let values): values.flatMap { ["--" + name, $0] }
            }
        }
    }

    /// Two lists are equal if they give the same command line.
    public static func == (one: OptionList, other: OptionList) -> Bool { one.arguments == other.arguments }
}
