// SPDX-License-Identifier: Apache-2.0

import FileIO

/// The kinds of file that list pictures.
enum DatasetFormat: Equatable {
    case csv, jsonLines, coco, createML

    /// The extensions by which an INPUT is taken for a list of pictures.
    static let extensions: Set<String> = ["csv", "jsonl", "ndjson", "json"]

    /// Tells the format by the extension, and where that leaves it open by the first bytes. Steps over a byte order mark.
    static func detect(_ source: ByteSource) throws(DatasetError) -> DatasetFormat {
        try source.skipByteOrderMark()
        switch fileExtension(source.path) {
        case "csv": return .csv
        case "jsonl", "ndjson": return .jsonLines
        case "json": return try detectJSON(source)
        default:
            let first = try firstVisibleByte(source, from: 0).map { source.bytes[$0] }
            return first == UInt8(ascii: "{") || first == UInt8(ascii: "[") ? try detectJSON(source) : .csv
        }
    }

    /// An array is Create ML's; an object that begins with an entry's key is the first of JSON lines.
    private static func detectJSON(_ source: ByteSource) throws(DatasetError) -> DatasetFormat {
        guard let first = try firstVisibleByte(source, from: 0) else {
            throw .at(source.path, 1, Problem.empty)
        }
        if source.bytes[first] == UInt8(ascii: "[") { return .createML }
        guard source.bytes[first] == UInt8(ascii: "{"), let open = try firstVisibleByte(source, from: first + 1),
            source.bytes[open] == ASCII.quote
        else { return .coco }
        var end = open + 1
        while try source.holds(end), source.bytes[end] != ASCII.quote, end - open < 64 { end += 1 }
        let key = Bytes(start: source.bytes + open + 1, count: end - open - 1).text
        return ["image", "labels", "negatives"].contains(key) ? .jsonLines : .coco
    }

    private static func firstVisibleByte(_ source: ByteSource, from start: Int) throws(DatasetError) -> Int? {
        var position = start
        while try source.holds(position) {
            guard ASCII.isSpace(source.bytes[position]), position < ByteSource.windowLimit else { return position }
            position += 1
        }
        return nil
    }
}

/// The extension of a path in small letters, without its dot; empty where there is none.
func fileExtension(_ path: String) -> String {
    let name = path.utf8.split(separator: UInt8(ascii: "/")).last.map { String(Substring($0)) } ?? ""
    guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return "" }
    return name[name.index(after: dot)...].lowercased()
}

/// Where the pictures of a data file are.
struct PictureFolder {
    /// The data file.
    let dataFile: String
    private let directory: String?
    private let prefix: String

    /// Takes the directory given, or else the data file's own.
    init(dataFile: String, imagesDirectory: String?) {
        self.dataFile = dataFile
        directory = imagesDirectory
        if let imagesDirectory {
            prefix = imagesDirectory.isEmpty || imagesDirectory.hasSuffix("/") ? imagesDirectory : imagesDirectory + "/"
        } else if let slash = dataFile.utf8.lastIndex(of: UInt8(ascii: "/")) {
            prefix = String(dataFile[...slash])
        } else {
            prefix = ""
        }
    }

    /// Demands that the directory that was given, if any, is one.
    func requireDirectory() throws(DatasetError) {
        guard let directory else { return }
        switch PathStatus(directory.isEmpty ? "." : directory) {
        case .directory: break
        case .missing: throw .missing(path: directory)
        default: throw .unreadable(path: directory, reason: "it is not a directory; name the pictures' directory")
        }
    }

    /// The path of a picture by its name in the file; an absolute one stays as it is.
    func path(of name: String) -> String {
        name.utf8.first == UInt8(ascii: "/") ? name : prefix + name
    }
}
