// SPDX-License-Identifier: Apache-2.0

/// A model on the Hub: `organization/name` or `organization/name@revision`, by huggingface_hub's rules: ASCII letters,
/// digits, `-`, `_` and `.`, at most 96 of them on each side, no `-` or `.` at either end, no `--` and no `..`, no
/// `.git` at the end. The revision is a branch, a tag, a pull request's reference or a commit, by git's rules.
public struct HubModelName: Sendable, Hashable, CustomStringConvertible {
    /// The user or organisation.
    public let organization: String
    /// The model's name in the organisation.
    public let name: String
    /// A branch, tag or commit. The default is `main`.
    public let revision: String

    /// Reads `organization/name` or `organization/name@revision`, also with open_clip's `hf-hub:` before it, and open_clip's
    /// names of pretrained models such as `ViT-B-32/laion2b_s34b_b79k`; `nil` where the text is none of them.
    public init?(_ text: String) {
        var text = text.hasPrefix("hf-hub:") ? String(text.dropFirst("hf-hub:".count)) : text
        let names = text.split(separator: "/", omittingEmptySubsequences: false)
        if names.count == 2, let known = OpenCLIPModels.repository(architecture: names[0], tag: names[1]) {
            text = known
        }
        let halves = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        guard let repository = halves.first else { return nil }
        let parts = repository.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, Self.isName(parts[0]), Self.isName(parts[1]), !parts[1].hasSuffix(".git") else {
            return nil
        }
        organization = String(parts[0])
        name = String(parts[1])
        revision = halves.count == 2 ? String(halves[1]) : "main"
        guard Self.isRevision(revision) else { return nil }
    }

    /// `organization/name`, without the revision.
    public var repository: String { "\(organization)/\(name)" }

    /// What ``init(_:)`` reads; `@main` is left out.
    public var description: String { revision == "main" ? repository : "\(repository)@\(revision)" }

    /// Whether the revision is a whole commit, which can never come to mean other files.
    var isCommit: Bool { isCommitHash(revision) }

    private static func isName(_ text: Substring) -> Bool {
        let bytes = Array(text.utf8)
        guard let first = bytes.first, let last = bytes.last, bytes.count <= 96 else { return false }
        let isWord: (UInt8) -> Bool = { byte in
            let lower = byte | 0x20
            return (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(lower)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "_")
        }
        return isWord(first) && isWord(last) && !text.contains("--") && !text.contains("..")
            && bytes.allSatisfy { isWord($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") }
    }

    /// The revision becomes a path under `refs`, so the parts of a path that lead elsewhere are refused with the rest.
    private static func isRevision(_ text: String) -> Bool {
        guard !text.isEmpty, text.utf8.count <= 200, !text.contains(".."), !text.contains("@{"), text != "@" else {
            return false
        }
        let refused = Set(" ~^:?*[\\".utf8)
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f && !refused.contains($0) }) else { return false }
        return text.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
            !part.isEmpty && !part.hasPrefix(".") && !part.hasSuffix(".") && !part.hasSuffix(".lock")
        }
    }
}

/// Whether a text is a whole git commit: 40 lower-case hexadecimal digits.
func isCommitHash(_ text: String) -> Bool { isHexadecimal(text, digits: 40) }

/// Whether a text is exactly so many lower-case hexadecimal digits.
func isHexadecimal(_ text: String, digits: Int) -> Bool {
    text.utf8.count == digits
        && text.utf8.allSatisfy {
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
        }
}
