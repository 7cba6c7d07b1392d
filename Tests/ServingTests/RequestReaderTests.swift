// SPDX-License-Identifier: Apache-2.0

import Datasets
import Evaluation
import Foundation
import HTTPTypes
import NIOCore
import Testing

@testable import Serving

@Suite struct RequestReaderTests {
    private static let fields: [RequestContent.Field] = [.images, .texts, .labels, .topK, .threshold, .model]
    private let reader = RequestReader(limits: RequestLimits(body: 1000, pictures: 3, labels: 4, labelLength: 12))

    private func read(
        _ body: String, type: String? = "application/json", query: String = "",
        _ fields: [RequestContent.Field] = RequestReaderTests.fields
    ) async throws -> RequestContent {
        try await reader.read(exchange(body, type: type, query: query), fields)
    }

    private func refusal(_ body: String, type: String? = "application/json", query: String = "") async -> APIError? {
        do {
            _ = try await read(body, type: type, query: query)
            return nil
        } catch {
            return error as? APIError
        }
    }

    @Test func `a raw picture takes its wishes from the query`() async throws {
        let content = try await read(
            "bytes", type: "image/jpeg",
            query: "labels=sea%20view&labels=pool|bunk+bed&top_k=2&threshold=fitted&model=m")
        #expect(content.isRaw && content.pictures.count == 1)
        #expect(content.pictures[0].bytes == Array("bytes".utf8))
        #expect(content.labels?.map(\.name) == ["sea view", "pool", "bunk bed"])
        #expect(content.topK == 2 && content.threshold == .fitted && content.model == "m")
    }

    @Test func `labels of a query may be a JSON list`() async throws {
        let list = "%5B%22tench,%20Tinca%22,%22b%7Cc%22%5D"
        #expect(
            try await read("x", type: "image/png", query: "labels=\(list)").labels?.map(\.name) == [
                "tench, Tinca", "b|c",
            ])
    }

    @Test func `JSON brings pictures in base64 and labels with prompts`() async throws {
        let content = try await read(
            #"{"images": ["AQI=", "data:image/png;base64,Aw=="], "labels": ["a", {"name": "b", "prompts": ["x y"]}], "threshold": 0.5, "top_k": 3.0}"#
        )
        #expect(content.pictures.map(\.bytes) == [[1, 2], [3]])
        #expect(content.labels == [Label(name: "a"), Label(name: "b", prompts: ["x y"])])
        #expect(content.threshold == .number(0.5) && content.topK == 3 && !content.isRaw)
    }

    @Test func `what the body says comes before the query`() async throws {
        let content = try await read(#"{"images": ["AQI="], "top_k": 3}"#, query: "top_k=9&model=m")
        #expect(content.topK == 3 && content.model == "m")
    }

    @Test func `a form brings files and fields`() async throws {
        let form =
            "--B\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a.jpg\"\r\n\r\n1\r\n"
            + "--B\r\nContent-Disposition: form-data; name=\"labels\"\r\n\r\npool| sea \r\n--B--\r\n"
        let content = try await read(form, type: "multipart/form-data; boundary=B")
        #expect(content.pictures.map(\.name) == ["a.jpg"] && content.labels?.map(\.name) == ["pool", "sea"])
    }

    @Test func `curl's own content type is taken where the bytes are a picture's`() async throws {
        let type = "application/x-www-form-urlencoded"
        let body = ByteBuffer(bytes: [0xFF, 0xD8, 0xFF, 0])
        let content = try await reader.read(exchange(body, type: type), Self.fields)
        #expect(content.isRaw)
        #expect(await refusal("labels=a", type: type)?.status == .unsupportedMediaType)
    }

    @Test(arguments: [
        "[]", "{", #"{"images": []}"#, #"{"images": "AQI="}"#, #"{"images": [1]}"#, #"{"images": ["http://a/b.jpg"]}"#,
        #"{"images": ["/etc/passwd"]}"#, #"{"images": ["data:text/plain;base64,AQI="]}"#, #"{"image": ["AQI="]}"#,
        #"{"images": ["AQI="], "images": ["AQI="]}"#, #"{"images": ["AQI="], "texts": ["a"]}"#,
        #"{"images": ["AQI="], "labels": []}"#, #"{"images": ["AQI="], "labels": [" "]}"#,
        #"{"images": ["AQI="], "labels": [{"name": "a", "x": 1}]}"#, #"{"images": ["AQI="], "labels": "a"}"#,
        #"{"images": ["AQI="], "top_k": 0}"#, #"{"images": ["AQI="], "top_k": 1.5}"#,
        #"{"images": ["AQI="], "top_k": "1"}"#,
        #"{"images": ["AQI="], "threshold": 2}"#, #"{"images": ["AQI="], "threshold": "high"}"#,
        #"{"images": ["AQI="], "model": ""}"#, #"{"images": ["AQI="], "model": null}"#, #"{"texts": [1]}"#,
    ])
    func `JSON that says something else is refused`(body: String) async {
        #expect(await refusal(body)?.status == .badRequest, "\(body)")
    }

    @Test(arguments: [
        "x=1", "top_k=a", "top_k=1&top_k=2", "threshold=nan", "threshold=0x1p-1", "labels=a||b", "labels=%5B1%5D",
        "images=a", "top_k=%FF",
    ])
    func `a query that says something else is refused`(query: String) async {
        #expect(await refusal("bytes", type: "image/jpeg", query: query)?.status == .badRequest, "\(query)")
    }

    @Test(arguments: [
        #"{"images": ["AQ==", "AQ==", "AQ==", "AQ=="]}"#, #"{"texts": ["a", "b", "c", "d", "e"]}"#,
        #"{"images": ["AQI="], "labels": ["1234567890123"]}"#,
        #"{"images": ["AQI="], "labels": ["a", "b", "c", "d", "e"]}"#,
        #"{"images": ["AQI="], "labels": [{"name": "a", "prompts": ["1", "2", "3", "4", "5"]}]}"#,
    ])
    func `what is too much is refused`(body: String) async {
        #expect(await refusal(body)?.status == .contentTooLarge, "\(body)")
    }

    @Test(arguments: [nil, "text/plain", "application/xml"]) func `other content types are refused`(type: String?) async
    {
        #expect(await refusal("a", type: type)?.status == .unsupportedMediaType)
    }

    @Test func `an empty picture is refused`() async {
        #expect(await refusal("", type: "image/jpeg")?.status == .badRequest)
    }
}

/// A request with a body that is there already.
func exchange(
    _ body: ByteBuffer, type: String? = nil, method: HTTPRequest.Method = .post, path: String = "/", query: String = "",
    headers: HTTPFields = [:]
) -> Exchange {
    var fields = headers
    if let type { fields[.contentType] = type }
    let target = query.isEmpty ? path : path + "?" + query
    let head = HTTPRequest(method: method, scheme: "http", authority: "a", path: target, headerFields: fields)
    return Exchange(head: head, peer: "") { _ in body }
}

func exchange(_ body: String, type: String?, query: String = "") -> Exchange {
    exchange(ByteBuffer(string: body), type: type, query: query)
}
