// SPDX-License-Identifier: Apache-2.0

import Datasets
import Evaluation
import FileIO
import Foundation
import HTTPTypes
import JSON
import NIOCore

/// Reads requests: raw pictures, forms and JSON into one ``RequestContent``. Whatever is not expected is refused by name.
struct RequestReader: Sendable {
    let limits: RequestLimits
    /// Where large bodies are taken apart, since other requests wait on this thread; nil for here.
    var decoder: PictureDecoder?
    /// From how many bytes on.
    private static let large = 256 << 10

    /// Reads the query and the body of a request that may have these fields.
    func read(_ exchange: Exchange, _ fields: [RequestContent.Field]) async throws -> RequestContent {
        try checkEncoding(exchange)
        var query = RequestContent()
        try readQuery(exchange, fields, into: &query)
        var content: RequestContent
        let kind = exchange.mediaType
        switch kind {
        case "application/json":
            let body = try await exchange.body(limits.body)
            content = try await apart(body) {
                var content = RequestContent()
                try readJSON(body, fields, into: &content)
                return content
            }
        case "multipart/form-data":
            let boundary = try boundary(exchange.head.headerFields[.contentType] ?? "")
            let body = try await exchange.body(limits.body)
            content = try await apart(body) {
                var content = RequestContent()
                try readForm(body, boundary, fields, into: &content)
                return content
            }
        case _ where fields.contains(.images) && (kind.hasPrefix("image/") || kind == "application/octet-stream"):
            content = try await raw(exchange)
        case "application/x-www-form-urlencoded" where fields.contains(.images):
            // What curl --data-binary says unless it is told otherwise; taken where the bytes are a picture's.
            content = try await raw(exchange)
            if !content.pictures.allSatisfy({ Self.isPicture($0.bytes) }) { throw Self.type }
        default: throw Self.type
        }
        content.fill(from: query)
        return content
    }

    /// Reads a JSON body as a tree. Throws ``APIError`` where it is none.
    func readTree(_ exchange: Exchange) async throws -> JSONValue {
        try checkEncoding(exchange)
        guard exchange.mediaType == "application/json" else {
            throw APIError.mediaType("the body has to be JSON, with Content-Type: application/json")
        }
        let body = try await exchange.body(limits.body)
        return try await apart(body) { try Self.tree(body.readableBytesView) }
    }

    /// Takes a body apart, on a thread of the decoder where it is large.
    func apart<T: Sendable>(_ body: ByteBuffer, _ work: @escaping @Sendable () throws -> T) async throws -> T {
        guard body.readableBytes > Self.large, let decoder else { return try work() }
        return try await decoder.run { Result { try work() } }.get()
    }

    /// The most values of a JSON body: numbers of prepared pictures, for the most part.
    private static let valueLimit = 2_000_000

    static func tree(_ bytes: some Sequence<UInt8>) throws(APIError) -> JSONValue {
        try JSONValue(parsing: bytes, valueLimit: valueLimit) { fault in
            if case .tooMany = fault.problem { return APIError.tooLarge("the body has more than \(valueLimit) values") }
            return APIError.badRequest(
                "the body is not JSON: line \(fault.line), column \(fault.column): expected \(fault.expected)")
        }
    }

    /// Refuses a compressed body: it is not what its type says before it is unpacked, and may be far larger then.
    func checkEncoding(_ exchange: Exchange) throws(APIError) {
        let encoding = exchange.head.headerFields[.contentEncoding]?.lowercased() ?? "identity"
        if encoding != "identity" {
            throw .mediaType("this server unpacks no Content-Encoding; send the body as it is")
        }
    }

    private static let type = APIError.mediaType(
        "say what the body is: Content-Type: image/jpeg, image/png or image/webp for a picture, multipart/form-data, or application/json"
    )

    private func raw(_ exchange: Exchange) async throws -> RequestContent {
        var content = RequestContent()
        let body = try await exchange.body(limits.body)
        if body.readableBytes == 0 { throw APIError.badRequest("the body is empty; send a picture") }
        content.pictures = [RequestPicture(name: nil, bytes: Array(body.readableBytesView))]
        content.isRaw = true
        return content
    }

    private static func isPicture(_ bytes: [UInt8]) -> Bool {
        bytes.starts(with: [0xFF, 0xD8, 0xFF]) || bytes.starts(with: [0x89, 0x50, 0x4E, 0x47])
            || (bytes.starts(with: Array("RIFF".utf8)) && bytes.dropFirst(8).starts(with: Array("WEBP".utf8)))
    }

