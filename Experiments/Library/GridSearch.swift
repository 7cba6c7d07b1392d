// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The points of a grid that have been tried, and whether the grid has to move on: a value that is best at the end of
/// its axis says only that the axis was too short.
struct GridSearch {
    /// How often a grid moves on before the choice is called open.
    static let mostMoves = 8

    /// The points, in the order in which they are tried.
    private(set) var points: [OptionList]
    private var scores: [Double?] = []
    private var moves = 0

    /// A search that begins with some points.
    init(_ points: [OptionList]) { self.points = points }

    /// The point that has to be tried next; nil when the search is over.
    var next: OptionList? { scores.count < points.count ? points[scores.count] : nil }

    /// Takes the score of ``next``, nil where it has none, and moves the grid on where all points are tried and the best
    /// stands at an edge.
    mutating func receive(_ score: Double?) {
        scores.append(score)
        guard scores.count == points.count, moves < Self.mostMoves, let beyond = beyond() else { return }
        moves += 1
        points.append(beyond.point)
    }

    /// The place of the highest score, the first of equal ones.
    var best: Int { bestIndex(scores) }

    /// The option whose best value stands at an edge still.
    var openEdge: String? { beyond()?.option }

    /// The score of each point by its name, where there was a choice.
    var candidates: [String: Double] {
        guard points.count > 1 else { return [:] }
        return zip(points, scores).reduce(into: [:]) { result, pair in result[Cell.pointName(pair.0)] = pair.1 }
    }

    /// The point one step beyond the best, on the first axis where the best has no neighbour on one side.
    private func beyond() -> (option: String, point: OptionList)? {
        guard points.indices.contains(best) else { return nil }
        let chosen = points[best]
        for (option, _) in chosen.entries {
            // Points that differ from the best on this axis alone.
            let axis = points.filter { point in
                chosen.entries.allSatisfy { $0.name == option || point[$0.name] == $0.value }
            }
            let values = axis.compactMap { $0.single(option).flatMap(Double.init) }.sorted()
            guard values.count == axis.count, values.count > 1, let value = chosen.single(option).flatMap(Double.init),
                let place = values.firstIndex(of: value), values[0] > 0
            else { continue }
            let neighbour = place == 0 ? values[1] : place == values.count - 1 ? values[place - 1] : nil
            guard let neighbour, neighbour != value else { continue }
            var point = chosen
            point[option] = .values([Self.text(value * value / neighbour)])
            return (option, point)
        }
        return nil
    }

    /// A number to two digits, as people write rates: 2e-5, 0.25, 40.
    static func text(_ value: Double) -> String {
        let scientific = String(format: "%.1e", value).split(separator: "e")
        guard let exponent = scientific.last.flatMap({ Int($0) }), let mantissa = scientific.first,
            !(-1...3).contains(exponent)
        else { return String(format: "%.2g", value).contains("e") ? "\(Int(value))" : String(format: "%.2g", value) }
        return (mantissa.hasSuffix(".0") ? String(mantissa.dropLast(2)) : String(mantissa)) + "e\(exponent)"
    }
}
