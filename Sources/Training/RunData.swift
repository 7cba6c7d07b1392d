// SPDX-License-Identifier: Apache-2.0

import ContentHash
import Datasets
package import Duplicates
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

/// Decodes every picture of a list once, so that a broken one is found now and not after an hour. With `hashes` it does
/// so at full size and hands them each picture. Throws `InputError` with a finding for each picture that cannot be read,
/// or `Interrupted`.
package func checkPictures(
    _ images: [Picture], of source: String, preprocessor: ImagePreprocessor, workers: Int,
    hashes: PixelHashes? = nil, _ monitor: WorkMonitor
) throws {
    let shortSide = hashes == nil ? preprocessor.shortSide : nil
    let loader = PictureLoader<Picture, Bool>(
        images, workers: workers, ahead: workers * 4
    ) { (index, image) throws(ImagingError) in
        let decoded = try RGBImage(image, shortSideAtLeast: shortSide)
        hashes?.take(index, decoded)
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

/// What is to be said where pictures that choose are trained on too; nil where none is.
///
/// - Parameters:
///   - training: The pixel hashes of the training pictures.
///   - validation: The hashes of the pictures to choose by; nil for one that was not read.
///   - table: Those pictures.
/// - Returns: A sentence without a full stop.
func sharedPicturesNote(training: Set<String>, validation: [String?], _ table: AnnotationTable) -> String? {
    let same = validation.indices.filter { row in validation[row].map(training.contains) ?? false }
    guard let first = same.first else { return nil }
    return
        "\(same.count) of \(table.images.count) validation pictures are in the training data too, such as \(printable(table.images[first].name)): what is chosen by them is too hopeful; mumic dataset split makes data without such pictures, --allow-shared silences this"
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
