// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation

extension HubConfiguration {
    /// Reads the environment variables that huggingface_hub reads, by its rules: `HF_HUB_CACHE`,
    /// `HUGGINGFACE_HUB_CACHE`, `HF_HOME`, `XDG_CACHE_HOME` (with `~` and `$NAME` in them), `HF_ENDPOINT`, `HF_TOKEN`,
    /// `HUGGING_FACE_HUB_TOKEN`, `HF_TOKEN_PATH` or the file `token` in `HF_HOME`, `HF_HUB_DISABLE_IMPLICIT_TOKEN`,
    /// `HF_HUB_OFFLINE`, `TRANSFORMERS_OFFLINE`, `HF_HUB_ETAG_TIMEOUT`, `HF_HUB_DOWNLOAD_TIMEOUT`. An empty value
    /// counts as none. Throws for an unusable value, or a token file that cannot be read.
    public init(environment: [String: String]) throws(HubError) {
        let settings = environment.filter { !$0.value.isEmpty }
        let home = settings["HOME"] ?? NSHomeDirectory()
        let path: (String) -> String = { expandPath($0, home: home, environment: settings) }

        let cacheHome = settings["XDG_CACHE_HOME"] ?? home + "/.cache"
        let hubHome = path(settings["HF_HOME"] ?? cacheHome + "/huggingface")
        let cache = path(settings["HF_HUB_CACHE"] ?? settings["HUGGINGFACE_HUB_CACHE"] ?? hubHome + "/hub")

        var token: String?
        if !isTrue(settings["HF_HUB_DISABLE_IMPLICIT_TOKEN"]) {
            if let given = settings["HF_TOKEN"] ?? settings["HUGGING_FACE_HUB_TOKEN"] {
                let variable = settings["HF_TOKEN"] == nil ? "HUGGING_FACE_HUB_TOKEN" : "HF_TOKEN"
                token = try cleanToken(given, from: variable)
            } else {
                let file = path(settings["HF_TOKEN_PATH"] ?? hubHome + "/token")
                token = try readTokenFile(file).flatMap { (text) throws(HubError) in try cleanToken(text, from: file) }
            }
        }
        self.init(
            cacheDirectory: cache,
            endpoint: try readEndpoint(settings["HF_ENDPOINT"] ?? "https://huggingface.co"),
            token: token,
            isOffline: isTrue(settings["HF_HUB_OFFLINE"] ?? settings["TRANSFORMERS_OFFLINE"]),
            metadataTimeout: try readSeconds("HF_HUB_ETAG_TIMEOUT", in: settings),
            downloadTimeout: try readSeconds("HF_HUB_DOWNLOAD_TIMEOUT", in: settings))
    }
}

private func isTrue(_ value: String?) -> Bool {
    ["1", "ON", "YES", "TRUE"].contains(value?.uppercased() ?? "")
}

private func readSeconds(_ variable: String, in settings: [String: String]) throws(HubError) -> Duration {
    guard let text = settings[variable] else { return .seconds(10) }
    guard let seconds = Double(text), seconds > 0, seconds <= 86_400 else {
        throw .badSetting(
            variable: variable, value: printable(text), expected: "a number of seconds from 0 to 86400 is expected")
    }
    return .seconds(seconds)
}

private func readEndpoint(_ text: String) throws(HubError) -> URL {
    var trimmed = Substring(text)
    while trimmed.hasSuffix("/") { trimmed.removeLast() }
    guard let url = URL(string: String(trimmed)), let scheme = url.scheme?.lowercased(),
        ["http", "https"].contains(scheme), let host = url.host, !host.isEmpty, url.user == nil, url.password == nil,
        url.query == nil, url.fragment == nil
    else {
        // The value may hold a password, so it is not repeated.
        throw .badSetting(
            variable: "HF_ENDPOINT", value: "", expected: "an address such as https://huggingface.co is expected")
    }
    return url
}

/// A token goes into a header line, so whatever could end that line is refused.
private func cleanToken(_ text: String, from source: String) throws(HubError) -> String? {
    let token = text.trimmingCharacters(in: .whitespacesAndNewlines)
    guard token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
        throw .badSetting(variable: source, value: "", expected: "a token of printable ASCII characters is expected")
    }
    return token.isEmpty ? nil : token
}

private func readTokenFile(_ path: String) throws(HubError) -> String? {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    do {
        return try String(contentsOfFile: path, encoding: .utf8)
    } catch {
        throw .unreadable(path: path, reason: "the token file is no readable text")
    }
}

/// A path with a leading `~`, with `$NAME` and `${NAME}` replaced, made absolute. Unknown names stay as they are.
func expandPath(_ text: String, home: String, environment: [String: String]) -> String {
    var path = ""
    var rest = text[...]
    while let dollar = rest.firstIndex(of: "$") {
        path += rest[..<dollar]
        rest = rest[rest.index(after: dollar)...]
        let isBraced = rest.hasPrefix("{")
        let body = isBraced ? rest.dropFirst() : rest
        let name = body.prefix { $0 == "_" || ($0.isASCII && ($0.isLetter || $0.isNumber)) }
        let after = body[name.endIndex...]
        if !name.isEmpty, !isBraced || after.hasPrefix("}"), let value = environment[String(name)] {
            path += value
            rest = isBraced ? after.dropFirst() : after
        } else {
            path += "$"
        }
    }
    path += rest
    if path == "~" || path.hasPrefix("~/") {
        path = home + path.dropFirst()
    }
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    return path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
}
