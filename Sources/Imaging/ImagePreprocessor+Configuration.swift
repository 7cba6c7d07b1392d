// SPDX-License-Identifier: Apache-2.0

public import Foundation
import JSON

extension ImagePreprocessor {
    /// The preprocessor that the text of a `preprocessor_config.json` describes. Keys that are absent or null take the
    /// defaults of the image processor that it names. Those of transformers' `CLIPImageProcessor`: resize the short side
    /// to 224 (bicubic), crop 224 × 224, multiply by 1/255, normalise with OpenAI's mean and deviation. Those of
    /// `SiglipImageProcessor`: resize both sides to 224 (bicubic), multiply by 1/255, normalise with 0.5 and 0.5. A value
    /// that cannot be used is an error that names its key.
    ///
    /// - Parameters:
    ///   - configuration: The text.
    ///   - inProcessor: Whether it is a `processor_config.json`, which transformers 5 writes in its place with the same
    ///     settings under `image_processor`.
    ///   - usual: The image processor of the model's family, for a text that names none.
    /// - Throws: ``ImagingError/badConfiguration(key:problem:)``.
    public init(
        configuration: Data, inProcessor: Bool = false, usual: Processor = .clip
    ) throws(ImagingError) {
        let object = try ConfigurationObject(configuration, part: inProcessor ? "image_processor" : nil)
        let processor = try object.processor() ?? usual
        if try object.flag("do_pad", default: false) {
            throw .badConfiguration(key: "do_pad", problem: "is true: padding is not supported, remove it")
        }
        try object.refuseOthers()
        let resizes = try object.flag("do_resize", default: true)
        let crops = try object.flag("do_center_crop", default: processor == .clip)
        let rescales = try object.flag("do_rescale", default: true)
        let normalizes = try object.flag("do_normalize", default: true)
        _ = try object.flag("do_convert_rgb", default: true)  // pictures are RGB in any case
        try self.init(
            resizing: resizes ? object.resizing(processor) : .none,
            interpolation: object.interpolation(),
            crop: crops ? object.crop() : nil,
            centerCropRounding: object.centerCropRounding(),
            rescaleFactor: rescales ? object.number("rescale_factor", default: 1.0 / 255) : nil,
            mean: normalizes ? object.channels("image_mean", default: processor.mean) : nil,
            standardDeviation: normalizes ? object.channels("image_std", default: processor.standardDeviation) : nil)
    }

    /// An image processor of transformers, which says what absent keys mean.
    public enum Processor: Sendable {
        /// `CLIPImageProcessor`.
        case clip
        /// `SiglipImageProcessor`.
        case siglip

        fileprivate var mean: [Double] { self == .clip ? defaultMean : [0.5, 0.5, 0.5] }
        fileprivate var standardDeviation: [Double] { self == .clip ? defaultStandardDeviation : [0.5, 0.5, 0.5] }
    }

    /// How open_clip fits a picture into its square or rectangle.
    public enum OpenCLIPResizeMode: String, Sendable {
        /// Resize the short side, crop the centre.
        case shortest
        /// Resize both sides, whatever the proportion.
        case squash
    }

    /// The preprocessor of a checkpoint in the form of openai/CLIP or open_clip, for an input of the given size, which
    /// must be square for the mode `shortest`. Mean and deviation are of samples in 0...1. Its crop begins at the even
    /// pixel, as torchvision's `CenterCrop` does; the rest of the arithmetic is that of transformers.
    public init(
        openCLIPSize: Size, resizeMode: OpenCLIPResizeMode = .shortest, interpolation: Interpolation = .bicubic,
        mean: [Double] = defaultMean, standardDeviation: [Double] = defaultStandardDeviation
    ) throws(ImagingError) {
        if resizeMode == .shortest && openCLIPSize.height != openCLIPSize.width {
            throw .badConfiguration(
                key: "resize_mode",
                problem: "is 'shortest' for an input of \(openCLIPSize.height) x \(openCLIPSize.width): only squares "
                    + "are supported there, use 'squash'")
        }
        try self.init(
            resizing: resizeMode == .shortest
                ? .shortestEdge(openCLIPSize.height)
                : .exact(height: openCLIPSize.height, width: openCLIPSize.width),
            interpolation: interpolation, crop: openCLIPSize, centerCropRounding: .halfToEven, mean: mean,
            standardDeviation: standardDeviation)
    }
}

extension JSONValue {
    /// What it is, for messages.
    fileprivate var words: String {
        switch self {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .number(let value): Int(exactly: value).map { "\($0)" } ?? "\(value)"
        case .string(let value): "the text \"\(value.prefix(40))\""
        case .array(let values): "a list of \(values.count)"
        case .object(let members):
            members.isEmpty
                ? "an empty object"
                : "an object of "
                    + members.map(\.key).sorted().prefix(4).map { "'\($0.prefix(20))'" }.joined(separator: ", ")
        }
    }
}

/// The configuration's top level, with readers that name the key where a value does not fit.
private struct ConfigurationObject {
    let root: JSONValue

    init(_ data: Data, part: String? = nil) throws(ImagingError) {
        guard data.count <= 1 << 20 else {
            throw Self.bad("", "the configuration has more than a megabyte: it is something else, fetch it again")
        }
        let whole = try JSONValue(parsing: data, depthLimit: 512) { _ in
            Self.bad("", "the configuration is not valid JSON: correct or fetch it again")
        }
        if let part {
            guard let inner = whole[part], inner.members != nil else {
                throw Self.bad(part, "is missing: there is nothing about pictures in the file")
            }
            root = inner
        } else {
            root = whole
        }
        guard root.members != nil else {
            throw Self.bad("", "the configuration is \(root.words), not an object: fetch it again")
        }
    }

