// SPDX-License-Identifier: Apache-2.0

import Datasets
import Evaluation
import FileIO
import Foundation
import TestSupport
import Testing

@testable import MultiLabel

/// The small CLIP with descriptions beside it, and the pictures that it is scored on.
struct DescribedCurve {
    let folder: TemporaryFolder
    let bundle: ModelBundle

    init(_ description: ClassifierDescription?) throws {
        folder = try TemporaryFolder()
        try folder.copyModel()
        if let description {
            try folder.put("mumic.json", String(decoding: try description.encoded(), as: UTF8.self))
        }
        bundle = try ModelBundle(directory: folder.path)
    }

    static func table(repeated count: Int = 1) throws -> AnnotationTable {
        let table = try AnnotationTable.read(path: Curve.folder + "/train.csv")
        return AnnotationTable(
            source: table.source, images: (0..<count).flatMap { _ in table.images }, labels: table.labels,
            targets: (0..<count).flatMap { _ in table.targets })
    }

    func evaluate(_ options: PredictorOptions = PredictorOptions(), parts: LabelParts = LabelParts()) throws
        -> ModelEvaluation
    {
        try bundle.evaluate(
            Self.table(), options: options, metrics: EvaluationOptions(bootstrapReplicates: 0), parts: parts)
    }
}

@Suite struct FittedModelTests {
    private static let fitted = PredictorOptions(threshold: .fitted)

    private static func thresholds(
        _ model: DescribedCurve, goal: ThresholdGoal = .maximumF1, minimumPositives: Int = 1
    ) throws -> FittedModel<ThresholdReport> {
        try model.bundle.fittingThresholds(
            to: DescribedCurve.table(), goal: goal, minimumPositives: minimumPositives)
    }

