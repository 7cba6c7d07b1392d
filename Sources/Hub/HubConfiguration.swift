// SPDX-License-Identifier: Apache-2.0

public import Foundation

/// How often, and after which pauses, a failed request is sent again.
public struct HubRetries: Sendable, Equatable {
    /// Attempts in a row that bring nothing new, the first one included. The default is 4.
    public var attempts: Int
    /// The pause before the second attempt; each further one is twice as long. The default is 0.5 s.
    public var firstPause: Duration
    /// The longest pause between two attempts. The default is 8 s.
    public var longestPause: Duration
    /// The longest pause that a server may ask for by `Retry-After`; a longer wish is cut. The default is 60 s.
    public var longestRetryAfter: Duration

    /// Makes a rule; every value has its default.
    public init(
        attempts: Int = 4, firstPause: Duration = .milliseconds(500), longestPause: Duration = .seconds(8),
        longestRetryAfter: Duration = .seconds(60)
    ) {
        self.attempts = attempts
        self.firstPause = firstPause
        self.longestPause = longestPause
        self.longestRetryAfter = longestRetryAfter
    }

    /// The pause after `failures` failures in a row (1 or more), or what the server asked for.
    func pause(after failures: Int, asked: Duration?) -> Duration {
        if let asked { return min(max(asked, .zero), longestRetryAfter) }
        return min(firstPause * (1 << min(max(failures - 1, 0), 20)), longestPause)
    }
}

/// Where models are fetched from and kept.
public struct HubConfiguration: Sendable, Equatable {
    /// The Hub's cache, which huggingface_hub shares. The default is `~/.cache/huggingface/hub`.
    public var cacheDirectory: String
    /// The Hub's address, without a slash at the end. The default is `https://huggingface.co`.
    public var endpoint: URL
    /// The token that is sent to the endpoint, and to no other host. The default is none.
    public var token: String?
    /// Whether the network is never used. The default is false.
    public var isOffline: Bool
    /// How long a question about a model or a file may stay unanswered. The default is 10 s.
    public var metadataTimeout: Duration
    /// How long a download may bring nothing. The default is 10 s.
    public var downloadTimeout: Duration
    /// When a failed request is sent again.
    public var retries: HubRetries

    /// Makes a configuration from its values.
    public init(
        cacheDirectory: String, endpoint: URL, token: String? = nil, isOffline: Bool = false,
        metadataTimeout: Duration = .seconds(10), downloadTimeout: Duration = .seconds(10),
        retries: HubRetries = HubRetries()
    ) {
        self.cacheDirectory = cacheDirectory
        self.endpoint = endpoint
        self.token = token
        self.isOffline = isOffline
        self.metadataTimeout = metadataTimeout
        self.downloadTimeout = downloadTimeout
        self.retries = retries
    }
}
