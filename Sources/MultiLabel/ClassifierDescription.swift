// SPDX-License-Identifier: Apache-2.0

public import Datasets
public import Evaluation
import FileIO
import Foundation
import JSON

/// What `mumic.json` says beside a model: which labels it was trained on and how their scores become probabilities.
public struct ClassifierDescription: Codable, Sendable, Equatable {
    /// The format's version; 1.
    public var version: Int
    /// The labels in the order of training.
    public var labels: [Label]
    /// The sentences that label names are put into.
    public var templates: [PromptTemplate]
    /// τ; repeats the weights' `logit_scale`, which is the truth.
    public var temperature: Double
    /// b in z = s / τ + b.
    public var bias: LabelBias
    /// What scores the labels; nil where texts do, as in files of the first versions.
    private var headKey: ClassifierHead?
    /// For some labels, the probability from which on they count as predicted.
    public var thresholds: [String: Double]
    /// The loss that the model was trained with; `linear-head` where ``head`` is linear.
    public var loss: String?
    /// How logits become probabilities; nil for the plain sigmoid. ``thresholds`` refer to these probabilities.
    public var calibration: Calibration?
    /// For some labels, in how many training pictures they are present.
    public var positives: [String: Int]?
    /// How often the training annotations were taken to be wrong (`--robust forward`); nil where they were trusted.
    public var annotationNoise: AnnotationNoise?
    /// The share of the fine-tuned weights in a model between a start and its fine-tuned form; nil for all others.
    public var alpha: Double?

    enum CodingKeys: String, CodingKey {
        case version, labels, templates, temperature, bias, thresholds, loss, calibration, positives, alpha
        case headKey = "head"
        case annotationNoise = "annotation_noise"
    }

    /// The file's name in a model directory.
    public static let fileName = "mumic.json"

    /// The description of a trained classifier.
    public init(
        labels: [Label], templates: [PromptTemplate], temperature: Double, bias: LabelBias,
        head: ClassifierHead = .text, thresholds: [String: Double] = [:], loss: String? = nil,
        calibration: Calibration? = nil,
        positives: [String: Int]? = nil, annotationNoise: AnnotationNoise? = nil
    ) {
        self.version = 1
        self.labels = labels
        self.templates = templates
        self.temperature = temperature
        self.bias = bias
        self.headKey = head == .text ? nil : head
        self.thresholds = thresholds
        self.loss = loss
        self.calibration = calibration
        self.positives = positives
        self.annotationNoise = annotationNoise
    }

