// SPDX-License-Identifier: Apache-2.0

/// A pair of symbols that stand next to each other in a word.
struct SymbolPair: Hashable, Comparable {
    let first: Int32
    let second: Int32

    static func < (a: SymbolPair, b: SymbolPair) -> Bool { (a.first, a.second) < (b.first, b.second) }
}

/// Words as lists of symbols, and how often each pair of neighbours occurs, kept up to date as pairs are merged.
struct PairCounts {
    /// A pair and its count when it was put on the heap. Counts only fall after that: a pair's younger symbol comes into
    /// being in one merge, and with it all the places where the pair will ever stand.
    private struct Candidate: Comparable {
        var count: Int
        let pair: SymbolPair
        let number: Int

        /// The more frequent pair first, and of two equally frequent ones the smaller.
        static func < (a: Candidate, b: Candidate) -> Bool {
            a.count != b.count ? a.count > b.count : a.pair < b.pair
        }
    }

    private let minimumFrequency: Int
    /// The symbols of all words, one word after the other; a word that got shorter leaves a gap behind it.
    private var symbols: [Int32] = []
    private var words: [(start: Int, length: Int, count: Int)] = []

    /// Numbers of the pairs, and by number: how often the pair occurs, and the words in which it may stand.
    private var numbers: [SymbolPair: Int] = [:]
    private var counts: [Int] = []
    private var places: [[Int32]] = []
    /// Pairs that are not on the heap yet.
    private var fresh: [SymbolPair] = []
    private var heap = Heap<Candidate>()

    init(minimumFrequency: Int) {
        self.minimumFrequency = minimumFrequency
    }

    /// Adds a word that occurs `count` times.
    mutating func add(_ word: [Int32], count: Int) {
        guard word.count > 1 else { return }
        let index = words.count
        words.append((symbols.count, word.count, count))
        symbols.append(contentsOf: word)
        for (first, second) in zip(word, word.dropFirst()) {
            change(SymbolPair(first: first, second: second), by: count, word: index)
        }
    }

    /// Takes the most frequent pair; nil if none is frequent enough.
    mutating func popMostFrequent() -> SymbolPair? {
        for pair in fresh {
            guard let number = numbers[pair], counts[number] >= minimumFrequency else { continue }
            heap.push(Candidate(count: counts[number], pair: pair, number: number))
        }
        fresh.removeAll(keepingCapacity: true)
        while var best = heap.pop() {
            let count = counts[best.number]
            if best.count == count { return best.pair }
            best.count = count
            if count >= minimumFrequency { heap.push(best) }
        }
        return nil
    }

    /// Replaces a pair by one new symbol wherever it stands, in each word from the left.
    mutating func merge(_ pair: SymbolPair, into symbol: Int32) {
        guard let merged = numbers[pair] else { return }
        let found = places[merged]
        for place in found {
            let (start, length, count) = words[Int(place)]
            let end = start + length
            var out = start
            var position = start
            while position < end {
                guard position + 1 < end, symbols[position] == pair.first, symbols[position + 1] == pair.second else {
                    symbols[out] = symbols[position]
                    out += 1
                    position += 1
                    continue
                }
                if out > start {
                    let before = symbols[out - 1]
                    change(SymbolPair(first: before, second: pair.first), by: -count, word: Int(place))
                    change(SymbolPair(first: before, second: symbol), by: count, word: Int(place))
                }
                position += 2
                if position < end {
                    let after = symbols[position]
                    change(SymbolPair(first: pair.second, second: after), by: -count, word: Int(place))
                    change(SymbolPair(first: symbol, second: after), by: count, word: Int(place))
                }
                symbols[out] = symbol
                out += 1
            }
            words[Int(place)].length = out - start
        }
        counts[merged] = 0
        places[merged] = []
    }

    private mutating func change(_ pair: SymbolPair, by difference: Int, word: Int) {
        let number: Int
        if let known = numbers[pair] {
            number = known
        } else {
            number = counts.count
            numbers[pair] = number
            counts.append(0)
            places.append([])
            fresh.append(pair)
        }
        counts[number] += difference
        if difference > 0, places[number].last != Int32(word) { places[number].append(Int32(word)) }
    }
}
