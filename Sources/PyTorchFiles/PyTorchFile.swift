// SPDX-License-Identifier: Apache-2.0

public import FileIO
public import Safetensors

/// A tensor in a mapped file: where its elements lie.
public struct PyTorchTensor: Sendable, Equatable {
    /// Its name in the state dict, without the prefixes that were taken off.
    public let name: String
    /// The type of its elements, little-endian.
    public let dtype: SafetensorsDType
    /// Its dimensions; empty for a scalar.
    public let shape: [Int]
    /// How many elements lie between neighbours along each dimension.
    public let strides: [Int]
    /// The place of its first element, in bytes from the beginning of the file. All others lie in the file too.
    public let start: Int
}

/// The weights in a file of `torch.save`, read as data: nothing that the file says is run.
///
/// Both forms are known, the zip archive and the older stream, with pickles of protocols 2 to 5. A file may hold the state
/// dict itself or under `state_dict`, `model` or `module`; numbers, texts and plain containers beside it are left out, and
/// a name of anything else, such as `os.system`, is refused. TorchScript archives are read in the same way: attributes of
/// modules become names with dots. The file is mapped, and its numbers are not looked at here.
///
///     let file = try PyTorchFile(path: "pytorch_model.bin")
///     for tensor in file.tensors { print(tensor.name, tensor.shape) }
public struct PyTorchFile: Sendable {
    /// The path that was opened.
    public var path: String { file.path }
    /// The mapped file.
    public let file: MappedFile
    /// The tensors, in the file's order.
    public let tensors: [PyTorchTensor]
    /// What was taken for the state dict and taken off its names, in words; empty where it is all as it should be.
    public let notes: [String]

    /// Opens a file and finds all its tensors.
    ///
    /// - Throws: `InputError` that says what is wrong with the file or what it asks for, `FileIOError`.
    public init(path: String) throws {
        let file = try MappedFile(path: path)
        self.file = file
        let contents = try file.withBytes { bytes in
            ZipArchive.isOne(bytes)
                ? try PyTorchContents(archive: bytes, path: path) : try PyTorchContents(stream: bytes, path: path)
        }
        (tensors, notes) = try contents.stateDict()
    }

    /// Whether a path ends as files of torch.save do.
    public static func hasName(_ path: String) -> Bool {
        [".bin", ".pt", ".pth", ".ckpt"].contains(where: path.hasSuffix)
    }
}

/// What a file holds: a pickle's value, and where its storages lie.
struct PyTorchContents {
    let machine: PickleMachine
    let value: PickleValue
    let isScript: Bool
    /// The bytes of each storage, by its key.
    let storages: [String: Range<Int>]
    let path: String

    /// The form since PyTorch 1.6: `NAME/data.pkl`, and a storage each in `NAME/data/KEY`.
    init(archive bytes: UnsafeRawBufferPointer, path: String) throws(InputError) {
        let archive = try ZipArchive(bytes, path: path)
        func damaged(_ problem: String) -> InputError {
            .badData("\(path) \(problem); it is no file of torch.save, get it again")
        }
        let pickles = archive.names.filter { $0.hasSuffix("/data.pkl") && $0.count { $0 == "/" } == 1 }
        guard pickles.count == 1, let pickle = pickles.first, let range = try archive.stored(pickle) else {
            throw damaged("is a zip archive without a data.pkl")
        }
        let root = pickle.dropLast("data.pkl".count)
        if let order = try archive.stored(root + "byteorder"), !bytes[order].elementsEqual("little".utf8) {
            throw damaged("was written on a machine with another byte order")
        }
        isScript = archive.names.contains { $0.hasPrefix(root + "code/") }
        var machine = PickleMachine(bytes, range, path: path, isScript: isScript)
        value = try machine.run()
        self.machine = machine
        self.path = path
        var storages: [String: Range<Int>] = [:]
        for name in archive.names where name.hasPrefix(root + "data/") {
            storages[String(name.dropFirst(root.count + 5))] = try archive.stored(name)
        }
        self.storages = storages
    }

    /// The form before: pickles of a magic number, a version, the machine, the value and the storages' keys, and then each
    /// storage as its count and its elements.
    init(stream bytes: UnsafeRawBufferPointer, path: String) throws(InputError) {
        func damaged(_ problem: String) -> InputError { .damaged(path, problem) }
        guard bytes.count >= 2, bytes[0] == 0x80 else { throw damaged("begins as no file of torch.save does") }
        var machine = PickleMachine(bytes, 0..<bytes.count, path: path)
        let magic: [UInt8] = [0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]
        guard case .bigInteger(let digits) = try machine.run(), digits == magic else {
            throw damaged("is a pickle, and not one of torch.save")
        }
        guard try machine.runNext().integer == 1001 else { throw damaged("has an unknown version") }
        let system = try machine.runNext()
        for case ("little_endian", .bool(false)) in machine.dictionary(system)?.map({ ($0.key.text, $0.value) }) ?? [] {
            throw damaged("was written on a machine with another byte order")
        }
        value = try machine.runNext()
        let list = try machine.runNext()
        guard let keys = machine.sequence(list) else { throw damaged("has no list of its storages") }
        self.machine = machine
        (self.path, isScript) = (path, false)
        let widths = machine.storageWidths()
        var offset = machine.offset
        var storages: [String: Range<Int>] = [:]
        for key in keys {
            guard let key = key.text, let width = widths[key], offset + 8 <= bytes.count else {
                throw damaged("has a storage that no tensor names, or ends before it")
            }
            let count = Int(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int.self))
            let (size, overflow) = count.multipliedReportingOverflow(by: width)
            guard count >= 0, !overflow, size <= bytes.count - offset - 8 else {
                throw damaged("ends within its numbers: it was cut short")
            }
            if storages.updateValue(offset + 8..<offset + 8 + size, forKey: key) != nil {
                throw damaged("has a storage twice")
            }
            offset += 8 + size
        }
        self.storages = storages
    }
}