    // MARK: Query and form

    private func readQuery(
        _ exchange: Exchange, _ fields: [RequestContent.Field], into content: inout RequestContent
    ) throws(APIError) {
        guard let query = exchange.query else { throw .badRequest("the query is not well formed") }
        var labels: [String] = []
        for (name, value) in query {
            let field = RequestContent.Field(rawValue: name)
            guard let field, fields.contains(field), field != .images, field != .texts else {
                throw .badRequest("unknown query parameter '\(Self.shown(name))'")
            }
            try readText(field, value, labels: &labels, into: &content)
        }
        if !labels.isEmpty { try content.setLabels(labels.map { Label(name: $0) }, limits) }
    }

    private func readText(
        _ field: RequestContent.Field, _ value: String, labels: inout [String], into content: inout RequestContent
    ) throws(APIError) {
        switch field {
        case .labels: labels += try self.labels(value)
        case .topK: try content.setTopK(Self.number(value).flatMap { Int(exactly: $0) })
        case .threshold:
            try content.setThreshold(value == "fitted" ? .fitted : Self.number(value).map { .number($0) })
        case .model: try content.setModel(value)
        case .images, .texts: throw .badRequest("'\(field.rawValue)' is for JSON bodies")
        }
    }

    /// A number as JSON writes it.
    static func number(_ text: String) -> Double? {
        guard let last = text.utf8.last, (0x30...0x39).contains(last), text.utf8.first != 0x20 else { return nil }
        return try? tree(text.utf8).number
    }

    /// The labels of a text: a JSON list, or parted by `|`.
    private func labels(_ text: String) throws(APIError) -> [String] {
        if let first = text.unicodeScalars.first(where: { !Self.blanks.contains($0) }), first == "[" || first == "{" {
            let list = try Self.tree(text.utf8).array?.map(\.string) ?? []
            let names = list.compactMap { $0 }
            if names.isEmpty || names.count != list.count { throw .badRequest("'labels' is no list of texts") }
            return names
        }
        let names = text.split(separator: "|", maxSplits: limits.labels, omittingEmptySubsequences: false).map {
            $0.trimmingCharacters(in: Self.blanks)
        }
        if names.contains("") { throw .badRequest("'labels' has an empty label") }
        return names
    }

    private static let blanks = CharacterSet(charactersIn: " \t\r\n")

    private func boundary(_ type: String) throws(APIError) -> String {
        do { return try MultipartBody.boundary(of: type) } catch { throw .badRequest(error.message) }
    }

    private func readForm(
        _ body: ByteBuffer, _ boundary: String, _ fields: [RequestContent.Field], into content: inout RequestContent
    ) throws(APIError) {
        let form: MultipartBody
        let limit = limits.pictures + limits.labels + RequestContent.Field.allCases.count
        do {
            form = try body.withUnsafeReadableBytes { (bytes) throws(MultipartBody.Fault) in
                try MultipartBody(bytes, boundary: boundary, partLimit: limit)
            }
        } catch {
            throw .badRequest(error.message)
        }
        var (labels, texts): ([String], [String]) = ([], [])
        for part in form.parts {
            let bytes = body.getBytes(at: body.readerIndex + part.content.lowerBound, length: part.content.count) ?? []
            if part.name == "image" {
                guard fields.contains(.images) else { throw .badRequest("this path takes no pictures") }
                guard part.fileName != nil else {
                    throw .badRequest(
                        "a part 'image' has no file name, so it is no file; curl sends one with -F image=@FILE")
                }
                content.pictures.append(RequestPicture(name: part.fileName, bytes: bytes))
                continue
            }
            let field = RequestContent.Field(rawValue: part.name == "text" ? "texts" : part.name)
            guard let field, fields.contains(field), field != .images else {
                throw .badRequest("unknown field '\(Self.shown(part.name))' in the form; pictures are called 'image'")
            }
            guard let value = String(validating: bytes, as: UTF8.self) else {
                throw .badRequest("the field '\(field.rawValue)' is not UTF-8")
            }
            if field == .texts {
                texts.append(value)
            } else {
                try readText(field, value, labels: &labels, into: &content)
            }
        }
        if !labels.isEmpty { try content.setLabels(labels.map { Label(name: $0) }, limits) }
        if !texts.isEmpty { content.texts = texts }
        try finish(&content, fields)
    }

    // MARK: JSON

