// SPDX-License-Identifier: Apache-2.0

/// A map from tokens, as bytes, to ids.
///
/// An open-addressing table over one pool of bytes: `String` keys would take canonically equivalent tokens for one.
struct Vocabulary: Sendable {
    private var pool: [UInt8]
    /// Start of each token in the pool, by entry; its end is the next one's start.
    private var starts: [Int]
    private var ids: [Int32] = []
    /// Entry number + 1, 0 for a free slot; a power of two in size.
    private var slots: [Int32]

    /// The number of tokens.
    var count: Int { ids.count }

    init(capacity: Int, bytes: Int) {
        pool = []
        pool.reserveCapacity(bytes)
        starts = [0]
        starts.reserveCapacity(capacity + 1)
        ids.reserveCapacity(capacity)
        var size = 16
        while size < capacity * 2 { size *= 2 }
        slots = [Int32](repeating: 0, count: size)
    }

    /// Sets a token's id; the later of two settings holds, as in Python's dictionaries.
    mutating func set(_ token: some Collection<UInt8>, to id: Int32) {
        let (slot, entry) = withBytes(of: token) { find($0, nil) }
        if let entry {
            ids[entry] = id
            return
        }
        pool.append(contentsOf: token)
        starts.append(pool.count)
        ids.append(id)
        slots[slot] = Int32(ids.count)
        if ids.count * 2 > slots.count { grow() }
    }

    /// The id of a token; one that is new gets the number of those before it.
    mutating func number(of token: ArraySlice<UInt8>) -> Int {
        if let id = id(of: token) { return Int(id) }
        set(token, to: Int32(count))
        return count - 1
    }

    func id(of token: some Collection<UInt8>) -> Int32? {
        withBytes(of: token) { find($0, nil).entry }.map { ids[$0] }
    }

    /// The id of two tokens' concatenation.
    func id(of first: some Collection<UInt8>, followedBy second: some Collection<UInt8>) -> Int32? {
        withBytes(of: first) { head in withBytes(of: second) { tail in find(head, tail).entry } }.map { ids[$0] }
    }

    /// Every token with its id, in the file's order.
    func forEach(_ body: (ArraySlice<UInt8>, Int32) -> Void) {
        for entry in 0..<ids.count { body(pool[starts[entry]..<starts[entry + 1]], ids[entry]) }
    }

    private func find(
        _ head: UnsafeBufferPointer<UInt8>, _ tail: UnsafeBufferPointer<UInt8>?
    ) -> (slot: Int, entry: Int?) {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in head { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        if let tail { for byte in tail { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 } }
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: hash ^ hash >> 29) & mask
        let length = head.count + (tail?.count ?? 0)
        while slots[slot] != 0 {
            let entry = Int(slots[slot]) - 1
            let start = starts[entry]
            if starts[entry + 1] - start == length, pool[start..<start + head.count].elementsEqual(head),
                tail.map({ pool[start + head.count..<start + length].elementsEqual($0) }) ?? true
            {
                return (slot, entry)
            }
            slot = (slot + 1) & mask
        }
        return (slot, nil)
    }

    private mutating func grow() {
        slots = [Int32](repeating: 0, count: slots.count * 2)
        for entry in 0..<ids.count {
            let slot = pool[starts[entry]..<starts[entry + 1]].withUnsafeBufferPointer { find($0, nil).slot }
            slots[slot] = Int32(entry + 1)
        }
    }
}

/// Calls a closure with the bytes of a token.
private func withBytes<Result>(
    of token: some Collection<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Result
) -> Result {
    token.withContiguousStorageIfAvailable(body) ?? Array(token).withUnsafeBufferPointer(body)
}
