// SPDX-License-Identifier: Apache-2.0

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
        case calibration, score
    }

    /// Reads a report; what older ones do not say is nil, and a group's labels may be absent.
    ///
    /// - Parameter decoder: Where to read.
    /// - Throws: `DecodingError` naming the key.
    public init(from decoder: any Decoder) throws {
        let keys = try decoder.container(keyedBy: CodingKeys.self)
        images = try keys.decode(Int.self, forKey: .images)
        labels = try keys.decode(Int.self, forKey: .labels)
        pairs = try keys.decode(Int.self, forKey: .pairs)
        positives = try keys.decode(Int.self, forKey: .positives)
        gap = try keys.decodeIfPresent(Double.self, forKey: .gap)
        gapAtK = try keys.decodeIfPresent(Double.self, forKey: .gapAtK)
        gapAtKRetrieved = try keys.decodeIfPresent(Double.self, forKey: .gapAtKRetrieved)
        k = try keys.decode(Int.self, forKey: .k)
        mapMacro = try keys.decodeIfPresent(Double.self, forKey: .mapMacro)
        mapMicro = try keys.decodeIfPresent(Double.self, forKey: .mapMicro)
        mapWeighted = try keys.decodeIfPresent(Double.self, forKey: .mapWeighted)
        labelsWithoutPositives = try keys.decode(Int.self, forKey: .labelsWithoutPositives)
        classPrecision = try keys.decode(Double.self, forKey: .classPrecision)
        classRecall = try keys.decode(Double.self, forKey: .classRecall)
        classF1 = try keys.decode(Double.self, forKey: .classF1)
        overallPrecision = try keys.decode(Double.self, forKey: .overallPrecision)
        overallRecall = try keys.decode(Double.self, forKey: .overallRecall)
        overallF1 = try keys.decode(Double.self, forKey: .overallF1)
        f1Macro = try keys.decode(Double.self, forKey: .f1Macro)
        f1Micro = try keys.decode(Double.self, forKey: .f1Micro)
        threshold = try keys.decodeIfPresent(Double.self, forKey: .threshold)
        gapInterval = try keys.decodeIfPresent(ConfidenceInterval.self, forKey: .gapInterval)
        mapMacroInterval = try keys.decodeIfPresent(ConfidenceInterval.self, forKey: .mapMacroInterval)
        bootstrapReplicates = try keys.decode(Int.self, forKey: .bootstrapReplicates)
        calibrationError = try keys.decodeIfPresent(Double.self, forKey: .calibrationError)
        brier = try keys.decodeIfPresent(Double.self, forKey: .brier)
        mapMajority = try keys.decodeIfPresent(Double.self, forKey: .mapMajority)
        majorityMinimum = try keys.decodeIfPresent(Int.self, forKey: .majorityMinimum)
        let isGroup = decoder.codingPath.contains { $0.stringValue == CodingKeys.groups.rawValue }
        perLabel = isGroup ? [] : try keys.decode([LabelReport].self, forKey: .perLabel)
        groups = try isGroup ? nil : keys.decodeIfPresent([String: EvaluationReport].self, forKey: .groups)
        bands = try keys.decodeIfPresent([String: BandReport].self, forKey: .bands)
        bandCounts = try keys.decodeIfPresent(BandCounts.self, forKey: .bandCounts)
        calibration = try keys.decodeIfPresent(String.self, forKey: .calibration)
        score = try keys.decodeIfPresent(String.self, forKey: .score)
    }

    /// Writes every metric's key, `null` where undefined; the synthesised form would leave those out. What was not
    /// asked for, groups and such, has no key.
    ///
    /// - Parameter encoder: Where to write.
    /// - Throws: What `encoder` throws.
    public func encode(to encoder: any Encoder) throws {
        var keys = encoder.container(keyedBy: CodingKeys.self)
        try keys.encode(images, forKey: .images)
        try keys.encode(labels, forKey: .labels)
        try keys.encode(pairs, forKey: .pairs)
        try keys.encode(positives, forKey: .positives)
        try keys.encode(gap, forKey: .gap)
        try keys.encode(gapAtK, forKey: .gapAtK)
        try keys.encode(gapAtKRetrieved, forKey: .gapAtKRetrieved)
        try keys.encode(k, forKey: .k)
        try keys.encode(mapMacro, forKey: .mapMacro)
        try keys.encode(mapMicro, forKey: .mapMicro)
        try keys.encode(mapWeighted, forKey: .mapWeighted)
        try keys.encode(labelsWithoutPositives, forKey: .labelsWithoutPositives)
        try keys.encode(classPrecision, forKey: .classPrecision)
        try keys.encode(classRecall, forKey: .classRecall)
        try keys.encode(classF1, forKey: .classF1)
        try keys.encode(overallPrecision, forKey: .overallPrecision)
        try keys.encode(overallRecall, forKey: .overallRecall)
        try keys.encode(overallF1, forKey: .overallF1)
        try keys.encode(f1Macro, forKey: .f1Macro)
        try keys.encode(f1Micro, forKey: .f1Micro)
        try keys.encode(threshold, forKey: .threshold)
        try keys.encode(gapInterval, forKey: .gapInterval)
        try keys.encode(mapMacroInterval, forKey: .mapMacroInterval)
        try keys.encode(bootstrapReplicates, forKey: .bootstrapReplicates)
        try keys.encode(calibrationError, forKey: .calibrationError)
        try keys.encode(brier, forKey: .brier)
        try keys.encode(mapMajority, forKey: .mapMajority)
        try keys.encode(majorityMinimum, forKey: .majorityMinimum)
        if !perLabel.isEmpty { try keys.encode(perLabel, forKey: .perLabel) }
        try keys.encodeIfPresent(groups, forKey: .groups)
        try keys.encodeIfPresent(bands, forKey: .bands)
        try keys.encodeIfPresent(bandCounts, forKey: .bandCounts)
        try keys.encodeIfPresent(calibration, forKey: .calibration)
        try keys.encodeIfPresent(score, forKey: .score)
    }
}