    /// Image processors that do what this type does.
    private static let knownClasses: [String: ImagePreprocessor.Processor] = [
        "CLIPImageProcessor": .clip, "CLIPImageProcessorFast": .clip, "CLIPImageProcessorPil": .clip,
        "CLIPFeatureExtractor": .clip, "SiglipImageProcessor": .siglip, "SiglipImageProcessorFast": .siglip,
        "SiglipImageProcessorPil": .siglip, "SiglipFeatureExtractor": .siglip,
    ]

    /// The image processor that is named, nil if none is; refuses others, whose defaults differ.
    func processor() throws(ImagingError) -> ImagePreprocessor.Processor? {
        var found: ImagePreprocessor.Processor?
        for key in ["image_processor_type", "feature_extractor_type"] {
            guard let value = root[key] else { continue }
            guard let name = value.string, let processor = Self.knownClasses[name] else {
                throw Self.bad(
                    key,
                    "is \(value.words): only CLIPImageProcessor and SiglipImageProcessor prepare pictures in a known way"
                )
            }
            found = found ?? processor
        }
        return found
    }

    /// Refuses settings of other image processors that change pixels.
    func refuseOthers() throws(ImagingError) {
        for key in [
            "do_flip_channel_order", "do_thumbnail", "do_reduce_labels", "size_divisor", "crop_pct", "rescale_offset",
        ] {
            switch root[key] {
            case nil, .null, .bool(false), .integer(0), .number(0): continue
            case let value?: throw Self.bad(key, "is \(value.words): that is not supported, remove it")
            }
        }
    }

    /// A key of ours, which `mumic train` writes for models that began as open_clip's; transformers does not look at it.
    func centerCropRounding() throws(ImagingError) -> ImagePreprocessor.CenterCropRounding {
        guard let value = root["center_crop_rounding"] else { return .down }
        switch value.string {
        case "down": return .down
        case "half_to_even": return .halfToEven
        default:
            throw Self.bad("center_crop_rounding", "is \(value.words): use 'down' or 'half_to_even'")
        }
    }

    /// The value of a key, read as `body` does; where it gives nothing, the error says what the value must be.
    private func read<Value>(
        _ key: String, default fallback: Value, _ demand: String, _ body: (JSONValue) -> Value?
    ) throws(ImagingError) -> Value {
        guard let value = root[key] else { return fallback }
        guard let result = body(value) else { throw Self.bad(key, "is \(value.words): it must be \(demand)") }
        return result
    }

    func flag(_ key: String, default fallback: Bool) throws(ImagingError) -> Bool {
        try read(key, default: fallback, "true or false", \.bool)
    }

    func number(_ key: String, default fallback: Double) throws(ImagingError) -> Double {
        try read(key, default: fallback, "a number", \.number)
    }

    func channels(_ key: String, default fallback: [Double]) throws(ImagingError) -> [Double] {
        let demand = "a list of three numbers"
        if let number = root[key]?.number { return [number, number, number] }
        let list = try read(key, default: fallback.map { .number($0) }, demand, \.array)
        if let wrong = list.first(where: { $0.number == nil }) {
            throw Self.bad(key, "contains \(wrong.words): it must be \(demand)")
        }
        return list.compactMap(\.number)
    }

    private static func bad(_ key: String, _ problem: String) -> ImagingError {
        .badConfiguration(key: key, problem: problem)
    }

    func interpolation() throws(ImagingError) -> ImagePreprocessor.Interpolation {
        let code = try number("resample", default: 3)
        switch code {
        case 2: return .bilinear
        case 3: return .bicubic
        default:
            let words = JSONValue.number(code).words
            throw Self.bad("resample", "is \(words): only 2 (bilinear) and 3 (bicubic) are supported")
        }
    }

    func resizing(_ processor: ImagePreprocessor.Processor) throws(ImagingError) -> ImagePreprocessor.Resizing {
        guard let value = root["size"] else {
            return processor == .clip ? .shortestEdge(224) : .exact(height: 224, width: 224)
        }
        if value.number != nil { return .shortestEdge(try side(value, of: "size")) }
        if value.members?.count == 1, let short = value["shortest_edge"] {
            return .shortestEdge(try side(short, of: "size"))
        }
        let size = try rectangle(value, of: "size", alternatives: "a number, {\"shortest_edge\": …} or ")
        return .exact(height: size.height, width: size.width)
    }

    func crop() throws(ImagingError) -> ImagePreprocessor.Size {
        guard let value = root["crop_size"] else { return .init(height: 224, width: 224) }
        if value.number != nil {
            let side = try side(value, of: "crop_size")
            return .init(height: side, width: side)
        }
        return try rectangle(value, of: "crop_size", alternatives: "a number or ")
    }

    private func rectangle(
        _ value: JSONValue, of key: String, alternatives: String
    ) throws(ImagingError) -> ImagePreprocessor.Size {
        if value.members?.count == 2, let height = value["height"], let width = value["width"] {
            return .init(height: try side(height, of: key), width: try side(width, of: key))
        }
        if let sides = value.array, sides.count == 2 {
            return .init(height: try side(sides[0], of: key), width: try side(sides[1], of: key))
        }
        throw Self.bad(key, "is \(value.words): it must be \(alternatives){\"height\": …, \"width\": …}")
    }

    private func side(_ value: JSONValue, of key: String) throws(ImagingError) -> Int {
        guard let side = value.number.flatMap({ Int(exactly: $0) }) else {
            throw Self.bad(key, "contains \(value.words): it must be a whole number of pixels")
        }
        return side
    }
}
