// SPDX-License-Identifier: Apache-2.0

import ContentHash
import Foundation
import Hub

/// A Hub with one model, `org/clip`, and a storage host of its own for the weights, like the real one.
final class FakeHub: Sendable {
    typealias Behaviour = @Sendable (Request, Int, Reply) -> Reply

    static let commit = "0123456789abcdef0123456789abcdef01234567"
    static let weights = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) }
    static let model: [String: [UInt8]] = [
        "config.json": Array(#"{"model_type": "clip"}"#.utf8),
        "preprocessor_config.json": Array(#"{"size": 224}"#.utf8),
        "tokenizer.json": Array("{}".utf8),
        "README.md": Array("# A model".utf8),
        "model.safetensors": weights,
    ]

    let hub: LocalServer
    let storage: LocalServer

    /// Serves the files; the behaviours may change any answer, told how often it was given before.
    init(
        files: [String: [UInt8]] = FakeHub.model, siblings: [String]? = nil, commit: String = FakeHub.commit,
        hubDoes: @escaping Behaviour = { $2 }, storageDoes: @escaping Behaviour = { $2 }
    ) throws {
        let storage = try LocalServer { request, before in
            let body = files[String(request.path.dropFirst("/stored/".count))] ?? []
            return storageDoes(request, before, Self.content(body, for: request))
        }
        let port = storage.port
        let names = (siblings ?? files.keys.sorted()).map { name in
            #"{"rfilename": "\#(name.replacingOccurrences(of: "\\", with: "\\\\"))"}"#
        }
        hub = try LocalServer { request, before in
            let resolve = "/org/clip/resolve/\(commit)/"
            var reply = Reply(status: 404, headers: ["X-Error-Code": "RepoNotFound"])
            if request.path.hasPrefix("/api/models/org/clip/revision/") {
                let list = names.joined(separator: ",")
                reply = .json(#"{"id": "org/clip", "sha": "\#(commit)", "siblings": [\#(list)]}"#)
            } else if request.path.hasPrefix(resolve) {
                let name = String(request.path.dropFirst(resolve.count))
                reply = Self.resolved(name, files[name], request, commit: commit, storagePort: port)
            }
            return hubDoes(request, before, reply)
        }
        self.storage = storage
    }

    private static func resolved(
        _ name: String, _ content: [UInt8]?, _ request: Request, commit: String, storagePort: Int
    ) -> Reply {
        guard let content else { return Reply(status: 404, headers: ["X-Error-Code": "EntryNotFound"]) }
        guard name.hasSuffix(".safetensors") else {
            var reply = self.content(content, for: request)
            reply.headers["X-Repo-Commit"] = commit
            reply.headers["ETag"] = "\"\(gitName(content))\""
            return reply
        }
        return Reply(
            status: 302,
            headers: [
                "X-Repo-Commit": commit, "X-Linked-Etag": "\"\(sha256(content))\"",
                "X-Linked-Size": "\(content.count)", "ETag": "\"of-the-redirect\"",
                "Location": "http://localhost:\(storagePort)/stored/\(name)",
            ], body: Array("Found".utf8))
    }

    private static func content(_ body: [UInt8], for request: Request) -> Reply {
        guard let offset = request.offset, offset < body.count else { return Reply(body: body) }
        return Reply(
            status: 206, headers: ["Content-Range": "bytes \(offset)-\(body.count - 1)/\(body.count)"],
            body: Array(body[offset...]))
    }

    static func sha256(_ content: [UInt8]) -> String {
        var hash = SHA256()
        hash.update(content)
        return hash.hexadecimal()
    }

    static func gitName(_ content: [UInt8]) -> String {
        var hash = SHA1(gitBlobOfLength: content.count)
        hash.update(content)
        return hash.hexadecimal()
    }

    var endpoint: String {
        "http://127.0.0.1:\(hub.port)"
    }
}

/// A cache directory of a test's own, deleted with the value.
final class Cache: Sendable {
    let root: String

    init() throws {
        root = FileManager.default.temporaryDirectory.appendingPathComponent("hub-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: root)
    }

    var storage: String { root + "/models--org--clip" }
    var snapshot: String { storage + "/snapshots/" + FakeHub.commit }
    var weights: String { storage + "/blobs/" + FakeHub.sha256(FakeHub.weights) }

    func read(_ path: String) -> [UInt8]? {
        FileManager.default.contents(atPath: path).map(Array.init)
    }

    func write(_ content: [UInt8], to path: String) throws {
        let directory = (path as NSString).deletingLastPathComponent
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try Data(content).write(to: URL(fileURLWithPath: path))
    }

    /// Every file and link under the root; links with what they point to.
    func everything() throws -> Set<String> {
        let files = FileManager.default
        var found: Set<String> = []
        for path in try files.subpathsOfDirectory(atPath: root) {
            if let target = try? files.destinationOfSymbolicLink(atPath: root + "/" + path) {
                found.insert("\(path) -> \(target)")
            } else {
                var isDirectory: ObjCBool = false
                if files.fileExists(atPath: root + "/" + path, isDirectory: &isDirectory), !isDirectory.boolValue {
                    found.insert(path)
                }
            }
        }
        return found
    }

    /// A client with short pauses.
    func client(
        _ endpoint: String, token: String? = "hf_secret", isOffline: Bool = false, timeout: Duration = .seconds(5),
        retries: HubRetries? = nil, progress: (@Sendable (HubProgress) -> Void)? = nil,
        warning: (@Sendable (String) -> Void)? = nil
    ) throws -> HubClient {
        var configuration = try HubConfiguration(environment: ["HF_HUB_CACHE": root, "HF_ENDPOINT": endpoint])
        configuration.token = token
        configuration.isOffline = isOffline
        configuration.metadataTimeout = timeout
        configuration.downloadTimeout = timeout
        configuration.retries =
            retries
            ?? HubRetries(
                attempts: 3, firstPause: .milliseconds(1), longestPause: .milliseconds(4),
                longestRetryAfter: .milliseconds(200))
        return HubClient(configuration: configuration, progress: progress, warning: warning)
    }
}
