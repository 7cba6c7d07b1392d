// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Imaging

@Suite("Preprocessing")
struct PreprocessorTests {
    struct Case: Decodable {
        let name: String
        let width: Int
        let height: Int
        let configuration: String
        let outHeight: Int
        let outWidth: Int
        let pixels: Int
        let values: Int
    }

    @Test func `values are those of transformers and, for open_clip's crop, torchvision`() throws {
        let pixels = try Fixtures.bytes("preprocess.pixels")
        let values = try Fixtures.floats("preprocess.values")
        let cases = try Fixtures.decode([Case].self, "preprocess.json")
        #expect(cases.count == 23)
        for item in cases {
            let preprocessor =
                item.configuration.isEmpty
                ? try ImagePreprocessor(openCLIPSize: .init(height: 16, width: 16))
                : try ImagePreprocessor(configuration: Data(item.configuration.utf8))
            let image = try RGBImage(
                width: item.width, height: item.height,
                pixels: Array(pixels[item.pixels..<item.pixels + item.width * item.height * 3]))
            let result = try preprocessor(image)
            #expect(result.height == item.outHeight && result.width == item.outWidth, "\(item.name)")
            #expect(preprocessor.outputSize == .init(height: item.outHeight, width: item.outWidth))
            let expected = values[item.values..<item.values + 3 * item.outHeight * item.outWidth]
            #expect(result.values.count == expected.count)
            // The resize is the same integer kernel; what is left is one division in single precision.
            let difference = zip(result.values, expected).map { abs($0 - $1) / max(1, abs($1)) }.max()
            #expect(try #require(difference) <= 1e-5, "\(item.name): \(difference ?? .nan)")
        }
    }

    @Test func `half pixels are cut down by transformers' rule and to the even pixel by open_clip's`() throws {
        let down = try ImagePreprocessor(resizing: .shortestEdge(16), crop: .init(height: 16, width: 16))
        let even = try ImagePreprocessor(openCLIPSize: .init(height: 16, width: 16))
        #expect((16...23).map { down.offset($0, 16) } == [0, 0, 1, 1, 2, 2, 3, 3])
        #expect((16...23).map { even.offset($0, 16) } == [0, 0, 1, 2, 2, 2, 3, 4])
        #expect((11...15).map { down.offset($0, 16) } == [-2, -2, -1, -1, 0])
    }

    @Test func `an empty configuration is CLIP's`() throws {
        let clip = try ImagePreprocessor(resizing: .shortestEdge(224), crop: .init(height: 224, width: 224))
        #expect(try ImagePreprocessor(configuration: Data("{}".utf8)) == clip)
        let text = #"{"size": null, "resample": 3, "crop_size": 224, "feature_extractor_type": "CLIPFeatureExtractor"}"#
        #expect(try ImagePreprocessor(configuration: Data(text.utf8)) == clip)
        #expect(try ImagePreprocessor(configuration: Data(#"{"size": 224}"#.utf8)) == clip)
        #expect(clip.shortSide == 224)
    }

    @Test func `a hostile configuration is one error that names the key`() throws {
        let texts = [
            ("size", #"{"size": 0}"#), ("size", #"{"size": -224}"#), ("size", #"{"size": 1e9}"#),
            ("size", #"{"size": 2.5}"#), ("size", #"{"size": "224"}"#), ("size", #"{"size": true}"#),
            ("size", #"{"size": {"longest_edge": 3}}"#), ("size", #"{"size": {"height": 224}}"#),
            ("size", #"{"size": {"height": 224, "width": 1e300}}"#), ("size", #"{"size": []}"#),
            ("size", #"{"size": {}}"#),
            ("crop_size", #"{"crop_size": 99999999999999999999}"#),
            ("crop_size", #"{"crop_size": {"shortest_edge": 3}}"#),
            ("resample", #"{"resample": 1}"#), ("resample", #"{"resample": "bicubic"}"#),
            ("do_resize", #"{"do_resize": 1}"#), ("do_normalize", #"{"do_normalize": "yes"}"#),
            ("do_pad", #"{"do_pad": true}"#), ("do_center_crop", #"{"do_center_crop": false}"#),
            ("rescale_factor", #"{"rescale_factor": 0}"#), ("rescale_factor", #"{"rescale_factor": -1}"#),
            ("rescale_factor", #"{"rescale_factor": []}"#), ("image_mean", #"{"image_mean": [1, 2]}"#),
            ("image_mean", #"{"image_mean": [1, 2, "3"]}"#), ("image_mean", #"{"image_mean": "x"}"#),
            ("image_std", #"{"image_std": [1, 0, 1]}"#), ("image_std", #"{"image_std": [1, -1, 1]}"#),
            ("image_std", #"{"image_std": 0}"#), ("image_std", #"{"image_std": [1e-300, 1, 1]}"#),
            ("image_std", #"{"rescale_factor": 1e-300}"#),
            ("rescale_factor", #"{"do_normalize": false, "rescale_factor": 1e200}"#),
            ("", "[1]"), ("", ""), ("", "{"), ("", #"{"image_std": [NaN, 1, 1]}"#), ("", "nul\0"),
            ("", String(repeating: "[", count: 100_000)), ("", String(repeating: " ", count: 1 << 21)),
        ]
        for (key, text) in texts {
            let error = #expect(throws: ImagingError.self, "\(text.prefix(60))") {
                try ImagePreprocessor(configuration: Data(text.utf8))
            }
            guard case .badConfiguration(let named, let problem) = try #require(error) else {
                Issue.record("\(text.prefix(60)): \(String(describing: error))")
                continue
            }
            #expect(named == key && !problem.isEmpty && !problem.contains("\n"), "\(text.prefix(60)): \(problem)")
        }
    }

    @Test func `values given in code are checked like those of a file`() throws {
        let crop = ImagePreprocessor.Size(height: 8, width: 8)
        for deviation in [[Double.nan, 1, 1], [.infinity, 1, 1], [0, 1, 1], [1, 1], []] {
            #expect(throws: ImagingError.self) {
                try ImagePreprocessor(resizing: .none, crop: crop, standardDeviation: deviation)
            }
        }
        #expect(throws: ImagingError.self) { try ImagePreprocessor(resizing: .none, crop: crop, mean: nil) }
        #expect(throws: ImagingError.self) { try ImagePreprocessor(resizing: .none, crop: crop, rescaleFactor: .nan) }
        #expect(throws: ImagingError.self) { try ImagePreprocessor(openCLIPSize: .init(height: 8, width: 9)) }
        #expect(throws: ImagingError.self) { try ImagePreprocessor(openCLIPSize: .init(height: .min, width: .min)) }
        let squash = try ImagePreprocessor(openCLIPSize: .init(height: 8, width: 9), resizeMode: .squash)
        #expect(try squash(noise(width: 30, height: 5)).width == 9)
    }

    @Test func `a picture too elongated to be resized is an error`() throws {
        let preprocessor = try ImagePreprocessor(resizing: .shortestEdge(224), crop: .init(height: 224, width: 224))
        let image = try RGBImage(width: 3000, height: 1, pixels: Array(repeating: 9, count: 9000))
        #expect(
            throws: ImagingError.tooElongated(width: 3000, height: 1, resizedWidth: 672_000, resizedHeight: 224)
        ) { try preprocessor(image) }
    }
}
