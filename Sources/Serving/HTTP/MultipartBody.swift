// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The parts of a `multipart/form-data` body (RFC 7578), found in one pass without copying their contents.
///
/// A body is refused where it is not exactly what the format says: no guess is made of what a sender might have meant.
struct MultipartBody {
    /// A part of a form.
    struct Part: Equatable {
        /// The field's name.
        let name: String
        /// The file's name as the client calls it; nil for a field that is no file.
        let fileName: String?
        /// Where the content lies in the body.
        let content: Range<Int>
    }

    /// What keeps a body from being read.
    struct Fault: Error, Equatable {
        let message: String
    }

    /// The most bytes of a part's header.
    static let headerLimit = 4096
    /// The most bytes of a boundary, by RFC 2046.
    static let boundaryLimit = 70

    let parts: [Part]

    /// Reads a body of at most `partLimit` parts.
    init(_ bytes: UnsafeRawBufferPointer, boundary: String, partLimit: Int) throws(Fault) {
        var reader = Reader(bytes: bytes, delimiter: Array("\r\n--".utf8) + Array(boundary.utf8))
        var parts: [Part] = []
        try reader.begin()
        while try reader.isPartNext() {
            if parts.count == partLimit { throw Fault(message: "the form has more than \(partLimit) parts") }
            let header = try reader.header()
            let content = try reader.content()
            parts.append(try Part(header: header, content: content))
        }
        self.parts = parts
    }

    /// The boundary that a content type names. Throws where there is none that is valid.
    static func boundary(of contentType: String) throws(Fault) -> String {
        let parameters = HeaderParameters(contentType)
        guard let boundary = parameters["boundary"], !boundary.isEmpty, boundary.utf8.count <= boundaryLimit,
            boundary.utf8.allSatisfy({ (0x20...0x7E).contains($0) }), boundary.utf8.last != 0x20
        else {
            throw Fault(message: "the content type multipart/form-data needs a boundary of 1 to 70 characters")
        }
        return boundary
    }

    /// Walks from delimiter to delimiter.
    private struct Reader {
        let bytes: UnsafeRawBufferPointer
        let delimiter: [UInt8]
        /// Behind the last delimiter.
        var place = 0

        /// Steps over the first delimiter, which may stand at the very beginning, or behind a preamble.
        mutating func begin() throws(Fault) {
            if starts(at: 0, with: delimiter[2...]) {
                place = delimiter.count - 2
            } else if let first = find(delimiter, from: 0) {
                place = first + delimiter.count
            } else {
                throw Fault(message: "the form does not begin with its boundary")
            }
        }

        /// Steps over what follows a delimiter: the end of the line before a part, or the two dashes of the last one.
        mutating func isPartNext() throws(Fault) -> Bool {
            if starts(at: place, with: [0x2D, 0x2D]) { return false }
            while place < bytes.count, bytes[place] == 0x20 || bytes[place] == 0x09 { place += 1 }
            guard starts(at: place, with: [0x0D, 0x0A]) else {
                throw Fault(message: "the form ends without its last boundary, or a boundary stands inside a line")
            }
            place += 2
            return true
        }

        /// The lines of a part's header, and steps over the empty one behind them.
        mutating func header() throws(Fault) -> [String] {
            var lines: [String] = []
            let end = min(bytes.count, place + headerLimit)
            while true {
                guard
                    let lineEnd = (place..<max(place, end - 1)).first(where: {
                        bytes[$0] == 0x0D && bytes[$0 + 1] == 0x0A
                    })
                else {
                    throw Fault(message: "a part's header is cut off, or has more than \(headerLimit) bytes")
                }
                let line = UnsafeRawBufferPointer(rebasing: bytes[place..<lineEnd])
                place = lineEnd + 2
                if line.isEmpty { return lines }
                guard let text = String(validating: line, as: UTF8.self) else {
                    throw Fault(message: "a part's header is not UTF-8")
                }
                lines.append(text)
            }
        }

