// SPDX-License-Identifier: Apache-2.0

public import Datasets
public import FileIO

/// A sentence with a place for a label's name, such as `a photo of a {}`.
public struct PromptTemplate: Codable, Sendable, Equatable {
    /// The sentence; `{}` stands for the name.
    public let text: String

    /// What is used where nobody says otherwise, CLIP's own.
    public static let standard = PromptTemplate(unchecked: "a photo of a {}")

    /// Takes a sentence that has a place for the name.
    public init?(_ text: String) {
        guard text.contains("{}") else { return nil }
        self.text = text
    }

    /// Takes a sentence that somebody typed. Throws ``FileIO/InputError`` if it has no place for the name.
    public init(typed text: String) throws(InputError) {
        guard let template = PromptTemplate(text) else {
            throw .usage(
                "--template \"\(printable(text))\" has no {} for the label's name; write for instance \"a photo of a {}\""
            )
        }
        self = template
    }

    private init(unchecked text: String) { self.text = text }

    /// The sentence about `name`.
    public func callAsFunction(_ name: String) -> String { text.replacing("{}", with: name) }

    /// Reads the sentence from a string. Throws `DecodingError` if there is no place for the name.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let template = PromptTemplate(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "has no {} for the label's name")
        }
        self = template
    }

    /// Writes the sentence as a string.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

extension Label {
    /// The texts whose mean feature stands for the label: its prompts, or its name in each template.
    public func texts(templates: [PromptTemplate]) -> [String] {
        prompts.isEmpty ? templates.map { $0(name) } : prompts
    }
}
