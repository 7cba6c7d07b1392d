// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import ExperimentTables

struct GridSearchTests {
    /// Searches with a score that depends on the values alone.
    private func search(_ points: [[(String, String)]], _ score: ([String: String]) -> Double?) -> GridSearch {
        var search = GridSearch(points.map { OptionList($0) })
        while let point = search.next { search.receive(score(CellRunner.values(point))) }
        return search
    }

    private func rates(_ values: String...) -> [[(String, String)]] { values.map { [("rate", $0)] } }

    /// Highest at this rate, lower the further away by their ratio.
    private func peak(_ rate: Double) -> ([String: String]) -> Double? {
        { values in values["rate"].flatMap(Double.init).map { -max($0 / rate, rate / $0) } }
    }

    @Test(arguments: [
        (1e-3, ["1e-3", "2e-3", "4e-3", "5e-4"]), (2e-3, ["1e-3", "2e-3", "4e-3"]),
        (1.6e-2, ["1e-3", "2e-3", "4e-3", "8e-3", "1.6e-2", "3.2e-2"]),
    ]) func `a grid moves on until the best has neighbours on both sides`(_ best: Double, _ tried: [String]) {
        let search = search(rates("1e-3", "2e-3", "4e-3"), peak(best))
        #expect(search.points.map { $0.single("rate") } == tried)
        #expect(search.openEdge == nil)
        #expect(search.candidates.count == tried.count)
    }

    @Test func `a grid that rises for ever is given up, and said to be open`() {
        let search = search(rates("1", "2"), { $0["rate"].flatMap(Double.init) })
        #expect(search.points.count == 2 + GridSearch.mostMoves)
        #expect(search.openEdge == "rate")
    }

    @Test func `one point, words and what has no score are no axis`() {
        #expect(search(rates("1e-3"), peak(5)).openEdge == nil)
        #expect(search([[("freeze", "image")], [("freeze", "text")]], { _ in 1 }).openEdge == nil)
        let none = search(rates("1e-3", "2e-3", "4e-3"), { _ in nil })
        #expect(none.best == 0 && none.candidates == [:])
        #expect(none.points.count <= 3 + GridSearch.mostMoves)
    }

    @Test func `of two axes each moves on along the best of the other`() {
        let points = ["1", "2", "4"].flatMap { a in ["10", "20", "40"].map { [("a", a), ("b", $0)] } }
        let search = search(points) { values in
            let (a, b) = (Double(values["a"] ?? "") ?? 0, Double(values["b"] ?? "") ?? 0)
            return -abs(a - 8) - abs(b - 20)
        }
        #expect(CellRunner.values(search.points[search.best]) == ["a": "8", "b": "20"])
        #expect(search.points.count == 11 && search.openEdge == nil)
    }

    @Test(arguments: [
        (2.0000000000000002e-05, "2e-5"), (0.0064, "6.4e-3"), (0.25, "0.25"), (1, "1"), (400, "400"), (25000, "2.5e4"),
        (0.03, "3e-2"),
    ]) func `a rate is written as people write it`(_ value: Double, _ text: String) {
        #expect(GridSearch.text(value) == text)
    }
}