    @Test func `a model with fitted thresholds has the F1 that their report says`() throws {
        let plain = try DescribedCurve(nil)
        let fit = try Self.thresholds(plain, minimumPositives: 3)
        let (report, description) = (fit.report, fit.description)
        #expect(description.labels.map(\.name) == report.perLabel.map(\.label))
        #expect(description.templates == [.standard] && abs(description.temperature - 0.11) < 1e-6)
        #expect(description.bias == 0 && description.calibration == nil)
        #expect(
            description.thresholds
                == Dictionary(uniqueKeysWithValues: report.perLabel.map { ($0.label, $0.threshold) }))
        #expect(report.goal == "max-f1" && report.f1MicroAfter > report.f1MicroBefore)
        #expect(report.perLabel.allSatisfy { $0.fallback == nil && $0.positives >= 3 })
        let copy = try DescribedCurve(description)
        let after = try copy.evaluate(Self.fitted).report
        #expect(after.threshold == nil && after.f1Micro == report.f1MicroAfter)
        #expect(after.perLabel.map(\.f1) == report.perLabel.map(\.f1After))
        #expect(after.perLabel.map(\.threshold) == report.perLabel.map(\.threshold))
        let half = try copy.evaluate(PredictorOptions(threshold: .number(0.5))).report
        #expect(half.threshold == 0.5 && half.f1Micro == report.f1MicroBefore)
        #expect(half.perLabel.map(\.f1) == report.perLabel.map(\.f1Before))
    }

    @Test func `no threshold of any label has a higher F1 than the fitted one`() throws {
        let plain = try DescribedCurve(nil)
        let report = try Self.thresholds(plain).report
        let (table, scores) = (try DescribedCurve.table(), try plain.evaluate().scores)
        for (column, label) in report.perLabel.enumerated() {
            let pairs: [(score: Double, isPositive: Bool)] = table.images.indices.compactMap { row in
                let place = row * table.labels.count + column
                return table.targets[place].isNaN ? nil : (scores[place], table.targets[place] > 0.5)
            }
            let positives = pairs.count(where: \.isPositive)
            #expect(label.positives == positives)
            let all = pairs.map { threshold in
                let predicted = pairs.filter { $0.score >= threshold.score }
                return 2 * Double(predicted.count(where: \.isPositive)) / Double(predicted.count + positives)
            }
            #expect(try abs(label.f1After - #require(all.max())) < 1e-12, "\(label)")
        }
    }

    @Test func `goals are reached and fallbacks are named`() throws {
        let plain = try DescribedCurve(nil)
        let precise = try Self.thresholds(plain, goal: .precision(0.6)).report
        #expect(precise.goal == "precision=0.6")
        for label in precise.perLabel {
            #expect(label.fallback == .unreachable ? label.threshold == precise.global : label.precision >= 0.6)
        }
        #expect(precise.perLabel.contains { $0.fallback == nil })
        let found = try Self.thresholds(plain, goal: .recall(0.75)).report
        #expect(found.perLabel.allSatisfy { $0.fallback == nil && $0.recall >= 0.75 })
        let global = try Self.thresholds(plain, goal: .global).report
        #expect(global.perLabel.allSatisfy { $0.fallback == nil && $0.threshold == global.global })
        let few = try Self.thresholds(plain, minimumPositives: 6).report
        for label in few.perLabel {
            #expect((label.fallback == .fewPositives) == (label.positives < 6))
            if label.positives < 6 { #expect(label.threshold == few.global) }
        }
        #expect(Set(few.perLabel.map(\.fallback)) == [nil, .fewPositives])
        #expect([precise.global, found.global, few.global] == [global.global, global.global, global.global])
    }

    @Test func `a description keeps the rest of what it says, and other sentences void what was fitted`() throws {
        var description = ClassifierDescription(
            labels: [Label(name: "sun"), Label(name: "pool", prompts: ["a pool"]), Label(name: "castle")],
            templates: [try #require(PromptTemplate("a {}"))], temperature: 0.11, bias: -0.5,
            thresholds: ["pool": 0.9, "castle": 0.25])
        description.alpha = 0.5
        let model = try DescribedCurve(description)
        let notes = Notes()
        let fit = try model.bundle.fittingThresholds(
            to: DescribedCurve.table(), minimumPositives: 1, monitor: notes.monitor)
        #expect(notes.all.count == 1)
        #expect(notes.all[0].hasPrefix("note: 1 of the model's labels are not in "))
        #expect(notes.all[0].hasSuffix("and get no threshold, such as 'castle'"))
        var expected = description
        for label in fit.report.perLabel { expected.thresholds[label.label] = label.threshold }
        #expect(fit.description == expected && expected.thresholds.count == 7)
        let templates = [try #require(PromptTemplate("photo: {}"))]
        let other = try model.bundle.fittingThresholds(to: DescribedCurve.table(), templates: templates).description
        #expect(other.templates == templates && other.thresholds["castle"] == nil && other.thresholds.count == 6)
    }

    @Test func `a calibration changes probabilities and nothing that is ranked`() throws {
        let plain = try DescribedCurve(nil)
        let fit = try plain.bundle.fittingCalibration(
            to: DescribedCurve.table(), needs: CalibrationOptions(minimumPositives: 5))
        let calibration = try #require(fit.description.calibration)
        #expect(calibration.method == .platt && fit.description.thresholds.isEmpty)
        // By scikit-learn, two labels' scores fall with their annotations and one has four positives.
        let kinds = zip(fit.report.fitted.fallbacks, fit.report.fitted.fits).map { $0?.rawValue ?? $1.rawValue }
        #expect(kinds == ["unfit", "few-positives", "unfit", "platt", "platt", "platt"])
        #expect(calibration.labels.keys.sorted() == ["balcony", "double bed", "sea view"])
        let copy = try DescribedCurve(fit.description)
        let (before, after) = (try plain.evaluate(), try copy.evaluate())
        #expect(before.scores == after.scores)
        #expect(before.report.gap == after.report.gap && before.report.mapMacro == after.report.mapMacro)
        #expect(after.report.calibration == "platt" && before.report.calibration == nil)
        let quality = (before: try #require(fit.report.before), after: try #require(fit.report.after))
        for (found, expected) in [
            (quality.before.error, before.report.calibrationError),
            (quality.after.error, after.report.calibrationError),
            (quality.before.brier, before.report.brier), (quality.after.brier, after.report.brier),
        ] {
            #expect(try abs(found - #require(expected)) < 1e-12)
        }
        #expect(quality.after.error < quality.before.error && quality.after.brier < quality.before.brier)
        let without = try copy.evaluate(PredictorOptions(isCalibrated: false)).report
        #expect(without == before.report || without.groups != nil)
        #expect(without.brier == before.report.brier && without.calibration == nil)
    }

    @Test func `predictions have the curves' probabilities in the order of the logits`() throws {
        // Often enough for steps.
        let plain = try DescribedCurve(nil)
        let fit = try plain.bundle.fittingCalibration(to: DescribedCurve.table(repeated: 14), method: .isotonic)
        let names = try DescribedCurve.table().labels
        let fits = Dictionary(uniqueKeysWithValues: zip(names, fit.report.fitted.fits))
        #expect(fits["sea view"] == .isotonic && fits["pool"] == .global)
        #expect(fit.report.crossValidated != nil)
        let calibration = try #require(fit.description.calibration)
        let copy = try DescribedCurve(fit.description)
        let labels = (names + ["night sky"]).map { Label(name: $0) }
        func lists(_ options: PredictorOptions) throws -> [[LabelScore]] {
            var result: [[LabelScore]] = []
            try Predictor(copy.bundle, labels: labels, options: options).predict((0..<24).map(Curve.picture)) {
                result.append($0.predictions ?? [])
            }
            return result
        }
        let plainLists = try lists(PredictorOptions(isCalibrated: false))
        for (calibrated, plain) in zip(try lists(PredictorOptions()), plainLists) {
            #expect(calibrated.map(\.label) == plain.map(\.label))
            for (one, other) in zip(calibrated, plain) {
                // A logit is known only from a probability in single precision. New labels have the curve of all.
                let p = Double(other.score)
                let curve = calibration.labels[one.label] ?? calibration.global
                #expect(abs(Double(one.score) - curve.probability(of: log(p / (1 - p)))) < 1e-5, "\(one)")
            }
        }
    }

    @Test func `thresholds decide as before, and those of a calibrated model refer to its probabilities`() throws {
        let fitted = try DescribedCurve(Self.thresholds(DescribedCurve(nil)).description)
        let before = try fitted.evaluate(Self.fitted).report
        let fit = try fitted.bundle.fittingCalibration(
            to: DescribedCurve.table(), needs: CalibrationOptions(minimumPositives: 5))
        let calibrated = try DescribedCurve(fit.description)
        let (old, new) = (try #require(fitted.bundle.description).thresholds, fit.description.thresholds)
        #expect(old.keys.sorted() == new.keys.sorted() && old != new && new.count == 6)
        let after = try calibrated.evaluate(Self.fitted).report
        #expect(before.perLabel.map(\.f1) == after.perLabel.map(\.f1) && before.f1Micro == after.f1Micro)
        // Once more, from calibrated probabilities to others.
        let again = try DescribedCurve(
            calibrated.bundle.fittingCalibration(to: DescribedCurve.table(), method: .temperature).description
        ).evaluate(Self.fitted).report
        #expect(before.perLabel.map(\.f1) == again.perLabel.map(\.f1) && again.calibration == "temperature")
        // The best cut of a label is the same whatever rising curve lies between.
        let refitted = try DescribedCurve(Self.thresholds(calibrated).description)
        #expect(try refitted.evaluate(Self.fitted).report.perLabel.map(\.f1) == before.perLabel.map(\.f1))
        #expect(refitted.bundle.description?.calibration?.labels.isEmpty == false)
        let error = try #require(throws: InputError.self) {
            _ = try calibrated.evaluate(PredictorOptions(isCalibrated: false, threshold: .fitted))
        }
        #expect(error.failureKind == .wrongUsage && error.description.contains("--no-calibration"))
    }

    @Test func `what nothing can be fitted to is said with the data's name`() throws {
        let plain = try DescribedCurve(nil)
        let table = try DescribedCurve.table()
        let none = AnnotationTable(
            source: "none.csv", images: Array(table.images.prefix(2)), labels: ["pool"], targets: [0, 0])
        let threshold = try #require(throws: InputError.self) { _ = try plain.bundle.fittingThresholds(to: none) }
        #expect(threshold.description.hasPrefix("none.csv has no positive"))
        let curve = try #require(throws: InputError.self) { _ = try plain.bundle.fittingCalibration(to: none) }
        #expect(curve.description.hasPrefix("none.csv: 0 of 2 known pairs"))
        // As the model sees them, upside down.
        let column = try #require(table.labels.firstIndex(of: "pool"))
        let scores = try plain.evaluate().scores.enumerated().filter { $0.offset % table.labels.count == column }
            .map(\.element)
        let middle = scores.sorted()[scores.count / 2]
        let fall = AnnotationTable(
            source: "fall.csv", images: table.images, labels: ["pool"], targets: scores.map { $0 < middle ? 1 : 0 })
        let fallen = try #require(throws: InputError.self) { _ = try plain.bundle.fittingCalibration(to: fall) }
        #expect(fallen.description.hasPrefix("fall.csv: scores are no higher") && fallen.failureKind == .badData)
    }
}
