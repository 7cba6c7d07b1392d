// SPDX-License-Identifier: Apache-2.0

import JSON

/// The numbers that belong to one step of a run, each under the tag that TensorBoard shows it by.
public struct ScalarEvent: Sendable {
    /// The step, from 0.
    public var step: Int
    /// Tags, where a slash makes a group, and values.
    public var values: [(tag: String, value: Double)]

    /// Numbers of one step.
    public init(step: Int, values: [(tag: String, value: Double)]) {
        self.step = step
        self.values = values
    }

    /// The numbers of a line of `metrics.jsonl`, sorted by tag; nil of what is no JSON object with a whole number as
    /// its `step`.
    ///
    /// A number beside `step` becomes `train/<key>`, one in the object `validation` becomes `validation/<key>`.
    /// Whatever is no number (null, lists, intervals) is left out.
    public init?(line: some Sequence<UInt8>) {
        guard let object = try? JSONValue(parsing: line, failure: { $0 }), case .integer(let step)? = object["step"]
        else { return nil }
        func numbers(_ group: String, of object: JSONValue?) -> [(tag: String, value: Double)] {
            (object?.members ?? []).sorted { $0.key < $1.key }.compactMap { member in
                member.value.number.map { (group + "/" + member.key, $0) }
            }
        }
        self.step = step
        values = numbers("train", of: object).filter { $0.tag != "train/step" }
        values += numbers("validation", of: object["validation"])
    }
}
