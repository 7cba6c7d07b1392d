// SPDX-License-Identifier: Apache-2.0

import Evaluation

/// Unit-norm features of pictures with their targets.
struct EmbeddedPictures {
    /// `[N, D]`, row major.
    let features: [Float]
    /// D.
    let width: Int
    /// `[N, L]`, row major: above 0.5 present, NaN unknown.
    let targets: [Float]
    /// L.
    let labelCount: Int

    var count: Int { width == 0 ? 0 : features.count / width }

    func labels(_ row: Int) -> Set<Int> {
        Set((0..<labelCount).filter { targets[row * labelCount + $0] > 0.5 })
    }
}

/// How good features are without any label's text.
enum EmbeddingMeasures {
    /// The cosines of one picture to all others.
    static func cosines(_ query: Int, of pictures: EmbeddedPictures, to others: EmbeddedPictures) -> [Float] {
        let width = pictures.width
        return pictures.features.withUnsafeBufferPointer { one in
            others.features.withUnsafeBufferPointer { two in
                (0..<others.count).map { row in
                    var sum: Float = 0
                    for index in 0..<width { sum += one[query * width + index] * two[row * width + index] }
                    return sum
                }
            }
        }
    }

    /// The rows of the highest cosines, best first; equal ones by their place.
    static func nearest(_ cosines: [Float], _ count: Int, leavingOut row: Int? = nil) -> [Int] {
        let order = cosines.indices.filter { $0 != row && cosines[$0].isFinite }
            .sorted { cosines[$0] == cosines[$1] ? $0 < $1 : cosines[$0] > cosines[$1] }
        return Array(order.prefix(count))
    }

    /// Mean average precision of each picture's k nearest among the others.
    ///
    /// Two pictures are relevant to each other if their sets of labels share at least half of their union (Jaccard).
    /// A query's AP is the mean over the first min(k, R) hits that there could be, R the number of relevant pictures;
    /// queries without a relevant picture are left out.
    static func retrievalPrecision(_ pictures: EmbeddedPictures, k: Int = 10) -> Double? {
        let sets = (0..<pictures.count).map(pictures.labels)
        func isRelevant(_ one: Int, _ other: Int) -> Bool {
            let shared = sets[one].intersection(sets[other]).count
            return shared > 0 && 2 * shared >= sets[one].count + sets[other].count - shared
        }
        var values: [Double] = []
        for query in 0..<pictures.count {
            let relevant = (0..<pictures.count).filter { $0 != query && isRelevant(query, $0) }.count
            guard relevant > 0 else { continue }
            let found = nearest(cosines(query, of: pictures, to: pictures), k, leavingOut: query)
            var (hits, sum) = (0, 0.0)
            for (place, row) in found.enumerated() where isRelevant(query, row) {
                hits += 1
                sum += Double(hits) / Double(place + 1)
            }
            values.append(sum / Double(min(k, relevant)))
        }
        return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }

    /// GAP of labels that are read off the k nearest training pictures.
    ///
    /// A label's score is the share of the k neighbours that have it, weighted by their cosines above 0; unknown cells
    /// take no part.
    static func neighbourPrecision(
        _ pictures: EmbeddedPictures, references: EmbeddedPictures, k: Int = 10
    ) throws -> Double? {
        let labels = pictures.labelCount
        var scores = [Float](repeating: 0, count: pictures.count * labels)
        for query in 0..<pictures.count {
            let cosines = cosines(query, of: pictures, to: references)
            let near = nearest(cosines, k)
            for label in 0..<labels {
                var (sum, weights): (Float, Float) = (0, 0)
                for row in near {
                    let target = references.targets[row * labels + label]
                    guard !target.isNaN else { continue }
                    let weight = max(cosines[row], 0)
                    weights += weight
                    if target > 0.5 { sum += weight }
                }
                scores[query * labels + label] = weights > 0 ? sum / weights : 0
            }
        }
        let matrix = try ScoreMatrix(
            imageCount: pictures.count, labelCount: labels, scores: scores, targets: pictures.targets)
        let names = (0..<labels).map(String.init)
        return try evaluate(
            matrix, labels: names, kind: .probabilities, options: EvaluationOptions(bootstrapReplicates: 0)
        ).gap
    }
}
