// SPDX-License-Identifier: Apache-2.0

import ContentHash
import Datasets
package import FileIO
import Foundation
package import Imaging

/// A hash of what a run was read from, as checkpoints keep it to notice other data: 64 hexadecimal digits, from the
/// content hash of each file or nil for one that is not given.
package func fingerprint(_ contents: [String?]) -> String {
    var hash = SHA256()
    for content in contents { hash.update((content ?? "none").utf8) }
    return hash.hexadecimal()
}

/// Decodes every picture of a list once, so that a broken one is found now and not after an hour. Throws `InputError`
/// with a finding for each picture that cannot be read, or `Interrupted`.
package func checkPictures(
    _ images: [Picture], of source: String, preprocessor: ImagePreprocessor, workers: Int,
    _ monitor: WorkMonitor
) throws {
    let shortSide = preprocessor.shortSide
    let loader = PictureLoader<Picture, Bool>(
        images, workers: workers, ahead: workers * 4
    ) { (_, image) throws(ImagingError) in
        _ = try RGBImage(image, shortSideAtLeast: shortSide)
        return true
    }
    defer { loader.cancel() }
    let progress = monitor.begin("checking pictures", total: images.count)
    var findings: [String] = []
    while let element = loader.next() {
        if case .failure(let error) = element.result {
            findings.append("\(element.input.place(in: source)): \(printable(element.input.name)): \(error)")
        }
        progress.advance()
        try monitor.check()
    }
    progress.finish()
    try requireReadable(findings, of: source)
}

/// Throws `InputError` if there is a finding of a picture that cannot be read; `source` is the file that lists them.
func requireReadable(_ findings: [String], of source: String) throws(InputError) {
    if findings.isEmpty { return }
    throw .badData(
        "\(findings.count) pictures of \(source) cannot be read; replace them or remove their lines",
        findings: findings)
}

/// Looks whether the pipes that a run was begun with, given by options and their values, are there again when it is
/// gone on with. Throws `InputError`, a missing input, for one that is gone.
package func checkPipes(_ paths: [(option: String, path: String?)]) throws(InputError) {
    for case (let option, let path?) in paths where path.hasPrefix("/dev/fd/") && access(path, F_OK) != 0 {
        throw .missing(
            "--\(option) was a pipe, \(printable(path)), when the run began; give --\(option) again with the same contents"
        )
    }
}
