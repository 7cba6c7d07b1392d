// SPDX-License-Identifier: Apache-2.0

/// A token that is looked for in the text itself, before it is split into words.
struct AddedToken: Sendable, Equatable {
    var content: [UInt32]
    /// Looked for in the normalized text (and normalized itself) rather than in the raw one.
    var isNormalized = false
    /// Taken only where no word character is next to it.
    var isSingleWord = false
    /// Written as a bare string: transformers takes it for another token than an object of the same content.
    var isBare = false
    // `lstrip` and `rstrip` would take blanks beside the token along: CLIP drops blanks anyway, so they change no id.

    init(_ content: String, isNormalized: Bool = false, isSingleWord: Bool = false, isBare: Bool = false) {
        self.content = content.unicodeScalars.map(\.value)
        self.isNormalized = isNormalized
        self.isSingleWord = isSingleWord
        self.isBare = isBare
    }

    /// The content as a string.
    var text: String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: content.lazy.compactMap { Unicode.Scalar($0) })
        return String(view)
    }
}

/// Finds tokens in a text: of those that begin leftmost, the longest.
struct AddedTokenMatcher: Sendable {
    private struct Entry: Sendable {
        let content: [UInt32]
        let id: Int32
        let isSingleWord: Bool
    }

    /// By first scalar, the longest first.
    private var entries: [UInt32: [Entry]] = [:]

    mutating func add(_ content: [UInt32], id: Int32, isSingleWord: Bool) {
        guard let first = content.first else { return }
        entries[first, default: []].append(Entry(content: content, id: id, isSingleWord: isSingleWord))
        entries[first]?.sort { $0.content.count > $1.content.count }
    }

    /// Hands over the parts of a text between tokens (`id` nil) and the tokens, in order, until `body` returns false.
    /// Returns whether the whole text was handed over.
    func split(_ text: ArraySlice<UInt32>, _ body: (ArraySlice<UInt32>, Int32?) -> Bool) -> Bool {
        let isWord = UnicodeClasses.shared.isWord
        var start = text.startIndex
        var position = start
        while !entries.isEmpty, position < text.endIndex {
            let rest = text[position...]
            guard let entry = entries[text[position]]?.first(where: { rest.starts(with: $0.content) }) else {
                position += 1
                continue
            }
            let end = position + entry.content.count
            let stands =
                !entry.isSingleWord
                || !(text[..<position].last.map(isWord) ?? false) && !(text[end...].first.map(isWord) ?? false)
            if stands {
                if start < position, !body(text[start..<position], nil) { return false }
                if !body(text[position..<end], entry.id) { return false }
                start = end
            }
            position = end
        }
        return start == text.endIndex || body(text[start...], nil)
    }
}
