// SPDX-License-Identifier: Apache-2.0

public import Foundation

extension ImagePreprocessor {
    /// The preprocessor that a `preprocessor_config.json` describes.
    ///
    /// Absent keys, and keys that are null, take the defaults of transformers' `CLIPImageProcessor`: resize the short
    /// side to 224 (bicubic), crop 224 × 224, multiply by 1/255, normalise with OpenAI's mean and deviation.
    ///
    /// - Parameter configuration: The JSON text.
    /// - Throws: ``ImagingError/badConfiguration(key:problem:)`` naming the key if a value cannot be used.
    public init(configuration: Data) throws(ImagingError) {
        let object = try ConfigurationObject(configuration)
        if try object.flag("do_pad", default: false) {
            throw .badConfiguration(key: "do_pad", problem: "is true: padding is not supported, remove it")
        }
        let resizes = try object.flag("do_resize", default: true)
        let crops = try object.flag("do_center_crop", default: true)
        let rescales = try object.flag("do_rescale", default: true)
        let normalizes = try object.flag("do_normalize", default: true)
        _ = try object.flag("do_convert_rgb", default: true)  // pictures are RGB in any case
        try self.init(
            resizing: resizes ? object.resizing() : .none,
            interpolation: object.interpolation(),
            crop: crops ? object.crop() : nil,
            centerCropRounding: object.centerCropRounding(),
            rescaleFactor: rescales ? object.number("rescale_factor", default: 1.0 / 255) : nil,
            mean: normalizes ? object.channels("image_mean", default: Self.defaultMean) : nil,
            standardDeviation: normalizes ? object.channels("image_std", default: Self.defaultStandardDeviation) : nil)
    }

    /// How open_clip fits a picture into its square or rectangle.
    public enum OpenCLIPResizeMode: String, Sendable {
        /// Resize the short side, crop the centre.
        case shortest
        /// Resize both sides, whatever the proportion.
        case squash
    }

    /// The preprocessor of a checkpoint in the form of openai/CLIP or open_clip.
    ///
    /// Its crop begins at the even pixel, as torchvision's `CenterCrop` does. The rest of the arithmetic is that of
    /// transformers.
    ///
    /// - Parameters:
    ///   - openCLIPSize: The model's input size in pixels; it must be square for the mode `shortest`.
    ///   - resizeMode: How a picture is fitted into it.
    ///   - interpolation: How it is resampled.
    ///   - mean: Three means for samples in 0...1.
    ///   - standardDeviation: Three positive deviations for samples in 0...1.
    /// - Throws: ``ImagingError/badConfiguration(key:problem:)`` if a value is out of its range.
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

/// A JSON value with types kept apart: true is no number here.
private enum ConfigurationValue: Decodable, CustomStringConvertible {
    case null
    case flag(Bool)
    case number(Double)
    case text(String)
    case list([ConfigurationValue])
    case object([String: ConfigurationValue])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .flag(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if let value = try? container.decode([ConfigurationValue].self) {
            self = .list(value)
        } else {
            self = .object(try container.decode([String: ConfigurationValue].self))
        }
    }

    var description: String {
        switch self {
        case .null: "null"
        case .flag(let value): "\(value)"
        case .number(let value): Int(exactly: value).map { "\($0)" } ?? "\(value)"
        case .text(let value): "the text \"\(value.prefix(40))\""
        case .list(let values): "a list of \(values.count)"
        case .object(let values): values.isEmpty ? "an empty object" : "an object of " + keys(values)
        }
    }

    private func keys(_ values: [String: ConfigurationValue]) -> String {
        values.keys.sorted().prefix(4).map { "'\($0.prefix(20))'" }.joined(separator: ", ")
    }
}

/// The configuration's top level, with readers that name the key where a value does not fit.
private struct ConfigurationObject {
    let values: [String: ConfigurationValue]

    init(_ data: Data) throws(ImagingError) {
        guard data.count <= 1 << 20 else {
            throw .badConfiguration(
                key: "", problem: "the configuration has more than a megabyte: it is something else, fetch it again")
        }
        guard let top = try? JSONDecoder().decode(ConfigurationValue.self, from: data) else {
            throw .badConfiguration(key: "", problem: "the configuration is not valid JSON: correct or fetch it again")
        }
        guard case .object(let values) = top else {
            throw .badConfiguration(key: "", problem: "the configuration is \(top), not an object: fetch it again")
        }
        self.values = values
    }

