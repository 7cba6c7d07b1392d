// SPDX-License-Identifier: Apache-2.0
// The opcodes: https://github.com/python/cpython/blob/main/Lib/pickletools.py

import FileIO
import Safetensors

/// Reads pickles of protocols 2 to 5 as data. Nothing is imported and nothing is called: a name that is not one of
/// ``PickleGlobal`` ends the reading. Work and memory are bounded by the pickle's length.
struct PickleMachine {
    /// No model's pickle is near this: the numbers lie outside.
    static let maximumLength = 16 << 20

    /// Tables of containers, which ``PickleValue`` points to.
    private(set) var sequences: [[PickleValue]] = []
    private(set) var dictionaries: [[(key: PickleValue, value: PickleValue)]] = []

    private let bytes: UnsafeRawBufferPointer
    private let path: String
    private let isScript: Bool
    private let start: Int
    private let end: Int
    /// Where the next opcode is, in the file.
    private(set) var offset: Int
    private var stack: [PickleValue] = []
    private var marks: [Int] = []
    private var memo: [Int: PickleValue] = [:]

    /// A machine for a pickle that begins at the start of a range and may be shorter.
    ///
    /// - Parameters:
    ///   - bytes: The file.
    ///   - range: Where the pickle lies.
    ///   - path: The file's path, for messages.
    ///   - isScript: Whether the file is a TorchScript archive, whose own classes are dictionaries of attributes.
    init(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, path: String, isScript: Bool = false) {
        (self.bytes, self.path, self.isScript) = (bytes, path, isScript)
        (start, offset) = (range.lowerBound, range.lowerBound)
        end = min(range.upperBound, range.lowerBound + Self.maximumLength)
    }

    /// Reads one pickle to its end.
    mutating func run() throws(InputError) -> PickleValue {
        while true {
            let code = try byte()
            if code == UInt8(ascii: ".") {
                guard stack.count == 1, marks.isEmpty, let value = stack.popLast() else {
                    throw damaged("ends with \(stack.count) values in place of one")
                }
                return value
            }
            try step(code)
        }
    }

    /// Goes on with another pickle behind the one that was read, as in the older form of PyTorch's files.
    mutating func runNext() throws(InputError) -> PickleValue {
        (stack, marks, memo) = ([], [], [:])
        return try run()
    }

    // MARK: Opcodes

    private mutating func step(_ code: UInt8) throws(InputError) {
        switch code {
        case 0x80:  // PROTO
            let version = try byte()
            if !(2...5).contains(version) { throw damaged("has pickle protocol \(version), and 2 to 5 are known") }
        case 0x95: _ = try count64()  // FRAME, which only says how much to read ahead
        case UInt8(ascii: "("): marks.append(stack.count)
        case UInt8(ascii: "0"): _ = try pop()
        case UInt8(ascii: "1"): _ = try popMark()
        case UInt8(ascii: "2"):
            let top = try pop()
            stack += [top, top]
        case UInt8(ascii: "N"): stack.append(.none)
        case 0x88: stack.append(.bool(true))
        case 0x89: stack.append(.bool(false))
        case UInt8(ascii: "K"): stack.append(.integer(Int(try byte())))
        case UInt8(ascii: "M"): stack.append(.integer(Int(try fixed(UInt16.self))))
        case UInt8(ascii: "J"): stack.append(.integer(Int(try fixed(Int32.self))))
        case 0x8A: stack.append(try long(count: Int(byte())))
        case 0x8B: stack.append(try long(count: Int(fixed(UInt32.self))))
        case UInt8(ascii: "G"): stack.append(.number(Double(bitPattern: try fixed(UInt64.self).byteSwapped)))
        case UInt8(ascii: "X"): stack.append(.text(try text(count: Int(fixed(UInt32.self)))))
        case 0x8C: stack.append(.text(try text(count: Int(byte()))))
        case 0x8D: stack.append(.text(try text(count: count64())))
        case UInt8(ascii: "U"): stack.append(.text(try text(count: Int(byte()))))
        case UInt8(ascii: "T"): stack.append(.text(try text(count: Int(fixed(UInt32.self)))))
        case UInt8(ascii: "C"): try skipBytes(Int(byte()))
        case UInt8(ascii: "B"): try skipBytes(Int(fixed(UInt32.self)))
        case 0x8E, 0x96: try skipBytes(count64())
        case UInt8(ascii: "c"): stack.append(.global(try global(module: line(), name: line())))
        case 0x93:
            guard let name = try pop().text, let module = try pop().text else {
                throw damaged("names something by a value that is no text")
            }
            stack.append(.global(try global(module: module, name: name)))
        default: try stepOfContainers(code)
        }
    }

