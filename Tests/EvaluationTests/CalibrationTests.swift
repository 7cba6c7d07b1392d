// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Evaluation

/// What Scripts/goldens/record-evaluation-goldens.py recorded of scikit-learn's calibration.
private struct CalibrationGoldens: Decodable {
    struct Case: Decodable {
        struct Steps: Decodable {
            let x: [Double]
            let y: [Double]
        }

        let name: String
        let logits: [Double]
        let targets: [Int]
        let scale: Double
        let shift: Double
        let steps: Steps
        let queries: [Double]
        let isotonic: [Double]
    }

    let cases: [Case]

    static func load() throws -> [Case] {
        let url = try #require(
            Bundle.module.url(forResource: "calibration", withExtension: "json", subdirectory: "Fixtures"))
        return try JSONDecoder().decode(CalibrationGoldens.self, from: Data(contentsOf: url)).cases
    }
}

@Suite struct CalibrationTests {
    /// Scores and targets of labels whose probabilities follow lines of their own.
    private func sample(
        seed: UInt64, images: Int, lines: [(scale: Double, shift: Double)], unknown: Double = 0
    ) throws -> ScoreMatrix {
        var random = TestGenerator(seed: seed)
        var (scores, targets): ([Double], [Float]) = ([], [])
        for _ in 0..<images {
            for line in lines {
                let z = Double.random(in: -6...4, using: &random)
                let isPositive = Double.random(in: 0..<1, using: &random) < sigmoid(line.scale * z + line.shift)
                scores.append(z)
                targets.append(
                    Double.random(in: 0..<1, using: &random) < unknown ? .nan : isPositive ? 1 : 0)
            }
        }
        return try ScoreMatrix(imageCount: images, labelCount: lines.count, scores: scores, targets: targets)
    }

