// SPDX-License-Identifier: Apache-2.0

/// One of a model's two towers, its projection into the joint embedding included.
public enum Tower: String, Codable, Sendable, CaseIterable {
    /// Pictures.
    case image
    /// Texts.
    case text
}

/// Where a parameter of a model belongs, whatever its name is: freezing, learning rates, adapters and the table of what
/// trains go by it.
public enum ParameterPart: Sendable, Equatable {
    /// In a tower.
    case tower(Tower, TowerPart)
    /// log(1/τ).
    case temperature
    /// b.
    case bias
}

/// A part of a tower, from its input to its output.
public enum TowerPart: Sendable, Equatable {
    /// Tables and vectors that tokens, positions, patches and the class begin with.
    case embeddings
    /// What stands between those and the first block, such as a norm.
    case stem
    /// A block of layers, counted from 0.
    case block(Int)
    /// What makes the pooled state of the last block's output: a norm, or attention pooling.
    case pooling
    /// From the pooled state into the joint embedding.
    case projection
}
