// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import TorchNN

@Suite struct LearningRateScheduleTests {
    @Test func `the schedule follows its formula`() {
        let peak = 0.4
        var schedule = LearningRateSchedule(peak: peak, warmupSteps: 4, totalSteps: 20, shape: .cosine)
        #expect((0..<4).map(schedule.learningRate) == [0.1, 0.2, peak * 3 / 4, 0.4])
        #expect(schedule.learningRate(at: 4) == peak)
        #expect(abs(schedule.learningRate(at: 12) - peak / 2) < 1e-15)
        for step in 4..<20 {
            let expected = peak * 0.5 * (1 + cos(Double.pi * Double(step - 4) / 16))
            #expect(abs(schedule.learningRate(at: step) - expected) < 1e-15)
        }
        #expect(schedule.learningRate(at: 19) > 0)
        #expect(schedule.learningRate(at: 20) < 1e-15 && schedule.learningRate(at: 1000) < 1e-15)
        schedule.shape = .constant
        #expect((4..<30).allSatisfy { schedule.learningRate(at: $0) == peak })
        #expect(schedule.learningRate(at: 0) == 0.1)
        // A warm-up as long as the run or longer is never divided by zero.
        for warmup in [0, 20, 100] {
            let schedule = LearningRateSchedule(peak: peak, warmupSteps: warmup, totalSteps: 20, shape: .cosine)
            #expect((0..<25).allSatisfy { (0...peak).contains(schedule.learningRate(at: $0)) })
        }
    }
}
