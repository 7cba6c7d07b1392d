// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import JSON
import NIOCore
import Testing

@testable import Serving

@Suite struct InferenceTests {
    private func request(_ json: String, _ binary: [UInt8] = []) throws -> InferenceRequest {
        var body = ByteBuffer(string: json)
        let length = body.readableBytes
        body.writeBytes(binary)
        return try InferenceRequest(body, headerLength: binary.isEmpty ? nil : "\(length)", isJSON: binary.isEmpty)
    }

    @Test func `texts and numbers are read from JSON, nested or flat`() throws {
        let texts = try request(
            #"{"inputs": [{"name": "text", "shape": [2], "datatype": "BYTES", "data": ["a", "ü"]}]}"#)
        guard case .bytes(let values) = try #require(texts["text"]).values else { throw NoAnswer() }
        #expect(values == [Array("a".utf8), Array("ü".utf8)])
        let numbers = try request(
            #"{"inputs": [{"name": "pixels", "shape": [2, 2], "datatype": "FP32", "data": [[1, 2.5], [3, -4]]}]}"#)
        guard case .numbers(let floats) = try #require(numbers["pixels"]).values else { throw NoAnswer() }
        #expect(floats == [1, 2.5, 3, -4])
    }

    @Test func `binary values stand behind the JSON in the order of the inputs`() throws {
        let binary: [UInt8] = [2, 0, 0, 0, 0xFF, 0xD8, 0, 0, 0, 0] + [0, 0, 0x80, 0x3F]
        let found = try request(
            #"{"inputs": [{"name": "image", "shape": [2], "datatype": "BYTES", "parameters": {"binary_data_size": 10}}, {"name": "pixels", "shape": [1], "datatype": "FP32", "parameters": {"binary_data_size": 4}}]}"#,
            binary)
        guard case .bytes(let pictures) = try #require(found["image"]).values,
            case .numbers(let floats) = try #require(found["pixels"]).values
        else { throw NoAnswer() }
        #expect(pictures == [[0xFF, 0xD8], []] && floats == [1])
    }

    @Test(arguments: [
        "{}", #"{"inputs": []}"#, #"{"inputs": [1]}"#,
        #"{"inputs": [{"name": "a", "shape": [1], "datatype": "INT8", "data": [1]}]}"#,
        #"{"inputs": [{"name": "a", "shape": [2], "datatype": "BYTES", "data": ["x"]}]}"#,
        #"{"inputs": [{"name": "a", "shape": [-1], "datatype": "BYTES", "data": ["x"]}]}"#,
        #"{"inputs": [{"name": "a", "shape": [1], "datatype": "BYTES", "parameters": {"binary_data_size": 9}}]}"#,
        #"{"inputs": [{"name": "a", "shape": [1], "datatype": "BYTES", "data": ["x"], "more": 1}]}"#,
        #"{"inputs": [{"name": "a", "shape": [1], "datatype": "BYTES", "data": ["x"]}, {"name": "a", "shape": [1], "datatype": "BYTES", "data": ["x"]}]}"#,
        #"{"inputs": [{"name": "a", "shape": [1], "datatype": "BYTES", "data": ["x"]}], "outputs": [{"name": "a", "parameters": {"binary_data": 1}}]}"#,
    ])
    func `what does not fit is refused`(json: String) {
        #expect(throws: APIError.self) { try request(json) }
    }

    @Test func `binary data that do not fill their shape, or are too long, are refused`() {
        let input =
            #"{"inputs": [{"name": "a", "shape": [1], "datatype": "BYTES", "parameters": {"binary_data_size": 6}}]}"#
        for binary in [[2, 0, 0, 0, 1, 2, 9], [3, 0, 0, 0, 1, 2], [1, 0, 0, 0, 1, 2], [2, 0, 0, 0, 1]] as [[UInt8]] {
            #expect(throws: APIError.self) { try request(input, binary) }
        }
        #expect(throws: Never.self) { try request(input, [2, 0, 0, 0, 1, 2]) }
    }

    @Test func `outputs come in JSON or in binary, as each is wanted`() throws {
        let wish = try request(
            #"{"id": "7", "inputs": [{"name": "text", "shape": [1], "datatype": "BYTES", "data": ["a"]}], "outputs": [{"name": "labels", "parameters": {"binary_data": true}}, {"name": "scores"}]}"#
        )
        let outputs = [
            InferenceOutput(name: "scores", shape: [1, 2], values: .numbers([0.5, 0.25])),
            InferenceOutput(name: "labels", shape: [2], values: .texts(["a", "ü"])),
        ]
        let reply = try wish.reply(outputs, usual: [], model: "m")
        let length = try #require(Int(reply.headers[.inferenceHeaderLength] ?? ""))
        let bytes = Array(reply.body.readableBytesView)
        let tree = try JSONValue(parsing: bytes[..<length]) { $0 }
        #expect(tree["id"]?.string == "7" && tree["model_name"]?.string == "m")
        #expect(tree["outputs"]?.array?[0]["parameters"]?["binary_data_size"]?.number == 11)
        #expect(tree["outputs"]?.array?[1]["data"]?.array?.map(\.number) == [0.5, 0.25])
        #expect(Array(bytes[length...]) == [1, 0, 0, 0, 0x61, 2, 0, 0, 0, 0xC3, 0xBC])
        #expect(throws: APIError.self) { try wish.reply([outputs[0]], usual: [], model: "m") }
    }
}
