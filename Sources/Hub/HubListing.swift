// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation

/// What the Hub says a revision is: a commit and its files.
struct HubListing {
    let commit: String
    /// The names at the top level that can be files of a cache. Whatever leads elsewhere is not among them.
    let files: ModelFiles

    /// An answer of more than this is none: the largest repositories' lists have a few MiB.
    static let maximumBytes = 64 << 20

    private struct Answer: Decodable {
        struct Sibling: Decodable {
            let rfilename: String
        }
        let sha: String
        let siblings: [Sibling]?
    }

    /// Reads the JSON of `/api/models/…/revision/…`.
    init(json: Data, url: URL, revision: HubModelName) throws(HubError) {
        guard let answer = try? JSONDecoder().decode(Answer.self, from: json) else {
            throw .badAnswer(url: shown(url), reason: "not the JSON of a model's description")
        }
        guard isCommitHash(answer.sha), !revision.isCommit || revision.revision == answer.sha else {
            throw .badAnswer(url: shown(url), reason: "'\(printable(answer.sha))' is not the commit")
        }
        commit = answer.sha
        files = ModelFiles(names: (answer.siblings ?? []).map(\.rfilename))
    }
}

extension HubRequests {
    /// Asks which commit the model's revision is, and which files it has.
    func listing(attempts: Int) throws(HubError) -> HubListing {
        let address = try url(["api", "models", model.organization, model.name, "revision", model.revision])
        let timeout = configuration.metadataTimeout
        let json = try retrying(attempts: attempts) { () throws(AttemptFailure) -> Data in
            let answer = try send("GET", address, timeout: timeout)
            guard answer.status == 200 else {
                answer.stream.cancel()
                throw failure(answer, file: nil)
            }
            var body = Data()
            while let piece = try piece(of: answer, timeout: timeout) {
                body.append(piece)
                if body.count > HubListing.maximumBytes {
                    answer.stream.cancel()
                    throw .final(.badAnswer(url: shown(address), reason: "it does not end"))
                }
            }
            return body
        }
        return try HubListing(json: json, url: address, revision: model)
    }

    /// Asks for a file's facts without its content.
    func metadata(of file: String, commit: String) throws(HubError) -> BlobMetadata {
        let address = try resolveURL(file, commit: commit)
        return try retrying(attempts: configuration.retries.attempts) { () throws(AttemptFailure) -> BlobMetadata in
            // The facts are on the Hub's own answer; a mirror that only points to the Hub has none, so it is followed.
            let answer = try send("HEAD", address, timeout: configuration.metadataTimeout) { head, isElsewhere in
                isElsewhere && (head["X-Linked-Etag"] ?? head["ETag"]) != nil
            }
            answer.stream.cancel()
            guard answer.status == 200 || answer.heads.last?.isRedirect == true else {
                throw failure(answer, file: file)
            }
            return try finally { () throws(HubError) in
                try BlobMetadata(answer: answer, file: file, commit: commit)
            }
        }
    }

    func resolveURL(_ file: String, commit: String) throws(HubError) -> URL {
        try url([model.organization, model.name, "resolve", commit, file])
    }
}

/// A file's facts: what its blob is called and how long it is.
struct BlobMetadata: Equatable {
    /// The name under `blobs`: an LFS file's SHA-256, any other file's git blob name, or what the server gives.
    let etag: String
    /// The length in bytes, where the server says it.
    let size: Int?
}

extension BlobMetadata {
    init(answer: HubAnswer, file: String, commit: String) throws(HubError) {
        let url = shown(answer.url)
        if let found = answer.first("X-Repo-Commit"), found != commit {
            throw .badAnswer(url: url, reason: "\(file) is of commit '\(printable(found))'")
        }
        guard let tag = (answer.first("X-Linked-Etag") ?? answer.last("ETag")).map(Self.normalized),
            Self.isBlobName(tag)
        else {
            throw .badAnswer(url: url, reason: "no usable ETag for \(file)")
        }
        etag = tag
        let isPlain = answer.heads.last?.isRedirect == false && answer.last("Content-Encoding") == nil
        let text = answer.first("X-Linked-Size") ?? (isPlain ? answer.last("Content-Length") : nil)
        size = text.flatMap { Int($0.trimmingCharacters(in: .whitespaces)) }
        if let text, (size ?? -1) < 0 {
            throw .badAnswer(url: url, reason: "\(file) has a length of '\(printable(text))'")
        }
    }

    /// `W/"abc"` and `"abc"` both name the blob `abc`.
    static func normalized(_ etag: String) -> String {
        var rest = etag[...]
        while let first = rest.first, first == "W" || first == "/" { rest.removeFirst() }
        while rest.first == "\"" { rest.removeFirst() }
        while rest.last == "\"" { rest.removeLast() }
        return String(rest)
    }

    /// The name becomes a path: only what cannot lead elsewhere is one.
    static func isBlobName(_ text: String) -> Bool {
        let allowed = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.".utf8)
        return (1...160).contains(text.utf8.count) && !text.hasPrefix(".") && text.utf8.allSatisfy(allowed.contains)
    }
}
