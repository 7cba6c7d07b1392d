// SPDX-License-Identifier: Apache-2.0

public import FileIO

/// Why a model could not be found or fetched.
///
/// `model` is the name as the user wrote it, `url` the address that was asked, without its query (which may hold a
/// signature). What came from a server is made printable before it is stored here.
public enum HubError: UserFacingError, Equatable {
    /// An environment variable has a value that cannot be used; a token's value is never shown.
    case badSetting(variable: String, value: String, expected: String)
    /// The Hub answered 401 or 403: the model is private, does not exist, or the token is wrong.
    case unauthorized(model: String, status: Int, tokenWasSent: Bool)
    /// The model's conditions have to be accepted first.
    case gated(model: String, page: String)
    /// There is no such model.
    case notFound(model: String, endpoint: String)
    /// The model is there, the revision is not.
    case revisionNotFound(model: String, revision: String)
    /// The Hub lists a file and does not have it.
    case fileNotFound(model: String, file: String)
    /// The network must not be used, and the cache does not hold the model; `missing` is what it lacks of it.
    case offline(model: String, missing: String, cache: String)
    /// The Hub kept on answering 429.
    case rateLimited(url: String, attempts: Int)
    /// The server kept on failing.
    case serverFailed(url: String, status: Int, attempts: Int)
    /// A status that means nothing here.
    case unexpectedStatus(url: String, status: Int)
    /// No connection, or one that broke every time.
    case cannotConnect(url: String, reason: String, attempts: Int)
    /// The server sent nothing for too long, every time.
    case timedOut(url: String, seconds: Double, attempts: Int)
    /// The server's certificate, or its encryption, cannot be trusted.
    case insecure(url: String, reason: String)
    /// An answer that is not what a Hub gives.
    case badAnswer(url: String, reason: String)
    /// Redirects without end.
    case tooManyRedirects(url: String)
    /// A redirect to something that is not fetched from.
    case refusedRedirect(url: String, target: String)
    /// A length that contradicts what the Hub said of the file.
    case wrongSize(file: String, expected: Int, found: Int, url: String)
    /// The connection broke in the middle, more often than is allowed.
    case truncated(file: String, received: Int, expected: Int?, attempts: Int)
    /// The content is not what the Hub's checksum says.
    case checksumMismatch(file: String, expected: String, found: String)
    /// The cache's disk is full.
    case diskFull(path: String, neededBytes: Int?)
    /// The cache cannot be written.
    case unwritable(path: String, reason: String)
    /// A file of the cache cannot be read.
    case unreadable(path: String, reason: String)
    /// The model lacks something without which it is no CLIP model.
    case incompleteModel(model: String, missing: String)
    /// Several files may be the weights.
    case ambiguousWeights(model: String, files: [String])
    /// The list of the weights' shards cannot be used.
    case badShardIndex(path: String, reason: String)
}

