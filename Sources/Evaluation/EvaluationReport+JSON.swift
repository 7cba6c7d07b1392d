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
}

/// The rows of a report's labels. The report of a group has none, and no key for them.
@propertyWrapper
public struct LabelRows: Codable, Sendable, Equatable {
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
