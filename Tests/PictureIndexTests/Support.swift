// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import GRDB
import Models
import MultiLabel
import Search
import TestSupport
import Torch

@testable import PictureIndex

let someModel = ModelFingerprint(family: "CLIPModel", weights: "w", preprocessing: "p")

extension TemporaryFolder {
    /// An index for features of a length, in this folder.
    func database(_ name: String = "index.sqlite", dimension: Int = 16) throws -> PictureDatabase {
        try PictureDatabase(path: self(name), model: someModel, dimension: dimension)
    }

    /// Copies some of the pictures that go with the small CLIP into a folder here.
    func copyPictures(_ numbers: Range<Int>, to folder: String) throws {
        try createDirectory(path: self(folder))
        for number in numbers { try copy(picture(number), to: "\(folder)/\(number < 10 ? "0" : "")\(number).png") }
    }

    /// Runs SQL in a file, as another program would.
    func sql(_ text: String, in name: String = "index.sqlite") throws {
        let queue = try DatabaseQueue(path: self(name))
        try queue.writeWithoutTransaction { try $0.execute(sql: text) }
        try queue.close()
    }
}

/// The path of one of the 24 pictures that go with the small CLIP.
func picture(_ number: Int) -> String { SmallCLIP.folder + "/images/p\(number < 10 ? "0" : "")\(number).png" }

func smallEmbedder() throws -> Embedder {
    try Embedder(
        try ModelCheckpoint(directory: SmallCLIP.model),
        options: PictureStreamOptions(batchSize: 8, workers: 2, device: .cpu))
}

/// Random features of length 1.
func features(_ count: Int, dimension: Int = 16, seed: UInt64) -> [[Float]] {
    var random = SeededRandom(seed: seed)
    return (0..<count).map { _ in
        let vector = random.floats(dimension)
        let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return vector.map { $0 / length }
    }
}

/// The sum of products, in float64.
func product(_ a: [Float], _ b: [Float]) -> Double { zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) } }
