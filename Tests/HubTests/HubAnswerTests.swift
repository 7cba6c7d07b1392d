// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import PyTorchFiles
import Testing

@testable import Hub

/// What the Hub itself may answer: refusals, limits, nonsense and attacks.
@Suite struct HubAnswerTests {
    private func failure(
        files: [String: [UInt8]] = FakeHub.model, siblings: [String]? = nil, commit: String = FakeHub.commit,
        token: String? = "hf_secret", _ name: String = "org/clip", hub: @escaping FakeHub.Behaviour = { $2 }
    ) throws -> (error: HubError, hub: FakeHub, cache: Cache) {
        let fake = try FakeHub(files: files, siblings: siblings, commit: commit, hubDoes: hub)
        let cache = try Cache()
        let error = #expect(throws: HubError.self) {
            try cache.client(fake.endpoint, token: token).snapshot(of: #require(HubModelName(name)))
        }
        let found = try #require(error)
        #expect(!found.description.contains("\n") && !found.description.contains("hf_secret"))
        return (found, fake, cache)
    }

    @Test func `refusals say what to set`() throws {
        let refused: FakeHub.Behaviour = { _, _, _ in
            Reply(status: 401, headers: ["WWW-Authenticate": "Bearer realm=\"x\""], body: Array("no".utf8))
        }
        let without = try failure(token: nil, hub: refused).error
        #expect(without == .unauthorized(model: "org/clip", status: 401, tokenWasSent: false))
        #expect(without.description.contains("set HF_TOKEN"))
        let with = try failure(hub: refused).error
        #expect(with == .unauthorized(model: "org/clip", status: 401, tokenWasSent: true))
        #expect(with.description.contains("refuses the token"))

        let gated = try failure(hub: { _, _, _ in Reply(status: 403, headers: ["X-Error-Code": "GatedRepo"]) })
        #expect(gated.error == .gated(model: "org/clip", page: "\(gated.hub.endpoint)/org/clip"))
        #expect(gated.error.description.contains("HF_TOKEN"))
        #expect(gated.hub.hub.requests.count == 1)
    }

    @Test func `gated files of a visible model are refused too`() throws {
        let gated = try failure(hub: { request, _, reply in
            request.path.contains("/resolve/") ? Reply(status: 401, headers: ["X-Error-Code": "GatedRepo"]) : reply
        })
        #expect(gated.error == .gated(model: "org/clip", page: "\(gated.hub.endpoint)/org/clip"))
    }

    @Test func `what is not there is named`() throws {
        let model = try failure("org/other")
        #expect(model.error == .notFound(model: "org/other", endpoint: model.hub.endpoint))
        #expect(model.error.isMissingInput)
        let revision = try failure(
            "org/clip@v9", hub: { _, _, _ in Reply(status: 404, headers: ["X-Error-Code": "RevisionNotFound"]) })
        #expect(revision.error == .revisionNotFound(model: "org/clip@v9", revision: "v9"))
        #expect(revision.error.isMissingInput)
        let file = try failure(siblings: ["config.json", "tokenizer.json", "vocab.json", "model.safetensors"])
        #expect(file.error == .fileNotFound(model: "org/clip", file: "vocab.json"))
    }

