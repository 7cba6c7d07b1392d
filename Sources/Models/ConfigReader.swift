// SPDX-License-Identifier: Apache-2.0

public import FileIO
import JSON

/// Reads the values of a JSON object that somebody else wrote, naming the file and the key when one is unusable.
public struct ConfigReader {
    /// The file's path, for messages.
    public let path: String
    let prefix: String
    let value: JSONValue

    /// Reads a file's contents.
    ///
    /// - Throws: `InputError` if they are no JSON object, or one that nests too deep.
    public init(path: String, bytes: [UInt8]) throws(InputError) {
        let notJSON = InputError.badData("\(path) is not a JSON object; get the file again")
        let value = try JSONValue(parsing: bytes, depthLimit: 200) { _ in notJSON }
        guard value.members != nil else { throw notJSON }
        self.init(path: path, prefix: "", value: value)
    }

    private init(path: String, prefix: String, value: JSONValue) {
        (self.path, self.prefix, self.value) = (path, prefix, value)
    }

    /// The object at `key`, or nil if it is absent or null.
    ///
    /// - Throws: `InputError` that names the key, as all of these do, if it holds something else.
    public func object(_ key: String) throws(InputError) -> ConfigReader? {
        guard let value = value[key] else { return nil }
        guard value.members != nil else { throw bad(key, "must be an object") }
        return ConfigReader(path: path, prefix: prefix + key + ".", value: value)
    }

    /// The first of these objects that is there; an empty one if none is.
    public func firstObject(_ keys: String...) throws(InputError) -> ConfigReader {
        for key in keys {
            if let object = try object(key) { return object }
        }
        return ConfigReader(path: path, prefix: (keys.last ?? "") + ".", value: .object([]))
    }

    /// A whole number in `range`; without a default it must be there.
    public func integer(_ key: String, default fallback: Int?, in range: ClosedRange<Int>) throws(InputError) -> Int {
        guard let value = value[key] else {
            guard let fallback else { throw bad(key, "is missing") }
            return fallback
        }
        guard let whole = value.number.flatMap({ Int(exactly: $0) }) else {
            throw bad(key, "must be a whole number")
        }
        guard range.contains(whole) else {
            throw bad(key, "is \(whole), it must lie between \(range.lowerBound) and \(range.upperBound)")
        }
        return whole
    }

    /// A finite number above 0.
    public func positive(_ key: String, default fallback: Double) throws(InputError) -> Double {
        guard let value = value[key] else { return fallback }
        guard let number = value.number, number.isFinite, number > 0 else { throw bad(key, "must be a number above 0") }
        return number
    }

    /// A text.
    public func string(_ key: String, default fallback: String) throws(InputError) -> String {
        guard let value = value[key] else { return fallback }
        guard let text = value.string else { throw bad(key, "must be a string") }
        return text
    }

    /// True or false.
    public func boolean(_ key: String, default fallback: Bool) throws(InputError) -> Bool {
        guard let value = value[key] else { return fallback }
        guard let flag = value.bool else { throw bad(key, "must be true or false") }
        return flag
    }

    /// A list of numbers.
    public func numbers(_ key: String, default fallback: [Double]) throws(InputError) -> [Double] {
        guard let value = value.members?.last(where: { $0.key == key })?.value else { return fallback }
        let numbers = value.array?.compactMap(\.number)
        guard let numbers, numbers.count == value.array?.count else { throw bad(key, "must be a list of numbers") }
        return numbers
    }

    /// What a width or a count may be.
    static let sizes = 1...1_000_000

    /// Refuses weights that are no floating-point numbers, whatever the family.
    func refuseQuantization() throws(InputError) {
        let key = "quantization_config"
        if value[key].map({ !$0.isOff }) ?? false {
            throw bad(key, "says that the weights are quantised; take those in float32, float16 or bfloat16")
        }
    }

    /// The error of a key that holds something that it must not.
    public func bad(_ key: String, _ problem: String) -> InputError {
        .badData("\(path): key '\(prefix)\(key)' \(problem)")
    }
}
