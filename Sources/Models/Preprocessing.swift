// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
package import Imaging
import JSON

extension ImagePreprocessor {
    /// The preprocessing that an `open_clip_config.json` describes.
    init(openCLIP root: ConfigReader, side: Int) throws {
        guard let values = try root.object("preprocess_cfg") else {
            try self.init(openCLIPSize: Size(height: side, width: side))
            return
        }
        try values.refuseAll(besides: [
            "size", "mode", "mean", "std", "interpolation", "resize_mode",
            // The colour beside a picture that is fitted whole, as no known mode does.
            "fill_color",
        ])
        let colors = try values.string("mode", default: "RGB")
        guard colors == "RGB" else { throw values.bad("mode", "is '\(colors)', only 'RGB' can be used") }
        if let size = values.value["size"] {
            let sides = size.array?.compactMap(\.number) ?? size.number.map { [$0] } ?? []
            guard !sides.isEmpty, sides.allSatisfy({ $0 == Double(side) }) else {
                throw values.bad("size", "is not the model's image_size of \(side)")
            }
        }
        let mode = try values.string("resize_mode", default: "shortest")
        guard let resizeMode = OpenCLIPResizeMode(rawValue: mode) else {
            throw values.bad("resize_mode", "is '\(mode)', only 'shortest' and 'squash' can be used")
        }
        let name = try values.string("interpolation", default: "bicubic")
        guard let interpolation = ["bicubic": Interpolation.bicubic, "bilinear": .bilinear][name] else {
            throw values.bad("interpolation", "is '\(name)', only 'bicubic' and 'bilinear' can be used")
        }
        try self.init(
            openCLIPSize: Size(height: side, width: side), resizeMode: resizeMode, interpolation: interpolation,
            mean: try values.numbers("mean", default: Self.defaultMean),
            standardDeviation: try values.numbers("std", default: Self.defaultStandardDeviation))
    }

    /// The contents of `preprocessor_config.json`.
    ///
    /// - Parameter name: The class of the image processor in transformers.
    /// - Returns: A JSON object.
    package func huggingFaceObject(class name: String) -> [String: Any] {
        let output = outputSize
        var object: [String: Any] = [
            "image_processor_type": name, "do_convert_rgb": true,
            "do_resize": resizing != .none, "do_center_crop": crop != nil,
            "crop_size": ["height": output.height, "width": output.width],
            "resample": interpolation == .bicubic ? 3 : 2,
            "do_rescale": rescaleFactor != nil, "do_normalize": mean != nil,
        ]
        switch resizing {
        case .none: break
        case .shortestEdge(let side): object["size"] = ["shortest_edge": side]
        case .exact(let height, let width): object["size"] = ["height": height, "width": width]
        }
        if let factor = rescaleFactor { object["rescale_factor"] = factor }
        if let mean = mean { object["image_mean"] = mean }
        if let deviation = standardDeviation { object["image_std"] = deviation }
        if centerCropRounding == .halfToEven { object["center_crop_rounding"] = "half_to_even" }
        return object
    }
}

/// Writes an object as JSON, the same bytes for the same contents.
package func writeJSON(_ object: [String: Any], to path: String) throws {
    let options: JSONSerialization.WritingOptions = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let data = try JSONSerialization.data(withJSONObject: object, options: options)
    try AtomicFile.write(Array(data) + [UInt8(ascii: "\n")], to: path, durable: true)
}
