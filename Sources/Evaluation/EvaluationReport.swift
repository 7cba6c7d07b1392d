// SPDX-License-Identifier: Apache-2.0

public import JSON

/// All metrics of one set of predictions. Rates are in [0, 1]; nil, `null` in JSON, means undefined.
public struct EvaluationReport: Codable, Sendable, Equatable {
    /// N.
    public let images: Int
    /// L.
    public let labels: Int
    /// Pairs of image and label whose target is known.
    public let pairs: Int
    /// Known pairs whose target is above 0.5.
    public let positives: Int
    /// Global average precision: the average precision of all known pairs in one ranking.
    @OrNull public private(set) var gap: Double?
    /// GAP over each image's k best known pairs; positives outside stay in the denominator.
    @OrNull public private(set) var gapAtK: Double?
    /// GAP over each image's k best known pairs; only positives among them are in the denominator.
    @OrNull public private(set) var gapAtKRetrieved: Double?
    /// k, as asked for.
    public let k: Int
    /// Mean of the labels' average precisions; labels without positives are left out.
    @OrNull public private(set) var mapMacro: Double?
    /// Average precision of the pooled pairs; the same number as ``gap``.
    @OrNull public private(set) var mapMicro: Double?
    /// Mean of the labels' average precisions, weighted by their positives.
    @OrNull public private(set) var mapWeighted: Double?
    /// How many labels have no positive.
    public let labelsWithoutPositives: Int
    /// CP: mean precision over all L labels, 0 where nothing is predicted.
    public let classPrecision: Double
    /// CR: mean recall over all L labels, 0 where there is no positive.
    public let classRecall: Double
    /// CF1: harmonic mean of CP and CR.
    public let classF1: Double
    /// OP: precision over all pairs.
    public let overallPrecision: Double
    /// OR: recall over all pairs.
    public let overallRecall: Double
    /// OF1: harmonic mean of OP and OR.
    public let overallF1: Double
    /// Mean of the labels' F1 over all L labels; another number than ``classF1``.
    public let f1Macro: Double
    /// F1 of the pooled pairs; the same number as ``overallF1``.
    public let f1Micro: Double
    /// The threshold of all labels; nil where each label has its own.
    @OrNull public private(set) var threshold: Double?
    /// 95 % percentile bootstrap interval of ``gap`` over images.
    @OrNull public private(set) var gapInterval: ConfidenceInterval?
    /// 95 % percentile bootstrap interval of ``mapMacro`` over images.
    @OrNull public private(set) var mapMacroInterval: ConfidenceInterval?
    /// Replicates drawn, which may be fewer than asked for.
    public let bootstrapReplicates: Int
    /// ECE: Σ over bins of equal width of (pairs in the bin / pairs) · |mean y − mean p|, soft targets taken as they
    /// are.
    @OrNull public private(set) var calibrationError: Double?
    /// Brier score: mean of (p − y)² over known pairs, soft targets taken as they are.
    @OrNull public private(set) var brier: Double?
    /// Mean average precision over labels with at least ``majorityMinimum`` positives.
    @OrNull public private(set) var mapMajority: Double?
    /// Positives that make a label one of the majority; nil where none was asked for.
    @OrNull public private(set) var majorityMinimum: Int?
    /// The labels, in column order; empty in a group's report.
    @LabelRows public internal(set) var perLabel: [LabelReport]
    /// The metrics of groups of labels, each evaluated by itself and without its labels' own; nil where none was asked
    /// for.
    public var groups: [String: EvaluationReport]?
    /// The labels by frequency: head, middle and tail; nil where there are too few.
    public var bands: [String: BandReport]?
    /// Which pictures the labels of bands were counted in.
    public var bandCounts: BandCounts?
    /// The method that probabilities were calibrated by; nil for the plain sigmoid.
    public var calibration: String?
    /// What the scores are where they are not the usual logits: `softmax` for logarithms of a softmax.
    public var score: String?

    /// What changed since another evaluation of the same pictures; nil where there is none to compare with.
    public var compared: PairedComparison?

    /// The names of the labels that have no positive, in column order.
    public var namesWithoutPositives: [String] { perLabel.filter { $0.positives == 0 }.map(\.label) }
}