    private mutating func stepOfContainers(_ code: UInt8) throws(InputError) {
        switch code {
        case UInt8(ascii: "]"), UInt8(ascii: ")"), 0x8F: pushSequence([])
        case UInt8(ascii: "}"): pushDictionary()
        case UInt8(ascii: "l"), UInt8(ascii: "t"), 0x91: pushSequence(try popMark())
        case 0x85...0x87:
            let values = try pop(Int(code) - 0x84)
            pushSequence(values)
        case UInt8(ascii: "d"):
            let values = try popMark()
            pushDictionary()
            try setItems(values)
        case UInt8(ascii: "a"): try append([pop()])
        case UInt8(ascii: "e"), 0x90: try append(popMark())
        case UInt8(ascii: "s"): try setItems(pop(2))
        case UInt8(ascii: "u"): try setItems(popMark())
        case UInt8(ascii: "q"): memo[Int(try byte())] = try top()
        case UInt8(ascii: "r"): memo[Int(try fixed(UInt32.self))] = try top()
        case 0x94: memo[memo.count] = try top()
        case UInt8(ascii: "h"): try recall(Int(byte()))
        case UInt8(ascii: "j"): try recall(Int(fixed(UInt32.self)))
        case UInt8(ascii: "Q"): stack.append(.storage(try storage(pop())))
        case UInt8(ascii: "R"):
            let arguments = try pop()
            stack.append(try reduced(pop(), arguments))
        case 0x81:
            let arguments = try pop()
            stack.append(try made(pop(), arguments))
        case UInt8(ascii: "b"): try build(state: pop())
        default:
            throw damaged(
                "has the pickle opcode 0x\(String(code, radix: 16)) at byte \(offset - 1), which no weights need")
        }
    }

    // MARK: Containers

    func sequence(_ value: PickleValue) -> [PickleValue]? {
        if case .sequence(let place) = value { sequences[place] } else { nil }
    }

    func dictionary(_ value: PickleValue) -> [(key: PickleValue, value: PickleValue)]? {
        if case .dictionary(let place) = value { dictionaries[place] } else { nil }
    }

    /// A sequence of integers.
    func integers(_ value: PickleValue) -> [Int]? {
        guard let values = sequence(value) else { return nil }
        let found = values.compactMap(\.integer)
        return found.count == values.count ? found : nil
    }

    private mutating func pushSequence(_ values: [PickleValue]) {
        sequences.append(values)
        stack.append(.sequence(sequences.count - 1))
    }

    private mutating func pushDictionary() {
        dictionaries.append([])
        stack.append(.dictionary(dictionaries.count - 1))
    }

    private mutating func append(_ values: [PickleValue]) throws(InputError) {
        guard case .sequence(let place) = try top() else { throw damaged("appends to something that is no list") }
        sequences[place] += values
    }

    private mutating func setItems(_ values: [PickleValue]) throws(InputError) {
        guard case .dictionary(let place) = try top(), values.count.isMultiple(of: 2) else {
            throw damaged("sets items of something that is no dictionary")
        }
        for index in stride(from: 0, to: values.count, by: 2) {
            dictionaries[place].append((values[index], values[index + 1]))
        }
    }

    private mutating func recall(_ place: Int) throws(InputError) {
        guard let value = memo[place] else { throw damaged("recalls a value that it has not kept") }
        stack.append(value)
    }

    private func top() throws(InputError) -> PickleValue {
        guard let value = stack.last, stack.count > marks.last ?? 0 else { throw damaged("takes from an empty stack") }
        return value
    }

    private mutating func pop() throws(InputError) -> PickleValue {
        let value = try top()
        stack.removeLast()
        return value
    }

    private mutating func pop(_ count: Int) throws(InputError) -> [PickleValue] {
        guard stack.count - (marks.last ?? 0) >= count else { throw damaged("takes from an empty stack") }
        let values = Array(stack.suffix(count))
        stack.removeLast(count)
        return values
    }

    private mutating func popMark() throws(InputError) -> [PickleValue] {
        guard let mark = marks.popLast() else { throw damaged("looks for a mark that is not there") }
        let values = Array(stack[mark...])
        stack.removeSubrange(mark...)
        return values
    }

    // MARK: What names make of values

    private func global(module: String, name: String) throws(InputError) -> PickleGlobal {
        if let global = PickleGlobal(module: module, name: name, isScript: isScript) { return global }
        throw .badData(
            "\(path) asks for '\(printable(module, maximumCharacters: 80)).\(printable(name, maximumCharacters: 80))', which is no part of a model's weights, and nothing of it was run; save the weights alone, as safetensors: \(Self.conversion)"
        )
    }

    /// What a file with more than weights becomes readable by.
    static let conversion = "safetensors.torch.save_file(model.state_dict(), 'model.safetensors')"

    private mutating func reduced(_ callable: PickleValue, _ arguments: PickleValue) throws(InputError) -> PickleValue {
        guard case .global(let global) = callable, let values = sequence(arguments) else {
            throw damaged("calls something that is no name")
        }
        switch global {
        case .rebuildTensor where values.count == 4: return .tensor(try tensor(values, dtype: nil))
        case .rebuildTensorV2 where values.count >= 6: return .tensor(try tensor(values, dtype: nil))
        case .rebuildTensorV3 where values.count >= 7:
            guard case .global(.dtype(let dtype)) = values[6] else { throw damaged("has a tensor without a type") }
            return .tensor(try tensor(values, dtype: dtype))
        case .rebuildParameter:
            if let first = values.first, case .tensor = first { return first }
        case .orderedDict: return try ordered(values)
        case .set, .size, .scriptList, .scriptTag:
            if let first = values.first { return first }
            sequences.append([])
            return .sequence(sequences.count - 1)
        case .device: return .none
        default: break
        }
        throw damaged("makes something of values that do not belong to it")
    }

