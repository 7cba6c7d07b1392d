// SPDX-License-Identifier: Apache-2.0

/// CLIP's normalizer and pre-tokenizer: from text to words.
struct WordSplitter: Sendable {
    /// Whether `<|startoftext|>` and `<|endoftext|>` are alternatives of the split expression (transformers 5), so that
    /// one in other letter case ends at its bracket, or not (files of transformers 4).
    var splitsMarkers = true
    /// Whether GPT-2's expression splits such a marker once more, into brackets and name.
    var splitsInsideMarkers = true

    private static let markers = ["<|startoftext|>", "<|endoftext|>"].map { $0.unicodeScalars.map(\.value) }
    private static let contractions = ["s", "t", "re", "ve", "m", "ll", "d"].map { $0.unicodeScalars.map(\.value) }

    /// Form C, runs of white space to one blank, lower case scalar by scalar: in this order.
    static func normalize(_ text: ArraySlice<UInt32>) -> [UInt32] {
        let classes = UnicodeClasses.shared
        let composed = text.contains { $0 >= 0x300 } ? CanonicalComposition.shared(Array(text)) : Array(text)
        var out: [UInt32] = []
        out.reserveCapacity(composed.count)
        var afterSpace = false
        for code in composed {
            let isSpace = classes.kind(of: code) == .space
            if isSpace {
                if !afterSpace { out.append(0x20) }
            } else {
                classes.appendLowercase(code, to: &out)
            }
            afterSpace = isSpace
        }
        return out
    }

    /// Hands over the words of a text that ``normalize(_:)`` made, in order, until `body` returns false; returns
    /// whether it got them all. Matches from the left
    /// `<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+`.
    func split(_ text: ArraySlice<UInt32>, _ body: (ArraySlice<UInt32>) -> Bool) -> Bool {
        let classes = UnicodeClasses.shared
        var start = text.startIndex
        while start < text.endIndex {
            let first = text[start]
            let kind = classes.kind(of: first)
            var end = start + 1
            if kind == .space {
                start = end
                continue
            }
            let rest = text[start...]
            if splitsMarkers, first == 0x3C, let marker = Self.markers.first(where: { rest.starts(with: $0) }) {
                end = start + marker.count
                let parts = [text[start..<start + 2], text[start + 2..<end - 2], text[end - 2..<end]]
                let words = splitsInsideMarkers ? parts : [text[start..<end]]
                for word in words where !body(word) { return false }
                start = end
                continue
            }
            if first == 0x27, let tail = Self.contractions.first(where: { text[(start + 1)...].starts(with: $0) }) {
                end += tail.count
            } else if kind != .number {
                while end < text.endIndex, classes.kind(of: text[end]) == kind { end += 1 }
            }
            if !body(text[start..<end]) { return false }
            start = end
        }
        return true
    }
}
