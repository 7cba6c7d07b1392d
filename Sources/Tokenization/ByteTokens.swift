// SPDX-License-Identifier: Apache-2.0

/// The ids of the tokens `<0x00>` to `<0xFF>`, which SentencePiece writes a character with that it has no piece for; nil if
/// one is missing.
func byteTokens(_ id: (String) -> Int32?) -> [Int32]? {
    let digits = Array("0123456789ABCDEF")
    let ids = (0..<256).compactMap { id("<0x\(digits[$0 >> 4])\(digits[$0 & 15])>") }
    return ids.count == 256 ? ids : nil
}
