// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import Imaging

/// Small pictures as data URIs.
struct Thumbnails {
    /// The longer side, in pixels.
    static let longSide = 160
    /// libjpeg's scale.
    static let quality = 70

    private var made: [Picture: String?] = [:]

    /// The picture as `data:image/jpeg;base64,…`; nil where it cannot be read.
    mutating func dataURI(of picture: Picture) -> String? {
        if let known = made[picture] { return known }
        let uri = try? Self.make(picture)
        made[picture] = .some(uri)
        return uri
    }

    private static func make(_ source: Picture) throws(ImagingError) -> String {
        let picture = try RGBImage(source, shortSideAtLeast: longSide).reduced(toLongSide: longSide)
        return "data:image/jpeg;base64," + Data(try picture.jpeg(quality: quality)).base64EncodedString()
    }
}
