// SPDX-License-Identifier: Apache-2.0

import FileIO
public import Safetensors
public import Torch

/// The tensors of a checkpoint under the names that the layers ask for.
public struct WeightSource {
    /// Where a parameter's values lie in the file.
    public struct Recipe: Sendable, Equatable {
        /// The tensor's name in the file.
        public var tensor: String
        /// Only these rows of its first dimension, or all.
        public var rows: Range<Int>?
        /// Whether the file holds the matrix transposed.
        public var isTransposed: Bool

        /// All of a tensor, unless told otherwise.
        public init(tensor: String, rows: Range<Int>? = nil, isTransposed: Bool = false) {
            self.tensor = tensor
            self.rows = rows
            self.isTransposed = isTransposed
        }
    }

    private enum Storage {
        case checkpoint(SafetensorsCheckpoint, recipes: [String: Recipe]?)
        case initializer((_ name: String, _ shape: [Int]) -> [Float])
    }

    private let storage: Storage
    private var additions: WeightAdditions?

    /// The tensors of `checkpoint` as they are, or found by `recipes`.
    public init(_ checkpoint: SafetensorsCheckpoint, recipes: [String: Recipe]? = nil) {
        self.storage = .checkpoint(checkpoint, recipes: recipes)
    }

    /// The values of a model that begins from nothing.
    ///
    /// - Parameter initializer: Gives a parameter's values, row major, by its name and shape.
    public init(initializer: @escaping (_ name: String, _ shape: [Int]) -> [Float]) {
        self.storage = .initializer(initializer)
    }

    /// Tensors of the file that none of `parameters` is read from.
    ///
    /// - Parameter parameters: Names under which parameters were asked for.
    /// - Returns: The file's names of the tensors.
    public func leftOver(besides parameters: Set<String>) -> [String] {
        guard case .checkpoint(let checkpoint, let recipes) = storage else { return [] }
        let read = recipes.map { recipes in Set(parameters.compactMap { recipes[$0]?.tensor }) } ?? parameters
        return checkpoint.entries.map(\.name).filter { !read.contains($0) }
    }

    /// The same source with what an adapter's file adds to its weights, and puts in place of them.
    ///
    /// - Parameter additions: The adapter's file.
    /// - Returns: A source of merged weights.
    public func adding(_ additions: WeightAdditions) -> WeightSource {
        var source = self
        source.additions = additions
        return source
    }

    /// The file's path, for messages.
    public var path: String {
        if case .checkpoint(let checkpoint, _) = storage { checkpoint.path } else { "a new model" }
    }

    /// Reads a parameter's values, converting them piece by piece, so that the file's bytes never lie in memory whole.
    ///
    /// - Parameters:
    ///   - name: The parameter's name.
    ///   - shape: The shape that it must have.
    ///   - dtype: The type to convert to.
    /// - Returns: A tensor on the CPU.
    /// - Throws: ``ParameterError`` if it is missing, shaped otherwise, no floating-point tensor, or not finite.
    public func load(_ name: String, shape: [Int], dtype: DType) throws -> Tensor {
        guard let additions else { return try loadPlain(name, shape: shape, dtype: dtype) }
        if let replacement = try additions.replacement(of: name, shape: shape) {
            return try replacement.to(dtype: dtype)
        }
        guard let delta = try additions.delta(of: name, shape: shape) else {
            return try loadPlain(name, shape: shape, dtype: dtype)
        }
        // Added in float32, whatever the types of the files, so that the result is rounded once.
        return try (loadPlain(name, shape: shape, dtype: .float32) + delta).to(dtype: dtype)
    }

    private func loadPlain(_ name: String, shape: [Int], dtype: DType) throws -> Tensor {
        let checkpoint: SafetensorsCheckpoint
        let recipes: [String: Recipe]?
        switch storage {
        case .checkpoint(let stored, let storedRecipes): (checkpoint, recipes) = (stored, storedRecipes)
        case .initializer(let values): return try Tensor(values(name, shape), shape: shape).to(dtype: dtype)
        }
        let recipe = recipes.map { $0[name] } ?? Recipe(tensor: name)
        guard let recipe, let (entry, shard) = checkpoint[recipe.tensor] else {
            throw ParameterError.missing(name: recipe?.tensor ?? name, file: path)
        }
        guard let fileType = entry.dtype.torch else {
            throw ParameterError.type(name: recipe.tensor, file: path, found: entry.dtype.rawValue)
        }
        var stored = recipe.isTransposed ? Array(shape.reversed()) : shape
        if let rows = recipe.rows {
            // A packed matrix holds three of these: compare with what the whole has to be.
            let whole = [rows.count * 3] + stored.dropFirst()
            guard entry.shape == whole, stored.first == rows.count else {
                throw ParameterError.shape(name: recipe.tensor, file: path, found: entry.shape, expected: whole)
            }
            stored = [rows.count] + stored.dropFirst()
        } else if entry.shape != stored && !(stored.isEmpty && entry.shape == [1]) {
            throw ParameterError.shape(name: recipe.tensor, file: path, found: entry.shape, expected: stored)
        }
        let tensor = try Tensor(emptyWithShape: stored, dtype: dtype)
        let rowCount = stored.dropFirst().reduce(1, *)
        let start = (recipe.rows?.lowerBound ?? 0) * rowCount
        try copy(entry, of: shard, from: start, as: fileType, into: tensor)
        guard try tensor.isFinite() else { throw ParameterError.notFinite(name: recipe.tensor, file: path) }
        return recipe.isTransposed ? try tensor.transposed(0, 1).clone() : tensor
    }

    private func copy(
        _ entry: TensorEntry, of shard: SafetensorsFile, from start: Int, as type: DType, into tensor: Tensor
    ) throws {
        let pieceCount = 2 << 20
        let first = entry.byteRange.lowerBound + start * type.byteCount
        let count = tensor.count
        for offset in stride(from: 0, to: count, by: pieceCount) {
            let end = min(count, offset + pieceCount)
            let range = first + offset * type.byteCount..<first + end * type.byteCount
            try shard.file.withBytes { try tensor.store(.init(rebasing: $0[range]), dtype: type, at: offset) }
            // The pages are the file's: without this they would count as the process's memory.
            shard.file.advise(.dontNeed, range: range)
        }
    }
}

extension SafetensorsDType {
    /// The same type in libtorch's terms, for floating-point types.
    var torch: DType? {
        switch self {
        case .float32: .float32
        case .float16: .float16
        case .bfloat16: .bfloat16
        case .float64: .float64
        default: nil
        }
    }
}
