// SPDX-License-Identifier: Apache-2.0

import FileIO
import Imaging
import Synchronization
import Testing

@testable import SampleWorld

@Suite("The world")
struct WorldTests {
    private let world = SampleWorld(seed: 5, edition: .labels)

    @Test func `a picture is the same alone, among others and on any number of threads`() throws {
        func all(workers: Int) throws -> [Int: [UInt8]] {
            let found = Mutex<[Int: [UInt8]]>([:])
            try world.forEachPicture(in: 30..<70, workers: workers) { (index, picture) throws(SampleWorldError) in
                let bytes = try picture.jpeg()
                found.withLock { $0[index] = bytes }
            }
            return found.withLock { $0 }
        }
        let one = try all(workers: 1)
        #expect(one.count == 40)
        #expect(try all(workers: 4) == one)
        #expect(try world.picture(61).jpeg() == one[61])
        #expect(Set(one.values).count == 40)
    }

    @Test func `another seed and the other edition give other pictures`() throws {
        let others = [SampleWorld(seed: 6, edition: .labels), SampleWorld(seed: 5, edition: .captions)]
        for other in others {
            for index in 0..<20 {
                #expect(try other.picture(index).image != world.picture(index).image)
            }
        }
    }

    @Test func `the description says what the picture says`() throws {
        for index in 0..<25 {
            let picture = try world.picture(index)
            let description = world.description(index)
            #expect(picture.labels == description.labels)
            #expect(picture.caption == description.caption)
        }
    }

    @Test func `pictures have many sizes and proportions, and survive their JPEG`() throws {
        var sizes: Set<[Int]> = []
        for index in 0..<80 {
            let picture = try world.picture(index)
            let decoded = try RGBImage(decoding: picture.jpeg())
            #expect(decoded.width == picture.image.width && decoded.height == picture.image.height)
            #expect((128...240).contains(decoded.width) && (128...240).contains(decoded.height))
            #expect((40...92).contains(picture.quality))
            sizes.insert([decoded.width, decoded.height])
        }
        #expect(sizes.count >= 10)
    }

    @Test func `no picture is flat: every one has dark and bright parts`() throws {
        for index in 0..<120 {
            let pixels = try world.picture(index).image.pixels
            let levels = pixels.map(Double.init)
            let mean = levels.reduce(0, +) / Double(levels.count)
            let variance = levels.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(levels.count)
            #expect(variance.squareRoot() > 8, "picture \(index)")
        }
    }

    @Test func `a failure while pictures are received stops the work and is passed on`() {
        #expect(throws: SampleWorldError.unknownLabel(name: "7")) {
            try world.forEachPicture(in: 0..<400, workers: 2) { (index, _) throws(SampleWorldError) in
                if index == 7 { throw .unknownLabel(name: "7") }
                if index > 200 { Issue.record("picture \(index) was drawn after the failure") }
            }
        }
    }
}
