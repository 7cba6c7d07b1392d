// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Report

@Suite struct TextTests {
    @Test func `texts of strangers lose what XML forbids and what turns the direction`() {
        #expect(presentable("a\u{0}b\u{1B}c\td\ne") == "a\u{FFFD}b\u{FFFD}c d e")
        #expect(presentable("x\u{202E}gpj.exe\u{2066}") == "xgpj.exe")
        #expect(presentable("a\nb", keepsLines: true) == "a\nb")
        #expect(presentable("Zoë 汉字 🍅") == "Zoë 汉字 🍅")
    }

    @Test func `long texts end with an ellipsis, however few characters their scalars make`() {
        #expect(presentable(String(repeating: "ab", count: 100), limit: 5) == "ababa…")
        #expect(presentable("abcde", limit: 5) == "abcde")
        let stacked = "e" + String(repeating: "\u{301}", count: 100_000)
        #expect(presentable(stacked, limit: 10).unicodeScalars.count == 11)
    }

    @Test func `the five characters are escaped`() {
        #expect(escaped("<a href=\"x\" b='y'>&</a>") == "&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;&lt;/a&gt;")
    }

    @Test func `numbers are written for people`() {
        #expect(percent(0.7884) == "78.8\u{202F}%")
        #expect(percent(nil) == "–" && percent(.nan) == "–")
        #expect(points(0.031) == "+3.1" && points(-0.031) == "−3.1" && points(-0.0001) == "±0.0")
        #expect([0, 999, 1000, 1_234_567, -4321].map(grouped) == ["0", "999", "1,000", "1,234,567", "−4,321"])
        #expect(grouped(.min) == "−9,223,372,036,854,775,808")
        #expect(counted(1, "label") == "1 label" && counted(2000, "label") == "2,000 labels")
        #expect(signed(-0.878, 3) == "−0.878" && signed(0.5, 1) == "+0.5" && signed(-0.0001, 3) == "±0.000")
        #expect(tickText(20_000_000, step: 10_000_000) == "20M" && tickText(2_500_000, step: 500_000) == "2.5M")
        #expect(tickText(0.0002, step: 0.0001) == "0.0002" && tickText(0.00002, step: 0.00001) == "2e−5")
        #expect(tickText(1500, step: 500) == "1,500" && tickText(-0.5, step: 0.5) == "−0.5")
    }

    @Test func `axes end at round numbers and hold their values`() {
        for (low, high) in [(0.0, 1.0), (3, 3), (-7.3, 12.9), (1e-5, 3e-4), (0, 0), (99_980, 100_020)] {
            let scale = Scale.linear([low, high, .nan, .infinity])
            #expect(scale.low <= low && scale.high >= high && scale.low < scale.high)
            let ticks = scale.ticks(5)
            #expect((2...12).contains(ticks.count), "\(low) to \(high)")
            #expect(Set(ticks.map(\.text)).count == ticks.count, "\(ticks)")
            #expect(scale.place(low) >= 0 && scale.place(high) <= 1)
        }
        #expect(Scale.unit.ticks(5).map(\.value).map { short($0 * 100) } == ["0", "20", "40", "60", "80", "100"])
        #expect(Scale.linear([]).low < Scale.linear([]).high)
    }

    @Test func `logarithmic axes hold their values and have ticks`() {
        for (low, high) in [(1.0, 1.0), (1, 9), (2, 518), (1, 1e6), (37, 41)] {
            let scale = Scale.logarithmic([low, high, 0, -4])
            #expect(scale.low <= low * 1.000_001 && scale.high >= high * 0.999_999 && scale.low < scale.high)
            #expect((1...12).contains(scale.ticks().count), "\(low) to \(high)")
            #expect(abs(scale.place(scale.low)) < 1e-12 && abs(scale.place(scale.high) - 1) < 1e-12)
        }
        #expect(Scale.logarithmic([]).ticks().isEmpty == false)
    }

    @Test func `numbers that are not finite have a place on an axis all the same`() {
        #expect(Scale.unit.place(.nan) == 0)
        #expect(Scale.unit.place(.infinity) == 0)
        #expect(Scale.unit.place(7) == 1 && Scale.unit.place(-7) == 0)
        #expect(short(.nan) == "0" && short(1.25) == "1.3" && short(3) == "3")
    }
}
