// SPDX-License-Identifier: Apache-2.0

import CResample
import ContentHash
import Testing

@testable import Imaging

struct ResamplingTests {
    /// A picture that libtorch resized, as Scripts/goldens/record-resampling-goldens.py wrote it.
    struct Case: Decodable {
        let height: Int
        let width: Int
        let outHeight: Int
        let outWidth: Int
        let style: String
        let filter: String
        let sha256: String

        var picture: RGBImage {
            get throws {
                var state: UInt64 = 1
                let pixels = (0..<height * width * 3).map { _ in
                    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                    let sample = UInt8(state >> 56)
                    return style == "extremes" ? sample % 2 * 255 : sample
                }
                return try RGBImage(width: width, height: height, pixels: pixels)
            }
        }
    }

    @Test func `resized pictures have libtorch's bytes`() throws {
        let cases = try Fixtures.decode([Case].self, "resampling.json")
        #expect(cases.count == 80)
        for item in cases {
            let resized = try item.picture.resized(
                height: item.outHeight, width: item.outWidth,
                interpolation: item.filter == "bicubic" ? .bicubic : .bilinear)
            #expect(resized.height == item.outHeight && resized.width == item.outWidth)
            #expect(hash(resized.pixels) == item.sha256, "\(item)")
        }
    }

    @Test func `plain C and vector instructions give the same bytes`() throws {
        for item in try Fixtures.decode([Case].self, "resampling.json") {
            let picture = try item.picture
            let portable = [UInt8](unsafeUninitializedCapacity: item.outHeight * item.outWidth * 3) { out, count in
                guard let to = out.baseAddress else { return }
                let status = cresample_rgb8(
                    picture.pixels, Int64(item.height), Int64(item.width), to, Int64(item.outHeight),
                    Int64(item.outWidth), item.filter == "bicubic" ? CRESAMPLE_BICUBIC : CRESAMPLE_BILINEAR,
                    CRESAMPLE_PORTABLE)
                count = status == 0 ? out.count : 0
            }
            #expect(hash(portable) == item.sha256, "\(item)")
        }
    }

    private func hash(_ bytes: [UInt8]) -> String {
        var hash = SHA256()
        hash.update(bytes)
        return hash.hexadecimal()
    }
}
