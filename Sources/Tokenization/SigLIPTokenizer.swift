// SPDX-License-Identifier: Apache-2.0
// https://github.com/huggingface/transformers/blob/main/src/transformers/models/siglip/tokenization_siglip.py

import Foundation
import JSON

/// SigLIP's tokenizer: SentencePiece on a text in lower case without punctuation, `</s>` behind.
struct SigLIPTokenizer: UnpaddedTokenizer {
    let end: Int32
    var vocabularySize: Int { encoder.count }

    private let encoder: SentencePieceEncoder
    private let lowercases: Bool
    private let special: PlacedTokenSplitter
    private let unknownToken: String
    /// How many ids the unknown token, written out, gets: that many are cut off again.
    private let unknownLength: Int
    private let mark: Int32?
    /// Tokens that the vocabulary lacks.
    private let more: [String: Int32]

    init(_ files: TokenizerSideFiles) throws {
        let path = files.path("spiece.model")
        guard FileManager.default.fileExists(atPath: path) else {
            throw TokenizerError.noSentencePieceFile(path: files.directory.path)
        }
        let encoder = SentencePieceEncoder(try SentencePieceFile(path: path))
        if let settings = files.configuration?["sp_model_kwargs"]?.members, !settings.isEmpty {
            throw files.invalid("sp_model_kwargs", "is not empty: such settings are not supported, remove them")
        }
        lowercases = files.configuration?["do_lower_case"]?.bool ?? true
        let usual = ["eos_token": "</s>", "unk_token": "<unk>", "pad_token": "</s>"]
        var special = PlacedTokenSplitter()
        var next = Int32(encoder.count)
        var more: [String: Int32] = [:]
        for var token in try files.added(usual: usual) {
            // Its own three take blanks along where they are named by bare strings.
            if token.isBare, try usual.contains(where: { try files.special($0.key)?.text ?? $0.value == token.text }) {
                (token.takesLeft, token.takesRight) = (true, true)
            }
            if let id = encoder.id(of: token.text) {
                special.add(token, id: id)
            } else {
                let id = token.id ?? next
                special.add(token, id: id)
                more[token.text] = id
                next = max(next, id) + 1
            }
        }
        let endName = try files.special("eos_token")?.text ?? "</s>"
        guard let end = encoder.id(of: endName) ?? more[endName] else {
            throw files.invalid("eos_token", "is \(quoted(endName)), which is not in the vocabulary")
        }
        unknownToken = try files.special("unk_token")?.text ?? "<unk>"
        unknownLength = encoder.encode(unknownToken).count
        mark = encoder.id(of: "\u{2581}")
        (self.encoder, self.end, self.special, self.more) = (encoder, end, special, more)
    }

    func id(of token: String) -> Int32? { encoder.id(of: token) ?? more[token] }

    func ids(of text: String, limit: Int) -> [Int32] {
        let mark: UInt32 = 0x2581
        let scalars = [mark] + text.unicodeScalars.map { $0.value == mark ? 0x20 : $0.value }
        var ids: [Int32] = []
        var isSpecial: [Bool] = []
        for (part, id) in special.split(scalars) {
            let found = id.map { [$0] } ?? encode(part)
            ids += found
            isSpecial += found.map { _ in id != nil }
        }
        if ids.count > 1, ids[0] == self.mark, !isSpecial[0], isSpecial[1] { ids.removeFirst() }
        ids = Array(ids.prefix(max(0, limit - 1)))
        return ids.last == end ? ids : ids + [end]
    }

    /// The ids of a part: SentencePiece would drop the mark that begins it, and so the unknown token goes before.
    private func encode(_ part: ArraySlice<UInt32>) -> [Int32] {
        var scalars = part.compactMap { Unicode.Scalar($0) }
        if lowercases { scalars = PythonText.lowercased(scalars) }
        scalars = PythonText.collapsed(scalars.filter { !PythonText.isPunctuation($0) })
        let text = String(String.UnicodeScalarView(scalars))
        let ids = encoder.encode(unknownToken + text)
        return Array(ids.count >= unknownLength ? ids.dropFirst(unknownLength) : ids[...])
    }
}
