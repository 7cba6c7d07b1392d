// SPDX-License-Identifier: Apache-2.0

/// Which requests run together, and when: a bounded queue in front of one model, without clock, thread or socket.
///
/// Work is first admitted, by its cost, while its pictures are still being decoded; then each piece arrives and waits; then
/// a batch of pieces runs, on one of some workers. A batch begins when a worker is idle and it is full, or its oldest
/// piece has waited for the delay, or nothing else is on its way: so a lone request never waits. Idle workers share what
/// waits. Pictures and texts run in batches of their own; the oldest piece decides which is next.
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
        /// Run these pieces; ``finished()`` is to be called afterwards. `alone` says that nothing else runs, waits or is
        /// on its way, so that the batch may have the whole machine.
        case run([UInt64], alone: Bool)
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

    /// The cost at which a batch is full: for pictures their number.
    let batchSize: Int
    /// The cost that may be admitted, running pieces not counted.
    let limit: Int
    /// How long a piece waits for others that are on their way, in nanoseconds.
    let delay: UInt64
    /// How many batches may run at a time.
    let workers: Int

    private var waiting: [Piece] = []
    /// How many batches run.
    private(set) var running = 0
    /// The cost of what is admitted and has not arrived.
    private(set) var arriving = 0
    private var waitingCost = 0

    init(batchSize: Int, limit: Int, delay: UInt64, workers: Int = 1) {
        (self.batchSize, self.limit, self.delay) = (max(1, batchSize), max(1, limit), delay)
        self.workers = max(1, workers)
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
        guard running < workers, let oldest = waiting.first else { return .idle }
        let deadline = oldest.arrival + delay
        if waitingCost < batchSize, arriving > 0, now < deadline { return .wait(until: deadline) }
        // All that waits is shared among the workers that are idle.
        let share = (waitingCost + workers - running - 1) / (workers - running)
        let size = min(batchSize, max(1, share))
        var (batch, cost): ([Piece], Int) = ([], 0)
        for piece in waiting where piece.kind == oldest.kind && cost < size {
            batch.append(piece)
            cost += max(1, piece.cost)
        }
        let ids = Set(batch.map(\.id))
        waiting.removeAll { ids.contains($0.id) }
        waitingCost -= batch.reduce(0) { $0 + $1.cost }
        running += 1
        return .run(batch.map(\.id), alone: running == 1 && length == 0)
    }

    /// A batch has ended.
    mutating func finished() { running -= 1 }
}
