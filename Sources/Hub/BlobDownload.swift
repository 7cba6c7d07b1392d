// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation

/// The fetching of one blob, over as many connections as it takes.
struct BlobDownload {
    let requests: HubRequests
    let file: String
    let commit: String
    let metadata: BlobMetadata
    /// Told how many bytes are there, often.
    let progress: (Int) -> Void

    /// Connections that brought something and broke, before a server is given up that always breaks.
    private static let maximumBreaks = 200

    /// Fetches the blob and puts it in its place. The caller holds the blob's lock.
    func run(into cache: HubCache) throws(HubError) {
        var blob = try PartialBlob(path: cache.blob(metadata.etag) + ".incomplete", metadata: metadata)
        if let size = metadata.size, let free = FileSystem.freeBytes(at: cache.blobs), free < size - blob.count {
            throw .diskFull(path: cache.blobs, neededBytes: size - blob.count)
        }
        // A beginning that an earlier run left may be at fault; then once more from nothing.
        var hasOldBeginning = blob.count > 0
        while true {
            try fetch(&blob)
            guard let found = try blob.checksum(), found != metadata.etag else { break }
            guard hasOldBeginning else {
                unlink(blob.path)
                throw .checksumMismatch(file: file, expected: metadata.etag, found: found)
            }
            hasOldBeginning = false
            try blob.restart()
        }
        try blob.publish(at: cache.blob(metadata.etag))
    }

    /// Receives until the blob has its length. New bytes give the attempts back; a bound on them all remains.
    private func fetch(_ blob: inout PartialBlob) throws(HubError) {
        var furthest = blob.count
        var failures = 0
        var breaks = 0
        while true {
            do {
                return try receive(&blob)
            } catch {
                guard case .transient(let problem, let asked) = error else {
                    if case .final(let problem) = error { throw problem }
                    return
                }
                breaks += 1
                failures = blob.count > furthest ? 1 : failures + 1
                if failures >= requests.configuration.retries.attempts || breaks >= Self.maximumBreaks {
                    throw problem.afterAttempts(breaks)
                }
                furthest = max(furthest, blob.count)
                requests.pause(requests.configuration.retries.pause(after: failures, asked: asked))
            }
        }
    }

    /// One connection's worth.
    private func receive(_ blob: inout PartialBlob) throws(AttemptFailure) {
        if let size = metadata.size, size == blob.count, size > 0 { return }
        let timeout = requests.configuration.downloadTimeout
        let url = try finally { () throws(HubError) in try requests.resolveURL(file, commit: commit) }
        let answer = try requests.send("GET", url, offset: blob.count, timeout: timeout)
        defer { answer.stream.cancel() }
        switch answer.status {
        case 200:
            // A server that ignores the range sends everything.
            if blob.count > 0 { try finally { () throws(HubError) in try blob.restart() } }
        case 206 where blob.count > 0:
            try checkRange(answer, from: blob.count)
        case 416 where blob.count > 0:
            try finally { () throws(HubError) in try blob.restart() }
            throw .transient(.unexpectedStatus(url: shown(answer.url), status: 416), retryAfter: nil)
        default:
            throw requests.failure(answer, file: file)
        }
        let length = answer.last("Content-Encoding") == nil ? answer.last("Content-Length").flatMap { Int($0) } : nil
        if let length, let size = metadata.size, length != size - blob.count {
            throw .final(wrongSize(blob.count + max(min(length, 1 << 60), 0), answer))
        }
        let end = metadata.size ?? length
        do throws(AttemptFailure) {
            while let piece = try requests.piece(of: answer, timeout: timeout) {
                if let end, piece.count > end - blob.count {
                    throw .final(wrongSize(blob.count + piece.count, answer))
                }
                try finally { () throws(HubError) in try blob.append(piece) }
                progress(blob.count)
            }
        } catch {
            guard case .transient(.cannotConnect, _) = error else { throw error }
            throw .transient(truncated(blob.count), retryAfter: nil)
        }
        if let end, blob.count < end { throw .transient(truncated(blob.count), retryAfter: nil) }
    }

    /// `bytes 100-199/200`, with what was asked for in it.
    private func checkRange(_ answer: HubAnswer, from offset: Int) throws(AttemptFailure) {
        let text = answer.last("Content-Range") ?? ""
        let parts = text.split(whereSeparator: { " -/".contains($0) })
        guard parts.count == 4, parts[0].lowercased() == "bytes", Int(parts[1]) == offset, let last = Int(parts[2]),
            parts[3] == "*" || Int(parts[3]) == metadata.size, metadata.size.map({ last == $0 - 1 }) ?? true
        else {
            throw .final(
                .badAnswer(
                    url: shown(answer.url),
                    reason: "'\(printable(text))' is not the rest of \(file) from byte \(offset)"))
        }
    }

    private func wrongSize(_ found: Int, _ answer: HubAnswer) -> HubError {
        .wrongSize(file: file, expected: metadata.size ?? 0, found: found, url: shown(answer.url))
    }

    private func truncated(_ received: Int) -> HubError {
        .truncated(file: file, received: received, expected: metadata.size, attempts: 1)
    }
}
