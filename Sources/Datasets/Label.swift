// SPDX-License-Identifier: Apache-2.0

/// A label: a name, and texts that describe it where its name alone is not enough.
public struct Label: Codable, Sendable, Equatable {
    /// What the label is called in data and answers.
    public var name: String
    /// Whole texts that describe the label; where there are none, templates are applied to the name.
    public var prompts: [String]

    /// A label that is described by its name in the templates, unless prompts are given.
    public init(name: String, prompts: [String] = []) {
        self.name = name
        self.prompts = prompts
    }

    /// Reads a name, with or without prompts.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.name = try container.decode(String.self, forKey: .name)
        self.prompts = try container.decodeIfPresent([String].self, forKey: .prompts) ?? []
    }
}
