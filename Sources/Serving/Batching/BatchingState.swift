// SPDX-License-Identifier: Apache-2.0

/// Which requests run together, and when: a bounded queue in front of one model, without clock, thread or socket.
///
/// Work is first admitted, by its cost, while its pictures are still being decoded; then each piece arrives and waits; then
/// a batch of pieces runs. A batch begins when the model is idle and it is full, or its oldest piece has waited for
/// the delay, or nothing else is on its way: so a lone request never waits. Pictures and texts run in batches of their
/// own; the oldest piece decides which is next.
///
/// Times are nanoseconds of any clock that does not go back.
struct BatchingState {
    /// What may run together.
    enum Kind: Sendable, Equatable {
        case pictures
        case texts
    }

    /// What to do now.
    enum Action: Equatable {
        /// Run these pieces; ``finished()`` is to be called afterwards.
        case run([UInt64])
        /// Ask again at this time, if nothing happens before.
        case wait(until: UInt64)
        /// Nothing, until something happens.
        case idle
    }

    private struct Piece {
        let id: UInt64
        let kind: Kind
        let cost: Int
        let arrival: UInt64
    }

    /// The most pieces of a batch.
    let batchSize: Int
    /// The cost that may be admitted, running pieces not counted.
    let limit: Int
    /// How long a piece waits for others that are on their way, in nanoseconds.
    let delay: UInt64

    private var waiting: [Piece] = []
    private(set) var isRunning = false
    /// The cost of what is admitted and has not arrived.
    private(set) var arriving = 0
    private var waitingCost = 0

    init(batchSize: Int, limit: Int, delay: UInt64) {
        (self.batchSize, self.limit, self.delay) = (max(1, batchSize), max(1, limit), delay)
    }

    /// The cost of all that is admitted and does not run yet.
    var length: Int { arriving + waitingCost }

    /// Whether work of a cost finds no place now. Work that is larger than the whole queue has a place in an empty one.
    func isFull(for cost: Int) -> Bool { length > 0 && length + cost > limit }

    /// Takes work in before it is decoded; false where the queue is full.
    mutating func admit(cost: Int) -> Bool {
        if isFull(for: cost) { return false }
        arriving += cost
        return true
    }

    /// Gives up admitted work that will not arrive.
    mutating func abandon(cost: Int) { arriving -= cost }

    /// A piece of admitted work is ready to run.
    mutating func arrive(_ id: UInt64, _ kind: Kind, cost: Int, at now: UInt64) {
        arriving -= cost
        waitingCost += cost
        waiting.append(Piece(id: id, kind: kind, cost: cost, arrival: now))
    }

    /// Takes out a piece that has not begun to run; false where there is none.
    mutating func cancel(_ id: UInt64) -> Bool {
        guard let place = waiting.firstIndex(where: { $0.id == id }) else { return false }
        waitingCost -= waiting.remove(at: place).cost
        return true
    }

    /// What to do now.
    mutating func next(at now: UInt64) -> Action {
        guard !isRunning, let oldest = waiting.first else { return .idle }
        let ready = waiting.lazy.filter { $0.kind == oldest.kind }.prefix(batchSize)
        let deadline = oldest.arrival + delay
        if ready.count < batchSize, arriving > 0, now < deadline { return .wait(until: deadline) }
        let batch = Array(ready)
        let ids = Set(batch.map(\.id))
        waiting.removeAll { ids.contains($0.id) }
        waitingCost -= batch.reduce(0) { $0 + $1.cost }
        isRunning = true
        return .run(batch.map(\.id))
    }

    /// The batch has ended.
    mutating func finished() { isRunning = false }
}
