// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Datasets

@Suite struct DecimalNumberTests {
    private func parse(_ text: String) -> Double? {
        Array(text.utf8).withUnsafeBufferPointer(DecimalNumber.parse)
    }

    @Test func `every double comes back from its shortest text`() {
        for _ in 0..<200_000 {
            let value = Double(bitPattern: .random(in: .min ... .max))
            guard value.isFinite else { continue }
            #expect(parse(value.description)?.bitPattern == value.bitPattern, "\(value)")
        }
    }

    @Test func `random decimals are rounded as Swift rounds them`() {
        for _ in 0..<200_000 {
            let digits = String((0..<Int.random(in: 1...24)).map { _ in "0123456789".randomElement() ?? "0" })
            let point = Int.random(in: 0...digits.count)
            var text = String(digits.prefix(point)) + "." + String(digits.dropFirst(point))
            if Bool.random() { text += "e\(Int.random(in: -330...330))" }
            if Bool.random() { text = "-" + text }
            let swift = point == 0 ? Double(text.replacing(".", with: "0.", maxReplacements: 1)) : Double(text)
            #expect(parse(text)?.bitPattern == (swift ?? .nan).bitPattern, "\(text)")
        }
    }

    @Test func `forms that are numbers`() {
        #expect(parse("1") == 1)
        #expect(parse("+0.5") == 0.5)
        #expect(parse(".5") == 0.5)
        #expect(parse("5.") == 5)
        #expect(parse("1E-3") == 0.001)
        #expect(parse("-0")?.sign == .minus)
        #expect(parse("1e999999999999999999999") == .infinity)
        #expect(parse("1e-999999999999999999999") == 0)
        #expect(parse("0e999999999999999999999") == 0)
        #expect(parse(String(repeating: "9", count: 400)) == .infinity)
        #expect(parse("0." + String(repeating: "0", count: 400) + "1") == 0)
    }

    @Test(arguments: [
        "", "-", ".", "e5", "1e", "1e+", "0x10", "nan", "inf", "-Infinity", "1_000", "1 ", " 1", "1,5", "1.2.3",
    ])
    func `forms that are none`(text: String) {
        #expect(parse(text) == nil)
    }
}
