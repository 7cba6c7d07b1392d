// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A model in the Hub's cache: one commit of a repository.
public struct CachedModel: Sendable, Equatable {
    /// The repository, with the branch or tag that last was this commit, or the commit where none was.
    public let name: HubModelName
    /// The commit, 40 hexadecimal digits.
    public let commit: String
    /// The directory with its files.
    public let directory: String
    /// The size of its files in bytes; files that two commits share count for both.
    public let bytes: Int
    /// What it lacks of a whole model, in words; nil where it is whole.
    public let missing: String?
}

extension HubConfiguration {
    /// The models in the cache that look like image-text models, in the order of their names; data sets and what has no
    /// config.json are left out. The network is not asked.
    public func cachedModels() -> [CachedModel] {
        let files = FileManager.default
        let folders = ((try? files.contentsOfDirectory(atPath: cacheDirectory)) ?? []).sorted()
        return folders.flatMap { folder -> [CachedModel] in
            let parts = folder.components(separatedBy: "--")
            guard parts.count == 3, parts[0] == "models", let model = HubModelName("\(parts[1])/\(parts[2])") else {
                return []
            }
            let cache = HubCache(root: cacheDirectory, model: model)
            let commits = ((try? files.contentsOfDirectory(atPath: cache.storage + "/snapshots")) ?? [])
                .filter(isCommitHash).sorted()
            let names = references(of: cache)
            return commits.compactMap { commit in
                let revision = names[commit] ?? commit
                guard let name = HubModelName("\(model.repository)@\(revision)"), cache.looksLikeModel(commit) else {
                    return nil
                }
                return CachedModel(
                    name: name, commit: commit, directory: cache.snapshot(commit), bytes: cache.size(of: commit),
                    missing: cache.missingPart(of: commit))
            }
        }
    }

    /// The branches and tags of a repository by the commit that they were when they were last fetched; `main` wins.
    private func references(of cache: HubCache) -> [String: String] {
        let root = cache.storage + "/refs"
        var result: [String: String] = [:]
        for name in ((try? FileManager.default.subpathsOfDirectory(atPath: root)) ?? []).sorted() {
            guard let commit = cache.commit(of: name), result[commit] != "main" else { continue }
            result[commit] = name
        }
        return result
    }
}

extension HubCache {
    /// Whether a commit has a file that describes a model.
    fileprivate func looksLikeModel(_ commit: String) -> Bool {
        has("config.json", in: commit) || has("open_clip_config.json", in: commit)
    }

    /// The size of a commit's files.
    fileprivate func size(of commit: String) -> Int {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: snapshot(commit))) ?? []
        return names.reduce(0) { $0 + (FileSystem.size(ofFileAt: file($1, in: commit)) ?? 0) }
    }
}
