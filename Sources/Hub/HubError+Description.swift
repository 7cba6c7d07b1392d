// SPDX-License-Identifier: Apache-2.0

extension HubError {
    /// One line: what, where, what to do.
    public var description: String {
        switch self {
        case .badSetting(let variable, let value, let expected):
            "\(variable)\(value.isEmpty ? "" : "=\(value)"): \(expected)"
        case .unauthorized, .gated, .notFound, .revisionNotFound, .fileNotFound, .offline:
            accessDescription
        case .rateLimited, .serverFailed, .unexpectedStatus, .cannotConnect, .timedOut, .insecure, .badAnswer,
            .tooManyRedirects, .refusedRedirect:
            networkDescription
        case .wrongSize, .truncated, .checksumMismatch, .diskFull, .unwritable, .unreadable:
            fileDescription
        case .picklesOnly, .incompleteModel, .ambiguousWeights, .badShardIndex:
            modelDescription
        }
    }

    private var accessDescription: String {
        switch self {
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
        default: ""
        }
    }

    private var networkDescription: String {
        switch self {
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
        default: ""
        }
    }

    private var fileDescription: String {
        switch self {
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
        default: ""
        }
    }

    private var modelDescription: String {
        switch self {
        case .picklesOnly(let model, let repository, let revision, let file):
            "\(model): the weights are a pickle (\(file)), which can run code and is refused; convert them once: "
                + conversion(repository: repository, revision: revision)
        case .incompleteModel(let model, let missing):
            "\(model): no CLIP model, it has no \(missing); name another model or revision"
        case .ambiguousWeights(let model, let files):
            "\(model): any of \(files.joined(separator: ", ")) may be the weights, and there is no model.safetensors; "
                + "fetch one into a directory as model.safetensors and name the directory"
        case .badShardIndex(let path, let reason):
            "\(path): not a usable list of shards (\(reason)); name another model or revision"
        default: ""
        }
    }

    private func counted(_ attempts: Int) -> String {
        attempts == 1 ? "1 attempt" : "\(attempts) attempts"
    }

    private func conversion(repository: String, revision: String) -> String {
        let from = revision == "main" ? "'\(repository)'" : "'\(repository)', revision='\(revision)'"
        return "python -c \"from transformers import CLIPModel as M, CLIPProcessor as P; "
            + "M.from_pretrained(\(from)).save_pretrained('clip'); P.from_pretrained(\(from)).save_pretrained('clip')\""
            + " and name the directory clip"
    }
}
