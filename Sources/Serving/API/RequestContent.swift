// SPDX-License-Identifier: Apache-2.0

import Datasets
import Evaluation

/// A picture of a request.
struct RequestPicture: Sendable {
    /// What the client calls it: a file name in a form; nil elsewhere.
    let name: String?
    /// The encoded picture's bytes.
    let bytes: [UInt8]
}

/// What a request asks for, whatever form its body has.
struct RequestContent: Sendable {
    /// The fields that a request may have; each route takes some.
    enum Field: String, CaseIterable {
        case labels, threshold, model, images, texts
        case topK = "top_k"
    }

    var pictures: [RequestPicture] = []
    var texts: [String]?
    var labels: [Label]?
    var topK: Int?
    var threshold: ThresholdChoice?
    var model: String?
    /// Whether the body is a picture and nothing else, and the answer one without a list.
    var isRaw = false
    /// The fields that were given, so that none is given twice.
    private var given: Set<Field> = []

    private static let largestTopK = 1_000_000

    /// Takes a field in, once. Throws ``APIError`` where it was there already.
    mutating func note(_ field: Field) throws(APIError) {
        if !given.insert(field).inserted { throw .badRequest("'\(field.rawValue)' is given twice") }
    }

    mutating func setTopK(_ value: Int?) throws(APIError) {
        try note(.topK)
        guard let value, (1...Self.largestTopK).contains(value) else {
            throw .badRequest("'top_k' is a whole number in 1...\(Self.largestTopK)")
        }
        topK = value
    }

    mutating func setThreshold(_ choice: ThresholdChoice?) throws(APIError) {
        try note(.threshold)
        guard let choice, choice.isInRange else {
            throw .badRequest("'threshold' is a number in 0...1, or \"fitted\"")
        }
        threshold = choice
    }

    mutating func setModel(_ name: String?) throws(APIError) {
        try note(.model)
        guard let name, !name.isEmpty else { throw .badRequest("'model' is the name of a model; see /v1/models") }
        model = name
    }

    /// Takes from a query what the body has not said.
    mutating func fill(from query: RequestContent) {
        labels = labels ?? query.labels
        topK = topK ?? query.topK
        threshold = threshold ?? query.threshold
        model = model ?? query.model
    }

    mutating func setLabels(_ labels: [Label], _ limits: RequestLimits) throws(APIError) {
        try note(.labels)
        if labels.isEmpty { throw .badRequest("'labels' is empty; leave it out for the model's own") }
        try limits.check(labels)
        self.labels = labels
    }
}

/// What a request may hold.
struct RequestLimits: Sendable {
    let body: Int
    let pictures: Int
    let labels: Int
    let labelLength: Int
    /// How many sentences a label may stand for, on average, where there are as many labels as a request may bring.
    private static let sentences = 4

    /// Refuses labels that are too many or too long; a label counts as often as it has prompts.
    func check(_ labels: [Label]) throws(APIError) {
        let count = labels.reduce(0) { $0 + max(1, $1.prompts.count) }
        if count > self.labels {
            throw .tooLarge("\(count) labels and prompts are more than the \(self.labels) that a request may bring")
        }
        var names: Set<String> = []
        for label in labels {
            try check(texts: [label.name] + label.prompts, what: "label or prompt")
            if !names.insert(label.name).inserted { throw .badRequest("a label is given twice") }
        }
    }

    /// Refuses texts that are too long, or blank.
    func check(texts: [String], what: String = "text") throws(APIError) {
        for text in texts {
            if text.unicodeScalars.count > labelLength {
                throw .tooLarge("a \(what) has more than \(labelLength) characters")
            }
            if text.unicodeScalars.allSatisfy({ [" ", "\t", "\n", "\r"].contains($0) }) {
                throw .badRequest("a \(what) is empty")
            }
        }
    }

    /// Refuses labels that stand for too many texts: in a model's templates each is several.
    func check(textCount count: Int) throws(APIError) {
        try check(count: count, limit: labels * Self.sentences, what: "label texts")
    }

    /// Refuses too many texts, and such as ``check(texts:what:)`` refuses.
    func check(ownTexts texts: [String]) throws(APIError) {
        try check(count: texts.count, limit: labels, what: "texts")
        try check(texts: texts)
    }

    /// Refuses too many pictures.
    func check(pictures count: Int) throws(APIError) { try check(count: count, limit: pictures, what: "pictures") }

    private func check(count: Int, limit: Int, what: String) throws(APIError) {
        if count > limit { throw .tooLarge("\(count) \(what) are more than the \(limit) of a request") }
    }
}
