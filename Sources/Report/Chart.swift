// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A drawing with two axes, as SVG. Colours come from the classes of the page's style sheet.
///
/// The drawing is made for a width of about 360 CSS pixels, that of a phone, and is scaled from there: its texts stay
/// legible on a phone, and wide windows get several charts in a row instead of a larger one.
struct Chart {
    /// An axis.
    struct Axis {
        var scale: Scale
        /// What is measured.
        var title: String
        /// About how many ticks it has.
        var ticks = 5
        /// Ticks in place of those of the scale.
        var texts: [(value: Double, text: String)]?
        /// Whether it says rates in per cent.
        var isRate = false

        /// An axis of rates from 0 to 1.
        static func rate(_ title: String, ticks: Int = 5) -> Axis {
            Axis(scale: .unit, title: title, ticks: ticks, isRate: true)
        }

        var marks: [(value: Double, text: String)] {
            if let texts { return texts }
            let own = scale.ticks(ticks)
            return isRate ? own.map { ($0.value, tickText($0.value * 100, step: 1)) } : own
        }
    }

    /// What the drawing shows, read out in place of it.
    var title: String
    /// What can be seen in it.
    var description: String
    var x: Axis
    var y: Axis
    /// Whether it is one of many of its kind: half as wide, without the axes' titles.
    var isSmall = false
    private(set) var marks = ""

    private var width: Double { isSmall ? 170 : 360 }
    private var height: Double { isSmall ? 130 : 250 }
    private var top: Double { isSmall ? 8 : 26 }
    private var bottom: Double { isSmall ? 22 : 42 }
    private var left: Double {
        let longest = y.marks.map(\.text.count).max() ?? 0
        return max(isSmall ? 20 : 26, Double(longest) * 6.4 + 10)
    }
    private var right: Double { isSmall ? 8 : 14 }

    /// The place of a value on the horizontal axis.
    func across(_ value: Double) -> Double { left + x.scale.place(value) * (width - left - right) }

    /// The place of a value on the vertical axis.
    func down(_ value: Double) -> Double { height - bottom - y.scale.place(value) * (height - top - bottom) }

    /// Joins points by a line; a value that is not finite interrupts it.
    mutating func line(_ points: [(x: Double, y: Double)], _ style: String) {
        var path = ""
        var isDrawing = false
        for point in points {
            guard point.x.isFinite, point.y.isFinite else {
                isDrawing = false
                continue
            }
            path += "\(isDrawing ? "L" : "M")\(short(across(point.x))) \(short(down(point.y)))"
            isDrawing = true
        }
        if !path.isEmpty { marks += "<path class=\"\(style)\" d=\"\(path)\"/>" }
    }

    /// Fills what lies between a line and the bottom.
    mutating func area(_ points: [(x: Double, y: Double)], _ style: String) {
        guard let first = points.first, let last = points.last else { return }
        let path = points.map { "L\(short(across($0.x))) \(short(down($0.y)))" }.joined()
        let base = short(height - bottom)
        marks += "<path class=\"\(style)\" d=\"M\(short(across(first.x))) \(base)\(path)"
        marks += "L\(short(across(last.x))) \(base)Z\"/>"
    }

    /// A dot, or a diamond, with a tooltip.
    mutating func dot(_ xValue: Double, _ yValue: Double, _ style: String, radius: Double = 3.2, tip: String? = nil) {
        let (cx, cy) = (across(xValue), down(yValue))
        let tooltip = tip.map { "<title>\(escaped($0))</title>" } ?? ""
        if style.contains("new") {
            let r = radius * 1.3
            marks += "<path class=\"\(style)\" d=\"M\(short(cx)) \(short(cy - r))l\(short(r)) \(short(r))"
            marks += "l\(short(-r)) \(short(r))l\(short(-r)) \(short(-r))Z\">\(tooltip)</path>"
        } else {
            marks += "<circle class=\"\(style)\" cx=\"\(short(cx))\" cy=\"\(short(cy))\" r=\"\(short(radius))\">"
            marks += "\(tooltip)</circle>"
        }
    }

