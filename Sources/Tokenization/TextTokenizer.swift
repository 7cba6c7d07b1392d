// SPDX-License-Identifier: Apache-2.0

/// What turns texts into token ids, whatever kind of tokenizer it is.
public protocol TextTokenizer: Sendable {
    /// The files of a model directory that it may be read from, and that have to go along with the model.
    static var fileNames: [String] { get }
    /// The number of ids.
    var vocabularySize: Int { get }
    /// The ids that begin and end every text; no start where the end alone is added.
    var boundaries: (start: Int32?, end: Int32) { get }

    /// At most `contextLength` ids of a text, as the model takes them. A longer text is cut so that its end keeps its
    /// place; ids are padded only where padding is part of the model.
    func encode(_ text: String, contextLength: Int) -> [Int32]
}
