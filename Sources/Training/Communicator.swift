// SPDX-License-Identifier: Apache-2.0

public import Torch

/// Processes that train one model together, each on its share of every step's pictures.
///
/// A step is the same whatever their number: `batchSize · accumulate` pictures, of which each process takes a part. What
/// they count and their gradients are added up; then all of them update their weights alike. The first process alone
/// writes the run's files.
public protocol Communicator {
    /// Which of the processes this is, from 0.
    var rank: Int { get }
    /// How many they are.
    var size: Int { get }

    /// Adds numbers up over the processes, each of which gives as many and gets the sums. Throws what keeps the processes
    /// from talking to each other.
    func sum(_ values: [Double]) throws -> [Double]

    /// Adds tensors up over the processes, in place; each gives as many, of the same shapes in the same order. Throws
    /// what keeps the processes from talking to each other.
    func sum(_ tensors: [Tensor]) throws
}

extension Communicator {
    /// The part of some of an epoch's places that this process takes: parts differ by one place at most.
    func share(of places: Range<Int>) -> Range<Int> {
        let start = places.lowerBound + places.count * rank / size
        return start..<places.lowerBound + places.count * (rank + 1) / size
    }

    /// Adds the gradients of parameters up over the processes. A process of which no picture led to a parameter counts
    /// with zeros there; a parameter that none of them reached keeps no gradient.
    func sumGradients(of parameters: [Tensor]) throws {
        if size == 1 { return }
        let reached = try sum(parameters.map { try $0.gradient == nil ? 0 : 1 })
        let shared = zip(parameters, reached).filter { $0.1 > 0 }.map(\.0)
        for parameter in shared where try parameter.gradient == nil { try parameter.affine(scale: 0).sum().backward() }
        try sum(shared.compactMap { try $0.gradient })
    }
}

/// One process that trains by itself.
public struct SingleProcess: Communicator {
    /// A process by itself.
    public init() {}
    /// The first.
    public var rank: Int { 0 }
    /// And only one.
    public var size: Int { 1 }
    /// The numbers themselves.
    public func sum(_ values: [Double]) -> [Double] { values }
    /// Changes nothing.
    public func sum(_ tensors: [Tensor]) {}
}
