// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Synchronization

/// The connections that are open: counted, bounded, and closed where one does not end.
///
/// Beyond the bound, the connection that has waited longest for its client is closed: for a request, or for the rest of
/// one. So clients that open many connections and send little cannot keep others out.
final class OpenConnections: Sendable {
    private struct Entry {
        let channel: any Channel
        /// Since when the client is awaited; nil while it is being answered.
        var waitsSince: UInt64?
    }

    private let limit: Int
    private let entries = Mutex<[ObjectIdentifier: Entry]>([:])

    /// No connections yet, and so many at most.
    init(limit: Int) { self.limit = limit }

    /// How many there are.
    var count: Int { entries.withLock { $0.count } }

    /// Takes one in until it is closed.
    func add(_ channel: any Channel) {
        let id = ObjectIdentifier(channel)
        let victim = entries.withLock { entries in
            let victim = entries.count < limit ? nil : Self.longestWaiting(entries)
            entries[id] = Entry(channel: channel, waitsSince: monotonicNanoseconds())
            return victim
        }
        channel.closeFuture.whenComplete { _ in self.entries.withLock { _ = $0.removeValue(forKey: id) } }
        victim?.close(promise: nil)
    }

    /// Notes whether a connection's client is awaited, from now on.
    func set(_ channel: any Channel, waits: Bool) {
        let since = waits ? monotonicNanoseconds() : nil
        entries.withLock { $0[ObjectIdentifier(channel)]?.waitsSince = since }
    }

    /// Closes them, whatever is going on there.
    func closeAll() {
        for entry in entries.withLock({ Array($0.values) }) { entry.channel.close(promise: nil) }
    }

    private static func longestWaiting(_ entries: [ObjectIdentifier: Entry]) -> (any Channel)? {
        entries.values.lazy.compactMap { entry in entry.waitsSince.map { (entry.channel, $0) } }
            .min { $0.1 < $1.1 }?.0
    }
}