        /// The bytes up to the next delimiter, and steps over it.
        mutating func content() throws(Fault) -> Range<Int> {
            // An empty part's delimiter begins with the line end of its header.
            let from = max(0, place - 2)
            guard let next = find(delimiter, from: from) else {
                throw Fault(message: "the form ends inside a part")
            }
            let content = place..<max(place, next)
            place = next + delimiter.count
            return content
        }

        func starts(at place: Int, with prefix: some RandomAccessCollection<UInt8>) -> Bool {
            bytes.count - place >= prefix.count && bytes[place..<place + prefix.count].elementsEqual(prefix)
        }

        /// Where the needle, which is not empty, begins next.
        func find(_ needle: [UInt8], from start: Int) -> Int? {
            guard let base = bytes.baseAddress else { return nil }
            var place = start
            while place + needle.count <= bytes.count {
                guard let hit = memchr(base + place, Int32(needle[0]), bytes.count - place) else { return nil }
                place = UnsafeRawPointer(hit) - base
                if starts(at: place, with: needle) { return place }
                place += 1
            }
            return nil
        }
    }
}

extension MultipartBody.Part {
    fileprivate init(header: [String], content: Range<Int>) throws(MultipartBody.Fault) {
        var disposition: HeaderParameters?
        for line in header {
            let sides = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard sides.count == 2, !sides[0].isEmpty else {
                throw MultipartBody.Fault(message: "a part's header has a line without a colon")
            }
            switch sides[0].lowercased() {
            case "content-disposition":
                if disposition != nil {
                    throw MultipartBody.Fault(message: "a part has two Content-Disposition lines")
                }
                disposition = HeaderParameters(String(sides[1]))
            case "content-transfer-encoding":
                let encoding = sides[1].trimmingCharacters(in: .whitespaces).lowercased()
                if !["binary", "8bit", "7bit"].contains(encoding) {
                    throw MultipartBody.Fault(message: "a part has a transfer encoding; send the bytes as they are")
                }
            default: break
            }
        }
        guard let disposition, disposition.value == "form-data", let name = disposition["name"] else {
            throw MultipartBody.Fault(message: "a part has no line Content-Disposition: form-data; name=\"…\"")
        }
        self.name = name
        fileName = disposition["filename"]
        self.content = content
    }
}

/// A header field's value with its parameters: `form-data; name="image"; filename="a.jpg"`.
struct HeaderParameters {
    /// What stands before the parameters, in lower case.
    let value: String
    private var parameters: [String: String] = [:]

    init(_ text: String) {
        var rest = Substring(text)
        value = rest.prefix { $0 != ";" }.trimmingCharacters(in: .whitespaces).lowercased()
        rest = rest.drop { $0 != ";" }
        while rest.first == ";" {
            rest = rest.dropFirst().drop { $0 == " " || $0 == "\t" }
            let name = rest.prefix { $0 != "=" && $0 != ";" }.trimmingCharacters(in: .whitespaces).lowercased()
            rest = rest.drop { $0 != "=" && $0 != ";" }
            guard rest.first == "=" else { continue }
            rest = rest.dropFirst()
            var content = ""
            if rest.first == "\"" {
                rest = rest.dropFirst()
                while let character = rest.first, character != "\"" {
                    // Browsers write %22 for a quote; others a backslash before it.
                    if character == "\\", let next = rest.dropFirst().first, next == "\"" || next == "\\" {
                        rest = rest.dropFirst()
                        content.append(next)
                    } else {
                        content.append(character)
                    }
                    rest = rest.dropFirst()
                }
                rest = rest.drop { $0 != ";" }
            } else {
                content = rest.prefix { $0 != ";" }.trimmingCharacters(in: .whitespaces)
                rest = rest.drop { $0 != ";" }
            }
            if parameters[name] == nil { parameters[name] = content }
        }
    }

    /// The first parameter of a name, in lower case.
    subscript(name: String) -> String? { parameters[name] }
}
