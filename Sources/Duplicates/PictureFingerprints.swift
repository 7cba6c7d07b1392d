// SPDX-License-Identifier: Apache-2.0

public import FileIO
import Foundation
public import Imaging

/// Reads pictures on threads and gives the fingerprint of each.
///
/// - Parameters:
///   - pictures: The pictures.
///   - workers: The number of threads; nil for as many as there are processors.
///   - monitor: Shown how far it is, and asked after every picture whether to go on.
/// - Returns: For each picture its fingerprint, or why it cannot be read.
/// - Throws: What `monitor` throws.
public func pictureFingerprints(
    of pictures: [Picture], workers: Int? = nil, monitor: WorkMonitor = .silent
) throws -> [Result<PictureFingerprint, ImagingError>] {
    if pictures.isEmpty { return [] }
    let workers = workers ?? ProcessInfo.processInfo.activeProcessorCount
    let loader = PictureLoader<Picture, PictureFingerprint>(
        pictures, workers: workers, ahead: workers * 4
    ) { (_, picture) throws(ImagingError) in
        try PictureFingerprint(RGBImage(picture))
    }
    defer { loader.cancel() }
    let progress = monitor.begin("comparing pictures", total: pictures.count)
    var results: [Result<PictureFingerprint, ImagingError>] = []
    results.reserveCapacity(pictures.count)
    while let element = loader.next() {
        results.append(element.result)
        progress.advance()
        try monitor.check()
    }
    progress.finish()
    return results
}
