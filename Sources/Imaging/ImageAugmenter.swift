// SPDX-License-Identifier: Apache-2.0

import Foundation
public import Randomness

/// Random variations of a training picture: a rectangle of random area and proportion is cut out (torchvision's
/// `RandomResizedCrop`), resized to the model's input, mirrored every other time and, at the strong level, changed in
/// colour. All randomness comes from the generator that is passed in.
public struct ImageAugmenter: Sendable, Equatable {
    /// How much pictures are varied.
    public enum Level: String, Sendable, CaseIterable, Codable {
        /// Not at all: the preprocessor's result, bit for bit.
        case none
        /// Crops of 70 to 100 % of the area; mirroring.
        case light
        /// Crops of 35 to 100 % of the area; mirroring; brightness, contrast and saturation changed by up to 40 %.
        case strong
    }

    /// How much pictures are varied.
    public let level: Level

    /// An augmenter of the given level.
    public init(_ level: Level) {
        self.level = level
    }

    /// The range of a crop's area as a share of the picture's.
    var areas: Range<Double> {
        switch level {
        case .none: 1..<1
        case .light: 0.7..<1
        case .strong: 0.35..<1
        }
    }

    /// The range of a crop's width divided by its height.
    static let proportions = 3.0 / 4..<4.0 / 3

    /// The short side at which to decode so that also the smallest crop has enough pixels: the preprocessor's own,
    /// divided by the shortest relative side of a crop. Nil where pictures have to be decoded at full size.
    public func shortSide(for preprocessor: ImagePreprocessor) -> Int? {
        guard level != .none else { return preprocessor.shortSide }
        guard preprocessor.shortSide != nil else { return nil }
        let side = Double(max(preprocessor.outputSize.height, preprocessor.outputSize.width))
        return Int((side / (areas.lowerBound * Self.proportions.lowerBound).squareRoot()).rounded(.up))
    }

    /// Varies an upright picture and prepares it for the model: the values `[3, H, W]` of the preprocessor's output
    /// size. ``Randomness/CountedRandom/init(seed:epoch:index:)`` makes the variation repeatable.
    public func callAsFunction(
        _ image: RGBImage, preprocessor: ImagePreprocessor, using random: inout CountedRandom
    ) throws(ImagingError) -> PixelValues {
        guard level != .none else { return try preprocessor(image) }
        let crop = crop(height: image.height, width: image.width, using: &random)
        let size = preprocessor.outputSize
        var result = try image.cropped(top: crop.top, left: crop.left, height: crop.height, width: crop.width)
            .resized(height: size.height, width: size.width, interpolation: preprocessor.interpolation)
        if random.next() & 1 == 1 { result = result.mirrored }
        if level == .strong { result = ColorJitter(strength: 0.4)(result, using: &random) }
        return preprocessor.values(of: result, top: 0, left: 0)
    }

    struct Crop: Equatable {
        let top: Int
        let left: Int
        let height: Int
        let width: Int
    }

    /// A random rectangle inside the picture; the largest centred one of an allowed proportion if ten tries fail.
    func crop(height: Int, width: Int, using random: inout CountedRandom) -> Crop {
        let area = Double(height) * Double(width)
        let range = Self.proportions
        for _ in 0..<10 {
            let target = area * random.uniform(areas)
            // Uniform in the logarithm, so that 3:4 is as likely as 4:3.
            let proportion = range.lowerBound * pow(range.upperBound / range.lowerBound, random.uniform(0..<1))
            let cropWidth = Int((target * proportion).squareRoot().rounded(.toNearestOrEven))
            let cropHeight = Int((target / proportion).squareRoot().rounded(.toNearestOrEven))
            guard (1...width).contains(cropWidth), (1...height).contains(cropHeight) else { continue }
            let top = random.below(height - cropHeight + 1)
            let left = random.below(width - cropWidth + 1)
            return Crop(top: top, left: left, height: cropHeight, width: cropWidth)
        }
        let proportion = Double(width) / Double(height)
        var (cropHeight, cropWidth) = (height, width)
        if proportion < range.lowerBound {
            cropHeight = max(1, min(height, Int((Double(width) / range.lowerBound).rounded(.toNearestOrEven))))
        } else if proportion > range.upperBound {
            cropWidth = max(1, min(width, Int((Double(height) * range.upperBound).rounded(.toNearestOrEven))))
        }
        return Crop(
            top: (height - cropHeight) / 2, left: (width - cropWidth) / 2, height: cropHeight, width: cropWidth)
    }
}
