// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Terminal

@Suite struct FormattingTests {
    @Test func `durations read like a clock`() {
        let expected: [(Double, String)] = [
            (0, "0:00"), (0.4, "0:00"), (5, "0:05"), (59.6, "1:00"), (754, "12:34"), (3599.4, "59:59"),
            (3723, "1:02:03"), (86399.5, "1d 00:00:00"), (273906, "3d 04:05:06"), (-1, "-:--"), (.nan, "-:--"),
            (.infinity, "-:--"), (1e300, "-:--"),
        ]
        for (seconds, text) in expected { #expect(formatDuration(seconds) == text) }
    }

    @Test func `counts have their thousands parted`() {
        let expected: [(Int, String)] = [
            (0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567"), (-1000, "-1,000"), (-999, "-999"),
            (.min, "-9,223,372,036,854,775,808"),
        ]
        for (count, text) in expected { #expect(formatCount(count) == text) }
    }

    @Test func `rates keep three digits`() {
        let expected: [(Double, String)] = [
            (0, "0"), (0.00001, "<0.0001"), (0.0312, "0.0312"), (0.25, "0.250"), (1.254, "1.25"), (9.996, "10.0"),
            (12.34, "12.3"), (99.96, "100"), (1234.4, "1,234"), (.infinity, "-"), (.nan, "-"),
        ]
        for (rate, text) in expected { #expect(formatRate(rate) == text) }
    }

    @Test func `widths count columns and not characters`() {
        let expected: [(String, Int)] = [
            ("", 0), ("abc", 3), ("é", 1), ("e\u{301}", 1), ("酒店", 4), ("ｆ", 2), ("한국", 4), ("\u{1112}\u{1161}", 2),
            ("🏨", 2), ("👩‍👩‍👧", 2), ("🇳🇱", 2), ("❤️", 2), ("a\u{200B}b", 2), ("ไทย", 3), ("…", 1),
        ]
        for (text, width) in expected { #expect(displayWidth(text) == width, "\(text)") }
    }

    @Test func `cutting never passes the width`() {
        #expect(truncated("abcdef", width: 6) == "abcdef")
        #expect(truncated("abcdef", width: 5) == "abcd…")
        #expect(truncated("酒店酒店", width: 6) == "酒店…")
        #expect(truncated("酒店酒店", width: 1) == "…")
        #expect(truncated("abc", width: 0) == "")
    }

    @Test func `a table lines up by columns of the terminal`() {
        let columns = [TableColumn("label"), TableColumn("AP", .right), TableColumn("note")]
        let rows = [["pool", "97.1", "ok"], ["酒店", "5.0"], ["e\u{301}", "100.0", "a\nb", "left out"]]
        #expect(
            formatTable(columns: columns, rows: rows)
                == "label     AP  note\npool    97.1  ok\n酒店     5.0\ne\u{301}      100.0  a?b\n")
        #expect(formatTable(columns: [TableColumn(""), TableColumn("")], rows: [["a", "b"]]) == "a  b\n")
        #expect(formatTable(columns: [], rows: []) == "")
    }

    @Test func `a wide table is cut in its widest columns`() {
        let columns = [TableColumn(""), TableColumn("", .right), TableColumn("")]
        let row = [String(repeating: "a", count: 30), "12345", String(repeating: "b", count: 12)]
        #expect(
            formatTable(columns: columns, rows: [row], maximumWidth: 35)
                == "\(String(repeating: "a", count: 13))…  12345  bbbbbbbbbbbb\n")
        #expect(
            formatTable(columns: columns, rows: [row], maximumWidth: 27)
                == "aaaaaaaa…  12345  bbbbbbbb…\n")
        #expect(formatTable(columns: columns, rows: [row], maximumWidth: 12) == "aaaaaaa…  1…\n")
    }
}
