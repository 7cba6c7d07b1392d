// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Report

@Suite struct TrainingLogTests {
    @Test func `steps and validations are read, and other lines are left out`() {
        let log = TrainingLog(
            jsonLines: """
                {"epoch":0,"images_per_second":9,"learning_rate":1e-05,"loss":0.7,"step":0,"temperature":0.07}
                {"step":1,"loss":0.5,"learning_rate":2e-05,"temperature":0.06,"more":[1]}
                {"step":1,"validation":{"gap":0.25,"map_macro":null,"per_label":[]}}
                {"something":"else"}
                not JSON

                {"step":2,"loss":0.4,"learn
                """)
        #expect(log.steps.map(\.loss) == [0.7, 0.5])
        #expect(log.steps.map(\.learningRate) == [1e-5, 2e-5])
        #expect(log.steps.map(\.temperature) == [0.07, 0.06])
        #expect(log.validations == [TrainingLog.Validation(step: 1, gap: 0.25, mapMacro: nil)])
        #expect(TrainingLog(jsonLines: "") == TrainingLog())
    }

    @Test func `an average over a constant is that constant, and a step is forgotten`() {
        #expect(smoothed([3, 3, 3, 3], window: 8).allSatisfy { abs($0 - 3) < 1e-12 })
        let step = smoothed([Double](repeating: 0, count: 50) + [Double](repeating: 1, count: 200), window: 10)
        #expect(step[49] == 0)
        #expect(step[50] > 0 && step[50] < 0.2)
        #expect(step[249] > 0.999)
        #expect(smoothed([1, 5, 2], window: 1) == [1, 5, 2])
        #expect(smoothed([], window: 5).isEmpty)
    }
}
