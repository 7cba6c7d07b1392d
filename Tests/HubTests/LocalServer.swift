// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization

/// What a test's server was asked.
struct Request: Sendable {
    let method: String
    let path: String
    let headers: [String: String]

    /// The first byte that a `Range` header asks for.
    var offset: Int? {
        headers["range"].flatMap { Int($0.dropFirst("bytes=".count).dropLast()) }
    }
}

/// What a test's server answers, lies and breaks included.
struct Reply: Sendable {
    var status = 200
    var headers: [String: String] = [:]
    var body: [UInt8] = []
    /// The `Content-Length` to state; the body's own if nil.
    var statedLength: Int?
    /// Leaves `Content-Length` out: the body ends with the connection.
    var hasLength = true
    /// Closes the connection after so many bytes of the body.
    var breakAfter: Int?
    /// Seconds before anything is sent.
    var delay = 0.0
    /// Seconds before the body is sent.
    var bodyDelay = 0.0

    static func json(_ text: String) -> Reply {
        Reply(headers: ["Content-Type": "application/json"], body: Array(text.utf8))
    }
}

/// An HTTP/1.1 server on 127.0.0.1: one thread and one request a connection.
final class LocalServer: Sendable {
    let port: Int
    private let descriptor: Int32
    private let log = Mutex<[Request]>([])

    /// A proxy of the machine's environment must not see requests to 127.0.0.1.
    private static let leavesOutProxies: Bool = setenv("no_proxy", "127.0.0.1,localhost", 1) == 0

    struct SocketProblem: Error {
        let call: String
    }

    /// Serves until the value goes. The handler is told how often the same method and path were asked before.
    init(_ handler: @escaping @Sendable (Request, Int) -> Reply) throws {
        guard Self.leavesOutProxies else { throw SocketProblem(call: "setenv") }
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw SocketProblem(call: "socket") }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let socket = descriptor
        let port = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic -> UInt16? in
                guard bind(socket, generic, length) == 0, listen(socket, 64) == 0,
                    getsockname(socket, generic, &length) == 0
                else { return nil }
                return pointer.pointee.sin_port.bigEndian
            }
        }
        guard let port else { throw SocketProblem(call: "bind") }
        self.port = Int(port)
        Thread.detachNewThread { [weak self] in
            while true {
                let connection = accept(socket, nil, nil)
                guard connection >= 0 else { return }
                guard let self else {
                    close(connection)
                    return
                }
                Thread.detachNewThread { [self] in
                    serve(connection, handler)
                    close(connection)
                }
            }
        }
    }

    deinit {
        shutdown(descriptor, Int32(SHUT_RDWR))
        close(descriptor)
    }

    var requests: [Request] {
        log.withLock { $0 }
    }

    func requests(_ method: String, _ path: String) -> [Request] {
        requests.filter { $0.method == method && $0.path == path }
    }

    private func serve(_ connection: Int32, _ handler: (Request, Int) -> Reply) {
        guard let request = readRequest(connection) else { return }
        let before = log.withLock { log in
            let count = log.count { $0.method == request.method && $0.path == request.path }
            log.append(request)
            return count
        }
        let reply = handler(request, before)
        Thread.sleep(forTimeInterval: reply.delay)
        var head = "HTTP/1.1 \(reply.status) Reply\r\nConnection: close\r\n"
        if reply.hasLength { head += "Content-Length: \(reply.statedLength ?? reply.body.count)\r\n" }
        for (name, value) in reply.headers { head += "\(name): \(value)\r\n" }
        guard send(connection, Array((head + "\r\n").utf8)), request.method != "HEAD" else { return }
        Thread.sleep(forTimeInterval: reply.bodyDelay)
        _ = send(connection, Array(reply.body.prefix(reply.breakAfter ?? .max)))
        // The peer closes first where it can, so that no reset swallows bytes on their way.
        shutdown(connection, Int32(SHUT_WR))
        var rest = [UInt8](repeating: 0, count: 256)
        while read(connection, &rest, rest.count) > 0 {}
    }

    private func readRequest(_ connection: Int32) -> Request? {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while !bytes.suffix(4).elementsEqual("\r\n\r\n".utf8) {
            guard bytes.count < 65_536, read(connection, &byte, 1) == 1 else { return nil }
            bytes.append(byte)
        }
        let lines = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\r\n")
        let words = lines[0].split(separator: " ")
        guard words.count == 3 else { return nil }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            headers[line[..<colon].lowercased()] = line[line.index(after: colon)...]
                .trimmingCharacters(in: .whitespaces)
        }
        return Request(method: String(words[0]), path: String(words[1]), headers: headers)
    }

    private func send(_ connection: Int32, _ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Foundation.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }
}
