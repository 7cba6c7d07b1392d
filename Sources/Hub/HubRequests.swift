// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Why one attempt at a request failed, and whether another may succeed.
enum AttemptFailure: Error {
    case transient(HubError, retryAfter: Duration?)
    case final(HubError)
}

/// Runs what cannot succeed at another attempt either.
func finally<Result>(_ body: () throws(HubError) -> Result) throws(AttemptFailure) -> Result {
    do {
        return try body()
    } catch {
        throw .final(error)
    }
}

/// An answer after its redirects.
struct HubAnswer {
    /// The heads met on the way, the answer's own last.
    let heads: [HTTPHead]
    let stream: HTTPStream
    let url: URL
    /// Whether the answer came from the endpoint itself, so that its status speaks about the model.
    let isFromEndpoint: Bool

    var status: Int { heads.last?.status ?? 0 }

    /// The first answer's header, as the Hub puts a file's facts on the redirect and not on what it points to.
    func first(_ name: String) -> String? {
        heads.lazy.compactMap { $0[name] }.first
    }

    func last(_ name: String) -> String? { heads.last?[name] }
}

/// Requests to the endpoint and to where it redirects.
struct HubRequests {
    let configuration: HubConfiguration
    let model: HubModelName
    private let session = HTTPSession()

    /// An address under the endpoint, each component percent-encoded (a slash in a revision too).
    func url(_ components: [String]) throws(HubError) -> URL {
        let allowed = CharacterSet(charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")
        let path = components.map { $0.addingPercentEncoding(withAllowedCharacters: allowed) ?? "" }
        let text = configuration.endpoint.absoluteString + "/" + path.joined(separator: "/")
        guard let url = URL(string: text) else {
            throw .badSetting(variable: "HF_ENDPOINT", value: "", expected: "an address of a Hub is expected")
        }
        return url
    }

    /// Sends a request and follows up to ten redirects; the answer's body is still to be read. `offset` is the first
    /// byte wanted, `timeout` bounds each wait, and `stopsAt` tells whether a redirect's own head is the wanted answer
    /// (its second argument: whether it leads to another host). The token goes to the endpoint's own scheme, host and
    /// port; after one redirect elsewhere it is gone for good, also if the way leads back. A redirect from https to
    /// http is refused.
    func send(
        _ method: String, _ url: URL, offset: Int = 0, timeout: Duration,
        stopsAt: (HTTPHead, Bool) -> Bool = { _, _ in false }
    ) throws(AttemptFailure) -> HubAnswer {
        var current = url
        var isTrusted = isSameOrigin(url, configuration.endpoint)
        var heads: [HTTPHead] = []
        for _ in 0...10 {
            var request = URLRequest(url: current)
            request.httpMethod = method
            request.setValue("mumic", forHTTPHeaderField: "User-Agent")
            // A compressed answer would hide the file's length and could not be resumed.
            request.setValue("identity", forHTTPHeaderField: "Accept-Encoding")
            if offset > 0 { request.setValue("bytes=\(offset)-", forHTTPHeaderField: "Range") }
            if isTrusted, let token = configuration.token {
                request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization")
            }
            let stream = session.start(request, timeout: timeout)
            let head: HTTPHead
            do {
                head = try stream.head()
            } catch {
                throw failure(error, at: current, timeout: timeout)
            }
            heads.append(head)
            let answer = HubAnswer(heads: heads, stream: stream, url: current, isFromEndpoint: isTrusted)
            guard head.isRedirect, let location = head["Location"] else { return answer }
            guard let target = URL(string: location, relativeTo: current)?.absoluteURL, let host = target.host,
                !host.isEmpty
            else {
                stream.cancel()
                throw .final(.badAnswer(url: shown(current), reason: "a redirect to '\(printable(location))'"))
            }
            let isElsewhere = !isSameOrigin(current, target)
            if stopsAt(head, isElsewhere) { return answer }
            stream.cancel()
            let scheme = target.scheme?.lowercased()
            guard scheme == "https" || (scheme == "http" && current.scheme?.lowercased() == "http") else {
                throw .final(.refusedRedirect(url: shown(current), target: shown(target)))
            }
            if isElsewhere { isTrusted = false }
            current = target
        }
        throw .final(.tooManyRedirects(url: shown(url)))
    }

    /// The next piece of an answer's body; `nil` at its end.
    func piece(of answer: HubAnswer, timeout: Duration) throws(AttemptFailure) -> Data? {
        do {
            return try answer.stream.next()
        } catch {
            throw failure(error, at: answer.url, timeout: timeout)
        }
    }

    /// Repeats an attempt until it succeeds, fails for good, or has failed too often.
    func retrying<Result>(
        attempts: Int, _ attempt: () throws(AttemptFailure) -> Result
    ) throws(HubError) -> Result {
        var failures = 0
        while true {
            do {
                return try attempt()
            } catch {
                switch error {
                case .final(let error): throw error
                case .transient(let error, let asked):
                    failures += 1
                    if failures >= attempts { throw error.afterAttempts(failures) }
                    pause(configuration.retries.pause(after: failures, asked: asked))
                }
            }
        }
    }

    func pause(_ duration: Duration) { Thread.sleep(forTimeInterval: duration.inSeconds) }

    /// What a broken transfer means.
    func failure(_ failure: TransportFailure, at url: URL, timeout: Duration) -> AttemptFailure {
        switch failure {
        case .connection(let reason):
            .transient(.cannotConnect(url: shown(url), reason: reason, attempts: 1), retryAfter: nil)
        case .timeout:
            .transient(.timedOut(url: shown(url), seconds: timeout.inSeconds, attempts: 1), retryAfter: nil)
        case .security(let reason): .final(.insecure(url: shown(url), reason: reason))
        case .address(let reason): .final(.badAnswer(url: shown(url), reason: reason))
        }
    }

    /// What an answer's status other than success means; `file` is what was asked for, `nil` for the model itself.
    func failure(_ answer: HubAnswer, file: String?) -> AttemptFailure {
        let url = shown(answer.url)
        switch answer.status {
        case 429:
            return .transient(.rateLimited(url: url, attempts: 1), retryAfter: retryAfter(answer))
        case 408, 500, 502, 503, 504:
            return .transient(
                .serverFailed(url: url, status: answer.status, attempts: 1), retryAfter: retryAfter(answer))
        default: break
        }
        guard answer.isFromEndpoint else {
            // Signed addresses of a storage host run out; the next attempt gets a fresh one.
            return .transient(.unexpectedStatus(url: url, status: answer.status), retryAfter: nil)
        }
        let code = answer.last("X-Error-Code")
        let name = model.description
        let endpoint = configuration.endpoint.absoluteString
        let error: HubError =
            switch (answer.status, code) {
            case (_, "GatedRepo"): .gated(model: name, page: "\(endpoint)/\(model.repository)")
            case (404, "RevisionNotFound"): .revisionNotFound(model: name, revision: model.revision)
            case (404, _) where file != nil && code != "RepoNotFound":
                .fileNotFound(model: name, file: file ?? "a file")
            case (404, _): .notFound(model: name, endpoint: endpoint)
            case (401, _), (403, _):
                .unauthorized(model: name, status: answer.status, tokenWasSent: configuration.token != nil)
            default: .unexpectedStatus(url: url, status: answer.status)
            }
        return .final(error)
    }

    /// `Retry-After` in both its forms: seconds, and a date.
    private func retryAfter(_ answer: HubAnswer) -> Duration? {
        guard let text = answer.last("Retry-After") else { return nil }
        if let seconds = Double(text), seconds >= 0, seconds.isFinite { return .seconds(min(seconds, 86_400)) }
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = TimeZone(identifier: "GMT")
        format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
        return format.date(from: text).map { .seconds(min(max($0.timeIntervalSinceNow, 0), 86_400)) }
    }
}

/// An address for a message: without its query, which may hold a signature.
func shown(_ url: URL) -> String {
    var parts = URLComponents(url: url, resolvingAgainstBaseURL: true)
    parts?.query = nil
    parts?.fragment = nil
    parts?.user = nil
    parts?.password = nil
    return printable(parts?.string ?? "an address")
}

/// Whether two addresses have the same scheme, host and port.
func isSameOrigin(_ one: URL, _ other: URL) -> Bool {
    func origin(_ url: URL) -> (String, String, Int) {
        let scheme = url.scheme?.lowercased() ?? ""
        return (scheme, url.host?.lowercased() ?? "", url.port ?? (scheme == "https" ? 443 : 80))
    }
    return origin(one) == origin(other)
}

extension Duration {
    /// The duration in seconds, to the millisecond.
    var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds / 1_000_000_000_000_000) / 1000
    }
}

extension HubError {
    /// The same error with the number of attempts that were made.
    func afterAttempts(_ count: Int) -> HubError {
        switch self {
        case .rateLimited(let url, _): .rateLimited(url: url, attempts: count)
        case .serverFailed(let url, let status, _): .serverFailed(url: url, status: status, attempts: count)
        case .cannotConnect(let url, let reason, _): .cannotConnect(url: url, reason: reason, attempts: count)
        case .timedOut(let url, let seconds, _): .timedOut(url: url, seconds: seconds, attempts: count)
        case .truncated(let file, let received, let expected, _):
            .truncated(file: file, received: received, expected: expected, attempts: count)
        default: self
        }
    }
}