extension EvaluationReport {
    init(
        images: Int, labels names: [String], counts: PairCounts, rankings: Rankings, thresholds: [Double],
        options: EvaluationOptions
    ) {
        let perLabel = names.indices.map { index in
            LabelReport(
                label: names[index], counts: counts.labels[index], averagePrecision: rankings.perLabel[index],
                threshold: thresholds[index])
        }
        let total = Double(names.count)
        let found = counts.labels.reduce(0) { $0 + $1.truePositives }
        let predicted = counts.labels.reduce(0) { $0 + $1.predicted }
        self.images = images
        labels = names.count
        pairs = counts.known
        positives = counts.positives
        gap = rankings.gap
        gapAtK = rankings.gapAtK
        gapAtKRetrieved = rankings.gapAtKRetrieved
        k = options.topK
        mapMacro = mean(perLabel.compactMap(\.averagePrecision))
        mapMicro = rankings.gap
        let weighted = perLabel.reduce(0) { $0 + ($1.averagePrecision ?? 0) * Double($1.positives) }
        mapWeighted = counts.positives > 0 ? weighted / Double(counts.positives) : nil
        labelsWithoutPositives = perLabel.count { $0.positives == 0 }
        classPrecision = perLabel.reduce(0) { $0 + $1.precision } / total
        classRecall = perLabel.reduce(0) { $0 + $1.recall } / total
        classF1 = harmonicMean(classPrecision, classRecall)
        overallPrecision = ratio(found, predicted)
        overallRecall = ratio(found, counts.positives)
        // 2·TP / (predicted + positives), which is the harmonic mean of OP and OR with one rounding.
        overallF1 = ratio(2 * found, predicted + counts.positives)
        f1Macro = perLabel.reduce(0) { $0 + $1.f1 } / total
        f1Micro = overallF1
        threshold = options.thresholds == nil ? options.threshold : nil
        gapInterval = rankings.gapInterval
        mapMacroInterval = rankings.mapMacroInterval
        bootstrapReplicates = rankings.replicates
        calibrationError = counts.expectedCalibrationError
        brier = counts.brierScore
        majorityMinimum = options.majorityMinimum
        mapMajority = options.majorityMinimum.flatMap { minimum in
            mean(perLabel.filter { $0.positives >= minimum }.compactMap(\.averagePrecision))
        }
        self.perLabel = perLabel
    }
}

package func mean(_ values: [Double]) -> Double? { values.isEmpty ? nil : values.reduce(0, +) / Double(values.count) }

func harmonicMean(_ first: Double, _ second: Double) -> Double {
    first + second > 0 ? 2 * first * second / (first + second) : 0
}

/// 0/0 is 0.
func ratio(_ part: Int, _ whole: Int) -> Double { whole > 0 ? Double(part) / Double(whole) : 0 }

extension EvaluationReport {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case images, labels, pairs, positives, gap
        case gapAtK = "gap_at_k"
        case gapAtKRetrieved = "gap_at_k_retrieved"
        case k
        case mapMacro = "map_macro"
        case mapMicro = "map_micro"
        case mapWeighted = "map_weighted"
        case labelsWithoutPositives = "labels_without_positives"
        case classPrecision = "cp"
        case classRecall = "cr"
        case classF1 = "cf1"
        case overallPrecision = "op"
        case overallRecall = "or"
        case overallF1 = "of1"
        case f1Macro = "f1_macro"
        case f1Micro = "f1_micro"
        case threshold
        case gapInterval = "gap_ci"
        case mapMacroInterval = "map_macro_ci"
        case bootstrapReplicates = "bootstrap_replicates"
        case calibrationError = "ece"
        case brier
        case mapMajority = "map_majority"
        case majorityMinimum = "majority_minimum"
        case perLabel = "per_label"
        case groups, bands
        case bandCounts = "bands_counted_in"
        case calibration, score, compared
    }
}

/// The rows of a report's labels. The report of a group has none, and no key for them.
@propertyWrapper public struct LabelRows: Codable, Sendable, Equatable {
    /// The rows, in column order.
    public var wrappedValue: [LabelReport]

    /// Rows, in column order.
    public init(wrappedValue: [LabelReport]) { self.wrappedValue = wrappedValue }
}

// What the report's synthesised code calls for its rows and groups.
extension KeyedEncodingContainer<EvaluationReport.CodingKeys> {
    mutating func encode(_ rows: LabelRows, forKey key: Key) throws {
        if !rows.wrappedValue.isEmpty { try encode(rows.wrappedValue, forKey: key) }
    }
}

extension KeyedDecodingContainer<EvaluationReport.CodingKeys> {
    private var isGroup: Bool { codingPath.contains { $0.stringValue == Key.groups.rawValue } }

    func decode(_ type: LabelRows.Type, forKey key: Key) throws -> LabelRows {
        LabelRows(wrappedValue: isGroup ? [] : try decode([LabelReport].self, forKey: key))
    }

    /// Groups in groups would be read without end; they are passed over.
    func decodeIfPresent(
        _ type: [String: EvaluationReport].Type, forKey key: Key
    ) throws -> [String: EvaluationReport]? {
        guard !isGroup, contains(key), try !decodeNil(forKey: key) else { return nil }
        return try decode([String: EvaluationReport].self, forKey: key)
    }
}
