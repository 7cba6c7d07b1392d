// SPDX-License-Identifier: Apache-2.0

import Foundation
import Safetensors
import Testing
import Torch

@testable import TorchNN

/// Learning rates of their own for parameters, against torch.optim.AdamW as recorded by `Scripts/goldens/record-lora.py`, and
/// against the formula.
@Suite struct AdamWTests {
    private static let multipliers = [1, 0.5, 0.25, 0.5]
    private static let configuration = AdamW.Configuration(weightDecay: 0.1)

    private struct Golden {
        let file: SafetensorsFile

        init() throws {
            let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
                .appendingPathComponent("Fixtures/optimizer/adamw.safetensors").path
            file = try SafetensorsFile(path: path)
        }

        func tensor(_ name: String) throws -> Tensor {
            let entry = try #require(file[name], "\(name)")
            let tensor = try Tensor(emptyWithShape: entry.shape)
            try file.withBytes(of: entry) { try tensor.store($0, dtype: .float32, at: 0) }
            return tensor
        }

        func start() throws -> [Tensor] { try (0..<4).map { try tensor("start.\($0)") } }
    }

    /// Gives `parameter` a gradient.
    private func set(_ gradient: Tensor, of parameter: Tensor) throws {
        try parameter.setRequiresGradient(true)
        try parameter.clearGradient()
        try (parameter * gradient).sum().backward()
    }

    @Test func `parameters move as in PyTorch's groups`() throws {
        let golden = try Golden()
        let parameters = try golden.start()
        let optimizer = try AdamW(
            zip(parameters, Self.multipliers).enumerated().map { index, pair in
                AdamW.Parameter(name: "\(index)", tensor: pair.0, multiplier: pair.1)
            }, configuration: Self.configuration)
        for step in 0..<4 {
            for (index, parameter) in parameters.enumerated() {
                try set(golden.tensor("gradient.\(index).\(step)"), of: parameter)
                if index == 2, step == 2 { try parameter.clearGradient() }
            }
            try optimizer.step(learningRate: 1e-2 / Double(step + 1))
        }
        for (index, parameter) in parameters.enumerated() {
            let expected = try golden.tensor("end.\(index)").floats()
            // Float32 against float64 over four steps of at most 0.01.
            let largest = zip(try parameter.floats(), expected).map { abs($0 - $1) }.max() ?? 1
            #expect(largest < 1e-6, "\(index): \(largest)")
            #expect(try parameter.floats() != golden.tensor("start.\(index)").floats())
        }
        #expect(optimizer.state.map(\.name).prefix(3) == ["exp_avg.0", "exp_avg_sq.0", "step.0"])
        #expect(try optimizer.state[8].tensor.item() == 3)
    }

    /// With one rate for all, the calls are those of the two groups with and without decay.
    @Test func `without multipliers nothing changes by a bit`() throws {
        let golden = try Golden()
        let (plain, direct) = (try golden.start(), try golden.start())
        let optimizer = try AdamW(
            plain.enumerated().map { .init(name: "\($0)", tensor: $1) }, configuration: Self.configuration)
        let moments = try direct.map { tensor in
            try (0..<2).map { _ in try Tensor(repeating: 0, shape: tensor.shape) }
        }
        let counts = try direct.map { _ in try Tensor(repeating: 0, shape: []) }
        for step in 0..<4 {
            let gradients = try (0..<4).map { try golden.tensor("gradient.\($0).\(step)") }
            for (parameter, gradient) in zip(plain, gradients) { try set(gradient, of: parameter) }
            try optimizer.step(learningRate: 3e-3, gradientScale: 1.7)
            for indices in [[0, 2], [1, 3]] {
                try adamWStep(
                    parameters: indices.map { direct[$0] }, gradients: indices.map { gradients[$0] },
                    firstMoments: indices.map { moments[$0][0] }, secondMoments: indices.map { moments[$0][1] },
                    steps: indices.map { counts[$0] }, gradientScale: Tensor(repeating: 1.7, shape: []),
                    learningRate: 3e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8,
                    weightDecay: indices[0] == 0 ? 0.1 : 0)
            }
        }
        for (index, tensor) in direct.enumerated() {
            #expect(try plain[index].floats() == tensor.floats())
        }
    }

    /// Loshchilov and Hutter's algorithm written out in double precision.
    @Test func `parameters move by the formula`() throws {
        let start: [[Double]] = [[1, -2, 0.5, 0.25], [3, -0.125]]
        let shapes = [[2, 2], [2]]
        let parameters = try zip(start, shapes).map { try Tensor($0.map(Float.init), shape: $1) }
        let constants = AdamW.Configuration(beta1: 0.8, beta2: 0.95, epsilon: 1e-3, weightDecay: 0.2)
        let optimizer = try AdamW(
            [
                .init(name: "matrix", tensor: parameters[0]),
                .init(name: "vector", tensor: parameters[1], multiplier: 0.5),
            ],
            configuration: constants)
        var values = start
        var (first, second) = (start.map { $0.map { _ in 0.0 } }, start.map { $0.map { _ in 0.0 } })
        for step in 1...5 {
            let gradients = start.map { row in row.indices.map { sin(Double($0 + 1) * Double(step)) } }
            for (index, gradient) in gradients.enumerated() {
                // The optimiser divides gradients by 4, so they are given times 4.
                try set(Tensor(gradient.map { Float($0 * 4) }, shape: shapes[index]), of: parameters[index])
                let rate = 0.01 * (index == 0 ? 1 : 0.5)
                for place in gradient.indices {
                    // A vector does not decay.
                    if index == 0 { values[0][place] *= 1 - rate * 0.2 }
                    first[index][place] = 0.8 * first[index][place] + 0.2 * gradient[place]
                    second[index][place] = 0.95 * second[index][place] + 0.05 * gradient[place] * gradient[place]
                    let mean = first[index][place] / (1 - pow(0.8, Double(step)))
                    let square = second[index][place] / (1 - pow(0.95, Double(step)))
                    values[index][place] -= rate * mean / (square.squareRoot() + 1e-3)
                }
            }
            try optimizer.step(learningRate: 0.01, gradientScale: 4)
        }
        for (parameter, expected) in zip(parameters, values) {
            for (found, value) in zip(try parameter.floats(), expected) { #expect(abs(Double(found) - value) < 1e-6) }
        }
        #expect(optimizer.state.map(\.name).suffix(3) == ["exp_avg.vector", "exp_avg_sq.vector", "step.vector"])
        #expect(try optimizer.state.last?.tensor.item() == 5)
    }

    @Test func `a parameter without a gradient stays, decay included`() throws {
        let parameters = try (0..<2).map { _ in try Tensor(repeating: 1, shape: [2, 2]) }
        let optimizer = try AdamW(
            parameters.enumerated().map { .init(name: "\($0)", tensor: $1) }, configuration: Self.configuration)
        try set(Tensor(repeating: 1, shape: [2, 2]), of: parameters[0])
        try optimizer.step(learningRate: 0.1)
        #expect(try parameters[1].floats() == [1, 1, 1, 1] && parameters[0].floats()[0] < 1)
        #expect(try optimizer.state[2].tensor.item() == 1 && optimizer.state[5].tensor.item() == 0)
    }
}
