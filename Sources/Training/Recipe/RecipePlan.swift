// SPDX-License-Identifier: Apache-2.0

import Foundation
import Torch
import TrainingOptions

/// How towers and head are trained at several learning rates, of which the best goes on to the end.
struct TuningPlan: Codable, Equatable {
    /// Optimiser steps of a whole tuning.
    var steps: Int
    /// Steps after which rates are compared.
    var comparedSteps: Int
    /// Steps from one validation to the next.
    var validatedSteps: Int
    /// The learning rates to compare first; where the best is at an end, the list goes on.
    var rates: [Double]

    enum CodingKeys: String, CodingKey {
        case steps
        case comparedSteps = "compared_steps"
        case validatedSteps = "validated_steps"
        case rates
    }

    /// Tunings are this many times longer than from one validation to the next.
    private static let parts = 6
    /// Rates differ by this factor: no single one is safe, and the best differ by 16 between data sets.
    static let rateFactor = 4.0

    /// A tuning of about so many steps with three rates around the middle one.
    init(steps: Int, rate: Double) {
        let part = max(1, steps / Self.parts)
        (self.steps, comparedSteps, validatedSteps) = (part * Self.parts, part * 2, part)
        rates = [rate / Self.rateFactor, rate, rate * Self.rateFactor]
    }

    /// Steps of all rates together, where the list does not go on.
    var allSteps: Int { comparedSteps * (rates.count - 1) + steps }

    /// The steps of a tuning whose rates take so many together.
    static func steps(ofAll count: Int) -> Int { count * 3 / 5 }
}

/// What the automatic recipe is going to do, settled before its first stage: a resumed run follows it, whatever the
/// clock says.
struct RecipePlan: Codable, Equatable {
    /// How much is tried.
    var effort: RecipeEffort
    /// Pictures to train on.
    var pictures: Int
    /// Pictures to choose by.
    var validationPictures: Int
    /// Whether those are taken from the training data.
    var holdsOut: Bool
    /// λ of the linear stage, from which the best by held-out loss is taken.
    var penalties: [Double]
    /// The bytes that activations take on disk while the run goes on; 0 where none are kept.
    var activationBytes: Int
    /// Pictures in an optimiser step.
    var stepPictures = Self.stepPictures
    /// How the last block, the text tower and the head are trained; nil for not at all.
    var tuning: TuningPlan?
    /// How the whole image tower is trained after that; nil for not at all.
    var thorough: TuningPlan?
    /// The last groups of the text tower that train; nil for all of it.
    var textGroups: Int?

    enum CodingKeys: String, CodingKey {
        case effort, pictures
        case validationPictures = "validation_pictures"
        case holdsOut = "holds_out"
        case penalties
        case activationBytes = "activation_bytes"
        case stepPictures = "step_pictures"
        case tuning, thorough
        case textGroups = "text_groups"
    }

    static let stepPictures = 64
    /// Fewer steps teach nothing, however few pictures there are.
    private static let minimumSteps = 102
    /// Passes over the pictures that are enough for the last block.
    private static let epochs = 6
    /// Passes over varied pictures that are enough for the whole tower.
    private static let thoroughEpochs = 10

    /// The plan for a model and data.
    ///
    /// - Parameters:
    ///   - effort: How much is tried.
    ///   - pictures: Pictures to train on.
    ///   - validationPictures: Pictures to choose by.
    ///   - holdsOut: Whether those are taken from the training data.
    ///   - width: The image tower's width, by which learning rates scale.
    ///   - activationBytes: What activations take on disk.
    ///   - speed: What things take, where the time is bounded; nil where it is not.
    ///   - minutes: The bound.
    ///   - textGroups: The last groups of the text tower that train; nil for all of it.
    init(
        effort: RecipeEffort, pictures: Int, validationPictures: Int, holdsOut: Bool, width: Int, activationBytes: Int,
        speed: RecipeSpeed? = nil, minutes: Double? = nil, textGroups: Int? = nil
    ) {
        self.textGroups = textGroups
        self.effort = effort
        (self.pictures, self.validationPictures, self.holdsOut) = (pictures, validationPictures, holdsOut)
        self.activationBytes = activationBytes
        penalties = [30, 10, 3, 1, 0.3, 0.1, 0.03]
        if effort == .fast { return }
        // 1.2e-3 at a width of 192; the usual rates of wider towers are lower in proportion.
        let rate = 1.2e-3 * 192 / Double(max(1, width))
        let epoch = (pictures + stepPictures - 1) / stepPictures
        let wanted = max(Self.minimumSteps, Self.epochs * epoch)
        guard let speed, let minutes else {
            tuning = TuningPlan(steps: wanted, rate: rate)
            if effort == .thorough {
                thorough = TuningPlan(steps: max(Self.minimumSteps, Self.thoroughEpochs * epoch), rate: rate / 16)
            }
            return
        }
        var rest = minutes * 60 - speed.secondsOfPass * Double(pictures + validationPictures)
        func plan(_ wanted: Int, _ secondsPerStep: Double, rate: Double) -> TuningPlan? {
            let steps = min(wanted, TuningPlan.steps(ofAll: Int(max(0, rest) / max(1e-6, secondsPerStep))))
            if steps < 12 { return nil }
            let plan = TuningPlan(steps: steps, rate: rate)
            rest -= Double(plan.allSteps) * secondsPerStep
            return plan
        }
        tuning = plan(wanted, speed.secondsOfStep, rate: rate)
        if effort == .thorough, tuning != nil {
            thorough = plan(Self.thoroughEpochs * epoch, speed.secondsOfWholeStep, rate: rate / 16)
        }
    }

