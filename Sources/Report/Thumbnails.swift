// SPDX-License-Identifier: Apache-2.0

import Foundation
import Imaging

/// Small pictures as data URIs.
struct Thumbnails {
    /// The longer side, in pixels.
    static let longSide = 160
    /// libjpeg's scale.
    static let quality = 70

    private var made: [String: String?] = [:]

    /// The picture as `data:image/jpeg;base64,…`; nil where it cannot be read.
    mutating func dataURI(path: String) -> String? {
        if let known = made[path] { return known }
        let uri = try? Self.make(path)
        made[path] = .some(uri)
        return uri
    }

    private static func make(_ path: String) throws(ImagingError) -> String {
        let picture = try RGBImage(contentsOf: path, shortSideAtLeast: longSide).reduced(toLongSide: longSide)
        return "data:image/jpeg;base64," + Data(try picture.jpeg(quality: quality)).base64EncodedString()
    }
}
