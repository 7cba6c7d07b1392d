// SPDX-License-Identifier: Apache-2.0
// https://github.com/google/sentencepiece/blob/master/src/sentencepiece_model.proto

import Foundation

/// A model file of SentencePiece (`spiece.model`): the pieces with their scores, and how texts are normalized.
///
/// Read here rather than by the library of that name, whose symbols of Protocol Buffers would meet those of another
/// version that libtorch has.
struct SentencePieceFile {
    /// What a piece is.
    enum PieceKind: Int {
        case normal = 1
        case unknown, control, userDefined, unused, byte
    }

    struct Piece {
        var text = ""
        var score: Float = 0
        var kind = PieceKind.normal
    }

    private(set) var pieces: [Piece] = []
    private(set) var characters: CharacterMap?
    private(set) var addsDummyPrefix = true
    private(set) var removesExtraSpaces = true
    private(set) var escapesSpaces = true
    /// Whether what no piece holds becomes the pieces of its bytes.
    private(set) var fallsBackToBytes = false

    /// Reads a file.
    ///
    /// - Throws: ``TokenizerError`` if it is no such file, or describes what cannot be used.
    init(path: String) throws {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw TokenizerError.unreadable(file: path, reason: "reading failed")
        }
        func bad(_ problem: String) -> TokenizerError {
            .invalidValue(file: path, key: "(the whole file)", problem: problem)
        }
        do {
            try read([UInt8](data))
        } catch let fault as Fault {
            throw bad("is no model of SentencePiece: \(fault.problem)")
        }
        if let fault = unsupported { throw bad(fault) }
        if let place = pieces.firstIndex(where: \.text.isEmpty) { throw bad("has an empty piece, number \(place)") }
        if pieces.isEmpty { throw bad("is no model of SentencePiece: it has no pieces") }
        guard pieces.contains(where: { $0.kind == .unknown }) else {
            throw bad("is no model of SentencePiece: it has no piece for what is unknown")
        }
    }

    private struct Fault: Error {
        var problem: String
    }

    private var unsupported: String?

    private mutating func read(_ bytes: [UInt8]) throws {
        try Self.fields(of: bytes[...]) { number, value in
            switch (number, value) {
            case (1, .bytes(let message)): pieces.append(try Self.piece(message))
            case (2, .bytes(let message)): try readTrainer(message)
            case (3, .bytes(let message)): try readNormalizer(message)
            default: break
            }
        }
    }

    private static func piece(_ message: ArraySlice<UInt8>) throws -> Piece {
        var piece = Piece()
        try fields(of: message) { number, value in
            switch (number, value) {
            case (1, .bytes(let text)):
                guard let text = String(validating: text, as: UTF8.self) else {
                    throw Fault(problem: "a piece is not UTF-8")
                }
                piece.text = text
            case (2, .fixed32(let bits)): piece.score = Float(bitPattern: bits)
            case (3, .integer(let code)):
                guard let kind = PieceKind(rawValue: Int(clamping: code)) else {
                    throw Fault(problem: "a piece is of kind \(code)")
                }
                piece.kind = kind
            default: break
            }
        }
        guard piece.score.isFinite else { throw Fault(problem: "a score is not finite") }
        return piece
    }

    private mutating func readTrainer(_ message: ArraySlice<UInt8>) throws {
        try Self.fields(of: message) { number, value in
            guard case .integer(let integer) = value else { return }
            switch number {
            case 3 where integer != 1: unsupported = "is not a unigram model, which SigLIP's tokenizer is"
            case 24 where integer != 0: unsupported = "puts blanks behind words (treat_whitespace_as_suffix)"
            case 35: fallsBackToBytes = integer != 0
            default: break
            }
        }
    }

    private mutating func readNormalizer(_ message: ArraySlice<UInt8>) throws {
        try Self.fields(of: message) { number, value in
            switch (number, value) {
            case (2, .bytes(let map)) where !map.isEmpty:
                guard let characters = CharacterMap(Array(map)) else {
                    throw Fault(problem: "its map of characters is damaged")
                }
                self.characters = characters
            case (3, .integer(let flag)): addsDummyPrefix = flag != 0
            case (4, .integer(let flag)): removesExtraSpaces = flag != 0
            case (5, .integer(let flag)): escapesSpaces = flag != 0
            default: break
            }
        }
    }

    /// A field of Protocol Buffers by its kind on the wire.
    private enum Value {
        case integer(UInt64)
        case fixed64
        case bytes(ArraySlice<UInt8>)
        case fixed32(UInt32)
    }

    /// Hands over the fields of a message in their order.
    private static func fields(of message: ArraySlice<UInt8>, _ body: (Int, Value) throws -> Void) throws {
        var rest = message
        func varint() throws -> UInt64 {
            var value: UInt64 = 0
            for shift in stride(from: 0, to: 64, by: 7) {
                guard let byte = rest.popFirst() else { throw Fault(problem: "it ends too early") }
                value |= UInt64(byte & 0x7F) << UInt64(shift)
                if byte < 0x80 { return value }
            }
            throw Fault(problem: "a number is too long")
        }
        func take(_ count: UInt64) throws -> ArraySlice<UInt8> {
            guard count <= UInt64(rest.count) else { throw Fault(problem: "it ends too early") }
            defer { rest = rest.dropFirst(Int(count)) }
            return rest.prefix(Int(count))
        }
        while !rest.isEmpty {
            let key = try varint()
            let value: Value
            switch key & 7 {
            case 0: value = .integer(try varint())
            case 1:
                _ = try take(8)
                value = .fixed64
            case 2: value = .bytes(try take(varint()))
            case 5: value = .fixed32(try take(4).reversed().reduce(0) { $0 << 8 | UInt32($1) })
            default: throw Fault(problem: "a field is of an unknown kind")
            }
            try body(Int(clamping: key >> 3), value)
        }
    }
}
