// SPDX-License-Identifier: Apache-2.0

public import FileIO

/// A safetensors file, checked whole when opened, its data mapped and not copied. A value keeps the mapping alive, as
/// does every copy of it.
public struct SafetensorsFile: Sendable {
    /// The path that was opened.
    public var path: String { file.path }
    /// The tensors in the header's order.
    public var entries: [TensorEntry] { header.entries }
    /// The `__metadata__` of the header; empty where it has none.
    public var metadata: [String: String] { header.metadata }
    /// The mapped file, for advice on its pages.
    public let file: MappedFile

    private let header: SafetensorsHeader

    /// Opens and checks a file: every entry's bytes then lie within the file, fit its dtype and shape, and belong to no
    /// other entry. Names that are equal as Unicode text but differently composed count as the same name.
    public init(path: String) throws(SafetensorsError) {
        let file: MappedFile
        do { file = try MappedFile(path: path) } catch { throw .file(error) }
        self.header = try file.withBytes { (bytes) throws(SafetensorsError) in
            try SafetensorsHeader(bytes, path: path)
        }
        self.file = file
    }

    /// The entry with a name, or `nil`.
    public subscript(name: String) -> TensorEntry? {
        header.index[name].map { header.entries[$0] }
    }

    /// The bytes of a tensor in the mapped file, little-endian and row major, aligned to nothing in particular. Valid
    /// while this value, a copy of it or its ``file`` lives (see `MappedFile/bytes`): use them within
    /// `withExtendedLifetime`, or call ``withBytes(of:_:)``.
    public func bytes(of entry: TensorEntry) -> UnsafeRawBufferPointer {
        precondition(self[entry.name] == entry, "the entry must come from this file")
        return UnsafeRawBufferPointer(rebasing: file.bytes[entry.byteRange])
    }

    /// Calls a closure with a tensor's bytes, which are valid until it returns and must not escape.
    public func withBytes<Result, Failure: Error>(
        of entry: TensorEntry, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try file.withBytes { (_) throws(Failure) in try body(bytes(of: entry)) }
    }

    /// Lets go of the memory behind a tensor that has been read; it is read from the file again if touched.
    public func release(_ entry: TensorEntry) {
        file.advise(.dontNeed, range: entry.byteRange)
    }
}
