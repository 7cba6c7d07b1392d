// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Copies what is in a directory, all below it included, into another one, which is made if it is not there. Symbolic
/// links to files become files of their own, so that the copy stands without the links' targets; links to directories
/// or to nothing, and what is no file or directory, are left out. `isCopied` is asked with the path relative to
/// `source`. After an error, what was copied before is still there.
public func copyDirectory(
    from source: String, to destination: String, where isCopied: (String) -> Bool = { _ in true }
) throws(FileIOError) {
    try checkPath(source)
    try checkPath(destination)
    try createDirectory(path: destination)
    // A list instead of recursion, so that deep trees cannot exhaust the stack.
    var pending = [""]
    while let folder = pending.popLast() {
        for name in try listDirectory(path: source + "/" + folder) {
            let relative = folder.isEmpty ? name : folder + "/" + name
            let path = source + "/" + relative
            var status = stat()
            guard isCopied(relative), lstat(path, &status) == 0 else { continue }
            if irregularKind(status.st_mode) == .directory {
                try createDirectory(path: destination + "/" + relative)
                pending.append(relative)
            } else if stat(path, &status) == 0, irregularKind(status.st_mode) == nil {
                try copyFile(from: path, to: destination + "/" + relative)
            }
        }
    }
}

private func copyFile(from source: String, to destination: String) throws(FileIOError) {
    let file = try MappedFile(path: source)
    file.advise(.sequential)
    let writer = try AtomicFileWriter(path: destination)
    let piece = 16 << 20
    for start in stride(from: 0, to: file.count, by: piece) {
        let range = start..<min(file.count, start + piece)
        try file.withBytes { (bytes) throws(FileIOError) in
            try writer.append(UnsafeRawBufferPointer(rebasing: bytes[range]))
        }
        file.advise(.dontNeed, range: range)
    }
    try writer.commit(durable: false)
}
