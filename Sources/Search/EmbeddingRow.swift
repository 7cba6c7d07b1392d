// SPDX-License-Identifier: Apache-2.0

/// What a row of features is: a line of OUT.jsonl beside OUT.npy.
public struct EmbeddingRow: Codable, Sendable, Equatable {
    /// The row's number, from 0.
    public let row: Int
    /// The picture; nil for a text.
    public var image: String?
    /// The text; nil for a picture.
    public var text: String?
    /// Why the picture could not be read; its row is all NaN then.
    public var error: String?
}
