// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Torch

/// Every wrapper turns what libtorch refuses into an error of one line, and goes on working afterwards.
@Suite struct FailureTests {
    /// A call that libtorch has to refuse.
    struct Refusal: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let body: @Sendable () throws -> Void

        init(_ name: String, _ body: @escaping @Sendable () throws -> Void) {
            self.testDescription = name
            self.body = body
        }
    }

    private static func zeros(_ shape: Int...) throws(TorchError) -> Tensor {
        try Tensor(repeating: 0, shape: shape)
    }
    private static func whole(_ values: Int64...) throws(TorchError) -> Tensor {
        try Tensor(values, shape: [values.count])
    }

    static let refusals: [Refusal] = [
        Refusal("values that do not fill the shape") { _ = try Tensor([1, 2] as [Float], shape: [3]) },
        Refusal("whole numbers that do not fill the shape") { _ = try Tensor([1, 2] as [Int64], shape: [3]) },
        Refusal("a negative size") { _ = try Tensor(emptyWithShape: [-1]) },
        Refusal("a size that no memory has") { _ = try Tensor(emptyWithShape: [1 << 60]) },
        Refusal("a repeated value of a negative size") { _ = try Tensor(repeating: 1, shape: [-1]) },
        Refusal("a device that is not there") { _ = try zeros(2).to(device: .cuda(99)) },
        Refusal("+") { _ = try zeros(2, 3) + zeros(2, 4) },
        Refusal("-") { _ = try zeros(2, 3) - zeros(2, 4) },
        Refusal("*") { _ = try zeros(2, 3) * zeros(2, 4) },
        Refusal("/") { _ = try zeros(2, 3) / zeros(2, 4) },
        Refusal("power") { _ = try zeros(2, 3).power(zeros(2, 4)) },
        Refusal("logSumExp of a missing dimension") { _ = try zeros(2, 3).logSumExp(dimension: 5) },
        Refusal("sum of a missing dimension") { _ = try zeros(2, 3).sum(dimension: 5) },
        Refusal("normalized whole numbers") { _ = try whole(1, 2).normalized() },
        Refusal("binaryCrossEntropySum") {
            _ = try zeros(2, 3).binaryCrossEntropySum(targets: zeros(2, 4), weights: zeros(2, 3))
        },
        Refusal("crossEntropy of a class that is not there") {
            _ = try zeros(2, 3).crossEntropy(targets: whole(0, 7))
        },
        Refusal("matmul") { _ = try zeros(2, 3).matmul(zeros(2, 4)) },
        Refusal("linear") { _ = try zeros(2, 3).linear(weight: zeros(4, 5), bias: nil) },
        Refusal("layerNorm") { _ = try zeros(2, 3).layerNorm(weight: zeros(4), bias: zeros(4), epsilon: 1e-5) },
        Refusal("embedding of a row that is not there") { _ = try zeros(2, 3).embedding(whole(9)) },
        Refusal("convolved2D") { _ = try zeros(1, 3, 4, 4).convolved2D(weight: zeros(2, 5, 2, 2), stride: 2) },
        Refusal("attention") {
            _ = try Tensor.attention(query: zeros(1, 1, 2, 4), key: zeros(1, 1, 2, 5), value: zeros(1, 1, 2, 4))
        },
        Refusal("reshaped") { _ = try zeros(2, 3).reshaped([4]) },
        Refusal("expanded") { _ = try zeros(2, 3).expanded([4, 3]) },
        Refusal("transposed") { _ = try zeros(2, 3).transposed(0, 5) },
        Refusal("narrowed") { _ = try zeros(2, 3).narrowed(dimension: 0, start: 1, count: 5) },
        Refusal("selected") { _ = try zeros(2, 3).selected(dimension: 0, indices: whole(7)) },
        Refusal("concatenated") { _ = try Tensor.concatenated([zeros(2, 3), zeros(2, 4)], dimension: 0) },
        Refusal("nothing concatenated") { _ = try Tensor.concatenated([], dimension: 0) },
        Refusal("scatterSum") { _ = try zeros(2, 3).scatterSum(indices: whole(0, 7), rows: 2) },
        Refusal("an item of many") { _ = try zeros(2).item() },
        Refusal("store beyond the end") {
            let target = try zeros(2)
            try [Float](repeating: 1, count: 4).withUnsafeBytes { try target.store($0, dtype: .float32, at: 0) }
        },
        Refusal("backward of a matrix") {
            let x = try zeros(2, 2)
            try x.setRequiresGradient(true)
            try (x * x).backward()
        },
        Refusal("backward of what depends on nothing") { try zeros(1).sum().backward() },
        Refusal("a gradient of whole numbers") { try whole(1).setRequiresGradient(true) },
        Refusal("copyInPlace") { try zeros(2, 3).copyInPlace(zeros(2, 4)) },
        Refusal("interpolateInPlace") { try interpolateInPlace([zeros(2)], to: [zeros(3)], weight: 0.5) },
        Refusal("adamWStep") {
            try adamWStep(
                parameters: [zeros(2)], gradients: [zeros(3)], firstMoments: [zeros(2)], secondMoments: [zeros(2)],
                steps: [zeros()], learningRate: 0.1, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0)
        },
    ]

    @Test(arguments: refusals) func `what libtorch refuses is an error of one line`(_ refusal: Refusal) throws {
        let error = try #require(throws: TorchError.self) { try refusal.body() }
        #expect(!error.operation.isEmpty && !error.message.isEmpty)
        #expect(!error.description.contains("\n"))
        // What comes after is undisturbed.
        #expect(try Tensor([1, 2] as [Float], shape: [2]).sum().item() == 3)
    }

    @Test func `elements of every type have that type`() throws {
        for dtype in DType.allCases {
            #expect(try Tensor(emptyWithShape: [2], dtype: dtype).dtype == dtype)
        }
    }
}
