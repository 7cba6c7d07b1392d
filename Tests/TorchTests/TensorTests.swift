// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Torch

@Suite struct TensorTests {
    @Test func `values come back in row-major order`() throws {
        let tensor = try Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3])
        #expect(tensor.shape == [2, 3])
        #expect(try tensor.transposed(0, 1).floats() == [1, 4, 2, 5, 3, 6])
        #expect(try tensor.sum(dimension: 1).floats() == [6, 15])
    }

    @Test func `shapes that do not fit are errors on one line`() throws {
        let a = try Tensor(repeating: 1, shape: [2, 3])
        let b = try Tensor(repeating: 1, shape: [2, 4])
        let error = try #require(throws: TorchError.self) { try a.matmul(b) }
        #expect(error.operation == "matmul")
        #expect(!error.description.contains("\n"))
        #expect(throws: TorchError.self) { try Tensor([1, 2] as [Float], shape: [3]) }
    }

    @Test func `gradient mode is restored even after an error`() throws {
        let x = try Tensor(repeating: 2, shape: [])
        try x.setRequiresGradient(true)
        #expect(throws: TorchError.self) {
            try withoutGradient { () throws(TorchError) in
                #expect(try !(x * x).requiresGradient)
                throw TorchError(operation: "test", message: "on purpose")
            }
        }
        let y = try x * x
        #expect(y.requiresGradient)
        try y.backward()
        #expect(try x.gradient?.item() == 4)
        try x.clearGradient()
        #expect(try x.gradient == nil)
    }

    @Test func `a prefix of half-precision bytes is converted`() throws {
        let tensor = try Tensor(repeating: 7, shape: [3])
        // 1.5 and -2 in IEEE half precision, little endian, at an odd address.
        let bytes: [UInt8] = [0xFF, 0x00, 0x3E, 0x00, 0xC0]
        try bytes.withUnsafeBytes { try tensor.store(.init(rebasing: $0[1...]), dtype: .float16, at: 1) }
        #expect(try tensor.floats() == [7, 1.5, -2])
    }

    @Test func `QuickGELU follows its formula`() throws {
        let values: [Float] = [-3, -0.5, 0, 0.7, 4]
        let result = try Tensor(values, shape: [5]).quickGELU().floats()
        for (x, y) in zip(values, result) {
            let expected = x / (1 + expf(-1.702 * x))
            #expect(abs(y - expected) < 1e-6)
        }
    }

    @Test func `values that are not finite are found`() throws {
        #expect(try Tensor([1, 2] as [Float], shape: [2]).isFinite())
        #expect(try !Tensor([1, .nan] as [Float], shape: [2]).isFinite())
        #expect(try !Tensor([-.infinity, .infinity] as [Float], shape: [2]).isFinite())
        #expect(try Tensor([.greatestFiniteMagnitude, .greatestFiniteMagnitude] as [Float], shape: [2]).isFinite())
    }

    @Test func `gradients of selections are the same in every run`() throws {
        // Above 32,768 elements libtorch works in parallel, where atomic additions would show.
        let rows = 3000
        let table = try Tensor((0..<rows * 64).map { Float($0 % 977) / 977 }, shape: [rows, 64])
        try table.setRequiresGradient(true)
        let indices = try Tensor((0..<20_000).map { Int64(($0 * 7919) % 1500) }, shape: [20_000])
        try Library.useDeterministicAlgorithms()
        var first: [Float]?
        for _ in 0..<6 {
            try table.clearGradient()
            let chosen = try table.selected(dimension: 0, indices: indices)
            try (chosen * chosen.exponential()).sum().backward()
            let gradient = try #require(try table.gradient?.floats())
            if let first { #expect(first == gradient) }
            first = gradient
        }
    }
}
