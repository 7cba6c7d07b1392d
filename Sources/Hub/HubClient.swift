// SPDX-License-Identifier: Apache-2.0

import FileIO
import PyTorchFiles

/// How far the fetching of a model has come.
public struct HubProgress: Sendable, Equatable {
    /// The file that is being fetched.
    public let file: String
    /// Its number among the model's files, from 1.
    public let fileNumber: Int
    /// How many files the model has, as far as is known yet (shards are counted once their list is there).
    public let fileCount: Int
    /// Bytes of the file that are there, those of an earlier run included.
    public let receivedBytes: Int
    /// The file's length, where the server says it.
    public let totalBytes: Int?
}

/// Finds models in huggingface_hub's own cache and fetches them into it. Calls block; two at once, in one process or in
/// several, share the work by locks.
///
///     let client = HubClient(configuration: try HubConfiguration(environment: ProcessInfo.processInfo.environment))
///     if let name = HubModelName("openai/clip-vit-base-patch32") { let directory = try client.snapshot(of: name) }
public struct HubClient: Sendable {
    private let configuration: HubConfiguration
    private let progress: (@Sendable (HubProgress) -> Void)?
    private let warning: (@Sendable (String) -> Void)?

    /// A client. `progress` is called as bytes arrive, at most some ten times a second, and when a file is whole;
    /// `warning` with one line where something was done otherwise than asked.
    public init(
        configuration: HubConfiguration, progress: (@Sendable (HubProgress) -> Void)? = nil,
        warning: (@Sendable (String) -> Void)? = nil
    ) {
        self.configuration = configuration
        self.progress = progress
        self.warning = warning
    }

    /// The directory with every file that a CLIP model needs, found in the cache or fetched into it; it must not be
    /// written to. A commit that the cache holds whole, and everything while offline, needs no network. A branch costs
    /// one question for its commit; if nobody answers and the cache holds the branch whole, that is used, with a
    /// warning.
    public func snapshot(of name: HubModelName) throws(HubError) -> String {
        let cache = HubCache(root: configuration.cacheDirectory, model: name)
        let cached = name.isCommit ? name.revision : cache.commit(of: name.revision)
        let missing = cached.map { cache.missingPart(of: $0) } ?? "the revision '\(name.revision)' is"
        if configuration.isOffline {
            if let cached, missing == nil { return cache.snapshot(cached) }
            throw .offline(
                model: name.description, missing: missing ?? "the model is", cache: configuration.cacheDirectory)
        }
        if let cached, missing == nil, name.isCommit, cache.settlesPreprocessing(of: cached) {
            return cache.snapshot(cached)
        }
        let requests = HubRequests(configuration: configuration, model: name)
        let listing: HubListing
        do {
            // With something to fall back on there is no reason to insist.
            listing = try requests.listing(attempts: missing == nil ? 1 : configuration.retries.attempts)
        } catch {
            guard let cached, missing == nil, error.isNetworkTrouble else { throw error }
            warning?("\(error); the cached commit \(cached.prefix(12)) of \(name) is used")
            return cache.snapshot(cached)
        }
        try fetch(listing, of: name, requests: requests, cache: cache)
        return cache.snapshot(listing.commit)
    }

    /// Fetches what is missing; the reference is written last, so that it never means half a model.
    private func fetch(
        _ listing: HubListing, of name: HubModelName, requests: HubRequests, cache: HubCache
    ) throws(HubError) {
        var weights = try listing.files.requireWeights(of: name)
        // Small files first: where the weights are, everything else is.
        var files = listing.files.descriptions
        var number = 0
        var hasFetched = false
        var hasWeights = false
        while number < files.count || !hasWeights {
            if number == files.count {
                hasWeights = true
                if cache.hasTimmConfiguration(in: listing.commit) {
                    let others = listing.files.weights(isTimm: true)
                    if others.name != nil { weights = others }
                }
                if let name = weights.name { files.append(name) }
            }
            let file = files[number]
            number += 1
            if !cache.has(file, in: listing.commit) {
                try fetch(
                    file, number: number, count: files.count + (hasWeights ? 0 : 1), commit: listing.commit,
                    requests: requests, cache: cache)
                hasFetched = true
            }
            if weights == .index(file) {
                let index = cache.file(file, in: listing.commit)
                let shards = try ModelFiles.shards(inIndexAt: index)
                if let absent = shards.first(where: { !listing.files.names.contains($0) }) {
                    throw .badShardIndex(path: index, reason: "the model has no \(printable(absent))")
                }
                files += shards
            }
        }
        do {
            if !listing.files.hasPreprocessing {
                try cache.noteAbsence(of: "preprocessor_config.json", in: listing.commit)
            }
            if !name.isCommit { try cache.setCommit(listing.commit, of: name.revision) }
        } catch {
            // A cache that can only be read is good enough if nothing had to be fetched.
            if hasFetched { throw error }
        }
    }

    private func fetch(
        _ file: String, number: Int, count: Int, commit: String, requests: HubRequests, cache: HubCache
    ) throws(HubError) {
        let metadata = try requests.metadata(of: file, commit: commit)
        try cache.prepare(commit: commit)
        let lock = try FileLock(path: "\(cache.locks)/\(metadata.etag).lock") {
            warning?("waiting for another process that fetches \(file)")
        }
        let present = FileSystem.size(ofFileAt: cache.blob(metadata.etag))
        // A blob of another length than the Hub's was damaged after it was made.
        if present == nil || (metadata.size != nil && present != metadata.size) {
            var lastTold = ContinuousClock.now
            let download = BlobDownload(requests: requests, file: file, commit: commit, metadata: metadata) {
                received in
                let now = ContinuousClock.now
                guard received == metadata.size || now - lastTold > .milliseconds(100) else { return }
                lastTold = now
                progress?(
                    HubProgress(
                        file: file, fileNumber: number, fileCount: count, receivedBytes: received,
                        totalBytes: metadata.size))
            }
            try download.run(into: cache)
        }
        try cache.link(file, in: commit, to: metadata.etag)
        _ = consume lock
    }
}
