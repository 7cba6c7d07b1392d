// SPDX-License-Identifier: Apache-2.0

/// The text of a `mumic.json` with what every one has to say (`labels`, `templates`, `bias`) where it does not say it.
public func wholeDescription(_ text: String) -> String {
    let start = #"{"version": 1"#
    guard text.hasPrefix(start + ",") || text.hasPrefix(start + "}") else { return text }
    let usual = [("labels", "[]"), ("templates", #"["a photo of a {}"]"#), ("bias", "0")]
    let more = usual.filter { !text.contains("\"\($0.0)\"") }.map { ", \"\($0.0)\": \($0.1)" }
    return start + more.joined() + text.dropFirst(start.count)
}