    @Test func `a rate limit is waited for as long as asked up to the bound`() throws {
        let hub = try FakeHub(hubDoes: { request, before, reply in
            let wish = request.method == "GET" ? "3600" : "Thu, 31 Dec 2099 23:59:59 GMT"
            return before == 0 ? Reply(status: 429, headers: ["Retry-After": wish]) : reply
        })
        let cache = try Cache()
        let retries = HubRetries(
            attempts: 3, firstPause: .milliseconds(1), longestPause: .milliseconds(1),
            longestRetryAfter: .milliseconds(30))
        let start = ContinuousClock.now
        _ = try cache.client(hub.endpoint, retries: retries).snapshot(of: #require(HubModelName("org/clip")))
        #expect(ContinuousClock.now - start > .milliseconds(240))
        #expect(cache.read(cache.weights) == FakeHub.weights)
    }

    @Test func `a rate limit without end is an error`() throws {
        let limited = try failure(hub: { _, _, _ in Reply(status: 429, headers: ["Retry-After": "0"]) })
        guard case .rateLimited(_, 3) = limited.error else {
            Issue.record("\(limited.error)")
            return
        }
        #expect(limited.hub.hub.requests.count == 3)
    }

    @Test func `a failing server is asked again a few times`() throws {
        let failing = try failure(hub: { _, _, _ in Reply(status: 500) })
        guard case .serverFailed(_, 500, 3) = failing.error else {
            Issue.record("\(failing.error)")
            return
        }
        let hub = try FakeHub(hubDoes: { _, before, reply in before < 2 ? Reply(status: 503) : reply })
        let cache = try Cache()
        _ = try cache.client(hub.endpoint).snapshot(of: #require(HubModelName("org/clip")))
        #expect(cache.read(cache.weights) == FakeHub.weights)
    }

    @Test func `nonsense is not taken for a Hub`() throws {
        let endless = String(repeating: "[", count: 100_000)
        for text in ["<html>hello</html>", "", "{}", "[]", #"{"sha": 5}"#, #"{"sha": "main"}"#, endless] {
            let error = try failure(hub: { _, _, _ in .json(text) }).error
            guard case .badAnswer = error else {
                Issue.record("\(text.prefix(20)): \(error)")
                continue
            }
        }
    }

    @Test func `a commit or an ETag that is a path writes nothing`() throws {
        let commit = try failure(commit: "../../../../escaped")
        guard case .badAnswer = commit.error else {
            Issue.record("\(commit.error)")
            return
        }
        #expect(try commit.cache.everything().isEmpty)
        for etag in ["../../escaped", "..", ".hidden", "a/b", "", "a b", String(repeating: "a", count: 400)] {
            let found = try failure(hub: { request, _, reply in
                var reply = reply
                if request.path.contains("/resolve/") { reply.headers["ETag"] = "\"\(etag)\"" }
                return reply
            })
            guard case .badAnswer = found.error else {
                Issue.record("\(etag): \(found.error)")
                continue
            }
            #expect(try found.cache.everything().isEmpty)
        }
    }

    @Test func `hostile names are never asked for nor written`() throws {
        let hostile = [
            "../../evil.safetensors", "/etc/evil.safetensors", "..\\evil.safetensors", "sub/model.safetensors",
            ".hidden.safetensors", "a..b.safetensors", "config.json", "tokenizer.json",
        ]
        let found = try failure(siblings: hostile)
        #expect(found.error == .incompleteModel(model: "org/clip", missing: "model.safetensors"))
        #expect(found.hub.hub.requests.count == 1)
        #expect(try found.cache.everything().isEmpty)
    }

    @Test func `shards that lie elsewhere are refused`() throws {
        for shard in ["../../../evil.safetensors", "/etc/passwd", "a/b.safetensors", "weights.bin", "", ".safetensors"]
        {
            var files = FakeHub.model
            files["model.safetensors"] = nil
            files["model.safetensors.index.json"] = Array(#"{"weight_map": {"a": "\#(shard)"}}"#.utf8)
            let found = try failure(files: files)
            guard case .badShardIndex = found.error else {
                Issue.record("\(shard): \(found.error)")
                continue
            }
        }
        var files = FakeHub.model
        files["model.safetensors"] = nil
        files["model.safetensors.index.json"] = Array(#"{"weight_map": {"a": "absent.safetensors"}}"#.utf8)
        let absent = try failure(files: files).error
        #expect(absent.description.contains("the model has no absent.safetensors"))
    }

    @Test func `redirects without end and to other schemes are errors`() throws {
        let loop = try failure(hub: { _, _, _ in Reply(status: 302, headers: ["Location": "/again"]) })
        guard case .tooManyRedirects = loop.error else {
            Issue.record("\(loop.error)")
            return
        }
        #expect(loop.hub.hub.requests.count == 11)
        for target in ["file:///etc/passwd", "ftp://127.0.0.1/x", "http://", "javascript:0"] {
            let error = try failure(hub: { _, _, _ in Reply(status: 302, headers: ["Location": target]) }).error
            switch error {
            case .refusedRedirect, .badAnswer: break
            default: Issue.record("\(target): \(error)")
            }
        }
    }

    @Test func `a repository without weights says what it lacks`() throws {
        var files = FakeHub.model
        files["model.safetensors"] = nil
        files["training_args.bin"] = [0x80]
        files["flax_model.msgpack"] = [0]
        let error = try failure(files: files, "org/clip@dev").error
        #expect(error == .incompleteModel(model: "org/clip@dev", missing: "model.safetensors"))
        files["one.pt"] = [0x80]
        files["two.ckpt"] = [0x80]
        #expect(
            try failure(files: files).error == .ambiguousWeights(model: "org/clip", files: ["one.pt", "two.ckpt"]))
    }

    @Test func `a model that lacks something is refused before anything is fetched`() throws {
        for (name, word) in [("config.json", "config.json"), ("tokenizer.json", "vocab.json")] {
            let found = try failure(files: FakeHub.model.filter { $0.key != name })
            guard case .incompleteModel(_, let missing) = found.error else {
                Issue.record("\(found.error)")
                continue
            }
            #expect(missing.contains(word))
            #expect(found.hub.hub.requests.count == 1)
        }
    }

    @Test func `weights under other names are taken if there is one file only`() {
        func weights(_ names: String...) -> WeightFileChoice {
            ModelFiles(names: names).weights()
        }
        #expect(weights("model.safetensors", "model.safetensors.index.json") == .file("model.safetensors"))
        #expect(
            weights("model.safetensors.index.json", "open_clip_model.safetensors")
                == .index("model.safetensors.index.json"))
        #expect(weights("open_clip_model.safetensors", "x.safetensors") == .file("open_clip_model.safetensors"))
        #expect(weights("x.safetensors", "head.safetensors", "README.md") == .file("x.safetensors"))
        #expect(weights("x.safetensors", "y.safetensors") == .several(["x.safetensors", "y.safetensors"]))
        #expect(weights("head.safetensors") == .none)
        // Files of torch.save, where there is nothing safer.
        #expect(weights("pytorch_model.bin", "training_args.bin", "optimizer.pt") == .file("pytorch_model.bin"))
        #expect(weights("pytorch_model.bin", "open_clip_model.safetensors") == .file("open_clip_model.safetensors"))
        #expect(weights("open_clip_pytorch_model.bin") == .file("open_clip_pytorch_model.bin"))
        #expect(
            weights(
                "pytorch_model-00001-of-00002.bin", "pytorch_model-00002-of-00002.bin", "pytorch_model.bin.index.json")
                == .index("pytorch_model.bin.index.json"))
        #expect(weights("ViT-B-32.pt", "scheduler.pt") == .file("ViT-B-32.pt"))
        #expect(weights("a.pt", "b.pt") == .several(["a.pt", "b.pt"]) && weights("training_args.bin") == .none)
        let timm = ModelFiles(names: [
            "config.json", "open_clip_config.json", "model.safetensors", "open_clip_model.safetensors",
        ])
        #expect(timm.hasBothLayouts && timm.weights() == .file("model.safetensors"))
        #expect(timm.weights(isTimm: true) == .file("open_clip_model.safetensors"))
        #expect(throws: HubError.ambiguousWeights(model: "a/b", files: ["x.safetensors", "y.safetensors"])) {
            try ModelFiles(names: ["x.safetensors", "y.safetensors"]).requireWeights(of: #require(HubModelName("a/b")))
        }
    }
}
