// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Reads the values of a JSON object that somebody else wrote, naming the file and the key when one is unusable.
public struct ConfigReader {
    /// The file's path, for messages.
    public let path: String
    let prefix: String
    let values: [String: Any]

    /// Reads a file's contents.
    ///
    /// - Throws: ``ModelError/notJSON(path:)`` if they are no JSON object, or one that nests too deep.
    public init(path: String, bytes: [UInt8]) throws(ModelError) {
        guard nestingIsBounded(bytes), let object = try? JSONSerialization.jsonObject(with: Data(bytes)),
            let values = object as? [String: Any]
        else { throw .notJSON(path: path) }
        self.init(path: path, prefix: "", values: values)
    }

    private init(path: String, prefix: String, values: [String: Any]) {
        self.path = path
        self.prefix = prefix
        self.values = values
    }

    /// The object at `key`, or nil if it is absent or null.
    ///
    /// - Throws: ``ModelError`` that names the key, as all of these do, if it holds something else.
    public func object(_ key: String) throws(ModelError) -> ConfigReader? {
        guard let value = present(key) else { return nil }
        guard let values = value as? [String: Any] else { throw bad(key, "must be an object") }
        return ConfigReader(path: path, prefix: prefix + key + ".", values: values)
    }

    /// The first of these objects that is there; an empty one if none is.
    public func firstObject(_ keys: String...) throws(ModelError) -> ConfigReader {
        for key in keys {
            if let object = try object(key) { return object }
        }
        return ConfigReader(path: path, prefix: (keys.last ?? "") + ".", values: [:])
    }

    /// A whole number in `range`; without a default it must be there.
    public func integer(_ key: String, default fallback: Int?, in range: ClosedRange<Int>) throws(ModelError) -> Int {
        guard let value = present(key) else {
            guard let fallback else { throw bad(key, "is missing") }
            return fallback
        }
        guard let number = value as? NSNumber, !isBoolean(number), let whole = Int(exactly: number.doubleValue) else {
            throw bad(key, "must be a whole number")
        }
        guard range.contains(whole) else {
            throw bad(key, "is \(whole), it must lie between \(range.lowerBound) and \(range.upperBound)")
        }
        return whole
    }

    /// A finite number above 0.
    public func positive(_ key: String, default fallback: Double) throws(ModelError) -> Double {
        guard let value = present(key) else { return fallback }
        guard let number = value as? NSNumber, !isBoolean(number), number.doubleValue.isFinite, number.doubleValue > 0
        else { throw bad(key, "must be a number above 0") }
        return number.doubleValue
    }

    /// A text.
    public func string(_ key: String, default fallback: String) throws(ModelError) -> String {
        guard let value = present(key) else { return fallback }
        guard let text = value as? String else { throw bad(key, "must be a string") }
        return text
    }

    /// True or false.
    public func boolean(_ key: String, default fallback: Bool) throws(ModelError) -> Bool {
        guard let value = present(key) else { return fallback }
        guard let number = value as? NSNumber, isBoolean(number) else { throw bad(key, "must be true or false") }
        return number.boolValue
    }

    /// A list of numbers.
    public func numbers(_ key: String, default fallback: [Double]) throws(ModelError) -> [Double] {
        guard let value = values[key] else { return fallback }
        guard let list = value as? [NSNumber] else { throw bad(key, "must be a list of numbers") }
        return list.map(\.doubleValue)
    }

    /// The error of a key that holds something that it must not.
    public func bad(_ key: String, _ problem: String) -> ModelError {
        .badValue(path: path, key: prefix + key, problem: problem)
    }

    private func present(_ key: String) -> Any? {
        guard let value = values[key], !(value is NSNull) else { return nil }
        return value
    }

    private func isBoolean(_ number: NSNumber) -> Bool { String(cString: number.objCType) == "c" }
}

/// Whether brackets nest less than 200 deep, so that a parser that recurses is safe.
func nestingIsBounded(_ bytes: [UInt8]) -> Bool {
    var depth = 0
    var inString = false
    var escaped = false
    for byte in bytes {
        if inString {
            if escaped {
                escaped = false
            } else if byte == UInt8(ascii: "\\") {
                escaped = true
            } else if byte == UInt8(ascii: "\"") {
                inString = false
            }
            continue
        }
        switch byte {
        case UInt8(ascii: "\""): inString = true
        case UInt8(ascii: "["), UInt8(ascii: "{"):
            depth += 1
            if depth > 200 { return false }
        case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
        default: break
        }
    }
    return true
}
