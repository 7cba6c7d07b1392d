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
        /// The tensor that holds the rows after those of the first; nil if the first holds all.
        public var rest: String?

        /// All of a tensor, unless told otherwise.
        public init(
            tensor: String, rows: Range<Int>? = nil, isTransposed: Bool = false, followedBy rest: String? = nil
        ) {
            (self.tensor, self.rows, self.isTransposed, self.rest) = (tensor, rows, isTransposed, rest)
        }

        /// The tensors that it reads.
        var tensors: [String] { fill == nil ? [tensor] + (rest.map { [$0] } ?? []) : [] }

        /// A parameter that the file has no tensor for, since it would change nothing.
        public static func filled(_ fill: Fill) -> Recipe {
            var recipe = Recipe(tensor: "")
            recipe.fill = fill
            return recipe
        }

        /// What a parameter without a tensor holds.
        public enum Fill: Sendable {
            /// Zeros.
            case zeros
            /// The identity matrix.
            case identity
        }

        private(set) var fill: Fill?
    }

    private enum Storage {
        case checkpoint(WeightFiles, recipes: [String: Recipe]?)
        case initializer((_ name: String, _ shape: [Int]) -> [Float])
    }

    private let storage: Storage
    private var additions: WeightAdditions?

    /// The tensors of `checkpoint` as they are, or found by `recipes`.
    public init(_ checkpoint: SafetensorsCheckpoint, recipes: [String: Recipe]? = nil) {
        self.init(.safetensors(checkpoint), recipes: recipes)
    }

    /// The tensors of `files` as they are, or found by `recipes`.
    public init(_ files: WeightFiles, recipes: [String: Recipe]? = nil) {
        self.storage = .checkpoint(files, recipes: recipes)
    }

    /// The values of a model that begins from nothing: `initializer` gives those of a parameter, row major.
    public init(initializer: @escaping (_ name: String, _ shape: [Int]) -> [Float]) {
        self.storage = .initializer(initializer)
    }

    /// The names of the file's tensors that none of `parameters`, names that were asked for, is read from.
    public func leftOver(besides parameters: Set<String>) -> [String] {
        guard case .checkpoint(let checkpoint, let recipes) = storage else { return [] }
        let read = recipes.map { recipes in Set(parameters.flatMap { recipes[$0]?.tensors ?? [] }) } ?? parameters
        return checkpoint.names.filter { !read.contains($0) }
    }

    /// The type and the shape of each tensor of the files; none of a model that begins from nothing.
    public var storedTensors: [(dtype: SafetensorsDType, shape: [Int])] {
        guard case .checkpoint(let files, _) = storage else { return [] }
        return files.names.compactMap { name in files.tensor(name).map { ($0.dtype, $0.shape) } }
    }

    /// Hands over the names and bytes of all tensors, by name, as for a hash: those of an adapter too. The same weights give
    /// the same in a file of either kind.
    package func forEachStoredBytes(_ body: (UnsafeRawBufferPointer) -> Void) throws {
        func visit(_ files: WeightFiles) throws {
            for name in files.names.sorted() {
                guard let tensor = files.tensor(name) else { continue }
                Array("\(name) \(tensor.dtype.rawValue) \(tensor.shape)\n".utf8).withUnsafeBytes(body)
                let count = tensor.shape.reduce(1, *)
                for start in stride(from: 0, to: count, by: 4 << 20) {
                    try tensor.withElements(start..<min(count, start + 4 << 20), body)
                }
            }
        }
        if case .checkpoint(let files, _) = storage { try visit(files) }
        if let additions { try visit(additions.files) }
    }

    /// How many elements each parameter has, by the name that layers ask for.
    public var parameterCounts: [String: Int] {
        guard case .checkpoint(let files, let recipes) = storage else { return [:] }
        func count(_ tensor: String, _ rows: Range<Int>?) -> Int {
            guard let shape = files.tensor(tensor)?.shape else { return 0 }
            return (rows?.count ?? shape.first ?? 1) * shape.dropFirst().reduce(1, *)
        }
        guard let recipes else {
            return Dictionary(files.names.map { ($0, count($0, nil)) }, uniquingKeysWith: { first, _ in first })
        }
        return recipes.mapValues { recipe in recipe.tensors.reduce(0) { $0 + count($1, recipe.rows) } }
    }

    /// The same source with what an adapter's file adds to its weights, and puts in place of them.
    package func adding(_ additions: WeightAdditions) -> WeightSource {
        var source = self
        source.additions = additions
        return source
    }

    /// The file's path, for messages.
    public var path: String {
        if case .checkpoint(let checkpoint, _) = storage { checkpoint.path } else { "a new model" }
    }

    /// Reads a parameter's values, converting them piece by piece, so that the file's bytes never lie in memory whole.
    /// The tensor is on the CPU.
    ///
    /// - Throws: `InputError` if it is missing, shaped otherwise, no floating-point tensor, or not finite.
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
        let checkpoint: WeightFiles
        let recipes: [String: Recipe]?
        switch storage {
        case .checkpoint(let stored, let storedRecipes): (checkpoint, recipes) = (stored, storedRecipes)
        case .initializer(let values): return try Tensor(values(name, shape), shape: shape).to(dtype: dtype)
        }
        let recipe = recipes.map { $0[name] } ?? Recipe(tensor: name)
        if let fill = recipe?.fill {
            var values = [Float](repeating: 0, count: shape.reduce(1, *))
            if fill == .identity, let width = shape.last {
                for place in 0..<min(width, shape[0]) { values[place * width + place] = 1 }
            }
            return try Tensor(values, shape: shape).to(dtype: dtype)
        }
        func entry(_ tensor: String) throws -> StoredTensor {
            guard let entry = checkpoint.tensor(tensor) else {
                throw InputError.badData(
                    "parameter '\(tensor)' is missing in \(path); check that config.json belongs to these weights")
            }
            return entry
        }
        guard let recipe, let rest = recipe.rest else {
            return try loadPart(recipe ?? Recipe(tensor: name), entry(recipe?.tensor ?? name), shape, dtype)
        }
        // One tensor after the other fills the rows, the first as many as it has.
        let first = try entry(recipe.tensor)
        let count = min(max(first.shape.first ?? 0, 0), shape[0])
        let parts = [
            try loadPart(Recipe(tensor: recipe.tensor), first, [count] + shape.dropFirst(), dtype),
            try loadPart(Recipe(tensor: rest), entry(rest), [shape[0] - count] + shape.dropFirst(), dtype),
        ]
        return try Tensor.concatenated(parts, dimension: 0)
    }

    /// What one tensor of the file gives, for a parameter of a shape.
    private func loadPart(_ recipe: Recipe, _ entry: StoredTensor, _ shape: [Int], _ dtype: DType) throws -> Tensor {
        func bad(_ problem: String) -> InputError { .badData("parameter '\(recipe.tensor)' in \(path) \(problem)") }
        guard let fileType = entry.dtype.torch else {
            throw bad("has type \(entry.dtype.rawValue); convert it to F32, F16 or BF16")
        }
        let stored = recipe.isTransposed ? Array(shape.reversed()) : shape
        // A packed matrix holds three of these: compare with what the whole has to be.
        let whole = recipe.rows.map { [$0.count * 3] + stored.dropFirst() } ?? stored
        // A number may be one with or without a dimension, and a table may have one more of length 1 before it.
        func bare(_ shape: [Int]) -> [Int] { Array(shape.drop { $0 == 1 }) }
        guard bare(entry.shape) == bare(whole), recipe.rows.map({ $0.count == stored.first }) ?? true else {
            throw bad(
                "has shape \(entry.shape), the config asks for \(whole); check that config.json belongs to these weights"
            )
        }
        let tensor = try Tensor(emptyWithShape: stored, dtype: dtype)
        let rowCount = stored.dropFirst().reduce(1, *)
        let start = (recipe.rows?.lowerBound ?? 0) * rowCount
        try copy(entry, from: start, as: fileType, into: tensor)
        guard try tensor.isFinite() else {
            throw bad("holds infinite values or NaN; the checkpoint is damaged, use another")
        }
        return recipe.isTransposed ? try tensor.transposed(0, 1).clone() : tensor
    }

    private func copy(_ entry: StoredTensor, from start: Int, as type: DType, into tensor: Tensor) throws {
        let pieceCount = 2 << 20
        let count = tensor.count
        for offset in stride(from: 0, to: count, by: pieceCount) {
            let end = min(count, offset + pieceCount)
            try entry.withElements(start + offset..<start + end) { try tensor.store($0, dtype: type, at: offset) }
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
