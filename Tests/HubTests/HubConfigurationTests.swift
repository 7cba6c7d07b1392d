// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Hub

@Suite struct HubConfigurationTests {
    @Test func `names are read by the Hub's rules`() {
        let good = ["openai/clip-vit-base-patch32", "a/b", "A_b/c.d-e", "_x/y_", "0/1", "org/clip@main"]
        for text in good { #expect(HubModelName(text) != nil, "\(text)") }
        let bad = [
            "", "clip", "a/b/c", "/b", "a/", "a//b", "../b", "a/..", "a--b/c", "a/b--c", "a/b..c", "-a/b", "a/b-",
            ".a/b",
            "a/b.", "a/b.git", "a b/c", "a/b\n", "ä/b", "a/b@", "a/b@../x", "a/b@/x", "a/b@x/", "a/b@x//y", "a/b@.x",
            "a/b@x\n", "a/b@x y", "a/b@x~1", "a/b@x^", "a/b@x:y", "a/b@x\\y", "a/b@x.lock", "a/b@x?", "a/b@a/.b",
            "a/\(String(repeating: "x", count: 97))", "a/b@\(String(repeating: "x", count: 201))", "a@b/c", "a/b\0",
        ]
        for text in bad { #expect(HubModelName(text) == nil, "\(text)") }
        #expect(HubModelName("a/\(String(repeating: "x", count: 96))") != nil)
    }

    @Test func `a name has its parts and writes itself`() throws {
        let name = try #require(HubModelName("org/clip@refs/pr/3"))
        #expect([name.organization, name.name, name.revision] == ["org", "clip", "refs/pr/3"])
        #expect(name.description == "org/clip@refs/pr/3")
        #expect(HubModelName("org/clip")?.revision == "main")
        #expect(HubModelName("org/clip")?.description == "org/clip")
        #expect(HubModelName("org/clip@" + FakeHub.commit)?.isCommit == true)
        #expect(HubModelName("org/clip@" + FakeHub.commit.dropLast())?.isCommit == false)
        #expect(HubModelName("org/clip@" + FakeHub.commit.uppercased())?.isCommit == false)
    }

    @Test func `the cache is where huggingface_hub looks for it`() throws {
        func cache(_ environment: [String: String]) throws -> String {
            try HubConfiguration(environment: environment.merging(["HOME": "/h"]) { $1 }).cacheDirectory
        }
        #expect(try cache([:]) == "/h/.cache/huggingface/hub")
        #expect(try cache(["XDG_CACHE_HOME": "/x"]) == "/x/huggingface/hub")
        #expect(try cache(["XDG_CACHE_HOME": "/x", "HF_HOME": "/y/"]) == "/y/hub")
        #expect(try cache(["HF_HOME": "/y", "HUGGINGFACE_HUB_CACHE": "/z"]) == "/z")
        #expect(try cache(["HUGGINGFACE_HUB_CACHE": "/z", "HF_HUB_CACHE": "/w"]) == "/w")
        #expect(try cache(["HF_HUB_CACHE": "~/c"]) == "/h/c")
        #expect(try cache(["HF_HUB_CACHE": "$BASE/${SUB}x/$NONE$", "BASE": "/b", "SUB": "s"]) == "/b/sx/$NONE$")
        #expect(try cache(["HF_HUB_CACHE": "", "HF_HOME": ""]) == "/h/.cache/huggingface/hub")
        #expect(try cache(["HF_HUB_CACHE": "rel"]) == FileManager.default.currentDirectoryPath + "/rel")
    }

    @Test func `the token comes from the environment or from its file`() throws {
        let cache = try Cache()
        try cache.write(Array("hf_file\n".utf8), to: cache.root + "/token")
        try cache.write(Array(" hf_other ".utf8), to: cache.root + "/other")
        func token(_ environment: [String: String]) throws -> String? {
            try HubConfiguration(environment: environment.merging(["HF_HOME": cache.root]) { $1 }).token
        }
        #expect(try token([:]) == "hf_file")
        #expect(try token(["HF_TOKEN_PATH": cache.root + "/other"]) == "hf_other")
        #expect(try token(["HF_TOKEN": "hf_env\n", "HUGGING_FACE_HUB_TOKEN": "b"]) == "hf_env")
        #expect(try token(["HUGGING_FACE_HUB_TOKEN": "b"]) == "b")
        #expect(try token(["HF_TOKEN": "a", "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1"]) == nil)
        #expect(try token(["HF_TOKEN_PATH": cache.root + "/absent"]) == nil)
        let error = #expect(throws: HubError.self) { try token(["HF_TOKEN": "se\r\ncret: x"]) }
        #expect(error?.description.contains("HF_TOKEN") == true && error?.description.contains("cret") == false)
    }

    @Test func `switches and times are read by the Hub's rules`() throws {
        func configuration(_ environment: [String: String]) throws -> HubConfiguration {
            try HubConfiguration(environment: environment.merging(["HF_HOME": "/nowhere"]) { $1 })
        }
        for value in ["1", "true", "YES", "on"] {
            #expect(try configuration(["HF_HUB_OFFLINE": value]).isOffline)
        }
        for value in ["0", "false", "", "2"] {
            #expect(try !configuration(["HF_HUB_OFFLINE": value]).isOffline)
        }
        #expect(try configuration(["TRANSFORMERS_OFFLINE": "1"]).isOffline)
        #expect(try !configuration(["HF_HUB_OFFLINE": "0", "TRANSFORMERS_OFFLINE": "1"]).isOffline)
        #expect(try configuration([:]).endpoint.absoluteString == "https://huggingface.co")
        #expect(try configuration(["HF_ENDPOINT": "http://h:1/p//"]).endpoint.absoluteString == "http://h:1/p")
        #expect(try configuration(["HF_HUB_ETAG_TIMEOUT": "3"]).metadataTimeout == .seconds(3))
        #expect(try configuration(["HF_HUB_DOWNLOAD_TIMEOUT": "2.5"]).downloadTimeout == .milliseconds(2500))
        #expect(try configuration([:]).downloadTimeout == .seconds(10))
        for bad in ["h", "ftp://h", "//h", "http://", "http://u:secret@h", "http://h?x=1", "http://h/#a"] {
            let error = #expect(throws: HubError.self) { try configuration(["HF_ENDPOINT": bad]) }
            #expect(error?.description.contains("HF_ENDPOINT") == true, "\(bad)")
            #expect(error?.description.contains("secret") == false)
        }
        for bad in ["x", "0", "-1", "1e99", "nan"] {
            #expect(throws: HubError.self) { try configuration(["HF_HUB_ETAG_TIMEOUT": bad]) }
        }
    }

    @Test func `pauses double up to their bound`() {
        let retries = HubRetries(
            attempts: 9, firstPause: .seconds(1), longestPause: .seconds(5), longestRetryAfter: .seconds(7))
        #expect((1...5).map { retries.pause(after: $0, asked: nil) } == [1, 2, 4, 5, 5].map { .seconds($0) })
        #expect(retries.pause(after: 1, asked: .seconds(6)) == .seconds(6))
        #expect(retries.pause(after: 1, asked: .seconds(600)) == .seconds(7))
        #expect(retries.pause(after: 1000, asked: nil) == .seconds(5))
    }

    @Test func `the same repository on another port or scheme is another origin`() throws {
        func same(_ one: String, _ other: String) throws -> Bool {
            isSameOrigin(try #require(URL(string: one)), try #require(URL(string: other)))
        }
        #expect(try same("https://a.b/x", "https://A.B:443/y"))
        #expect(try !same("https://a.b/x", "http://a.b/x"))
        #expect(try !same("http://a.b/x", "http://a.b:8080/x"))
        #expect(try !same("http://a.b/x", "http://a.b.c/x"))
    }
}
