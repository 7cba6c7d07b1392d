// SPDX-License-Identifier: Apache-2.0

/// Normalization form C (Unicode Standard Annex 15) with the tables of the `tokenizers` library.
///
/// The library's tables are older than Swift's: marks that it does not know are not reordered.
struct CanonicalComposition: Sendable {
    static let shared = CanonicalComposition()

    private var classes: [UInt32: UInt8] = [:]
    /// Full canonical decompositions, Hangul apart.
    private var decompositions: [UInt32: [UInt32]] = [:]
    /// First scalar in the upper half, second in the lower, to the composite.
    private var compositions: [UInt64: UInt32] = [:]

    private static let syllables: UInt32 = 0xAC00
    private static let leading: UInt32 = 0x1100
    private static let vowels: UInt32 = 0x1161
    private static let trailing: UInt32 = 0x11A7
    private static let vowelCount: UInt32 = 21
    private static let trailingCount: UInt32 = 28
    private static let syllableCount: UInt32 = 11172

    private init() {
        var end: UInt32 = 0
        var reader = TableReader(UnicodeTables.combiningClasses)
        while let gap = reader.next(), let count = reader.next(), let value = reader.next() {
            for code in end + gap..<end + gap + count { classes[code] = UInt8(truncatingIfNeeded: value) }
            end += gap + count
        }
        var (code, first, second): (UInt32, Int64, Int64) = (0, 0, 0)
        reader = TableReader(UnicodeTables.decompositions)
        // Of the second part: 0 if there is none, else 1 + 2 * its distance, and 1 more if the two compose again.
        while let gap = reader.next(), let distance = reader.nextSigned(), let rest = reader.next() {
            code += gap
            first += distance
            decompositions[code] = [UInt32(truncatingIfNeeded: first)]
            guard rest > 0 else { continue }
            second += TableReader.signed((rest - 1) >> 1)
            decompositions[code]?.append(UInt32(truncatingIfNeeded: second))
            if (rest - 1) & 1 == 1 { compositions[UInt64(first) << 32 | UInt64(second)] = code }
        }
        // The parts may decompose further: at most four levels in Unicode, so repeat until nothing changes.
        var changed = true
        while changed {
            changed = false
            for (code, old) in decompositions {
                let new = old.flatMap { decompositions[$0] ?? [$0] }
                if new != old {
                    decompositions[code] = new
                    changed = true
                }
            }
        }
    }

    /// The text in form C.
    func callAsFunction(_ scalars: [UInt32]) -> [UInt32] {
        // Nothing below U+0300 combines or is a singleton.
        guard scalars.contains(where: { $0 >= 0x300 }) else { return scalars }
        return compose(decompose(scalars))
    }

    private func decompose(_ scalars: [UInt32]) -> [(code: UInt32, order: UInt8)] {
        var out: [(code: UInt32, order: UInt8)] = []
        out.reserveCapacity(scalars.count + scalars.count / 4)
        var marks = 0  // how many marks lie at the end of `out`, still to be ordered
        func close(_ out: inout [(code: UInt32, order: UInt8)]) {
            if marks > 1 { Self.sort(&out, from: out.count - marks) }
            marks = 0
        }
        func append(_ code: UInt32, _ out: inout [(code: UInt32, order: UInt8)]) {
            let order = code < 0x300 ? 0 : classes[code] ?? 0
            if order == 0 { close(&out) }
            out.append((code, order))
            if order != 0 { marks += 1 }
        }
        for code in scalars {
            let index = code &- Self.syllables
            if code < 0xC0 {
                append(code, &out)
            } else if index < Self.syllableCount {
                append(Self.leading + index / (Self.vowelCount * Self.trailingCount), &out)
                append(Self.vowels + index / Self.trailingCount % Self.vowelCount, &out)
                if index % Self.trailingCount != 0 { append(Self.trailing + index % Self.trailingCount, &out) }
            } else if let parts = decompositions[code] {
                for part in parts { append(part, &out) }
            } else {
                append(code, &out)
            }
        }
        close(&out)
        return out
    }

    /// A stable sort by combining class: counting, as a run of marks may be as long as the text.
    private static func sort(_ out: inout [(code: UInt32, order: UInt8)], from start: Int) {
        let run = Array(out[start...])
        var offsets = [Int](repeating: 0, count: 257)
        for mark in run { offsets[Int(mark.order) + 1] += 1 }
        for k in 1..<257 { offsets[k] += offsets[k - 1] }
        for mark in run {
            out[start + offsets[Int(mark.order)]] = mark
            offsets[Int(mark.order)] += 1
        }
    }

    private func compose(_ marks: [(code: UInt32, order: UInt8)]) -> [UInt32] {
        var out: [UInt32] = []
        out.reserveCapacity(marks.count)
        var starter = -1  // where in `out` the last starter is
        var last: UInt8 = 0  // the class of what follows it, 0 if nothing does
        for (code, order) in marks {
            let adjacent = starter == out.count - 1
            if starter >= 0, adjacent || (last != 0 && last < order), let composite = pair(out[starter], code) {
                out[starter] = composite
                continue
            }
            if order == 0 {
                starter = out.count
                last = 0
            } else {
                last = order
            }
            out.append(code)
        }
        return out
    }

    private func pair(_ first: UInt32, _ second: UInt32) -> UInt32? {
        let lead = first &- Self.leading
        if lead < 19, second &- Self.vowels < Self.vowelCount {
            return Self.syllables + (lead * Self.vowelCount + (second - Self.vowels)) * Self.trailingCount
        }
        let index = first &- Self.syllables
        let tail = second &- Self.trailing
        if index < Self.syllableCount, index % Self.trailingCount == 0, tail > 0, tail < Self.trailingCount {
            return first + tail
        }
        return compositions[UInt64(first) << 32 | UInt64(second)]
    }
}
