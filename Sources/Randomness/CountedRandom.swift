// SPDX-License-Identifier: Apache-2.0

/// Random numbers that are a pure function of a seed, a stream and a position.
///
/// The n-th number of a stream is `mix(key + n · 0x9E3779B97F4A7C15)`: SplitMix64 (Steele, Lea and Flood, OOPSLA 2014)
/// with a key that is mixed from the seed and the stream's numbers. Whoever knows (seed, epoch, picture) can repeat
/// what happened to one picture without going through those before it, in any order and on any thread.
public struct CountedRandom: RandomNumberGenerator, Sendable, Equatable {
    private var state: UInt64

    /// The numbers of one stream.
    ///
    /// - Parameters:
    ///   - seed: The run's seed.
    ///   - stream: What tells this stream from the run's others.
    public init(seed: UInt64, stream: UInt64) {
        self.init(seed: seed, epoch: 0, index: stream)
    }

    /// The numbers of a parameter, or of anything else with a name, whatever order names are asked for in.
    ///
    /// - Parameters:
    ///   - seed: The run's seed.
    ///   - name: The name, whose FNV-1a hash tells the streams apart.
    public init(seed: UInt64, name: String) {
        let stream = name.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        self.init(seed: seed, stream: stream)
    }

    /// The numbers for one picture in one epoch.
    ///
    /// - Parameters:
    ///   - seed: The run's seed.
    ///   - epoch: The epoch's number.
    ///   - index: The picture's number in the data.
    public init(seed: UInt64, epoch: UInt64, index: UInt64) {
        // Mixing between the parts keeps (1, 2) and (2, 1) apart.
        var key = Self.mixed(seed &+ Self.increment)
        key = Self.mixed(key ^ Self.mixed(epoch &+ 2 &* Self.increment))
        state = Self.mixed(key ^ Self.mixed(index &+ 3 &* Self.increment))
    }

    /// The next 64 bits.
    public mutating func next() -> UInt64 {
        state &+= Self.increment
        return Self.mixed(state)
    }

    /// A number in the range, its upper end excluded, with 53 random bits.
    public mutating func uniform(_ range: Range<Double>) -> Double {
        let unit = Double(next() >> 11) * 0x1p-53
        return range.lowerBound + unit * (range.upperBound - range.lowerBound)
    }

    /// A whole number in 0..<count; `count` is at least 1. The bias is below count / 2^64.
    public mutating func below(_ count: Int) -> Int {
        Int(next().multipliedFullWidth(by: UInt64(max(1, count))).high)
    }

    private static let increment: UInt64 = 0x9e37_79b9_7f4a_7c15

    private static func mixed(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