extension HubError {
    /// One line: what, where, what to do.
    public var description: String {
        switch self {
        case .badSetting(let variable, let value, let expected):
            "\(variable)\(value.isEmpty ? "" : "=\(value)"): \(expected)"
        case .unauthorized(let model, let status, let tokenWasSent):
            tokenWasSent
                ? "\(model): the Hub refuses the token (HTTP \(status)); check the name, and set HF_TOKEN to a valid "
                    + "token that may read this model"
                : "\(model): the Hub asks for a token (HTTP \(status)): the model is private or does not exist; check "
                    + "the name, and set HF_TOKEN"
        case .gated(let model, let page):
            "\(model): the model is gated (HTTP 403); accept its conditions at \(page), then set HF_TOKEN to a token of "
                + "that account"
        case .notFound(let model, let endpoint):
            "\(model): there is no such model at \(endpoint) (HTTP 404), and no such directory; check the name"
        case .revisionNotFound(let model, let revision):
            "\(model): the model has no revision '\(revision)' (HTTP 404); name a branch, a tag or a commit it has"
        case .fileNotFound(let model, let file):
            "\(model): the Hub lists \(file) and does not have it (HTTP 404); try again later or name another revision"
        case .offline(let model, let missing, let cache):
            "\(model): \(missing) not in the cache \(cache), and HF_HUB_OFFLINE forbids to fetch; unset it once, or set "
                + "HF_HUB_CACHE to the cache that has the model"
        case .rateLimited(let url, let attempts):
            "\(url): too many requests (HTTP 429, \(counted(attempts))); wait some minutes, or set HF_TOKEN for a "
                + "higher limit"
        case .serverFailed(let url, let status, let attempts):
            "\(url): the server fails (HTTP \(status), \(counted(attempts))); try again later"
        case .unexpectedStatus(let url, let status):
            "\(url): unexpected answer (HTTP \(status)); check HF_ENDPOINT"
        case .cannotConnect(let url, let reason, let attempts):
            "\(url): no connection (\(reason), \(counted(attempts))); check the network and HF_ENDPOINT, or set "
                + "HF_HUB_OFFLINE=1 to use the cache alone"
        case .timedOut(let url, let seconds, let attempts):
            "\(url): nothing came for \(seconds) s (\(counted(attempts))); check the network, or raise "
                + "HF_HUB_DOWNLOAD_TIMEOUT and HF_HUB_ETAG_TIMEOUT"
        case .insecure(let url, let reason):
            "\(url): no trustworthy connection (\(reason)); check the system's certificates, clock and proxy"
        case .badAnswer(let url, let reason):
            "\(url): not a Hub's answer (\(reason)); check HF_ENDPOINT, firewall and proxy"
        case .tooManyRedirects(let url):
            "\(url): redirects without end; check HF_ENDPOINT"
        case .refusedRedirect(let url, let target):
            "\(url): a redirect to \(target), which is not followed; check HF_ENDPOINT"
        case .wrongSize(let file, let expected, let found, let url):
            "\(file): \(url) has \(found) bytes where the Hub says \(expected); try again later, or check HF_ENDPOINT"
        case .truncated(let file, let received, let expected, let attempts):
            "\(file): the connection broke at \(received) of \(expected.map { "\($0)" } ?? "an unknown number of") bytes "
                + "(\(counted(attempts))); run it again to go on from there"
        case .checksumMismatch(let file, let expected, let found):
            "\(file): the content's checksum is \(found), the Hub says \(expected); the download was discarded, try again"
        case .diskFull(let path, let needed):
            "\(path): the disk is full\(needed.map { " (\($0) bytes are needed)" } ?? ""); make room, or set "
                + "HF_HUB_CACHE to a directory on another disk"
        case .unwritable(let path, let reason):
            "\(path): the cache cannot be written (\(reason)); correct the permissions, or set HF_HUB_CACHE to another "
                + "directory"
        case .unreadable(let path, let reason):
            "\(path): cannot be read (\(reason)); correct the permissions, or delete it to fetch it again"
        case .incompleteModel(let model, let missing):
            "\(model): no CLIP model, it has no \(missing); name another model or revision"
        case .ambiguousWeights(let model, let files):
            "\(model): any of \(files.joined(separator: ", ")) may be the weights, and there is no model.safetensors; "
                + "fetch one into a directory as model.safetensors and name the directory"
        case .badShardIndex(let path, let reason):
            "\(path): not a usable list of shards (\(reason)); name another model or revision"
        }
    }

    private func counted(_ attempts: Int) -> String {
        attempts == 1 ? "1 attempt" : "\(attempts) attempts"
    }

    /// Missing input where what was named is not to be found, also where nobody answers who would have it; else bad data.
    public var failureKind: FailureKind {
        switch self {
        case .notFound, .revisionNotFound, .offline, .cannotConnect, .timedOut: .missingInput
        default: .badData
        }
    }

    /// Whether a model that is in the cache may be used instead of asking: nobody answered, or nothing usable.
    var isNetworkTrouble: Bool {
        switch self {
        case .rateLimited, .serverFailed, .cannotConnect, .timedOut, .truncated, .badAnswer, .insecure: true
        default: false
        }
    }
}
