// SPDX-License-Identifier: Apache-2.0

/// From a picture to the model's input: resize, crop the centre, scale, normalise. The reference is the default image
/// processor of transformers 5 (`image_processing_backends.py`): libtorch's antialiased kernel for 8-bit pictures makes
/// the long side `int(S * long / short)`, a picture smaller than the crop is padded with zeros before normalisation,
/// and a value is `(v - mean / factor) / (std / factor)` in single precision.
public struct ImagePreprocessor: Sendable, Equatable {
    /// How the size of the resized picture follows from that of the picture.
    public enum Resizing: Sendable, Equatable {
        /// The picture keeps its size.
        case none
        /// The short side gets this length, the other one keeps the proportion.
        case shortestEdge(Int)
        /// Both sides are given; the proportion may change.
        case exact(height: Int, width: Int)
    }

    /// How samples between pixels are computed.
    public enum Interpolation: Sendable, Equatable {
        /// Linear in both directions; Pillow's code 2.
        case bilinear
        /// Cubic in both directions; Pillow's code 3.
        case bicubic
    }

    /// Where the crop begins when it cannot be centred exactly.
    public enum CenterCropRounding: Sendable, Equatable {
        /// At the pixel before the middle: transformers.
        case down
        /// At the even pixel: torchvision, and so checkpoints of openai/CLIP and open_clip.
        case halfToEven
    }

    /// Rows and columns.
    public struct Size: Sendable, Equatable {
        /// Rows, in pixels.
        public let height: Int
        /// Columns, in pixels.
        public let width: Int

        /// A size of the given sides.
        public init(height: Int, width: Int) {
            self.height = height
            self.width = width
        }
    }

    /// How the picture is resized first.
    public let resizing: Resizing
    /// How it is resampled then.
    public let interpolation: Interpolation
    /// The size of the crop from the centre, or nil.
    public let crop: Size?
    /// Where the crop begins when it cannot be centred exactly.
    public let centerCropRounding: CenterCropRounding
    /// What samples 0...255 are multiplied by, or nil.
    public let rescaleFactor: Double?
    /// What is subtracted from each channel after scaling; nil where values are not normalised.
    public let mean: [Double]?
    /// What each channel is divided by then; nil where values are not normalised.
    public let standardDeviation: [Double]?
    /// The rows and columns of what the preprocessor returns.
    public let outputSize: Size
    /// The value of each sample, `[3, 256]`: there are no others, so nothing is computed a pixel.
    let table: [Float]

    /// The longest side that a size or a crop may have, in pixels.
    public static let maximumSide = 4096
    /// OpenAI's channel means, the default.
    public static let defaultMean = [0.48145466, 0.4578275, 0.40821073]
    /// OpenAI's channel deviations, the default.
    public static let defaultStandardDeviation = [0.26862954, 0.26130258, 0.27577711]

    /// A preprocessor of the given steps. Nil leaves out the crop, the scaling or, for mean and deviation together, the
    /// normalisation. Throws, with transformers' name of the key, if a value is out of its range or the size of the
    /// output would depend on the picture.
    public init(
        resizing: Resizing, interpolation: Interpolation = .bicubic, crop: Size?,
        centerCropRounding: CenterCropRounding = .down, rescaleFactor: Double? = 1.0 / 255,
        mean: [Double]? = defaultMean, standardDeviation: [Double]? = defaultStandardDeviation
    ) throws(ImagingError) {
        switch resizing {
        case .none: break
        case .shortestEdge(let side): try Self.check(side, key: "size")
        case .exact(let height, let width):
            try Self.check(height, key: "size")
            try Self.check(width, key: "size")
        }
        if let crop {
            try Self.check(crop.height, key: "crop_size")
            try Self.check(crop.width, key: "crop_size")
        }
        if let crop {
            outputSize = crop
        } else if case .exact(let height, let width) = resizing {
            outputSize = Size(height: height, width: width)
        } else {
            throw .badConfiguration(
                key: "do_center_crop",
                problem: "is false and 'size' does not give height and width: the model needs pictures of one size")
        }
        table = try Self.table(rescaleFactor: rescaleFactor, mean: mean, standardDeviation: standardDeviation)
        self.resizing = resizing
        self.interpolation = interpolation
        self.crop = crop
        self.centerCropRounding = centerCropRounding
        self.rescaleFactor = rescaleFactor
        self.mean = mean
        self.standardDeviation = standardDeviation
    }

    /// Prepares an upright picture for the model: the values `[3, H, W]` of ``outputSize``. Throws if the resized
    /// picture would have more than 100 million pixels.
    public func callAsFunction(_ image: RGBImage) throws(ImagingError) -> PixelValues {
        let size = resizedSize(height: image.height, width: image.width)
        let resized = try image.resized(height: size.height, width: size.width, interpolation: interpolation)
        return values(
            of: resized, top: offset(resized.height, outputSize.height), left: offset(resized.width, outputSize.width))
    }

