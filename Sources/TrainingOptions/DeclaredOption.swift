// SPDX-License-Identifier: Apache-2.0

package import ArgumentParser
import Yams

/// An option as its declaration tells, so that nothing of it is written a second time.
package struct DeclaredOption {
    /// Its name on the command line, without dashes, and its key in files.
    package let name: String
    /// The type of its value; of one of them, if there may be several.
    let type: Any.Type
    /// Whether it is said without a value.
    package let isFlag: Bool
    /// Whether it may be said several times.
    package let isList: Bool
    /// Whether it may be left unsaid where everything else is said.
    let isOptional: Bool
    /// Its value, or nil where it is not said.
    let value: (any Encodable)?

    /// The options of `group` and of the groups in it, in the order of their declaration.
    package static func all(of group: any ParsableArguments) -> [DeclaredOption] {
        Mirror(reflecting: group).children.flatMap { child -> [DeclaredOption] in
            if let group = child.value as? any OptionGrouping { return all(of: group.members) }
            guard let option = child.value as? any OptionDeclaration, let label = child.label else { return [] }
            return [DeclaredOption(label, option)]
        }
    }

    /// Takes over a property that Swift stores as `label`: its name after an underscore.
    private init(_ label: String, _ option: some OptionDeclaration) {
        name = label.dropFirst().map { $0.isUppercase ? "-" + $0.lowercased() : String($0) }.joined()
        let wrapper = option.valueType as? any OneOfItsKind.Type
        type = wrapper?.element ?? option.valueType
        isFlag = option.isFlag
        isList = wrapper?.isList ?? false
        isOptional = wrapper.map { !$0.isList } ?? false
        if let several = option.current as? any OneOfItsKind {
            value = several.unwrapped
        } else {
            value = option.current as? any Encodable
        }
    }

    /// What the command line would say in place of a value of a YAML file.
    ///
    /// - Parameters:
    ///   - node: The value.
    ///   - isNegated: Whether the key began with `no-`.
    /// - Returns: The arguments; none where the value is what an unsaid flag or list has.
    /// - Throws: ``ImpossibleValue`` if the option cannot have it.
    func arguments(for node: Node, isNegated: Bool) throws(ImpossibleValue) -> [String] {
        switch node {
        case .scalar(let scalar) where isFlag:
            guard let isOn = Bool.construct(from: scalar) else { throw ImpossibleValue(scalar) }
            let wanted = isOn != isNegated
            return wanted == (value as? Bool) ? [] : [(wanted ? "--" : "--no-") + name]
        case .scalar(let scalar): return try arguments(for: scalar)
        case .sequence(let list) where isList && !(list.isEmpty && (value as? [Any])?.isEmpty == false):
            var arguments: [String] = []
            for element in list {
                guard case .scalar(let scalar) = element else { throw ImpossibleValue(words: "a list of lists") }
                arguments += try self.arguments(for: scalar)
            }
            return arguments
        case .sequence(let list): throw ImpossibleValue(words: list.isEmpty ? "an empty list" : "a list")
        default: throw ImpossibleValue(words: "a list of keys")
        }
    }

    private func arguments(for scalar: Node.Scalar) throws(ImpossibleValue) -> [String] {
        var text = scalar.string
        // YAML 1.1 would take 010 for 8 and 1:30 for 90.
        let digits = text.replacing("_", with: "")
        if type is Int.Type {
            guard let value = Int(digits) else { throw ImpossibleValue(scalar) }
            text = "\(value)"
        } else if type is Double.Type, let value = Double(digits), value.isFinite {
            text = "\(value)"
        } else if type is Double.Type {
            throw ImpossibleValue(scalar)
        } else if let type = type as? any ScalarConstructible.Type {
            guard let value = type.construct(from: scalar) else { throw ImpossibleValue(scalar) }
            text = "\(value)"
        } else if (type as? any ExpressibleByArgument.Type)?.init(argument: text) == nil {
            throw ImpossibleValue(scalar)
        }
        return text.isEmpty ? ["--" + name, ""] : ["--\(name)=\(text)"]
    }

    /// What its value may be, in words.
    var allowed: String {
        let words = (type as? any ExpressibleByArgument.Type)?.allValueStrings ?? []
        let kind =
            switch type {
            case _ where !words.isEmpty: words.count == 1 ? words[0] : "one of " + words.joined(separator: ", ")
            case is Bool.Type: "true or false"
            case is any BinaryInteger.Type: "a whole number"
            case is Double.Type: "a number"
            default: "text"
            }
        return isList ? kind + "; or a list of such" : kind
    }
}

/// A value of a YAML file that its option cannot have.
struct ImpossibleValue: Error {
    /// What it is.
    let words: String

    init(words: String) { self.words = words }

    init(_ scalar: Node.Scalar) { words = "'\(scalar.string)'" }
}

// What the parser's property wrappers know.

private protocol OptionDeclaration {
    var isFlag: Bool { get }
    var valueType: Any.Type { get }
    var current: Any { get }
}

extension Option: OptionDeclaration {
    fileprivate var isFlag: Bool { false }
    fileprivate var valueType: Any.Type { Value.self }
    fileprivate var current: Any { wrappedValue }
}

extension Flag: OptionDeclaration {
    fileprivate var isFlag: Bool { true }
    fileprivate var valueType: Any.Type { Value.self }
    fileprivate var current: Any { wrappedValue }
}

private protocol OptionGrouping {
    var members: any ParsableArguments { get }
}

extension OptionGroup: OptionGrouping {
    fileprivate var members: any ParsableArguments { wrappedValue }
}

/// None or one value, or a list of them.
private protocol OneOfItsKind {
    static var element: Any.Type { get }
    static var isList: Bool { get }
    var unwrapped: (any Encodable)? { get }
}

extension Optional: OneOfItsKind {
    fileprivate static var element: Any.Type { Wrapped.self }
    fileprivate static var isList: Bool { false }
    fileprivate var unwrapped: (any Encodable)? { flatMap { $0 as? any Encodable } }
}

extension Array: OneOfItsKind {
    fileprivate static var element: Any.Type { Element.self }
    fileprivate static var isList: Bool { true }
    fileprivate var unwrapped: (any Encodable)? { self as? any Encodable }
}
