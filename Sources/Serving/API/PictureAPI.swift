// SPDX-License-Identifier: Apache-2.0

import Datasets
import Evaluation
import HTTPTypes
import Imaging
import MultiLabel

/// What the routes share: from a request's pictures to the model's answers.
struct PictureAPI: Sendable {
    let models: ServedModels
    let reader: RequestReader
    let decoder: PictureDecoder

    /// What came of one picture.
    typealias Outcome<Value> = Result<Value, APIError>

    /// Refuses a request, before its body is read, that would find no place.
    func checkPlace(_ exchange: Exchange) throws { try engineByHead(exchange)?.queue.check(cost: 1) }

    /// The engine that a request is for, where that is known without its body: with several models, the body may name
    /// another one than the default.
    func engineByHead(_ exchange: Exchange) throws(APIError) -> Engine? {
        let name = exchange.query?.first { $0.name == "model" }?.value
        return name != nil || models.names.count == 1 ? try models.engine(name) : nil
    }

    /// The labels that a request brings.
    func labelSet(_ labels: [Label], _ engine: Engine) async throws -> LabelSet {
        try reader.limits.check(textCount: engine.textCount(of: labels))
        return try await engine.labelSet(labels)
    }

    /// The labels that a request is to be scored for.
    func labels(_ content: RequestContent, _ engine: Engine) async throws -> LabelSet {
        if let labels = content.labels { return try await labelSet(labels, engine) }
        guard let own = engine.facts.labels else {
            throw APIError.badRequest("this model has no labels of its own; give some with 'labels'")
        }
        return own
    }

    /// How a request's logits become its answer.
    func ranking(_ content: RequestContent, _ labels: LabelSet) throws(APIError) -> LabelRanking {
        switch content.threshold {
        case nil: return labels.ranking.cut(topK: content.topK, thresholds: nil)
        case .number(let number):
            return labels.ranking.cut(topK: content.topK, thresholds: labels.labels.map { _ in number })
        case .fitted:
            guard let thresholds = labels.thresholds else {
                throw .badRequest("this model has no fitted thresholds; give 'threshold' a number")
            }
            return labels.ranking.cut(topK: content.topK, thresholds: thresholds)
        }
    }

    /// What the model says of pictures, in their order: logits for labels, features, or both. What is wrong with one
    /// picture is its own outcome; all else is thrown.
    func run(
        _ pictures: [RequestPicture], _ engine: Engine, labels: LabelSet?, feature: Bool
    ) async throws -> [Outcome<(logits: [Float]?, feature: [Float]?)>] {
        let admission = try engine.queue.admit(cost: pictures.count)
        let preprocessor = engine.facts.preprocessor
        return try await each(pictures) { picture in
            let pixels: PixelValues
            do {
                pixels = try await decoder.prepare(picture.bytes, for: preprocessor)
            } catch {
                admission.abandon(cost: 1)
                return .failure(try Self.outcome(of: error))
            }
            return try await submit(pixels, admission, labels, feature)
        }
    }

    /// The same for pictures that are prepared already.
    func run(
        prepared: [PixelValues], _ engine: Engine, labels: LabelSet?, feature: Bool
    ) async throws -> [Outcome<(logits: [Float]?, feature: [Float]?)>] {
        let admission = try engine.queue.admit(cost: prepared.count)
        return try await each(prepared) { try await submit($0, admission, labels, feature) }
    }

    private func submit(
        _ pixels: PixelValues, _ admission: BatchQueue<ModelWork, ModelAnswer>.Admission, _ labels: LabelSet?,
        _ feature: Bool
    ) async throws -> Outcome<(logits: [Float]?, feature: [Float]?)> {
        do {
            let answer = try await admission.submit(
                .picture(pixels, labels: labels, feature: feature), .pictures)
            guard case .picture(let logits, let feature) = answer else { throw NoAnswer() }
            return .success((logits, feature))
        } catch {
            return .failure(try Self.outcome(of: error))
        }
    }

    /// What is wrong with a picture; rethrows what is not the picture's fault.
    private static func outcome(of error: any Error) throws -> APIError {
        guard let known = APIError(error), known.status != .tooManyRequests else { throw error }
        return known
    }

    /// Does something with each of some things at the same time, and gives the results in their order.
    private func each<Input: Sendable, Output: Sendable>(
        _ inputs: [Input], _ body: @escaping @Sendable (Input) async throws -> Output
    ) async throws -> [Output] {
        if inputs.count == 1 { return [try await body(inputs[0])] }
        return try await withThrowingTaskGroup(of: (Int, Output).self) { group in
            for (place, input) in inputs.enumerated() { group.addTask { (place, try await body(input)) } }
            var outputs = [Output?](repeating: nil, count: inputs.count)
            for try await (place, output) in group { outputs[place] = output }
            return outputs.compactMap { $0 }
        }
    }
}

extension PictureFailure {
    init(_ error: APIError) { self.init(code: error.code, message: error.message) }
}