    /// Reads a description. What scores depend on (labels, templates, bias) has to be there; the temperature is in the
    /// weights. Throws a `DecodingError` that names the key.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.version = try container.decode(Int.self, forKey: .version)
        // Another version is refused as such, whatever it has.
        let isKnown = version == 1
        self.labels = isKnown ? try container.decode([Label].self, forKey: .labels) : []
        self.templates = isKnown ? try container.decode([PromptTemplate].self, forKey: .templates) : [.standard]
        self.temperature = try container.decodeIfPresent(Double.self, forKey: .temperature) ?? 0.01
        self.bias = isKnown ? try container.decode(LabelBias.self, forKey: .bias) : 0
        self.thresholds = try container.decodeIfPresent([String: Double].self, forKey: .thresholds) ?? [:]
        let loss = try container.decodeIfPresent(String.self, forKey: .loss)
        self.loss = loss
        // The first versions told by the loss's name that a head scores.
        self.headKey = try Self.head(in: container) ?? (loss == "linear-head" ? .linear : nil)
        self.calibration = try container.decodeIfPresent(Calibration.self, forKey: .calibration)
        self.annotationNoise = try container.decodeIfPresent(AnnotationNoise.self, forKey: .annotationNoise)
        self.alpha = try container.decodeIfPresent(Double.self, forKey: .alpha)
        // As any numbers: a decoder of whole ones does not say which it could not read.
        self.positives = try container.decodeIfPresent([String: Double].self, forKey: .positives).map { counts in
            try counts.mapValues { count in
                guard let whole = Int(exactly: count), whole >= 0 else {
                    throw DecodingError.dataCorruptedError(
                        forKey: .positives, in: container,
                        debugDescription: "has \(count), which is no number of pictures")
                }
                return whole
            }
        }
    }

    /// What scores the labels.
    public var head: ClassifierHead { headKey ?? .text }

    private static func head(in container: KeyedDecodingContainer<CodingKeys>) throws -> ClassifierHead? {
        guard let name = try container.decodeIfPresent(String.self, forKey: .headKey) else { return nil }
        if let head = ClassifierHead(rawValue: name) { return head == .text ? nil : head }
        let known = ClassifierHead.allCases.map(\.rawValue).joined(separator: ", ")
        throw DecodingError.dataCorruptedError(
            forKey: .headKey, in: container, debugDescription: "is '\(name)', known are \(known)")
    }

    /// The description in a model directory; nil if it has none. Throws ``MultiLabelError`` if it cannot be used.
    public static func read(directory: String) throws -> ClassifierDescription? {
        let path = directory + "/" + fileName
        let bytes: [UInt8]
        do {
            bytes = try readFile(path: path, maximumBytes: 256 << 20)
        } catch  where error.isMissingInput {
            return nil
        }
        let description: ClassifierDescription
        do {
            description = try JSONDecoder().decode(ClassifierDescription.self, from: Data(bytes))
        } catch let error as DecodingError {
            throw MultiLabelError.description(path: path, problem: error.problem)
        } catch {
            throw MultiLabelError.description(path: path, problem: "is not JSON")
        }
        if let problem = description.problem { throw MultiLabelError.description(path: path, problem: problem) }
        return description
    }

    /// What is wrong with the values, in words; nil if nothing is.
    private var problem: String? {
        if version != 1 { return "has version \(version), this program reads version 1" }
        if let name = firstDuplicate(labels.map(\.name)) { return "names the label '\(name)' twice" }
        if labels.contains(where: \.name.isEmpty) { return "has a label without a name" }
        if templates.isEmpty { return "has no templates" }
        if let alpha, !(0...1).contains(alpha) { return "has an alpha of \(alpha), which is not within 0...1" }
        if let noise = annotationNoise,
            !(noise.falsePositiveRate >= 0 && noise.falseNegativeRate >= 0
                && noise.falsePositiveRate + noise.falseNegativeRate < 1)
        {
            return "has rates of annotation_noise below 0 or adding up to 1 or more"
        }
        if !bias.values.allSatisfy(\.isFinite) { return "has a bias that is no finite number" }
        if case .perLabel(let values) = bias, values.count != labels.count {
            return "has \(values.count) biases for \(labels.count) labels"
        }
        if let (name, value) = thresholds.first(where: { !(0...1).contains($0.value) }) {
            return "has the threshold \(value) for '\(name)', it must lie in 0...1"
        }
        return nil
    }

    /// The file's contents, the same bytes for the same values. Throws `EncodingError` if a number is not finite.
    public func encoded() throws -> [UInt8] { Array(try jsonText(self).utf8) }

    /// Writes the description into a model directory. Throws ``FileIO/FileIOError``, and `EncodingError` if a number is
    /// not finite.
    public func write(to directory: String) throws {
        try AtomicFile.write(try encoded(), to: directory + "/" + Self.fileName, durable: true)
    }
}

/// The first name that occurs twice.
func firstDuplicate(_ names: [String]) -> String? {
    var seen: Set<[UInt8]> = []
    return names.first { !seen.insert(Array($0.utf8)).inserted }
}

extension DecodingError {
    /// What is wrong, with the key's path, in words.
    public var problem: String {
        func words(_ path: [any CodingKey]) -> String {
            path.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
        }
        switch self {
        case .keyNotFound(let key, let context): return "lacks the key '\(words(context.codingPath + [key]))'"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            return "has a value of the wrong kind at '\(words(context.codingPath))'"
        case .dataCorrupted(let context):
            return context.codingPath.isEmpty
                ? "is not JSON" : "'\(words(context.codingPath))' \(context.debugDescription)"
        @unknown default: return "cannot be read"
        }
    }
}
