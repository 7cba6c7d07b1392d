// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import Synchronization
import Testing

@testable import Hub

@Suite struct HubClientTests {
    static let name = HubModelName("org/clip")

    @Test func `a model is fetched into the layout of the Hub's cache`() throws {
        let hub = try FakeHub()
        let cache = try Cache()
        let directory = try cache.client(hub.endpoint).snapshot(of: #require(Self.name))
        #expect(directory == cache.snapshot)

        let wanted = FakeHub.model.filter { $0.key != "README.md" }
        var expected: Set<String> = ["models--org--clip/refs/main", "CACHEDIR.TAG"]
        for (name, content) in wanted {
            #expect(cache.read(directory + "/" + name) == content)
            let etag = name == "model.safetensors" ? FakeHub.sha256(content) : FakeHub.gitName(content)
            expected.insert("models--org--clip/blobs/\(etag)")
            expected.insert(".locks/models--org--clip/\(etag).lock")
            expected.insert("models--org--clip/snapshots/\(FakeHub.commit)/\(name) -> ../../blobs/\(etag)")
        }
        #expect(try cache.everything() == expected)
        #expect(cache.read(cache.storage + "/refs/main") == Array(FakeHub.commit.utf8))
        #expect(hub.hub.requests.allSatisfy { $0.headers["accept-encoding"] == "identity" })
    }

    /// What a repository holds, and what is fetched of its weights.
    static let layouts: [(files: [String: [UInt8]], weights: Set<String>)] = {
        let described = FakeHub.model.filter { $0.key != "model.safetensors" }
        func with(_ more: [String: String]) -> [String: [UInt8]] {
            described.merging(more.mapValues { Array($0.utf8) }) { $1 }
        }
        let index = #"{"weight_map": {"a": "pytorch_model-1-of-2.bin", "b": "pytorch_model-2-of-2.bin"}}"#
        let timm = #"{"architecture": "vit_base_patch32_clip_224", "num_classes": 512}"#
        let both = [
            "open_clip_config.json": "{}", "open_clip_model.safetensors": "o", "open_clip_pytorch_model.bin": "p",
        ]
        return [
            // openai/clip-vit-base-patch32: files of three frameworks, and no safetensors.
            (
                with(["pytorch_model.bin": "p", "flax_model.msgpack": "f", "tf_model.h5": "t", "merges.txt": ""]),
                ["pytorch_model.bin"]
            ),
            (
                with([
                    "pytorch_model.bin.index.json": index, "pytorch_model-1-of-2.bin": "1",
                    "pytorch_model-2-of-2.bin": "2",
                ]),
                ["pytorch_model.bin.index.json", "pytorch_model-1-of-2.bin", "pytorch_model-2-of-2.bin"]
            ),
            // LAION: transformers' and open_clip's.
            (with(both.merging(["model.safetensors": "m", "pytorch_model.bin": "p"]) { $1 }), ["model.safetensors"]),
            (with(both.filter { $0.key != "open_clip_model.safetensors" }), ["open_clip_pytorch_model.bin"]),
            // timm/vit_base_patch32_clip_224.openai: config.json and model.safetensors are an image tower's.
            (
                with(both.merging(["config.json": timm, "model.safetensors": "m", "pytorch_model.bin": "p"]) { $1 }),
                ["open_clip_model.safetensors"]
            ),
        ]
    }()

    @Test(arguments: layouts.indices) func `weights are fetched as people keep them, once and no others`(_ place: Int)
        throws
    {
        let (files, weights) = Self.layouts[place]
        let hub = try FakeHub(files: files)
        let cache = try Cache()
        let directory = try cache.client(hub.endpoint).snapshot(of: #require(Self.name))
        let fetched = Set(try FileManager.default.contentsOfDirectory(atPath: directory))
        let kinds = [".safetensors", ".bin", ".index.json", ".msgpack", ".h5"]
        #expect(fetched.filter { name in kinds.contains { name.hasSuffix($0) } } == weights)
        let asked = hub.hub.requests.count
        #expect(try cache.client(hub.endpoint).snapshot(of: #require(Self.name)) == directory)
        #expect(hub.hub.requests.count == asked + 1, "all there is to ask is the commit")
    }

    @Test(arguments: [
        ("ViT-B-32/laion2b_s34b_b79k", "laion/CLIP-ViT-B-32-laion2B-s34B-b79K"),
        ("ViT-L-14-336/openai", "openai/clip-vit-large-patch14-336"), ("hf-hub:org/name", "org/name"),
        ("hf-hub:org/name@dev", "org/name@dev"), ("ViT-B-32/nobody_knows", "ViT-B-32/nobody_knows"),
        ("ViT-B-32/openai@dev", "ViT-B-32/openai@dev"),
    ]) func `open_clip's names mean its repositories`(_ text: String, _ name: String) {
        #expect(HubModelName(text)?.description == name)
    }

    @Test func `the token goes to the Hub and never to another host`() throws {
        let hub = try FakeHub()
        let cache = try Cache()
        _ = try cache.client(hub.endpoint).snapshot(of: #require(Self.name))
        try #require(hub.hub.requests.count >= 9)
        #expect(hub.hub.requests.allSatisfy { $0.headers["authorization"] == "Bearer hf_secret" })
        try #require(hub.storage.requests.count == 1)
        #expect(hub.storage.requests.allSatisfy { $0.headers["authorization"] == nil })
    }

    @Test func `a redirect away and back does not bring the token back`() throws {
        let hubPort = Mutex(0)
        let hub = try FakeHub(storageDoes: { _, _, _ in
            Reply(status: 302, headers: ["Location": "http://127.0.0.1:\(hubPort.withLock { $0 })/back"])
        })
        hubPort.withLock { $0 = hub.hub.port }
        let cache = try Cache()
        #expect(throws: HubError.self) { try cache.client(hub.endpoint).snapshot(of: #require(Self.name)) }
        let back = hub.hub.requests("GET", "/back")
        try #require(!back.isEmpty && !hub.storage.requests.isEmpty)
        #expect((back + hub.storage.requests).allSatisfy { $0.headers["authorization"] == nil })
    }

    @Test func `a second call asks for the commit and fetches nothing`() throws {
        let hub = try FakeHub()
        let cache = try Cache()
        let client = try cache.client(hub.endpoint)
        let first = try client.snapshot(of: #require(Self.name))
        let before = hub.hub.requests.count
        #expect(try client.snapshot(of: #require(Self.name)) == first)
        #expect(hub.hub.requests.count == before + 1)
        #expect(hub.hub.requests.last?.path == "/api/models/org/clip/revision/main")
    }

    @Test func `a whole commit needs no network and no reference`() throws {
        let hub = try FakeHub()
        let cache = try Cache()
        let pinned = try #require(HubModelName("org/clip@\(FakeHub.commit)"))
        let directory = try cache.client(hub.endpoint).snapshot(of: pinned)
        let count = hub.hub.requests.count
        #expect(try cache.client(hub.endpoint).snapshot(of: pinned) == directory)
        #expect(hub.hub.requests.count == count)
        #expect(cache.read(cache.storage + "/refs/main") == nil)
        #expect(try cache.client(hub.endpoint, isOffline: true).snapshot(of: pinned) == directory)
    }

    @Test func `a model without preprocessing is pinned without network too`() throws {
        let hub = try FakeHub(files: FakeHub.model.filter { $0.key != "preprocessor_config.json" })
        let cache = try Cache()
        let pinned = try #require(HubModelName("org/clip@\(FakeHub.commit)"))
        _ = try cache.client(hub.endpoint).snapshot(of: pinned)
        let count = hub.hub.requests.count
        _ = try cache.client(hub.endpoint).snapshot(of: pinned)
        #expect(hub.hub.requests.count == count)
        #expect(cache.read(cache.storage + "/.no_exist/\(FakeHub.commit)/preprocessor_config.json") == [])
    }

    @Test func `offline, it uses the cache and says what it lacks`() throws {
        let hub = try FakeHub()
        let cache = try Cache()
        let name = try #require(Self.name)
        let offline = try cache.client(hub.endpoint, isOffline: true)
        let nothing = #expect(throws: HubError.self) { try offline.snapshot(of: name) }
        #expect(nothing?.isMissingInput == true)
        let words = "org/clip: the revision 'main' is not in the cache \(cache.root)"
        #expect(nothing?.description.hasPrefix(words) == true)
        let pinned = try #require(HubModelName("org/clip@\(FakeHub.commit)"))
        let commit = #expect(throws: HubError.self) { try offline.snapshot(of: pinned) }
        #expect(commit?.description.contains("the model is not in the cache") == true)

        let directory = try cache.client(hub.endpoint).snapshot(of: name)
        let count = hub.hub.requests.count
        #expect(try offline.snapshot(of: name) == directory)

        try FileManager.default.removeItem(atPath: directory + "/tokenizer.json")
        let half = #expect(throws: HubError.self) { try offline.snapshot(of: name) }
        #expect(half?.description.contains("tokenizer.json") == true)
        #expect(hub.hub.requests.count == count)
    }

    @Test func `a dangling link is no file and is made anew`() throws {
        let hub = try FakeHub()
        let cache = try Cache()
        let client = try cache.client(hub.endpoint)
        let directory = try client.snapshot(of: #require(Self.name))
        try FileManager.default.removeItem(atPath: cache.weights)
        #expect(throws: HubError.self) {
            try cache.client(hub.endpoint, isOffline: true).snapshot(of: #require(Self.name))
        }
        _ = try client.snapshot(of: #require(Self.name))
        #expect(cache.read(directory + "/model.safetensors") == FakeHub.weights)
    }

    @Test func `a blob that was cut short afterwards is fetched again`() throws {
        let hub = try FakeHub()
        let cache = try Cache()
        try cache.write(Array(FakeHub.weights.prefix(1000)), to: cache.weights)
        let directory = try cache.client(hub.endpoint).snapshot(of: #require(Self.name))
        #expect(cache.read(directory + "/model.safetensors") == FakeHub.weights)
    }

    @Test func `a blob that another revision has is linked and not fetched`() throws {
        let hub = try FakeHub()
        let cache = try Cache()
        try cache.write(FakeHub.weights, to: cache.weights)
        let directory = try cache.client(hub.endpoint).snapshot(of: #require(Self.name))
        #expect(cache.read(directory + "/model.safetensors") == FakeHub.weights)
        #expect(hub.storage.requests.isEmpty)
    }

    @Test func `without an answer, the cached branch is used with a warning`() throws {
        let cache = try Cache()
        let name = try #require(Self.name)
        var hub: FakeHub? = try FakeHub()
        let endpoint = try #require(hub?.endpoint)
        let directory = try cache.client(endpoint).snapshot(of: name)
        hub = nil
        let warnings = Mutex<[String]>([])
        let client = try cache.client(endpoint, warning: { line in warnings.withLock { $0.append(line) } })
        #expect(try client.snapshot(of: name) == directory)
        let lines = warnings.withLock { $0 }
        #expect(lines.count == 1 && lines[0].contains("0123456789ab"))

        let failing = try FakeHub(hubDoes: { _, _, _ in Reply(status: 503) })
        #expect(try cache.client(failing.endpoint).snapshot(of: name) == directory)
        #expect(failing.hub.requests.count == 1)
    }

    @Test func `shards are taken from their index`() throws {
        var files = FakeHub.model
        files["model.safetensors"] = nil
        files["model-00001-of-00002.safetensors"] = Array("first".utf8)
        files["model-00002-of-00002.safetensors"] = Array("second".utf8)
        files["model.safetensors.index.json"] = Array(
            """
            {"metadata": {"total_size": 11}, "weight_map": {"a": "model-00001-of-00002.safetensors",
             "b": "model-00002-of-00002.safetensors", "c": "model-00001-of-00002.safetensors"}}
            """.utf8)
        let hub = try FakeHub(files: files)
        let cache = try Cache()
        let directory = try cache.client(hub.endpoint).snapshot(of: #require(Self.name))
        #expect(cache.read(directory + "/model-00002-of-00002.safetensors") == Array("second".utf8))
        #expect(hub.storage.requests.count == 2)

        try FileManager.default.removeItem(atPath: directory + "/model-00002-of-00002.safetensors")
        let error = #expect(throws: HubError.self) {
            try cache.client(hub.endpoint, isOffline: true).snapshot(of: #require(Self.name))
        }
        #expect(error?.description.contains("model-00002-of-00002.safetensors") == true)
    }

    @Test func `a relative redirect on the Hub is followed with the token for a file's facts`() throws {
        let hub = try FakeHub(hubDoes: { request, _, reply in
            if request.path.hasSuffix("/config.json"), !request.path.hasPrefix("/moved") {
                return Reply(
                    status: 307, headers: ["Location": "/moved/config.json", "X-Repo-Commit": FakeHub.commit])
            }
            guard request.path == "/moved/config.json" else { return reply }
            let content = FakeHub.model["config.json"] ?? []
            return Reply(headers: ["ETag": "W/\"\(FakeHub.gitName(content))\""], body: content)
        })
        let cache = try Cache()
        let directory = try cache.client(hub.endpoint).snapshot(of: #require(Self.name))
        #expect(cache.read(directory + "/config.json") == FakeHub.model["config.json"])
        let moved = hub.hub.requests.filter { $0.path == "/moved/config.json" }
        #expect(moved.map(\.method) == ["HEAD", "GET"])
        #expect(moved.allSatisfy { $0.headers["authorization"] == "Bearer hf_secret" })
    }

    @Test func `a revision with a slash is one component of the address and a path of the cache`() throws {
        let hub = try FakeHub()
        let cache = try Cache()
        _ = try cache.client(hub.endpoint).snapshot(of: #require(HubModelName("org/clip@refs/pr/1")))
        #expect(hub.hub.requests.first?.path == "/api/models/org/clip/revision/refs%2Fpr%2F1")
        #expect(cache.read(cache.storage + "/refs/refs/pr/1") == Array(FakeHub.commit.utf8))
    }

    @Test func `two clients at once fetch each file once`() throws {
        let hub = try FakeHub(storageDoes: { _, _, reply in
            var reply = reply
            reply.bodyDelay = 0.1
            return reply
        })
        let cache = try Cache()
        let name = try #require(Self.name)
        let client = try cache.client(hub.endpoint)
        let results = Mutex<[String]>([])
        let group = DispatchGroup()
        for _ in 0..<2 {
            group.enter()
            Thread.detachNewThread {
                let directory = (try? client.snapshot(of: name)) ?? "failed"
                results.withLock { $0.append(directory) }
                group.leave()
            }
        }
        #expect(group.wait(timeout: .now() + 10) == .success)
        #expect(results.withLock { $0 } == [cache.snapshot, cache.snapshot])
        #expect(cache.read(cache.snapshot + "/model.safetensors") == FakeHub.weights)
        #expect(hub.storage.requests.count == 1)
    }

    @Test func `a cache that cannot be made is named`() throws {
        let hub = try FakeHub()
        let cache = try Cache()
        let name = try #require(Self.name)
        try cache.write([1], to: cache.root + "/file")
        var configuration = try HubConfiguration(environment: ["HF_HUB_CACHE": cache.root + "/file/hub"])
        configuration.endpoint = try #require(URL(string: hub.endpoint))
        let error = #expect(throws: HubError.self) { try HubClient(configuration: configuration).snapshot(of: name) }
        guard case .unwritable(let path, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(path.hasPrefix(cache.root + "/file/hub"))
    }

    @Test func `progress ends with every file's length`() throws {
        let hub = try FakeHub()
        let cache = try Cache()
        let seen = Mutex<[HubProgress]>([])
        let client = try cache.client(hub.endpoint, progress: { one in seen.withLock { $0.append(one) } })
        _ = try client.snapshot(of: #require(Self.name))
        let all = seen.withLock { $0 }
        let last = try #require(all.last)
        #expect(last.file == "model.safetensors" && last.receivedBytes == 300_000 && last.totalBytes == 300_000)
        #expect(last.fileNumber == 4 && last.fileCount == 4)
        #expect(Set(all.map(\.file)).count == 4)
    }
}