    /// The value, or nil where it is absent or null.
    private func value(_ key: String) -> ConfigurationValue? {
        guard let value = values[key] else { return nil }
        if case .null = value { return nil }
        return value
    }

    /// A key of ours, which `mumic train` writes for models that began as open_clip's; transformers does not look at it.
    func centerCropRounding() throws(ImagingError) -> ImagePreprocessor.CenterCropRounding {
        guard let value = value("center_crop_rounding") else { return .down }
        switch value {
        case .text(let text) where text == "down": return .down
        case .text(let text) where text == "half_to_even": return .halfToEven
        default:
            throw .badConfiguration(
                key: "center_crop_rounding", problem: "is \(value): use 'down' or 'half_to_even'")
        }
    }

    func flag(_ key: String, default fallback: Bool) throws(ImagingError) -> Bool {
        guard let value = value(key) else { return fallback }
        guard case .flag(let flag) = value else {
            throw .badConfiguration(key: key, problem: "is \(value): it must be true or false")
        }
        return flag
    }

    func number(_ key: String, default fallback: Double) throws(ImagingError) -> Double {
        guard let value = value(key) else { return fallback }
        guard case .number(let number) = value else {
            throw .badConfiguration(key: key, problem: "is \(value): it must be a number")
        }
        return number
    }

    func channels(_ key: String, default fallback: [Double]) throws(ImagingError) -> [Double] {
        guard let value = value(key) else { return fallback }
        if case .number(let number) = value { return [number, number, number] }
        guard case .list(let list) = value else {
            throw .badConfiguration(key: key, problem: "is \(value): it must be a list of three numbers")
        }
        var numbers: [Double] = []
        for element in list {
            guard case .number(let number) = element else {
                throw .badConfiguration(key: key, problem: "contains \(element): it must be a list of three numbers")
            }
            numbers.append(number)
        }
        return numbers
    }

    func interpolation() throws(ImagingError) -> ImagePreprocessor.Interpolation {
        let code = try number("resample", default: 3)
        switch code {
        case 2: return .bilinear
        case 3: return .bicubic
        default:
            throw .badConfiguration(
                key: "resample",
                problem: "is \(ConfigurationValue.number(code)): only 2 (bilinear) and 3 (bicubic) are supported")
        }
    }

    func resizing() throws(ImagingError) -> ImagePreprocessor.Resizing {
        guard let value = value("size") else { return .shortestEdge(224) }
        if case .number = value { return .shortestEdge(try side(value, of: "size")) }
        if case .object(let sides) = value, sides.count == 1, let short = sides["shortest_edge"] {
            return .shortestEdge(try side(short, of: "size"))
        }
        let size = try rectangle(value, of: "size", alternatives: "a number, {\"shortest_edge\": …} or ")
        return .exact(height: size.height, width: size.width)
    }

    func crop() throws(ImagingError) -> ImagePreprocessor.Size {
        guard let value = value("crop_size") else { return .init(height: 224, width: 224) }
        if case .number = value {
            let side = try side(value, of: "crop_size")
            return .init(height: side, width: side)
        }
        return try rectangle(value, of: "crop_size", alternatives: "a number or ")
    }

    private func rectangle(
        _ value: ConfigurationValue, of key: String, alternatives: String
    ) throws(ImagingError) -> ImagePreprocessor.Size {
        if case .object(let sides) = value, sides.count == 2, let height = sides["height"], let width = sides["width"] {
            return .init(height: try side(height, of: key), width: try side(width, of: key))
        }
        if case .list(let sides) = value, sides.count == 2 {
            return .init(height: try side(sides[0], of: key), width: try side(sides[1], of: key))
        }
        throw .badConfiguration(
            key: key, problem: "is \(value): it must be \(alternatives){\"height\": …, \"width\": …}")
    }

    private func side(_ value: ConfigurationValue, of key: String) throws(ImagingError) -> Int {
        guard case .number(let number) = value, let side = Int(exactly: number) else {
            throw .badConfiguration(key: key, problem: "contains \(value): it must be a whole number of pixels")
        }
        return side
    }
}