    private func readJSON(
        _ body: ByteBuffer, _ fields: [RequestContent.Field], into content: inout RequestContent
    ) throws(APIError) {
        guard let members = try Self.tree(body.readableBytesView).members else {
            throw .badRequest("the body has to be a JSON object")
        }
        for member in members {
            guard let field = RequestContent.Field(rawValue: member.key), fields.contains(field) else {
                throw .badRequest(
                    "unknown key '\(Self.shown(member.key))'; this path takes \(fields.map(\.rawValue).joined(separator: ", "))"
                )
            }
            try read(field, member.value, into: &content)
        }
        try finish(&content, fields)
    }

    private func read(
        _ field: RequestContent.Field, _ value: JSONValue, into content: inout RequestContent
    ) throws(APIError) {
        switch field {
        case .labels:
            guard let list = value.array else { throw .badRequest("'labels' is a list") }
            var labels: [Label] = []
            for element in list { labels.append(try label(element)) }
            try content.setLabels(labels, limits)
        case .topK:
            // Such as 5 or 5.0, which JSON does not tell apart.
            try content.setTopK(value.number.flatMap { Int(exactly: $0) })
        case .threshold:
            try content.setThreshold(
                value.string.map { $0 == "fitted" ? .fitted : nil } ?? value.number.map { .number($0) })
        case .model: try content.setModel(value.string)
        case .images:
            try content.note(.images)
            guard let list = value.array else { throw .badRequest("'images' is a list") }
            try limits.check(pictures: list.count)
            for element in list {
                guard let text = element.string else { throw .badRequest("'images' is a list of texts in base64") }
                content.pictures.append(RequestPicture(name: nil, bytes: try Self.picture(text)))
            }
        case .texts:
            try content.note(.texts)
            guard let list = value.array else { throw .badRequest("'texts' is a list") }
            var texts: [String] = []
            for element in list {
                guard let text = element.string else { throw .badRequest("'texts' is a list of texts") }
                texts.append(text)
            }
            content.texts = texts
        }
    }

    private func label(_ value: JSONValue) throws(APIError) -> Label {
        if let name = value.string { return Label(name: name) }
        guard let members = value.members, let name = value["name"]?.string,
            members.allSatisfy({ ["name", "prompts"].contains($0.key) })
        else {
            throw .badRequest("a label is a text, or {\"name\": text, \"prompts\": [texts]}")
        }
        let prompts = value["prompts"]?.array ?? []
        let texts = prompts.compactMap(\.string)
        if texts.count != prompts.count || (value["prompts"] != nil && value["prompts"]?.array == nil) {
            throw .badRequest("a label's prompts are a list of texts")
        }
        return Label(name: name, prompts: texts)
    }

    /// The bytes of a picture in base64, or in a `data:` URL of it. No other URL is ever opened.
    static func picture(_ text: String) throws(APIError) -> [UInt8] {
        var encoded = Substring(text)
        if text.hasPrefix("data:") {
            guard let comma = text.firstIndex(of: ","), isImageType(text[..<comma].utf8) else {
                throw .badRequest("a data: URL has to be a picture in base64: data:image/jpeg;base64,…")
            }
            encoded = text[text.index(after: comma)...]
        } else if text.prefix(16).contains(":") {
            throw .badRequest("this server opens no URLs; send the picture in base64, or as a data: URL")
        }
        guard let data = Data(base64Encoded: String(encoded)), !data.isEmpty else {
            throw .badRequest("this is no base64 of a picture")
        }
        return [UInt8](data)
    }

    /// Whether the head of a `data:` URL is that of a picture in base64.
    private static func isImageType(_ head: Substring.UTF8View) -> Bool {
        let (start, end) = ("data:image/".utf8, ";base64".utf8)
        guard head.count > start.count + end.count, head.starts(with: start), head.suffix(end.count).elementsEqual(end)
        else { return false }
        return head.dropFirst(start.count).dropLast(end.count).allSatisfy {
            (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || [0x2B, 0x2D, 0x2E].contains($0)
        }
    }

    // MARK: Both

    private func finish(_ content: inout RequestContent, _ fields: [RequestContent.Field]) throws(APIError) {
        try limits.check(pictures: content.pictures.count)
        if let texts = content.texts {
            try limits.check(ownTexts: texts)
            if !content.pictures.isEmpty { throw .badRequest("send pictures or texts, not both") }
        }
        if content.pictures.isEmpty, content.texts?.isEmpty ?? true {
            throw .badRequest(fields.contains(.texts) ? "there are no pictures and no texts" : "there are no pictures")
        }
    }

    /// What a client wrote, short enough for a message.
    private static func shown(_ text: String) -> String { printable(text, maximumCharacters: 40) }
}
