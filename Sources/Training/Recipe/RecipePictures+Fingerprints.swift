// SPDX-License-Identifier: Apache-2.0

import Duplicates
import FileIO
import Foundation
import Imaging
import JSON
import Synchronization

/// Takes the fingerprints of pictures from the threads that decode them.
final class FingerprintCollector: Sendable {
    private let found: Mutex<[PictureFingerprint?]>

    init(count: Int) { found = Mutex(Array(repeating: nil, count: count)) }

    /// Takes a picture; one of which no fingerprint can be made stays without.
    func callAsFunction(_ index: Int, _ image: RGBImage) {
        guard let fingerprint = try? PictureFingerprint(image) else { return }
        found.withLock { $0[index] = fingerprint }
    }

    var all: [PictureFingerprint?] { found.withLock { $0 } }
}

/// Fingerprints in a file, for runs that are gone on with.
enum FingerprintFile {
    static func read(_ path: String, count: Int) -> [PictureFingerprint?]? {
        guard let bytes = try? readFile(path: path, maximumBytes: 4 << 30),
            let found = try? JSONDecoder().decode([PictureFingerprint?].self, from: Data(bytes)), found.count == count
        else { return nil }
        return found
    }

    static func write(_ fingerprints: [PictureFingerprint?], to path: String) throws {
        try AtomicFile.write(Array(try JSONEncoder().encode(fingerprints)), to: path, durable: false)
    }
}
