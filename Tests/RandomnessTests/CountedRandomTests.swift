// SPDX-License-Identifier: Apache-2.0

import Randomness
import Testing

struct CountedRandomTests {
    /// Trained weights and drawn pictures hang on them.
    @Test func `the numbers of a seed and a stream stay what they are`() {
        var stream = CountedRandom(seed: 7, stream: 3)
        #expect([stream.next(), stream.next()] == [0x6f34e0e2baf1e458, 0x43e348f44ac16c3c])
        var picture = CountedRandom(seed: .max, epoch: 2, index: 1)
        #expect([picture.next(), picture.next()] == [0x9f6db6d0f14479de, 0x85e34f5489d7315d])
        var name = CountedRandom(seed: 1, name: "text_model.ä")
        #expect([name.next(), name.next()] == [0xa3c8b0b038871ecc, 0x3d3ac0cf4126ab75])
    }

    @Test func `seed, epoch and index each make other numbers, and do not change places`() {
        let places: [(UInt64, UInt64, UInt64)] = [(1, 2, 3), (2, 1, 3), (1, 3, 2), (3, 2, 1), (1, 2, 4), (0, 0, 0)]
        let starts = places.map { place in
            var random = CountedRandom(seed: place.0, epoch: place.1, index: place.2)
            return random.next()
        }
        #expect(Set(starts).count == starts.count)
    }

    @Test func `numbers are even in their range`() {
        var random = CountedRandom(seed: 3, stream: 4)
        var counts = Array(repeating: 0, count: 10)
        var sum = 0.0
        for _ in 0..<10000 {
            counts[random.below(10)] += 1
            let value = random.uniform(-1..<3)
            #expect(value >= -1 && value < 3)
            sum += value
        }
        #expect(counts.allSatisfy { $0 > 800 && $0 < 1200 })
        #expect(abs(sum / 10000 - 1) < 0.08)
        #expect(random.below(1) == 0)
    }
}
