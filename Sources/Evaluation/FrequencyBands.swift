// SPDX-License-Identifier: Apache-2.0

public import JSON

/// Labels of similar frequency.
public struct FrequencyBand: Equatable, Sendable {
    /// What the band is called: head, middle or tail.
    public var name: String
    /// Indices of its labels, the most frequent first.
    public var labels: [Int]
    /// The positives of its rarest label.
    public var fewest: Int
    /// The positives of its most frequent label.
    public var most: Int
}

/// Numbers of positives that part the bands.
public struct BandBoundaries: Equatable, Sendable, Codable {
    /// Labels with fewer positives are the tail.
    public let low: Int
    /// Labels with more positives are the head.
    public let high: Int

    /// Boundaries, both of which belong to the middle; a `high` below `low` is raised to it.
    public init(low: Int, high: Int) {
        self.low = low
        self.high = max(low, high)
    }
}

/// Labels that have positives by their frequency: head, middle and tail; none for thirds of fewer than three labels.
///
/// Without boundaries the bands are thirds of the labels. Labels of equal frequency then stay together, in the band of
/// the first of them, so that bands need not be of equal size.
public func frequencyBands(positives: [Int], boundaries: BandBoundaries? = nil) -> [FrequencyBand] {
    let order = positives.indices.filter { positives[$0] > 0 }.sorted { (positives[$1], $0) < (positives[$0], $1) }
    var bands: [[Int]] = [[], [], []]
    if let boundaries {
        for label in order {
            bands[positives[label] > boundaries.high ? 0 : positives[label] < boundaries.low ? 2 : 1].append(label)
        }
    } else {
        guard order.count >= 3 else { return [] }
        var band = 0
        for (place, label) in order.enumerated() {
            if place == 0 || positives[order[place - 1]] != positives[label] { band = place * 3 / order.count }
            bands[band].append(label)
        }
    }
    return zip(["head", "middle", "tail"], bands).compactMap { name, labels in
        guard let first = labels.first, let last = labels.last else { return nil }
        return FrequencyBand(name: name, labels: labels, fewest: positives[last], most: positives[first])
    }
}

/// The metrics of the labels of a band.
public struct BandReport: Codable, Sendable, Equatable {
    /// How many labels it has.
    public let labels: Int
    /// The positives of its rarest label, as they were counted for the bands.
    public let fewest: Int
    /// The positives of its most frequent label.
    public let most: Int
    /// Mean average precision over its labels with positives among the evaluated pictures; nil without any.
    @OrNull public private(set) var mapMacro: Double?
    /// Mean of its labels' F1.
    public let f1: Double

    enum CodingKeys: String, CodingKey {
        case labels, fewest, most, f1
        case mapMacro = "map_macro"
    }
}

/// Which pictures the labels of bands were counted in.
public enum BandCounts: String, Codable, Sendable {
    /// Those that the model was trained on.
    case training
    /// Those that were evaluated.
    case evaluated
}

extension EvaluationReport {
    /// Adds the bands of head, middle and tail labels; nothing where there are none.
    ///
    /// `positives` counts training pictures, and labels that it does not list are in no band; nil counts evaluated
    /// pictures.
    public mutating func addBands(training positives: [String: Int]?, boundaries: BandBoundaries?) {
        let counts = perLabel.map { label in positives.map { $0[label.label] ?? 0 } ?? label.positives }
        let found = frequencyBands(positives: counts, boundaries: boundaries)
        if found.isEmpty { return }
        var reports: [String: BandReport] = [:]
        for band in found {
            let labels = band.labels.map { perLabel[$0] }
            reports[band.name] = BandReport(
                labels: labels.count, fewest: band.fewest, most: band.most,
                mapMacro: mean(labels.compactMap(\.averagePrecision)), f1: mean(labels.map(\.f1)) ?? 0)
        }
        bands = reports
        bandCounts = positives == nil ? .evaluated : .training
    }
}
