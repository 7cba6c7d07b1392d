// SPDX-License-Identifier: Apache-2.0

/// How often a world shows its rare things.
public enum Frequencies: Sendable {
    /// A long tail: from a quarter of the pictures down to one in a hundred. Captions have it unless told otherwise.
    case longTail
    /// A long tail that ends a little higher, so that a few hundred test pictures have something of everything. Labelled
    /// sets have it.
    case shorterTail
    /// Rare things almost as often as common ones. A model that is to know them all learns from such pictures.
    case balanced

    /// The weight with which a setting is drawn.
    func settingWeight(_ weight: Double) -> Double {
        switch self {
        case .longTail, .shorterTail: weight
        case .balanced: weight.squareRoot()
        }
    }

    /// The weight with which an object is drawn among those that a setting can have.
    ///
    /// Roots of square roots alone: they are the same on every machine.
    func objectWeight(_ weight: Double) -> Double {
        switch self {
        case .longTail: weight
        case .shorterTail: weight.squareRoot()
        case .balanced: weight.squareRoot().squareRoot()
        }
    }
}