    @Test func `lines equal scikit-learn's`() throws {
        let cases = try CalibrationGoldens.load()
        #expect(cases.count == 4)
        for golden in cases {
            let pairs = CalibrationPairs(logits: golden.logits, isPositive: golden.targets.map { $0 == 1 })
            let scaling = PlattScaling(standard: try #require(PlattScaling.Standard([pairs])))
            let line = try #require(scaling.fit([pairs]))
            guard case .logistic(let scale, let shift)? = scaling.curve(line) else {
                Issue.record("no line for \(golden.name)")
                continue
            }
            // scikit-learn stops within 1e-8 of the optimum, relatively.
            #expect(abs(scale / golden.scale - 1) < 1e-7, "\(golden.name): \(scale), not \(golden.scale)")
            #expect(abs(shift - golden.shift) < 1e-7 * max(1, abs(golden.shift)), "\(golden.name): \(shift)")
        }
    }

    @Test func `the fit is where the objective has its minimum, penalty included`() throws {
        for seed in 1...40 as ClosedRange<UInt64> {
            var random = TestGenerator(seed: seed)
            let count = Int.random(in: 3...40, using: &random)
            let pairs = CalibrationPairs(
                logits: (0..<count).map { _ in Double(Int.random(in: -30...10, using: &random)) / 2 },
                isPositive: (0..<count).map { _ in Bool.random(using: &random) })
            guard let standard = PlattScaling.Standard([pairs]) else { continue }
            let center = PlattScaling.Line(slope: 1, height: -2)
            let penalty = [0, 0.1, 3][Int(seed % 3)]
            let scaling = PlattScaling(standard: standard, penalty: penalty, center: center)
            let line = try #require(scaling.fit([pairs]), "seed \(seed)")
            let positives = Double(pairs.positives)
            func objective(_ slope: Double, _ height: Double) -> Double {
                var sum = 0.0
                for (z, isPositive) in zip(pairs.logits, pairs.isPositive) {
                    let p = sigmoid(slope * (z - standard.mean) / standard.deviation + height)
                    let t = isPositive ? (positives + 1) / (positives + 2) : 1 / (Double(count) - positives + 2)
                    sum -= t * log(p) + (1 - t) * log(1 - p)
                }
                let (a, b) = (slope - center.slope, height - center.height)
                return sum + penalty / 2 * (a * a + b * b)
            }
            let best = objective(line.slope, line.height)
            for step in [1e-3, 0.1, 2] {
                let ways: [(Double, Double)] = [(1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1)]
                for (a, b) in ways {
                    #expect(objective(line.slope + a * step, line.height + b * step) > best, "seed \(seed)")
                }
            }
        }
    }

    @Test func `steps equal scikit-learn's`() throws {
        for golden in try CalibrationGoldens.load() {
            let pairs = golden.logits.indices.map { (x: golden.logits[$0], y: Double(golden.targets[$0])) }
            let fit = IsotonicRegression(pairs)
            guard case .points(let points) = fit.curve(mixedWith: .plain, share: 0) else { continue }
            // Ours go on beyond the ends, with no share of another curve as flat as scikit-learn's "clip".
            let inner = points.dropFirst().dropLast()
            #expect(inner.map(\.logit) == golden.steps.x, "\(golden.name)")
            for (point, y) in zip(inner, golden.steps.y) { #expect(abs(point.probability - y) < 1e-12) }
            for (query, y) in zip(golden.queries, golden.isotonic) {
                #expect(abs(CalibrationCurve.points(points).probability(of: query) - y) < 1e-12, "\(golden.name)")
            }
        }
    }

    @Test func `steps are the largest of the smallest means, as their definition says`() {
        for seed in 1...300 as ClosedRange<UInt64> {
            var random = TestGenerator(seed: seed)
            let count = Int.random(in: 1...14, using: &random)
            let points = (0..<count).map { _ in
                (x: Double(Int.random(in: 0...8, using: &random)), y: Double(Int.random(in: 0...3, using: &random)))
            }
            let fit = IsotonicRegression(points)
            // The value at x is the maximum over a ≤ x of the minimum over b ≥ x of the mean of y over [a, b].
            let places = Set(points.map(\.x)).sorted()
            for x in places {
                var value = -1.0
                for a in places where a <= x {
                    var smallest = Double.infinity
                    for b in places where b >= x {
                        let part = points.filter { a <= $0.x && $0.x <= b }
                        smallest = min(smallest, part.reduce(0) { $0 + $1.y } / Double(part.count))
                    }
                    value = max(value, smallest)
                }
                let steps = fit.steps.filter { $0.low <= x && x <= $0.high }
                #expect(steps.count == 1, "seed \(seed)")
                #expect(abs((steps.first?.value ?? .nan) - value) < 1e-12, "seed \(seed), x \(x)")
            }
            #expect(fit.steps.reduce(0) { $0 + $1.count } == count)
            for (step, next) in zip(fit.steps, fit.steps.dropFirst()) {
                #expect(step.value < next.value && step.high < next.low)
            }
        }
    }

    @Test func `no curve ever falls, and probabilities stay within bounds`() {
        let curves: [CalibrationCurve] = [
            .plain, .logistic(scale: 1e-300, shift: 5), .logistic(scale: 1e300, shift: -1e300),
            .points([.init(logit: 2, probability: 0.25)]),
            .points([
                .init(logit: -1, probability: 0), .init(logit: 3, probability: 0.1), .init(logit: 4, probability: 1),
            ]),
            .points([
                .init(logit: -Double.greatestFiniteMagnitude, probability: 0.1),
                .init(logit: Double.greatestFiniteMagnitude, probability: 0.9),
            ]),
        ]
        var logits: [Double] = [-.infinity, -.greatestFiniteMagnitude, -1e30]
        logits += stride(from: -8.0, through: 8, by: 0.0625)
        logits += [1e30, .greatestFiniteMagnitude, .infinity]
        for curve in curves {
            let values = logits.map { curve.probability(of: $0) }
            #expect(values.allSatisfy { (0...1).contains($0) }, "\(curve)")
            #expect(values == values.sorted(), "\(curve)")
        }
        #expect(curves[4].probability(of: 1) == 0.05 && curves[4].probability(of: 3.5) == 0.55)
        for logit in logits { #expect(CalibrationCurve.plain.probability(of: logit) == sigmoid(logit)) }
    }

    @Test func `calibration finds the lines that made the data`() throws {
        let lines: [(scale: Double, shift: Double)] = [(1, 0), (0.5, -1), (2, 2)]
        let matrix = try sample(seed: 3, images: 20_000, lines: lines)
        let fitted = try fitCalibration(matrix, method: .platt)
        #expect(fitted.fits == [.platt, .platt, .platt] && fitted.fallbacks == [nil, nil, nil])
        for (curve, line) in zip(fitted.perLabel, lines) {
            guard case .logistic(let scale, let shift) = curve else { continue }
            // Five standard errors or so of 20,000 pairs.
            #expect(abs(scale - line.scale) < 0.12 && abs(shift - line.shift) < 0.2, "\(curve)")
        }
        let steps = try fitCalibration(matrix, method: .isotonic)
        #expect(steps.fits == [.isotonic, .isotonic, .isotonic] && steps.global == fitted.global)
        for (curve, line) in zip(steps.perLabel, lines) {
            for z in stride(from: -5, through: 3, by: 0.5) {
                #expect(abs(curve.probability(of: z) - sigmoid(line.scale * z + line.shift)) < 0.1)
            }
        }
        let one = try fitCalibration(matrix, method: .temperature)
        #expect(one.perLabel == [one.global, one.global, one.global] && one.global == fitted.global)
        #expect(one.fits == [.global, .global, .global] && one.fallbacks == [nil, nil, nil])
    }

    @Test(arguments: CalibrationMethod.allCases, 1...3 as ClosedRange<UInt64>)
    func `rankings within a label stay, and thresholds convert to the same decisions`(
        _ method: CalibrationMethod, _ seed: UInt64
    ) throws {
        let matrix = try sample(seed: seed, images: 400, lines: [(1, -1), (0.4, 0), (3, 1)], unknown: 0.1)
        let curves = try fitCalibration(matrix, method: method).perLabel
        let hasSteps = curves.contains { if case .points = $0 { true } else { false } }
        #expect((method == .isotonic) == hasSteps)
        let other = try fitCalibration(matrix, method: .platt).perLabel
        for label in 0..<3 {
            let indices = stride(from: label, to: matrix.scores.count, by: 3)
            let scores = indices.map { index in matrix.scores[index] }.sorted()
            let old = scores.map { sigmoid($0) }
            let new = scores.map { curves[label].probability(of: $0) }
            let third = scores.map { other[label].probability(of: $0) }
            #expect(new == new.sorted())
            // Each picture's own probability, the places between, and the ends.
            var thresholds: [Double] = [0, 1, 0.5]
            thresholds += old
            for index in 1..<old.count { thresholds.append((old[index - 1] + old[index]) / 2) }
            for threshold in thresholds {
                let converted = curves[label].threshold(for: threshold, under: .plain)
                let again = other[label].threshold(for: converted, under: curves[label])
                #expect((0...1).contains(converted) && (0...1).contains(again))
                let count = old.count { $0 >= threshold }
                #expect(new.count { $0 >= converted } == count, "\(threshold)")
                #expect(third.count { $0 >= again } == count, "\(threshold)")
            }
        }
    }

    @Test func `labels with few positives take the fit of all, and so do those whose scores fall`() throws {
        var random = TestGenerator(seed: 4)
        var (scores, targets): ([Double], [Float]) = ([], [])
        for image in 0..<60 {
            let z = Double.random(in: -3...3, using: &random)
            let target: Float = Double.random(in: -3...3, using: &random) < z ? 1 : 0
            // Upside down; nine positives; only positives; nothing known.
            scores += [-z, z, z, z]
            targets += [target, image < 9 ? 1 : 0, 1, .nan]
            // As it should be, and often enough that all labels together rise.
            scores += Array(repeating: z, count: 5)
            targets += Array(repeating: target, count: 5)
        }
        let matrix = try ScoreMatrix(imageCount: 60, labelCount: 9, scores: scores, targets: targets)
        let fitted = try fitCalibration(matrix, method: .platt)
        let fits: [CalibrationFit] = [.global, .global, .global, .global, .platt]
        let fallbacks: [CalibrationFallback?] = [.unfit, .fewPositives, .fewPositives, .fewPositives, nil]
        #expect(Array(fitted.fits.prefix(5)) == fits)
        #expect(Array(fitted.fallbacks.prefix(5)) == fallbacks)
        for label in 0..<4 { #expect(fitted.perLabel[label] == fitted.global) }
        let tooFew = CalibrationOptions(minimumPositives: 9, stepPositives: 20, stepPairs: 61)
        let lines = try fitCalibration(matrix, method: .isotonic, options: tooFew)
        #expect(lines.fallbacks[1] != .fewPositives && !lines.fits.contains(.isotonic))
        let enough = CalibrationOptions(stepPositives: 20, stepPairs: 60)
        let steps = try fitCalibration(matrix, method: .isotonic, options: enough)
        #expect(steps.fits[4] == .isotonic && steps.fits[1] == .global)
        #expect(throws: EvaluationError.self) {
            try fitCalibration(matrix, method: .platt, options: CalibrationOptions(minimumPositives: 0))
        }
    }

    @Test func `what cannot be calibrated is an error, not a number`() throws {
        func fit(_ scores: [Double], _ targets: [Float]) throws -> FittedCalibration {
            try fitCalibration(
                ScoreMatrix(imageCount: scores.count, labelCount: 1, scores: scores, targets: targets), method: .platt,
                options: CalibrationOptions(minimumPositives: 1))
        }
        #expect(throws: EvaluationError.oneKind(positives: 0, pairs: 2)) { try fit([1, 2, 3], [0, .nan, 0]) }
        #expect(throws: EvaluationError.oneKind(positives: 2, pairs: 2)) { try fit([1, 2], [1, 1]) }
        #expect(throws: EvaluationError.scoresDoNotRise) { try fit([1, 2], [1, 0]) }
        #expect(throws: EvaluationError.scoresDoNotRise) { try fit([2, 2, 2], [1, 0, 1]) }
        #expect(throws: EvaluationError.scoresDoNotRise) { try fit([-1e300, 1e300], [0, 1]) }
        // Separable scores have a finite fit all the same.
        #expect(try fit([-500, -400, 600, 700], [0, 0, 1, 1]).global.probability(of: 0) < 0.9)
    }

    @Test func `quality equals the evaluation's numbers, and the mean over labels that of each by itself`() throws {
        for seed in 1...30 as ClosedRange<UInt64> {
            let matrix = try sample(
                seed: seed, images: 50, lines: [(1, -1), (0.5, 1)], unknown: seed % 2 == 0 ? 0.3 : 0)
            let curves: [CalibrationCurve] = [.logistic(scale: 0.5, shift: -1), .logistic(scale: 2, shift: 0.5)]
            let quality = try #require(CalibrationQuality(matrix, curves: curves))
            var options = EvaluationOptions(threshold: 0.4, bootstrapReplicates: 0)
            options.calibration = curves
            let report = try evaluate(matrix, labels: ["a", "b"], kind: .logits, options: options)
            #expect(abs(quality.error - (report.calibrationError ?? -1)) < 1e-12)
            #expect(abs(quality.brier - (report.brier ?? -1)) < 1e-12)
            var sum = 0.0
            for label in 0..<2 {
                let own = try evaluate(matrix, columns: [label], labels: ["a", "b"], kind: .logits, options: options)
                sum += own.calibrationError ?? .nan
                #expect(abs((quality.perLabel[label]?.error ?? -1) - (own.calibrationError ?? -2)) < 1e-12)
                #expect(abs((quality.perLabel[label]?.brier ?? -1) - (own.brier ?? -2)) < 1e-12)
            }
            #expect(abs(quality.macroError - sum / 2) < 1e-12)
        }
    }

    @Test func `each fold is judged by what was fitted to the others`() throws {
        let matrix = try sample(seed: 9, images: 83, lines: [(0.6, -1), (1.4, 1)], unknown: 0.1)
        for method in CalibrationMethod.allCases {
            let options = CalibrationOptions(minimumPositives: 5, stepPositives: 10, stepPairs: 30)
            let found = try #require(try crossValidatedCalibration(matrix, method: method, options: options, seed: 7))
            let folds = dealtFolds(shuffledImages(83, seed: 7), count: 5)
            let sizes = (0..<5).map { fold in folds.count { $0 == fold } }
            #expect(sizes == [17, 17, 17, 16, 16])
            var (squared, known) = (0.0, 0.0)
            for fold in 0..<5 {
                // The rows of the other folds as a matrix of their own.
                let rows = folds.indices.filter { folds[$0] != fold }
                var (scores, targets): ([Double], [Float]) = ([], [])
                for index in rows.flatMap({ [2 * $0, 2 * $0 + 1] }) {
                    scores.append(matrix.scores[index])
                    targets.append(matrix.targets[index])
                }
                let rest = try ScoreMatrix(imageCount: rows.count, labelCount: 2, scores: scores, targets: targets)
                let curves = try fitCalibration(rest, method: method, options: options).perLabel
                for image in folds.indices where folds[image] == fold {
                    for label in 0..<2 where !matrix.targets[2 * image + label].isNaN {
                        let p = curves[label].probability(of: matrix.scores[2 * image + label])
                        let difference = p - Double(matrix.targets[2 * image + label])
                        squared += difference * difference
                        known += 1
                    }
                }
            }
            #expect(abs(found.brier - squared / known) < 1e-12)
            #expect(try crossValidatedCalibration(matrix, method: method, options: options, seed: 7) == found)
            #expect(try crossValidatedCalibration(matrix, method: method, options: options, seed: 8) != found)
        }
        let one = try ScoreMatrix(imageCount: 1, labelCount: 2, scores: [2.0, 1], targets: [1, 0])
        #expect(try crossValidatedCalibration(one, method: .platt) == nil)
        let few = try ScoreMatrix(imageCount: 2, labelCount: 1, scores: [2.0, 1], targets: [1, 0])
        #expect(try crossValidatedCalibration(few, method: .platt) == nil)
    }

    @Test func `a calibration changes decisions and probabilities, never rankings`() throws {
        for seed in 1...200 as ClosedRange<UInt64> {
            let random = RandomMatrix(seed: seed)
            guard random.kind == .logits else { continue }
            let curves = (0..<random.labels).map { label in
                CalibrationCurve.logistic(scale: 0.3 + Double(label) / 3, shift: Double(label % 3) - 1)
            }
            let plain = EvaluationOptions(threshold: 0.4, bootstrapReplicates: 3)
            var options = plain
            options.calibration = curves
            let report = try evaluate(random.matrix(), labels: random.names, kind: .logits, options: options)
            let before = try evaluate(random.matrix(), labels: random.names, kind: .logits, options: plain)
            #expect(report.gap == before.gap && report.gapAtK == before.gapAtK)
            #expect(report.perLabel.map(\.averagePrecision) == before.perLabel.map(\.averagePrecision))
            #expect(report.gapInterval == before.gapInterval)
            // What is left are the numbers of the probabilities themselves.
            let probabilities = try random.matrix().calibrated(by: curves)
            let direct = try evaluate(probabilities, labels: random.names, kind: .probabilities, options: plain)
            #expect(report.perLabel.map(\.f1) == direct.perLabel.map(\.f1), "seed \(seed)")
            #expect(report.calibrationError == direct.calibrationError && report.brier == direct.brier)
            #expect(report.overallF1 == direct.overallF1)
        }
    }
}
