// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Hub

/// Connections that break, servers that lie about the weights, and what earlier runs left behind.
@Suite struct HubDownloadTests {
    /// Fetches `org/clip` with a storage host that misbehaves.
    private func fetch(
        _ cache: Cache, timeout: Duration = .seconds(5), storage: @escaping FakeHub.Behaviour
    ) throws -> FakeHub {
        let hub = try FakeHub(storageDoes: storage)
        _ = try cache.client(hub.endpoint, timeout: timeout).snapshot(of: #require(HubModelName("org/clip")))
        return hub
    }

    private func fails(
        _ cache: Cache, timeout: Duration = .seconds(5), storage: @escaping FakeHub.Behaviour
    ) throws -> HubError {
        let error = #expect(throws: HubError.self) { try fetch(cache, timeout: timeout, storage: storage) }
        #expect(cache.read(cache.weights) == nil)
        #expect(cache.read(cache.storage + "/refs/main") == nil)
        return try #require(error)
    }

    @Test func `a connection that breaks again and again is taken up where it broke`() throws {
        let cache = try Cache()
        let hub = try fetch(cache) { _, before, reply in
            var reply = reply
            if before < 7 { reply.breakAfter = 40_000 }
            return reply
        }
        #expect(cache.read(cache.weights) == FakeHub.weights)
        let offsets = hub.storage.requests.map { $0.offset ?? 0 }
        #expect(offsets == (0..<8).map { $0 * 40_000 })
    }

    @Test func `a server that never brings anything new is given up and the beginning kept`() throws {
        let cache = try Cache()
        let error = try fails(cache) { _, before, reply in
            var reply = reply
            reply.breakAfter = before == 0 ? 1000 : 0
            return reply
        }
        guard case .truncated("model.safetensors", 1000, 300_000, _) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(cache.read(cache.weights + ".incomplete")?.count == 1000)
    }

    @Test func `what a killed process left is gone on with`() throws {
        let cache = try Cache()
        try cache.write(Array(FakeHub.weights.prefix(123_456)), to: cache.weights + ".incomplete")
        let hub = try fetch(cache) { $2 }
        #expect(cache.read(cache.weights) == FakeHub.weights)
        #expect(hub.storage.requests.map(\.offset) == [123_456])
        #expect(cache.read(cache.weights + ".incomplete") == nil)
    }

    @Test func `what was left whole is only checked`() throws {
        let cache = try Cache()
        try cache.write(FakeHub.weights, to: cache.weights + ".incomplete")
        let hub = try fetch(cache) { $2 }
        #expect(cache.read(cache.weights) == FakeHub.weights)
        #expect(hub.storage.requests.isEmpty)
    }

    @Test func `a broken beginning is found by the checksum and fetched anew`() throws {
        for left in [[UInt8](repeating: 7, count: 1000), [UInt8](repeating: 7, count: 300_000)] {
            let cache = try Cache()
            try cache.write(left, to: cache.weights + ".incomplete")
            _ = try fetch(cache) { $2 }
            #expect(cache.read(cache.weights) == FakeHub.weights)
        }
    }

    @Test func `what is longer than the file is dropped`() throws {
        let cache = try Cache()
        try cache.write([UInt8](repeating: 7, count: 300_001), to: cache.weights + ".incomplete")
        let hub = try fetch(cache) { $2 }
        #expect(cache.read(cache.weights) == FakeHub.weights)
        #expect(hub.storage.requests.map(\.offset) == [nil])
    }

    @Test func `a server that ignores the range starts over correctly`() throws {
        let cache = try Cache()
        let hub = try fetch(cache) { _, before, _ in
            Reply(body: FakeHub.weights, breakAfter: before == 0 ? 100_000 : nil)
        }
        #expect(cache.read(cache.weights) == FakeHub.weights)
        #expect(hub.storage.requests.map(\.offset) == [nil, 100_000])
    }

    @Test func `an unsatisfiable range starts over`() throws {
        let cache = try Cache()
        try cache.write(Array(FakeHub.weights.prefix(10)), to: cache.weights + ".incomplete")
        let hub = try fetch(cache) { request, _, reply in request.offset == nil ? reply : Reply(status: 416) }
        #expect(cache.read(cache.weights) == FakeHub.weights)
        #expect(hub.storage.requests.map(\.offset) == [10, nil])
    }

    @Test func `a wrong content range is an error`() throws {
        for range in ["bytes 0-299999/300000", "bytes 10-299999/300001", "bytes 10-20/300000", "nonsense", ""] {
            let cache = try Cache()
            try cache.write(Array(FakeHub.weights.prefix(10)), to: cache.weights + ".incomplete")
            let error = try fails(cache) { _, _, reply in
                var reply = reply
                reply.headers["Content-Range"] = range
                return reply
            }
            guard case .badAnswer = error else {
                Issue.record("\(range): \(error)")
                continue
            }
        }
    }

    @Test func `a length that contradicts the Hub's is an error`() throws {
        for body in [Array(FakeHub.weights.dropLast()), FakeHub.weights + [0]] {
            let error = try fails(Cache()) { _, _, _ in Reply(body: body) }
            guard case .wrongSize("model.safetensors", 300_000, body.count, _) = error else {
                Issue.record("\(error)")
                continue
            }
            #expect(error.description.contains("\(body.count) bytes where the Hub says 300000"))
        }
    }

    @Test func `a body without a length may not be longer or stay shorter`() throws {
        let long = try fails(Cache()) { _, _, _ in Reply(body: FakeHub.weights + [1, 2, 3], hasLength: false) }
        guard case .wrongSize = long else {
            Issue.record("\(long)")
            return
        }
        let short = try fails(Cache()) { _, before, _ in
            Reply(body: Array(FakeHub.weights.prefix(before == 0 ? 5 : 0)), hasLength: false)
        }
        guard case .truncated = short else {
            Issue.record("\(short)")
            return
        }
        let cache = try Cache()
        _ = try fetch(cache) { _, _, _ in Reply(body: FakeHub.weights, hasLength: false) }
        #expect(cache.read(cache.weights) == FakeHub.weights)
    }

    @Test func `a wrong checksum is an error and leaves nothing to go on with`() throws {
        let cache = try Cache()
        var wrong = FakeHub.weights
        wrong[150_000] ^= 1
        let body = wrong
        let error = try fails(cache) { _, _, _ in Reply(body: body) }
        let expected = HubError.checksumMismatch(
            file: "model.safetensors", expected: FakeHub.sha256(FakeHub.weights), found: FakeHub.sha256(body))
        #expect(error == expected)
        #expect(cache.read(cache.weights + ".incomplete") == nil)
        _ = try fetch(cache) { $2 }
        #expect(cache.read(cache.weights) == FakeHub.weights)
    }

    @Test func `a small file's content is checked against its git name`() throws {
        let hub = try FakeHub(hubDoes: { request, _, reply in
            guard request.path.hasSuffix("/config.json") else { return reply }
            var reply = reply
            reply.body = Array(#"{"model_type": "CLIP"}"#.utf8)
            return reply
        })
        let cache = try Cache()
        let error = #expect(throws: HubError.self) {
            try cache.client(hub.endpoint).snapshot(of: #require(HubModelName("org/clip")))
        }
        guard case .checksumMismatch("config.json", _, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `a silent server is given up after the timeout`() throws {
        let start = ContinuousClock.now
        let head = try fails(Cache(), timeout: .milliseconds(150)) { _, _, reply in
            var reply = reply
            reply.delay = 1
            return reply
        }
        let body = try fails(Cache(), timeout: .milliseconds(150)) { _, _, reply in
            var reply = reply
            reply.bodyDelay = 1
            return reply
        }
        #expect(ContinuousClock.now - start < .seconds(4))
        for error in [head, body] {
            guard case .timedOut(_, 0.15, 3) = error else {
                Issue.record("\(error)")
                continue
            }
        }
    }

    @Test func `a storage host that refuses once is asked again and one that always does is an error`() throws {
        let cache = try Cache()
        _ = try fetch(cache) { _, before, reply in before == 0 ? Reply(status: 403) : reply }
        #expect(cache.read(cache.weights) == FakeHub.weights)
        let error = try fails(Cache()) { _, _, _ in Reply(status: 403) }
        guard case .unexpectedStatus(_, 403) = error else {
            Issue.record("\(error)")
            return
        }
    }

    @Test func `the disk is asked for room ahead of a huge file`() throws {
        let hub = try FakeHub(hubDoes: { request, _, reply in
            guard request.path.hasSuffix("/model.safetensors") else { return reply }
            var reply = reply
            reply.headers["X-Linked-Size"] = "4611686018427387904"
            return reply
        })
        let cache = try Cache()
        let error = #expect(throws: HubError.self) {
            try cache.client(hub.endpoint).snapshot(of: #require(HubModelName("org/clip")))
        }
        guard case .diskFull(_, 4_611_686_018_427_387_904) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(hub.storage.requests.isEmpty)
    }
}