    /// The short side that a picture should at least be decoded at to lose no detail by resizing; nil if pictures are
    /// not resized.
    public var shortSide: Int? {
        switch resizing {
        case .none: nil
        case .shortestEdge(let side): side
        case .exact(let height, let width): max(height, width)
        }
    }

    /// The size to which a picture is resized.
    func resizedSize(height: Int, width: Int) -> Size {
        switch resizing {
        case .none: Size(height: height, width: width)
        case .exact(let height, let width): Size(height: height, width: width)
        case .shortestEdge(let side):
            // Sides of pictures stay below 2^40 and `side` below 2^13, so the product is a number.
            width <= height
                ? Size(height: side * height / width, width: side) : Size(height: side, width: side * width / height)
        }
    }

    /// Where the crop begins along one side; negative where the picture is padded.
    func offset(_ side: Int, _ crop: Int) -> Int {
        if side < crop { return -((crop - side) / 2) }
        let half = (side - crop) / 2
        let isExact = (side - crop) % 2 == 0
        return isExact || centerCropRounding == .down || half % 2 == 0 ? half : half + 1
    }

    /// The normalised planes of the window of ``outputSize`` at an offset; what lies outside the picture is black.
    func values(of image: RGBImage, top: Int, left: Int) -> PixelValues {
        let (height, width) = (outputSize.height, outputSize.width)
        let plane = height * width
        let values = [Float](unsafeUninitializedCapacity: 3 * plane) { out, initialized in
            image.pixels.withUnsafeBufferPointer { source in
                table.withUnsafeBufferPointer { table in
                    for y in 0..<height {
                        let sourceY = y + top
                        let rowIsInside = sourceY >= 0 && sourceY < image.height
                        for x in 0..<width {
                            let sourceX = x + left
                            let isInside = rowIsInside && sourceX >= 0 && sourceX < image.width
                            let from = isInside ? (sourceY * image.width + sourceX) * 3 : 0
                            let to = y * width + x
                            out[to] = table[isInside ? Int(source[from]) : 0]
                            out[plane + to] = table[256 + (isInside ? Int(source[from + 1]) : 0)]
                            out[2 * plane + to] = table[512 + (isInside ? Int(source[from + 2]) : 0)]
                        }
                    }
                }
            }
            initialized = 3 * plane
        }
        return PixelValues(channels: 3, height: height, width: width, values: values)
    }

    private static func check(_ side: Int, key: String) throws(ImagingError) {
        guard (1...maximumSide).contains(side) else {
            throw .badConfiguration(key: key, problem: "has a side of \(side): it must be between 1 and \(maximumSide)")
        }
    }

    private static func table(
        rescaleFactor: Double?, mean: [Double]?, standardDeviation: [Double]?
    ) throws(ImagingError) -> [Float] {
        if let rescaleFactor, !(rescaleFactor > 0 && rescaleFactor.isFinite) {
            throw .badConfiguration(key: "rescale_factor", problem: "is \(rescaleFactor): it must be a positive number")
        }
        if let mean, mean.count != 3 || !mean.allSatisfy(\.isFinite) {
            throw .badConfiguration(key: "image_mean", problem: "is \(mean): it must be three finite numbers")
        }
        if let deviation = standardDeviation, deviation.count != 3 || !deviation.allSatisfy({ $0 > 0 && $0.isFinite }) {
            throw .badConfiguration(key: "image_std", problem: "is \(deviation): it must be three positive numbers")
        }
        guard (mean == nil) == (standardDeviation == nil) else {
            throw .badConfiguration(
                key: mean == nil ? "image_mean" : "image_std", problem: "is missing: give both mean and deviation")
        }
        // Scaling is folded into mean and deviation in the precision and order of transformers.
        let inverse = rescaleFactor.map { Float(1 / $0) } ?? 1
        var table: [Float] = []
        for channel in 0..<3 {
            for sample in 0..<256 {
                if let mean, let standardDeviation {
                    let deviation = Float(standardDeviation[channel]) * inverse
                    table.append((Float(sample) - Float(mean[channel]) * inverse) / deviation)
                } else {
                    table.append(Float(sample) * Float(rescaleFactor ?? 1))
                }
            }
        }
        guard table.allSatisfy(\.isFinite) else {
            throw .badConfiguration(
                key: mean == nil ? "rescale_factor" : "image_std",
                problem: "makes values beyond single precision: correct 'rescale_factor', 'image_mean' or 'image_std'")
        }
        return table
    }
}
