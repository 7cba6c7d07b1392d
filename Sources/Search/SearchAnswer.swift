// SPDX-License-Identifier: Apache-2.0

/// What was found for a query: a line of JSON.
public struct SearchAnswer: Codable, Sendable, Equatable {
    /// A row that was found.
    public struct Result: Codable, Sendable, Equatable {
        /// The picture; nil for a text.
        public var image: String?
        /// The text; nil for a picture.
        public var text: String?
        /// The cosine of row and query, −1...1.
        public let score: Float
    }

    /// The picture's name, or the words.
    public let query: String
    /// The best rows, best first; nil where the query could not be read.
    public var results: [Result]?
    /// Why the query could not be read.
    public var error: String?
}
