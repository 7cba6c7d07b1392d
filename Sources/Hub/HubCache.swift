// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import PyTorchFiles

/// One model's part of the Hub's cache, laid out as huggingface_hub lays it out.
///
///     models--org--name/refs/main                  the commit, 40 digits, no newline
///     models--org--name/blobs/<etag>               a file's content, whole, or <etag>.incomplete
///     models--org--name/snapshots/<commit>/<file>  → ../../blobs/<etag>
///     models--org--name/.no_exist/<commit>/<file>  empty: the commit has no such file
///     .locks/models--org--name/<etag>.lock
struct HubCache {
    let root: String
    private let folder: String

    init(root: String, model: HubModelName) {
        self.root = root
        folder = "models--\(model.organization)--\(model.name)"
    }

    var storage: String { "\(root)/\(folder)" }
    var blobs: String { "\(storage)/blobs" }
    var locks: String { "\(root)/.locks/\(folder)" }

    func blob(_ etag: String) -> String { "\(blobs)/\(etag)" }
    func snapshot(_ commit: String) -> String { "\(storage)/snapshots/\(commit)" }
    func file(_ name: String, in commit: String) -> String { "\(snapshot(commit))/\(name)" }

    /// The commit that a branch or tag was when it was last fetched.
    func commit(of revision: String) -> String? {
        guard let text = try? String(contentsOfFile: "\(storage)/refs/\(revision)", encoding: .utf8) else { return nil }
        let commit = text.trimmingCharacters(in: .whitespacesAndNewlines)
        return isCommitHash(commit) ? commit : nil
    }

    func setCommit(_ commit: String, of revision: String) throws(HubError) {
        guard self.commit(of: revision) != commit else { return }
        let path = "\(storage)/refs/\(revision)"
        try FileSystem.makeDirectory((path as NSString).deletingLastPathComponent)
        try FileSystem.write(commit, to: path)
    }

    func has(_ name: String, in commit: String) -> Bool {
        FileSystem.size(ofFileAt: file(name, in: commit)) != nil
    }

    /// What a snapshot lacks of a whole model, in words; `nil` if it is whole. Blobs appear whole, so a file that is
    /// there is complete.
    func missingPart(of commit: String) -> String? {
        let files = files(in: commit)
        if files.names.isEmpty { return "the model is" }
        if let missing = files.missingDescription { return "\(missing) is" }
        switch files.weights(isTimm: hasTimmConfiguration(in: commit)) {
        case .none, .several: return "model.safetensors is"
        case .file: return nil
        case .index(let index):
            guard let shards = try? ModelFiles.shards(inIndexAt: file(index, in: commit)) else {
                return "a usable \(index) is"
            }
            return shards.first { !has($0, in: commit) }.map { "\($0) is" }
        }
    }

    /// Whether a whole snapshot also settles how pictures are prepared: the file is there, or known not to exist.
    func settlesPreprocessing(of commit: String) -> Bool {
        files(in: commit).hasPreprocessing
            || FileSystem.size(ofFileAt: noExist("preprocessor_config.json", commit)) != nil
    }

    /// Whether a snapshot has the files of two layouts, and config.json is timm's, which describes an image tower alone.
    func hasTimmConfiguration(in commit: String) -> Bool {
        struct Configuration: Decodable {
            var model_type: String?
            var architecture: String?
        }
        guard files(in: commit).hasBothLayouts,
            let data = FileManager.default.contents(atPath: file("config.json", in: commit)), data.count < 1 << 24,
            let configuration = try? JSONDecoder().decode(Configuration.self, from: data)
        else { return false }
        return configuration.model_type == nil && configuration.architecture != nil
    }

    private func files(in commit: String) -> ModelFiles {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: snapshot(commit))) ?? []
        return ModelFiles(names: names.filter { has($0, in: commit) })
    }

    private func noExist(_ name: String, _ commit: String) -> String {
        "\(storage)/.no_exist/\(commit)/\(name)"
    }

    /// Notes, as huggingface_hub does, that a commit has no such file.
    func noteAbsence(of name: String, in commit: String) throws(HubError) {
        let path = noExist(name, commit)
        guard FileSystem.size(ofFileAt: path) == nil else { return }
        try FileSystem.makeDirectory((path as NSString).deletingLastPathComponent)
        try FileSystem.write("", to: path)
    }

    /// Makes the directories a download needs, and the tag by which backup programs know a cache.
    func prepare(commit: String) throws(HubError) {
        for directory in [blobs, snapshot(commit), locks] {
            try FileSystem.makeDirectory(directory)
        }
        let tag = "\(root)/CACHEDIR.TAG"
        if FileSystem.size(ofFileAt: tag) == nil {
            try? FileSystem.write(
                """
                Signature: 8a477f597d28d172789f06886806bc55
                # This file is a cache directory tag created by huggingface_hub.
                # For information about cache directory tags, see:
                #\thttps://bford.info/cachedir/

                """, to: tag)
        }
    }

    /// Points a snapshot's file to its blob, by a relative link, so that the cache may be moved.
    func link(_ name: String, in commit: String, to etag: String) throws(HubError) {
        let path = file(name, in: commit)
        for _ in 0..<3 {
            if symlink("../../blobs/\(etag)", path) == 0 {
                // A file system that cannot make the link survive a power cut has its reasons.
                try? syncDirectory(path: snapshot(commit))
                return
            }
            guard errno == EEXIST else { throw FileSystem.failure(path) }
            // Another process was quicker, or a link's blob was deleted.
            if has(name, in: commit) { return }
            unlink(path)
        }
        throw .unwritable(path: path, reason: "the link cannot be made")
    }
}
