// SPDX-License-Identifier: Apache-2.0

import ContentHash
import Datasets
import FileIO
import Imaging
import Terminal

/// Decodes every picture once, so that a broken one is found now and not after an hour.
func checkPictures(_ images: [AnnotatedImage], source: String, preprocessor: ImagePreprocessor, workers: Int) throws {
    let shortSide = preprocessor.shortSide
    let loader = PictureLoader<AnnotatedImage, Bool>(
        images, workers: workers, ahead: workers * 4
    ) { (_, image) throws(ImagingError) in
        _ = try RGBImage(contentsOf: image.path, shortSideAtLeast: shortSide)
        return true
    }
    defer { loader.cancel() }
    let bar = ProgressBar(title: "checking pictures", total: images.count)
    var findings: [String] = []
    while let element = loader.next() {
        if case .failure(let error) = element.result {
            findings.append("\(source):\(element.input.line): \(printable(element.input.name)): \(error)")
        }
        bar.advance()
        try Interruption.check()
    }
    bar.finish()
    if !findings.isEmpty {
        throw BadDataError(
            message:
                "\(findings.count) pictures of \(source) cannot be read; replace them or remove their lines",
            findings: findings)
    }
}

/// A hash of files; of one that is not given, that it is not.
func fingerprint(_ paths: [String?]) throws -> String {
    var hash = SHA256()
    for path in paths { hash.update(Array((try path.map { try SHA256.hexadecimal(ofFileAt: $0) } ?? "none").utf8)) }
    return hash.hexadecimal()
}
