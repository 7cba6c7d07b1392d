// SPDX-License-Identifier: Apache-2.0

import JSON

/// A tokenizer as its files describe it.
struct TokenizerDefinition {
    /// The file that holds the vocabulary, for messages.
    var file: String
    var vocabulary: Vocabulary
    var merges: [(pair: UInt64, rank: Int32, id: Int32)]
    /// In the order in which those that the vocabulary lacks get their ids.
    var addedTokens: [AddedToken] = []
    var startOfText = "<|startoftext|>"
    var endOfText = "<|endoftext|>"
    var unknown: String? = "<|endoftext|>"
    var fusesUnknown = false
    var splitter = WordSplitter()
}

/// Collects merges and checks them against a vocabulary.
struct MergeList {
    private let file: String
    private let vocabulary: Vocabulary
    private(set) var merges: [(pair: UInt64, rank: Int32, id: Int32)] = []

    init(file: String, vocabulary: Vocabulary, capacity: Int) {
        self.file = file
        self.vocabulary = vocabulary
        merges.reserveCapacity(capacity)
    }

    /// Adds the merge of two tokens; a later merge of the same two replaces an earlier one.
    mutating func add<Token: Collection<UInt8>>(
        _ first: Token, _ second: Token, place: @autoclosure () -> String
    ) throws {
        func missing(_ token: some Sequence<UInt8>) -> TokenizerError {
            let text = quoted(String(decoding: Array(token), as: UTF8.self))
            return .invalidMerge(file: file, place: place(), problem: "token \(text) is not in the vocabulary")
        }
        guard let left = vocabulary.id(of: first) else { throw missing(first) }
        guard let right = vocabulary.id(of: second) else { throw missing(second) }
        guard let merged = vocabulary.id(of: first, followedBy: second) else {
            throw missing(Array(first) + Array(second))
        }
        merges.append((BytePairEncoder.pair(left, right), Int32(merges.count), merged))
    }

    /// Adds a merge written as two tokens with a blank between them.
    mutating func add<Line: Collection<UInt8>>(line: Line, place: @autoclosure () -> String) throws
    where Line.SubSequence == Line {
        let blank = UInt8(ascii: " ")
        guard let middle = line.firstIndex(of: blank), !line[line.index(after: middle)...].contains(blank) else {
            throw TokenizerError.invalidMerge(
                file: file, place: place(),
                problem: "\(quoted(String(decoding: Array(line), as: UTF8.self))) is not two tokens parted by one blank"
            )
        }
        try add(line[..<middle], line[line.index(after: middle)...], place: place())
    }
}

extension Vocabulary {
    /// Reads a vocabulary: an object of ids.
    init(_ value: JSONValue?, file: String, key: String) throws {
        guard let members = value?.members else {
            throw TokenizerError.invalidValue(file: file, key: key, problem: "must be an object of tokens and ids")
        }
        self.init(capacity: members.count, bytes: members.reduce(0) { $0 + $1.key.utf8.count })
        for member in members {
            guard case .integer(let number) = member.value, number >= 0, number < Int(Int32.max) else {
                throw TokenizerError.invalidValue(
                    file: file, key: key,
                    problem: "gives token \(quoted(member.key)) \(description(of: member.value)) "
                        + "where an id from 0 to \(Int32.max - 1) belongs")
            }
            set(member.key.utf8, to: Int32(number))
        }
        guard count > 0 else {
            throw TokenizerError.invalidValue(file: file, key: key, problem: "has no tokens")
        }
        var ids: [(id: Int32, token: ArraySlice<UInt8>)] = []
        ids.reserveCapacity(count)
        forEach { ids.append(($1, $0)) }
        ids.sort { $0.id < $1.id }
        for (a, b) in zip(ids, ids.dropFirst()) where a.id == b.id {
            let names = [a, b].map { quoted(String(decoding: $0.token, as: UTF8.self)) }.joined(separator: " and ")
            throw TokenizerError.invalidValue(file: file, key: key, problem: "gives \(names) the same id \(a.id)")
        }
    }
}

/// What a value is, in words.
func description(of value: JSONValue?) -> String {
    switch value {
    case nil, .null?: "absent"
    case .bool(let flag)?: flag ? "true" : "false"
    case .integer(let number)?: "\(number)"
    case .number(let number)?: "\(number)"
    case .string(let text)?: quoted(text)
    case .array?: "a list"
    case .object?: "an object"
    }
}
