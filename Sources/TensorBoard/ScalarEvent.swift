// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The numbers that belong to one step of a run, each under the tag that TensorBoard shows it by.
public struct ScalarEvent: Sendable {
    /// The step, from 0.
    public var step: Int
    /// Tags, where a slash makes a group, and values.
    public var values: [(tag: String, value: Double)]

    /// Numbers of one step.
    ///
    /// - Parameters:
    ///   - step: The step, from 0.
    ///   - values: Tags and values.
    public init(step: Int, values: [(tag: String, value: Double)]) {
        self.step = step
        self.values = values
    }

    /// The numbers of a line of `metrics.jsonl`, sorted by tag.
    ///
    /// A number beside `step` becomes `train/<key>`, one in the object `validation` becomes `validation/<key>`. Whatever
    /// is no number (null, lists, intervals) is left out.
    ///
    /// - Parameter line: A JSON object. Nil comes of anything else, and of an object without a whole number as its `step`.
    public init?(line: some Sequence<UInt8>) {
        guard let parsed = try? JSONDecoder().decode(Line.self, from: Data(line)) else { return nil }
        step = parsed.step
        values = parsed.train.map { ("train/\($0.key)", $0.value) }
        values += parsed.validation.map { ("validation/\($0.key)", $0.value) }
    }
}

/// A line of `metrics.jsonl`.
private struct Line: Decodable {
    let step: Int
    let train: [(key: String, value: Double)]
    let validation: [(key: String, value: Double)]

    init(from decoder: any Decoder) throws {
        let object = try decoder.container(keyedBy: Key.self)
        step = try object.decode(Int.self, forKey: "step")
        train = object.numbers().filter { $0.key != "step" }
        validation = (try? object.nestedContainer(keyedBy: Key.self, forKey: "validation"))?.numbers() ?? []
    }
}

private struct Key: CodingKey, ExpressibleByStringLiteral {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init(stringLiteral value: String) { stringValue = value }
    init?(intValue: Int) { nil }
}

extension KeyedDecodingContainer<Key> {
    /// The members that are numbers, sorted by key.
    fileprivate func numbers() -> [(key: String, value: Double)] {
        allKeys.sorted { $0.stringValue < $1.stringValue }.compactMap { key in
            (try? decode(Double.self, forKey: key)).map { (key.stringValue, $0) }
        }
    }
}