    private mutating func ordered(_ values: [PickleValue]) throws(InputError) -> PickleValue {
        var pairs: [(key: PickleValue, value: PickleValue)] = []
        for pair in values.first.flatMap(sequence) ?? [] {
            guard let pair = sequence(pair), pair.count == 2 else { throw damaged("has a dictionary without pairs") }
            pairs.append((pair[0], pair[1]))
        }
        dictionaries.append(pairs)
        return .dictionary(dictionaries.count - 1)
    }

    private mutating func made(_ made: PickleValue, _ arguments: PickleValue) throws(InputError) -> PickleValue {
        guard case .global(let global) = made, sequence(arguments)?.isEmpty == true else {
            throw damaged("makes an object of something that is no class")
        }
        switch global {
        case .orderedDict, .scriptClass:
            dictionaries.append([])
            return .dictionary(dictionaries.count - 1)
        default: throw damaged("makes an object of something that is no class")
        }
    }

    /// Gives an object its attributes. Those of a dictionary, such as `_metadata`, are no weights and left out.
    private mutating func build(state: PickleValue) throws(InputError) {
        switch try top() {
        case .dictionary(let place):
            if isScript, let attributes = dictionary(state) { dictionaries[place] += attributes }
        case .tensor: break
        default: throw damaged("gives attributes to something that has none")
        }
    }

    private func storage(_ identity: PickleValue) throws(InputError) -> StorageReference {
        guard let parts = sequence(identity), parts.count >= 5, parts[0].text == "storage",
            case .global(.storage(let dtype)) = parts[1], let key = parts[2].text, let count = parts[4].integer,
            count >= 0
        else { throw damaged("has a storage of another form than torch.save's") }
        if parts.count > 5, case .sequence = parts[5] {
            throw damaged("has views of storages in the form of PyTorch before 0.4; save it anew")
        }
        return StorageReference(key: key, dtype: dtype, count: count)
    }

    private func tensor(_ values: [PickleValue], dtype: SafetensorsDType?) throws(InputError) -> TensorReference {
        guard case .storage(let storage) = values[0], let offset = values[1].integer, let shape = integers(values[2]),
            let strides = integers(values[3]), offset >= 0, shape.count == strides.count, shape.count <= 64,
            shape.allSatisfy({ $0 >= 0 }), strides.allSatisfy({ $0 >= 0 })
        else { throw damaged("has a tensor of another form than torch.save's") }
        return TensorReference(
            storage: storage, dtype: dtype ?? storage.dtype, offset: offset, shape: shape, strides: strides)
    }

    // MARK: Bytes

    func damaged(_ problem: String) -> InputError {
        .badData("\(path) \(problem); it is damaged or no file of weights, get it again")
    }

    private mutating func take(_ count: Int) throws(InputError) -> UnsafeRawBufferPointer {
        guard count >= 0, count <= end - offset else {
            throw end - start == Self.maximumLength
                ? damaged("has a pickle of more than \(Self.maximumLength >> 20) MiB")
                : damaged("ends within its pickle")
        }
        defer { offset += count }
        return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
    }

    private mutating func byte() throws(InputError) -> UInt8 { try take(1)[0] }

    private mutating func fixed<Number: FixedWidthInteger>(_ type: Number.Type) throws(InputError) -> Number {
        Number(littleEndian: try take(MemoryLayout<Number>.size).loadUnaligned(as: type))
    }

    private mutating func count64() throws(InputError) -> Int {
        guard let count = Int(exactly: try fixed(UInt64.self)) else { throw damaged("claims an impossible length") }
        return count
    }

    private mutating func text(count: Int) throws(InputError) -> String {
        let text = try take(count)
        guard let string = String(validating: text, as: UTF8.self) else { throw damaged("has text that is not UTF-8") }
        return string
    }

    /// Bytes are no weights; that they are there is enough.
    private mutating func skipBytes(_ count: Int) throws(InputError) {
        _ = try take(count)
        stack.append(.bytes)
    }

    private mutating func line() throws(InputError) -> String {
        let most = min(end - offset, 4096)
        guard let length = bytes[offset..<offset + most].firstIndex(of: UInt8(ascii: "\n")).map({ $0 - offset }) else {
            throw damaged("has a name without an end")
        }
        let name = try text(count: length)
        offset += 1
        return name
    }

    private mutating func long(count: Int) throws(InputError) -> PickleValue {
        let digits = try take(count)
        if count > 8 { return .bigInteger(Array(digits)) }
        var value = 0
        for (place, digit) in digits.enumerated() { value |= Int(digit) << (8 * place) }
        if let last = digits.last, last >= 0x80, count < 8 { value -= 1 << (8 * count) }
        return .integer(value)
    }
}
