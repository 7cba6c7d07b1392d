// SPDX-License-Identifier: Apache-2.0

public import FileIO
import JSON

/// What can be wrong with a tokenizer's files.
public enum TokenizerError: UserFacingError, Equatable {
    /// The model's directory is not there.
    case directoryNotFound(path: String)
    /// The directory has neither `tokenizer.json` nor `vocab.json` with `merges.txt`.
    case noTokenizerFiles(path: String)
    /// The directory has no `tokenizer.json`, and the model's kind of tokenizer has no other form here.
    case noUnigramFile(path: String)
    /// The directory has no `spiece.model`, which the class of its tokenizer reads.
    case noSentencePieceFile(path: String)
    /// A file is there and cannot be read.
    case unreadable(file: String, reason: String)
    /// A file is not JSON.
    case malformedJSON(file: String, line: Int, problem: String)
    /// A key is missing, or its value is of the wrong kind or out of range.
    case invalidValue(file: String, key: String, problem: String)
    /// A key asks for something that CLIP's tokenizer does not do.
    case unsupported(file: String, key: String, found: String, expected: String)
    /// A line of `merges.txt`, or an entry of `model.merges`, is not two tokens of the vocabulary that make a third.
    case invalidMerge(file: String, place: String, problem: String)
    /// A tokenizer to be trained was given a size that its vocabulary cannot have.
    case vocabularySize(Int, minimum: Int, maximum: Int)

    /// Missing input where the directory is not there, else bad data.
    public var failureKind: FailureKind { if case .directoryNotFound = self { .missingInput } else { .badData } }

    /// One line: what, where, what to do.
    public var description: String {
        switch self {
        case .directoryNotFound(let path):
            "\(path): no such model directory; check the path"
        case .noTokenizerFiles(let path):
            "\(path): no tokenizer.json, and not both vocab.json and merges.txt; copy the checkpoint's tokenizer files there"
        case .noUnigramFile(let path):
            "\(path): no tokenizer.json; copy the checkpoint's there, or save it by AutoTokenizer.from_pretrained(…).save_pretrained(…)"
        case .noSentencePieceFile(let path):
            "\(path): no spiece.model, which the tokenizer of this class needs; copy the checkpoint's there"
        case .unreadable(let file, let reason):
            "\(file): cannot be read (\(reason)); check the file and its permissions"
        case .malformedJSON(let file, let line, let problem):
            "\(file):\(line): not valid JSON: \(problem); fetch the file again"
        case .invalidValue(let file, let key, let problem):
            "\(file): key '\(key)' \(problem); use the tokenizer files of the model's own checkpoint"
        case .unsupported(let file, let key, let found, let expected):
            "\(file): key '\(key)' is \(found), CLIP's tokenizer has \(expected); only CLIP's tokenizer can be used"
        case .invalidMerge(let file, let place, let problem):
            "\(file): \(place): \(problem); vocabulary and merges must come from the same checkpoint"
        case .vocabularySize(let size, let minimum, let maximum):
            "a vocabulary of \(size) tokens cannot be trained; ask for between \(minimum) (the byte symbols and the two "
                + "markers) and \(maximum)"
        }
    }
}

extension TokenizerError {
    /// A file that is not JSON.
    init(_ fault: JSONFault, file: String) {
        let problem =
            switch fault.problem {
            case .invalidUTF8: "a byte that is not UTF-8"
            case .end: "something follows the end of the value"
            case .tooDeep(let limit): "nested deeper than \(limit) levels"
            case .key: "a key is missing"
            case .colon: "a colon is missing"
            case .commaOrBrace: "a comma or closing brace is missing"
            case .commaOrBracket: "a comma or closing bracket is missing"
            case .literal: "unexpected word"
            case .number, .leadingZero: "a malformed number"
            case .controlCharacter: "a control character in a string"
            case .surrogatePair: "half of a surrogate pair in a string"
            case .closingQuote: "a string that does not end"
            case .escape: fault.isAtEnd ? "a string that does not end" : "an unknown escape in a string"
            case .hexadecimalDigits: fault.isAtEnd ? "a string that does not end" : "a malformed \\u escape"
            default: fault.isAtEnd ? "the file ends too early" : "unexpected character"
            }
        self = .malformedJSON(file: file, line: fault.line, problem: problem)
    }
}

/// A value out of a file, quoted and short, for use in a message.
func quoted(_ text: some StringProtocol) -> String { quoted(text, limit: 60) }
