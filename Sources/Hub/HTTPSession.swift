// SPDX-License-Identifier: Apache-2.0

import Dispatch
import FileIO
import Foundation
import Synchronization

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// The status and the headers of an answer.
struct HTTPHead: Sendable {
    let status: Int
    private let fields: [String: String]

    init(status: Int, fields: [String: String]) {
        self.status = status
        self.fields = Dictionary(fields.map { ($0.key.lowercased(), $0.value) }) { first, _ in first }
    }

    /// A header's value, whatever the case of its name.
    subscript(_ name: String) -> String? {
        fields[name.lowercased()]
    }

    var isRedirect: Bool {
        [301, 302, 303, 307, 308].contains(status) && self["Location"] != nil
    }
}

/// Why a request ended without a whole answer.
enum TransportFailure: Error, Equatable {
    /// A broken or refused connection: another attempt may do better.
    case connection(String)
    /// The other side sent nothing in time.
    case timeout
    /// A certificate that does not hold.
    case security(String)
    /// An address that cannot be asked.
    case address(String)
}

/// What arrives, in this order: one head, any number of pieces, one end.
private enum HTTPEvent: Sendable {
    case head(HTTPHead)
    case body(Data)
    case end(TransportFailure?)
}

/// What the network's threads put in and the waiting thread takes out.
private final class HTTPInbox: Sendable {
    private let events = Mutex<[HTTPEvent]>([])
    private let arrived = DispatchSemaphore(value: 0)

    func put(_ event: HTTPEvent) {
        events.withLock { $0.append(event) }
        arrived.signal()
    }

    func next(within timeout: Duration) -> HTTPEvent? {
        let parts = timeout.components
        let nanoseconds = Int(min(parts.seconds, 1 << 31)) * 1_000_000_000 + Int(parts.attoseconds / 1_000_000_000)
        guard arrived.wait(timeout: .now() + .nanoseconds(nanoseconds)) == .success else { return nil }
        return events.withLock { $0.isEmpty ? nil : $0.removeFirst() }
    }
}

/// An answer that is being received, read by the thread that asked.
///
/// Reading with a limit for each wait is what URLSession on Linux lacks: its own time limit knows whole seconds only.
struct HTTPStream {
    private let task: URLSessionDataTask
    private let inbox: HTTPInbox
    private let timeout: Duration

    fileprivate init(task: URLSessionDataTask, inbox: HTTPInbox, timeout: Duration) {
        self.task = task
        self.inbox = inbox
        self.timeout = timeout
    }

    private func event() throws(TransportFailure) -> HTTPEvent {
        if let event = inbox.next(within: timeout) { return event }
        task.cancel()
        throw .timeout
    }

    func head() throws(TransportFailure) -> HTTPHead {
        switch try event() {
        case .head(let head): return head
        case .end(let failure): throw failure ?? .connection("closed without an answer")
        case .body: throw .connection("no header")
        }
    }

    /// The next piece of the body; `nil` at its end.
    func next() throws(TransportFailure) -> Data? {
        switch try event() {
        case .body(let data): return data
        case .end(nil): return nil
        case .end(let failure?): throw failure
        case .head: throw .connection("two headers")
        }
    }

    /// Ends the answer; nothing is read from it any more.
    func cancel() {
        task.cancel()
    }
}

/// One URLSession for all the requests of a model; redirects are left to the caller, who knows where a token may go.
final class HTTPSession {
    private let delegate = HTTPDelegate()
    private let session: URLSession

    init() {
        let configuration = URLSessionConfiguration.ephemeral
        configuration.urlCache = nil
        configuration.httpCookieStorage = nil
        configuration.httpShouldSetCookies = false
        configuration.urlCredentialStorage = nil
        configuration.requestCachePolicy = .reloadIgnoringLocalCacheData
        let queue = OperationQueue()
        queue.maxConcurrentOperationCount = 1
        session = URLSession(configuration: configuration, delegate: delegate, delegateQueue: queue)
    }

    deinit {
        session.invalidateAndCancel()
    }

    /// Sends a request; each wait for something new may take as long as the timeout.
    func start(_ request: URLRequest, timeout: Duration) -> HTTPStream {
        var request = request
        // Ours comes first; this one only bounds a task that was forgotten.
        request.timeoutInterval = Double(min(timeout.components.seconds, 86_400)) + 30
        let inbox = HTTPInbox()
        let task = session.dataTask(with: request)
        delegate.register(inbox, for: task.taskIdentifier)
        task.resume()
        return HTTPStream(task: task, inbox: inbox, timeout: timeout)
    }
}

private final class HTTPDelegate: NSObject, URLSessionDataDelegate, Sendable {
    private let inboxes = Mutex<[Int: HTTPInbox]>([:])

    func register(_ inbox: HTTPInbox, for task: Int) {
        inboxes.withLock { $0[task] = inbox }
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
        completionHandler(nil)
    }

    func urlSession(
        _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
    ) {
        if let inbox = inboxes.withLock({ $0[dataTask.taskIdentifier] }), let answer = response as? HTTPURLResponse {
            var fields: [String: String] = [:]
            for (name, value) in answer.allHeaderFields {
                if let name = name as? String, let value = value as? String { fields[name] = value }
            }
            inbox.put(.head(HTTPHead(status: answer.statusCode, fields: fields)))
        }
        completionHandler(.allow)
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        inboxes.withLock { $0[dataTask.taskIdentifier] }?.put(.body(data))
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        inboxes.withLock { $0.removeValue(forKey: task.taskIdentifier) }?.put(.end(error.map(failure)))
    }

    private func failure(_ error: any Error) -> TransportFailure {
        guard let error = error as? URLError else { return .connection("the transfer failed") }
        switch error.code {
        case .timedOut: return .timeout
        case .badURL, .unsupportedURL: return .address("not an address that can be asked")
        case .secureConnectionFailed, .serverCertificateHasBadDate, .serverCertificateUntrusted,
            .serverCertificateHasUnknownRoot, .serverCertificateNotYetValid, .clientCertificateRejected,
            .clientCertificateRequired:
            return .security("the server's certificate is not accepted")
        case .cannotFindHost, .dnsLookupFailed: return .connection("the host's name is not known")
        case .cannotConnectToHost: return .connection("the host refuses the connection")
        case .networkConnectionLost: return .connection("the connection was lost")
        case .notConnectedToInternet: return .connection("there is no network")
        default:
            // On Linux libcurl's own words are all that tells a bad certificate from a broken transfer.
            let words = printable(error.localizedDescription, maximumCharacters: 100)
            let isSecurity = words.contains("SSL") || words.lowercased().contains("certificate")
            return isSecurity ? .security(words) : .connection(words)
        }
    }
}