    /// How much is tried where nobody says it: on a GPU the whole image tower too.
    static func effort(_ asked: RecipeEffort?, on device: Device) -> RecipeEffort {
        asked ?? (device == .cpu ? .auto : .thorough)
    }

    /// How many of the last groups of a text tower train, so that a step spends little more than `budget` multiply-adds on
    /// it; nil for all. `blockCost` is what a block takes, forward and backward. Its last block trains unless that alone is
    /// four times too much; the projection always does.
    static func textGroups(blockCost: Double, blocks: Int, budget: Double) -> Int? {
        if blockCost * Double(blocks) <= budget { return nil }
        let affordable = Int(budget / blockCost)
        return affordable > 0 ? affordable + 1 : blockCost <= 4 * budget ? 2 : 1
    }

    /// What the first tuning trains, in plain words.
    var tuned: String {
        let texts =
            switch textGroups {
            case nil: "the text tower"
            case 1?: "the text tower's projection"
            case 2?: "the text tower's last block"
            case let groups?: "the text tower's last \(groups - 1) blocks"
            }
        return "the \(textGroups == nil ? "" : "image tower's ")last block, \(texts) and the head"
    }

    /// The plan in plain words, a line for each stage.
    ///
    /// - Parameter speed: What things take.
    /// - Returns: The lines.
    func words(_ speed: RecipeSpeed) -> String {
        func time(_ seconds: Double) -> String {
            seconds < 90 ? String(format: "about %.0f s", seconds) : String(format: "about %.0f min", seconds / 60)
        }
        let pass = speed.secondsOfPass * Double(pictures + validationPictures)
        var total = pass
        var lines = [
            "\(pictures) pictures to train on, \(validationPictures) to choose by"
                + (holdsOut ? ", held out of the training data" : ""),
            "1. read all pictures once: \(time(pass))"
                + (activationBytes > 0
                    ? String(
                        format: "; what the frozen layers make of them takes %.1f MB of disk meanwhile",
                        Double(activationBytes) / 1e6)
                    : ""),
            "2. fit a head on the frozen model: lambda from \(penalties.first ?? 0) to \(penalties.last ?? 0) by five folds",
        ]
        for (plan, what, seconds) in [
            (tuning, tuned, speed.secondsOfStep),
            (thorough, "the whole image tower on varied pictures", speed.secondsOfWholeStep),
        ] {
            guard let plan else { continue }
            let cost = Double(plan.allSteps) * seconds
            total += cost
            let rates = plan.rates.map(Tuning.name).joined(separator: ", ")
            lines.append(
                "\(lines.count). train \(what): \(plan.comparedSteps) steps at each of \(rates), the best to \(plan.steps) steps: \(time(cost))"
            )
        }
        lines.append("\(lines.count). fit heads again, choose, calibrate, fit thresholds")
        return (lines + ["in all \(time(total)), without the fits"]).map { $0 + "\n" }.joined()
    }
}

/// What the parts of the recipe take on this machine, in seconds.
struct RecipeSpeed: Equatable {
    /// Reading a picture and running it through the image tower.
    var secondsOfPass: Double
    /// An optimiser step of the last block, the text tower and the head.
    var secondsOfStep: Double
    /// An optimiser step of the whole image tower and the text tower, with reading the pictures.
    var secondsOfWholeStep: Double
}