    /// A bar between two values of each axis.
    mutating func bar(_ xRange: (Double, Double), _ yRange: (Double, Double), _ style: String, tip: String? = nil) {
        let (x0, x1) = (across(xRange.0), across(xRange.1))
        let (y0, y1) = (down(yRange.1), down(yRange.0))
        marks += "<rect class=\"\(style)\" x=\"\(short(x0))\" y=\"\(short(y0))\" width=\"\(short(max(x1 - x0, 0)))\" "
        marks += "height=\"\(short(max(y1 - y0, 0)))\">\(tip.map { "<title>\(escaped($0))</title>" } ?? "")</rect>"
    }

    /// A text at a point.
    mutating func note(_ xValue: Double, _ yValue: Double, _ text: String, anchor: String = "start", dy: Double = -5) {
        marks += "<text class=\"word\" x=\"\(short(across(xValue)))\" y=\"\(short(down(yValue) + dy))\" "
        marks += "text-anchor=\"\(anchor)\">\(escaped(text))</text>"
    }

    /// The drawing; `id` is unique in the page.
    func svg(id: String) -> String {
        var text = svgHead(id: id, title: title, description: description, width: width, height: height)
        let base = height - bottom
        for mark in y.marks {
            let level = short(down(mark.value))
            text += "<line class=\"grid\" x1=\"\(short(left))\" x2=\"\(short(width - right))\" y1=\"\(level)\" "
            text += "y2=\"\(level)\"/>"
            text += "<text x=\"\(short(left - 6))\" y=\"\(short(down(mark.value) + 3.8))\" text-anchor=\"end\">"
            text += "\(escaped(mark.text))</text>"
        }
        text += "<line class=\"axis\" x1=\"\(short(left))\" x2=\"\(short(width - right))\" y1=\"\(short(base))\" "
        text += "y2=\"\(short(base))\"/>"
        var end = -Double.infinity
        for mark in x.marks {
            let place = across(mark.value)
            let half = Double(mark.text.count) * 3.2
            // The outermost texts stay inside the drawing, and none touches its neighbour.
            let middle = min(max(place, half + 1), width - half - 1)
            if middle - half < end + 6 { continue }
            end = middle + half
            text += "<line class=\"axis\" x1=\"\(short(place))\" x2=\"\(short(place))\" y1=\"\(short(base))\" "
            text += "y2=\"\(short(base + 4))\"/>"
            text += "<text x=\"\(short(middle))\" y=\"\(short(base + 16))\" text-anchor=\"middle\">"
            text += "\(escaped(mark.text))</text>"
        }
        if !isSmall {
            // Above the ticks of its axis, not along it: nobody has to turn the head.
            text += "<text class=\"name\" x=\"1\" y=\"12\">\(escaped(y.title))</text>"
            text += "<text class=\"name\" x=\"\(short(width - right))\" y=\"\(short(height - 6))\" "
            text += "text-anchor=\"end\">\(escaped(x.title))</text>"
        }
        return text + marks + "</svg>"
    }
}

/// The beginning of a drawing that says what it shows to those who do not see it.
func svgHead(id: String, title: String, description: String, width: Double, height: Double) -> String {
    "<svg viewBox=\"0 0 \(short(width)) \(short(height))\" role=\"img\" aria-labelledby=\"\(id)-t \(id)-d\">"
        + "<title id=\"\(id)-t\">\(escaped(title))</title><desc id=\"\(id)-d\">\(escaped(description))</desc>"
}

/// The radius of one of many dots: smaller where they would cover each other.
func dotRadius(_ count: Int) -> Double { count > 1000 ? 1.8 : count > 250 ? 2.4 : 3.2 }

/// A coordinate with at most one digit after the point.
func short(_ value: Double) -> String {
    guard value.isFinite else { return "0" }
    let rounded = (value * 10).rounded() / 10
    return rounded == rounded.rounded() ? String(Int(rounded)) : String(format: "%.1f", rounded)
}
