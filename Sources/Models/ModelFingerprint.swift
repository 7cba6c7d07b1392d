// SPDX-License-Identifier: Apache-2.0

import ContentHash
import Foundation
import TorchNN

/// What features depend on, as short texts that can be kept beside them.
public struct ModelFingerprint: Codable, Sendable, Equatable {
    /// The model's class in transformers, and its sizes.
    public let family: String
    /// The SHA-256 of the names, types and bytes of all weights, as hexadecimal digits.
    public let weights: String
    /// The SHA-256 of how pictures are prepared, as hexadecimal digits.
    public let preprocessing: String

    /// A fingerprint that was kept somewhere.
    public init(family: String, weights: String, preprocessing: String) {
        self.family = family
        self.weights = weights
        self.preprocessing = preprocessing
    }

    /// The first thing in which another differs, in words; nil if there is none.
    public func firstDifference(from other: ModelFingerprint) -> String? {
        if family != other.family { return "its kind of model differs" }
        if weights != other.weights { return "its weights differ" }
        return preprocessing == other.preprocessing ? nil : "how it prepares pictures differs"
    }
}

extension ModelCheckpoint {
    /// Computes the fingerprint, for which all weights are read once: some tenths of a second for a ViT-B/32.
    ///
    /// - Throws: The errors of reading the weights.
    public func fingerprint() throws -> ModelFingerprint {
        let sizes = architecture.properties.map { "\($0.name)=\($0.value)" }.joined(separator: " ")
        var weights = SHA256()
        try source.forEachStoredBytes { weights.update($0) }
        let object = preprocessor.huggingFaceObject(class: architecture.classes.imageProcessor)
        var preprocessing = SHA256()
        preprocessing.update(Array(try JSONSerialization.data(withJSONObject: object, options: .sortedKeys)))
        return ModelFingerprint(
            family: architecture.classes.model + " " + sizes, weights: weights.hexadecimal(),
            preprocessing: preprocessing.hexadecimal())
    }
}
