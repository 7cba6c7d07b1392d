// SPDX-License-Identifier: Apache-2.0

public import Evaluation
package import FileIO
public import Torch

/// What a ``Predictor`` is asked for, and where it computes.
public struct PredictorOptions: Sendable {
    /// Batches, decoding threads and the device.
    public var pictures: PictureStreamOptions
    /// The type that the model runs in. The default is float32.
    public var dtype: DType
    /// How logits become scores. The default is the sigmoid: each label by itself.
    public var score: ScoreMode
    /// Whether the model's calibration is applied, if it has one. The default is true.
    public var isCalibrated: Bool
    /// How many labels of a picture are given at most; nil, the default, for all.
    public var topK: Int?
    /// From which probability on a label is given, or counts as predicted; nil, the default, for all labels.
    public var threshold: ThresholdChoice?

    /// Options; every one has a default.
    public init(
        pictures: PictureStreamOptions = PictureStreamOptions(), dtype: DType = .float32, score: ScoreMode = .sigmoid,
        isCalibrated: Bool = true, topK: Int? = nil, threshold: ThresholdChoice? = nil
    ) {
        self.pictures = pictures
        self.dtype = dtype
        self.score = score
        self.isCalibrated = isCalibrated
        self.topK = topK
        self.threshold = threshold
    }

    /// The calibration that is applied to a model's logits; nil for none.
    func calibration(of bundle: ModelBundle) -> Calibration? {
        isCalibrated && score == .sigmoid ? bundle.description?.calibration : nil
    }

    /// Refuses thresholds that were fitted to other probabilities than those that are asked for.
    package func check(_ bundle: ModelBundle) throws(InputError) {
        guard threshold == .fitted else { return }
        if score == .softmax {
            throw .usage("--threshold fitted goes with --score sigmoid, which it was fitted to; give a number")
        }
        if !isCalibrated, bundle.description?.calibration != nil {
            throw .usage(
                "--threshold fitted goes with the model's calibration, which it refers to; give a number, or leave --no-calibration out"
            )
        }
    }
}
