// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import JSON
import NIOCore

/// A request of the Open Inference Protocol: inputs, and the outputs that are wanted.
struct InferenceRequest {
    /// An output that is wanted.
    struct Wish {
        let name: String
        let isBinary: Bool
    }

    /// The outputs that may be wanted.
    private static let outputs = ["scores", "labels", "embedding"]
    /// What a body may have; KServe's clients say the model's name once more.
    private static let keys = ["id", "inputs", "outputs", "parameters", "model_name"]

    let id: String?
    let inputs: [InferenceTensor]
    /// nil for those that the model gives without a wish.
    let wishes: [Wish]?
    /// Whether outputs come in binary unless their wish says otherwise.
    let isBinary: Bool

    /// Reads a body: JSON, with binary values behind it where the header field says how long the JSON is.
    init(_ body: ByteBuffer, headerLength: String?, isJSON: Bool) throws(APIError) {
        let bytes = Array(body.readableBytesView)
        var length = bytes.count
        if let headerLength {
            guard headerLength.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(headerLength),
                isJSON || number <= bytes.count
            else {
                throw .badRequest("Inference-Header-Content-Length is the number of bytes of JSON in the body")
            }
            if !isJSON { length = number }
        }
        let tree = try RequestReader.tree(bytes[..<length])
        guard let members = tree.members else { throw .badRequest("the body has to be a JSON object") }
        for member in members where !Self.keys.contains(member.key) {
            throw .badRequest("unknown key in the body; it takes id, inputs, outputs and parameters")
        }
        if let id = tree["id"] {
            guard let text = id.string else { throw .badRequest("'id' is a text") }
            self.id = text
        } else {
            id = nil
        }
        guard let list = tree["inputs"]?.array, !list.isEmpty else {
            throw .badRequest("'inputs' is a list with at least one input")
        }
        var binary = bytes[length...]
        var inputs: [InferenceTensor] = []
        for input in list { inputs.append(try InferenceTensor(input, binary: &binary)) }
        guard binary.isEmpty else { throw .badRequest("the body holds more binary data than its inputs say") }
        if Set(inputs.map(\.name)).count != inputs.count { throw .badRequest("an input is given twice") }
        self.inputs = inputs
        isBinary = try Self.flag("binary_data_output", of: tree) ?? false
        if let outputs = tree["outputs"] {
            guard let list = outputs.array else { throw .badRequest("'outputs' is a list") }
            var wishes: [Wish] = []
            for output in list {
                guard let name = output["name"]?.string,
                    output.members?.allSatisfy({ ["name", "parameters"].contains($0.key) }) == true
                else { throw .badRequest("an output is an object with a name, and parameters if need be") }
                guard Self.outputs.contains(name) else {
                    throw .badRequest("unknown output; there are \(Self.outputs.joined(separator: ", "))")
                }
                let isBinary = try Self.flag("binary_data", of: output) ?? isBinary
                if !wishes.contains(where: { $0.name == name }) { wishes.append(Wish(name: name, isBinary: isBinary)) }
            }
            self.wishes = wishes.isEmpty ? nil : wishes
        } else {
            wishes = nil
        }
    }

    /// A truth value among the parameters of an object; nil where it is not there.
    private static func flag(_ name: String, of tree: JSONValue) throws(APIError) -> Bool? {
        try checkParameters(of: tree)
        guard let value = tree["parameters"]?.members?.last(where: { $0.key == name })?.value else { return nil }
        guard let flag = value.bool else { throw .badRequest("the parameter '\(name)' is true or false") }
        return flag
    }

    /// Refuses parameters that are no texts, numbers or truth values; unknown ones have no effect, as the protocol says.
    static func checkParameters(of tree: JSONValue) throws(APIError) {
        guard let parameters = tree.members?.last(where: { $0.key == "parameters" })?.value else { return }
        guard let members = parameters.members else { throw .badRequest("'parameters' is an object") }
        for member in members {
            switch member.value {
            case .string, .integer, .number, .bool: continue
            default: throw .badRequest("a parameter is a text, a number, true or false")
            }
        }
    }

    /// The input of a name.
    subscript(name: String) -> InferenceTensor? { inputs.first { $0.name == name } }

    /// The answer: outputs in the order of the wishes, or all of them. Throws where one is wanted that there is not.
    func reply(_ outputs: [InferenceOutput], usual: [String], model: String) throws -> Reply {
        let wishes = wishes ?? usual.map { Wish(name: $0, isBinary: isBinary) }
        var parts: [String] = []
        var binary: [UInt8] = []
        for wish in wishes {
            guard let output = outputs.first(where: { $0.name == wish.name }) else {
                throw APIError.badRequest(
                    "there is no such output for these inputs; there are \(outputs.map(\.name).joined(separator: ", "))"
                )
            }
            if wish.isBinary {
                let bytes = output.binary()
                parts.append(output.json(binaryLength: bytes.count))
                binary += bytes
            } else {
                parts.append(try output.json())
            }
        }
        let id = id.map { ",\"id\":\(jsonQuoted($0))" } ?? ""
        let json =
            "{\"model_name\":\(jsonQuoted(model)),\"model_version\":\"1\"\(id),\"outputs\":[\(parts.joined(separator: ","))]}"
        if !wishes.contains(where: \.isBinary) { return Reply(json: json + "\n") }
        var body = ByteBuffer(string: json)
        let length = body.readableBytes
        body.writeBytes(binary)
        var reply = Reply(type: "application/octet-stream", body: body)
        reply.headers[.inferenceHeaderLength] = "\(length)"
        return reply
    }
}
