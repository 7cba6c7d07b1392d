// SPDX-License-Identifier: Apache-2.0

/// How often a world shows its rare things.
public enum Frequencies: Sendable {
    /// As hotels have them: from a quarter of the pictures down to one in a hundred.
    case longTail
    /// Rare things almost as often as common ones. A model that is to know them all learns from such pictures.
    case balanced

    /// The weight with which a setting is drawn.
    func settingWeight(_ weight: Double) -> Double {
        switch self {
        case .longTail: weight
        case .balanced: weight.squareRoot()
        }
    }

    /// The weight with which an object is drawn among those that a setting can have.
    ///
    /// The fourth root; square roots alone are the same on every machine.
    func objectWeight(_ weight: Double) -> Double {
        switch self {
        case .longTail: weight.squareRoot()
        case .balanced: weight.squareRoot().squareRoot()
        }
    }
}
