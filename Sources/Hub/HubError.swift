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
    /// The only weights are pickles, which can run code when they are opened.
    case picklesOnly(model: String, repository: String, revision: String, file: String)
    /// The model lacks something without which it is no CLIP model.
    case incompleteModel(model: String, missing: String)
    /// Several files may be the weights.
    case ambiguousWeights(model: String, files: [String])
    /// The list of the weights' shards cannot be used.
    case badShardIndex(path: String, reason: String)
}

extension HubError {
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
