// SPDX-License-Identifier: Apache-2.0

public import FileIO
import JSON
import Synchronization

/// The pictures that INPUT arguments stand for, one at a time and in their order.
///
/// - a directory: its pictures (files called `jpg`, `jpeg`, `png` or `webp`, and others that begin as such pictures do),
///   recursively, in byte order of their paths; ``leftOut`` tells of other files
/// - a data file (`csv`, `jsonl`, `ndjson`, `json`): the pictures it lists, without a look at their labels
/// - `-`: a path a line on standard input, each given out as soon as its line is complete
/// - anything else: itself, also where it does not exist; opening it tells
///
/// Nothing is read ahead. The sequence is a stream: each picture comes once, whatever the number of iterators and
/// threads. A data file that breaks off in the middle ends it; ``finish()`` then throws why.
public final class PictureInputs: Sequence, Sendable {
    /// The arguments, as messages name them.
    public let arguments: [String]
    private let state: Mutex<(reader: PictureInputReader, error: DatasetError?)>

    /// A list of INPUT arguments; nothing is opened yet. Data files' names are relative to `imagesDirectory`, or else
    /// to each file's own directory. `-` reads the descriptor `standardInput`.
    public init(_ arguments: [String], imagesDirectory: String? = nil, standardInput: Int32 = 0) {
        self.arguments = arguments
        let reader = PictureInputReader(
            arguments: arguments[...], imagesDirectory: imagesDirectory, standardInput: standardInput)
        state = Mutex((reader, nil))
    }

    /// The pictures that have not been given out yet.
    public func makeIterator() -> AnyIterator<Picture> { AnyIterator { try? self.next() } }

    /// The next picture, which may not exist or be none; nil after the last one, and after an error. Throws where a
    /// data file cannot be read or lists no pictures.
    public func next() throws(DatasetError) -> Picture? {
        try state.withLock { state throws(DatasetError) -> Picture? in
            if state.error != nil { return nil }
            do throws(DatasetError) {
                return try state.reader.next()
            } catch {
                state.error = error
                throw error
            }
        }
    }

    /// The files in directories that were left out since they are no pictures, so far: how many, and the first.
    public var leftOut: (count: Int, first: String?) { state.withLock { $0.reader.leftOut } }

    /// Throws the error that ended the sequence, if one did.
    public func finish() throws(DatasetError) {
        if let error = state.withLock({ $0.error }) { throw error }
    }
}

/// Reads what arguments stand for.
private struct PictureInputReader {
    enum Current {
        case directory(DirectoryWalk)
        case csv(CSVReader, columns: Int, PictureFolder)
        case jsonLines(LineReader, PictureFolder)
        case createML(DatasetScanner, PictureFolder)
        case coco(DatasetScanner, PictureFolder)
        case paths(LineReader)
    }

    var arguments: ArraySlice<String>
    let imagesDirectory: String?
    let standardInput: Int32
    var current: Current?
    var leftOut: (count: Int, first: String?) = (0, nil)

    mutating func next() throws(DatasetError) -> Picture? {
        while true {
            if let picture = try nextOfCurrent() { return picture }
            current = nil
            guard let argument = arguments.popFirst() else { return nil }
            if argument == "-" {
                let source = ByteSource(descriptor: standardInput, path: "standard input")
                try source.skipByteOrderMark()
                current = .paths(LineReader(source))
                continue
            }
            let isList = DatasetFormat.extensions.contains(fileExtension(argument))
            switch PathStatus(argument) {
            case .directory: current = .directory(DirectoryWalk(argument))
            case .file where isList, .special where isList: try open(argument)
            default: return Picture(name: argument, path: argument)
            }
        }
    }

    private mutating func open(_ path: String) throws(DatasetError) {
        let folder = PictureFolder(dataFile: path, imagesDirectory: imagesDirectory)
        let source = try ByteSource.opening(path)
        switch try DatasetFormat.detect(source) {
        case .csv:
            let reader = try CSVReader(source: source)
            let columns = try reader.annotationHeader().count + 1
            current = .csv(reader, columns: columns, folder)
        case .jsonLines:
            current = .jsonLines(LineReader(source), folder)
        case .createML:
            let scanner = DatasetScanner(source)
            try scanner.beginArray()
            current = .createML(scanner, folder)
        case .coco:
            let scanner = DatasetScanner(source)
            try scanner.beginObject()
            while try scanner.nextKey() {
                if scanner.text == "images" {
                    try scanner.beginArray()
                    current = .coco(scanner, folder)
                    return
                }
                try scanner.skipValue()
            }
            throw .at(path, scanner.line, Problem.missingKey("images"))
        }
    }

    private mutating func nextOfCurrent() throws(DatasetError) -> Picture? {
        switch current {
        case nil: return nil
        case .directory(var walk):
            current = nil
            let path = walk.next()
            if path == nil {
                leftOut = (leftOut.count + walk.leftOut.count, leftOut.first ?? walk.leftOut.first)
            }
            current = .directory(walk)
            return path.map { Picture(name: $0, path: $0) }
        case .csv(let reader, let columns, let folder):
            guard try reader.next() else { return nil }
            try reader.requireFieldCount(columns)
            return try picture(reader.field(0), folder, reader.line)
        case .jsonLines(let reader, let folder):
            while try reader.advance() {
                if reader.bytes.trimmed().isEmpty { continue }
                let scanner = DatasetScanner(lineOf: reader)
                let entry = try JSONEntry(scanner, keys: .jsonLines)
                try scanner.expectEnd()
                return try picture(entry.image, folder, reader.line)
            }
            return nil
        case .createML(let scanner, let folder):
            guard try scanner.nextElement() else {
                try scanner.expectEnd()
                return nil
            }
            let entry = try JSONEntry(scanner, keys: .createML)
            return try picture(entry.image, folder, scanner.line)
        case .coco(let scanner, let folder):
            guard try scanner.nextElement() else { return nil }
            let image = try COCOImage(scanner)
            return try picture(image.name, folder, image.line)
        case .paths(let reader):
            while try reader.advance() {
                let line = reader.bytes
                if line.trimmed().isEmpty { continue }
                if line.contains(0) { throw .at(reader.path, reader.line, Problem.nulByte) }
                guard line.isUTF8 else { throw .at(reader.path, reader.line, Problem.invalidUTF8) }
                return Picture(name: line.text, path: line.text)
            }
            return nil
        }
    }

    private func picture(_ name: String?, _ folder: PictureFolder, _ line: Int) throws(DatasetError) -> Picture {
        guard let name, !name.isEmpty else {
            throw .at(folder.dataFile, line, Problem.noImageName)
        }
        return Picture(name: name, path: folder.path(of: name))
    }
}
