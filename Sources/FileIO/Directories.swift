// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Waits until a directory's entries (which names it holds) have reached the disk.
public func syncDirectory(path: String) throws(FileIOError) {
    try checkPath(path)
    try synchronize(path, flags: O_RDONLY | O_DIRECTORY | O_CLOEXEC)
}

/// The names in a directory, hidden ones included, sorted by their bytes, without `.` and `..`.
public func listDirectory(path: String) throws(FileIOError) -> [String] {
    try checkPath(path)
    guard let stream = opendir(path) else { throw .system(operation: .list, path: path, code: errno) }
    defer { _ = closedir(stream) }
    var names: [String] = []
    while true {
        errno = 0
        guard let entry = readdir(stream) else {
            let code = errno
            if code != 0 { throw .system(operation: .list, path: path, code: code) }
            return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        }
        let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
            tuple.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: tuple.pointee)) {
                String(cString: $0)
            }
        }
        if name != ".", name != ".." { names.append(name) }
    }
}

/// Makes a directory and those above it; one that is already there is left as it is, a file in the way is an error.
public func createDirectory(path: String) throws(FileIOError) {
    try checkPath(path)
    if path.utf8.count >= Int(PATH_MAX) { throw .system(operation: .write, path: path, code: ENAMETOOLONG) }
    var missing: [String] = []
    var current = withoutTrailingSeparators(path)
    while !isDirectory(current) {
        missing.append(current)
        let above = folder(of: current)
        if above == current { break }
        current = above
    }
    for path in missing.reversed() where mkdir(path, 0o777) == -1 {
        let code = errno
        // Somebody else may have made it in the meantime.
        if !(code == EEXIST && isDirectory(path)) { throw .system(operation: .write, path: path, code: code) }
    }
}

/// Gives a directory that was written aside its final name. After a power cut there is the whole directory under that
/// name or none: every file and folder in it is flushed first, then it is renamed, then the folder that holds it is
/// flushed. `replacing` exchanges a directory that is there for the new one, in one step where the file system can, and
/// removes it; otherwise a destination that is not empty is an error.
public func renameDirectoryDurably(
    from source: String, to destination: String, replacing: Bool = false
) throws(FileIOError) {
    try checkPath(source)
    try checkPath(destination)
    let source = withoutTrailingSeparators(source)
    let destination = withoutTrailingSeparators(destination)
    for item in try tree(source) {
        switch item.kind {
        case .directory: try syncDirectory(path: item.path)
        case nil: try synchronize(item.path, flags: O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        default: break
        }
    }
    var old: String?
    if replacing, isDirectory(destination) {
        old = try exchange(source, destination)
    } else {
        try retrying(.rename, destination) { rename(source, destination) }
    }
    try syncDirectory(path: folder(of: destination))
    if folder(of: source) != folder(of: destination) { try syncDirectory(path: folder(of: source)) }
    if let old { try removeTree(path: old) }
}

/// Removes a file, or a directory with all it holds; symbolic links are removed, not followed. Nothing there is no
/// error.
public func removeTree(path: String) throws(FileIOError) {
    try checkPath(path)
    for item in try tree(withoutTrailingSeparators(path)) {
        let result = item.kind == .directory ? rmdir(item.path) : unlink(item.path)
        let code = errno
        if result == -1, code != ENOENT { throw .system(operation: .remove, path: item.path, code: code) }
    }
}

/// Everything under a path, contents before the folder that holds them; nothing if the path is not there. A list
/// instead of recursion, so that deep trees cannot exhaust the stack.
private func tree(_ root: String) throws(FileIOError) -> [(path: String, kind: FileKind?)] {
    var found: [(path: String, kind: FileKind?)] = []
    var pending = [root]
    while let path = pending.popLast() {
        var status = stat()
        if lstat(path, &status) == -1 {
            let code = errno
            if code == ENOENT { continue }
            throw .system(operation: .list, path: path, code: code)
        }
        let kind = irregularKind(status.st_mode)
        found.append((path, kind))
        if kind == .directory {
            pending += try listDirectory(path: path).map { path + "/" + $0 }
        }
    }
    return found.reversed()
}

/// Swaps two directories; returns where the old one went.
private func exchange(_ source: String, _ destination: String) throws(FileIOError) -> String {
    // The C library has this function (glibc 2.28), but Swift's module map hides its declaration.
    typealias RenameAt2 = @convention(c) (Int32, UnsafePointer<CChar>, Int32, UnsafePointer<CChar>, UInt32) -> Int32
    let exchangeFlag: UInt32 = 2  // RENAME_EXCHANGE
    var code = ENOSYS
    if let symbol = dlsym(nil, "renameat2") {
        let renameAt2 = unsafeBitCast(symbol, to: RenameAt2.self)
        if renameAt2(AT_FDCWD, source, AT_FDCWD, destination, exchangeFlag) == 0 { return source }
        code = errno
    }
    guard code == EINVAL || code == ENOSYS || code == ENOTSUP else {
        throw .system(operation: .rename, path: destination, code: code)
    }
    // Some network file systems cannot exchange: two steps then, with a moment at which neither is there.
    let aside = temporaryPath(beside: destination)
    try retrying(.rename, destination) { rename(destination, aside) }
    do throws(FileIOError) {
        try retrying(.rename, destination) { rename(source, destination) }
    } catch {
        _ = rename(aside, destination)
        throw error
    }
    return aside
}

private func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && irregularKind(status.st_mode) == .directory
}

private func synchronize(_ path: String, flags: Int32) throws(FileIOError) {
    let number = try retrying(.synchronize, path) { open(path, flags) }
    let descriptor = Descriptor(number: number)
    do throws(FileIOError) {
        try retrying(.synchronize, path) { fsync(descriptor.number) }
    } catch {
        // Some file systems cannot flush a directory; there is then nothing to wait for.
        if error.code == EINVAL || error.code == ENOTSUP { return }
        throw error
    }
}
