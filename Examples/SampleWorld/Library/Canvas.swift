// SPDX-License-Identifier: Apache-2.0

import CCairo
import Foundation

/// An upright rectangle in pixels, y downwards.
struct Box: Sendable, Equatable {
    var x: Double
    var y: Double
    var width: Double
    var height: Double

    var right: Double { x + width }
    var bottom: Double { y + height }

    func contains(_ px: Double, _ py: Double) -> Bool { px >= x && px < right && py >= y && py < bottom }

    /// A part of it, in shares of its sides.
    func part(_ px: Double, _ py: Double, _ w: Double, _ h: Double) -> Box {
        Box(x: x + px * width, y: y + py * height, width: w * width, height: h * height)
    }
}

/// A picture being drawn with Cairo.
///
/// Paths are in shares of the current frame (0...1 to the right and downwards), so that one description of an object
/// serves every size, proportion and both directions; radii and line widths are shares of the frame's shorter side and
/// keep their proportions.
final class Canvas {
    let width: Int
    let height: Int
    /// Where the light comes from, as the direction in which surfaces get darker.
    var light = (x: 0.3, y: 1.0)
    /// The line that is drawn around filled paths: opacity and width in pixels.
    var outline = (alpha: 0.35, width: 0.8)

    private let surface: OpaquePointer
    private let context: OpaquePointer
    private(set) var frame: Box
    private var isMirrored = false

    init(width: Int, height: Int) throws(SampleWorldError) {
        guard let surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, Int32(width), Int32(height)),
            let context = cairo_create(surface)
        else { throw .drawingFailed(width: width, height: height) }
        guard cairo_status(context) == CAIRO_STATUS_SUCCESS else {
            cairo_destroy(context)
            cairo_surface_destroy(surface)
            throw .drawingFailed(width: width, height: height)
        }
        (self.width, self.height, self.surface, self.context) = (width, height, surface, context)
        frame = Box(x: 0, y: 0, width: Double(width), height: Double(height))
    }

    deinit {
        cairo_destroy(context)
        cairo_surface_destroy(surface)
    }

    /// The samples as `[H, W, 3]`.
    func samples() throws(SampleWorldError) -> [UInt8] {
        cairo_surface_flush(surface)
        guard cairo_status(context) == CAIRO_STATUS_SUCCESS, let data = cairo_image_surface_get_data(surface) else {
            throw .drawingFailed(width: width, height: height)
        }
        let stride = Int(cairo_image_surface_get_stride(surface))
        var result = [UInt8](repeating: 0, count: width * height * 3)
        for row in 0..<height {
            let line = UnsafeRawPointer(data + row * stride)
            for column in 0..<width {
                // A pixel is one native-endian word 0x00RRGGBB.
                let word = line.load(fromByteOffset: column * 4, as: UInt32.self)
                let at = (row * width + column) * 3
                result[at] = UInt8(truncatingIfNeeded: word >> 16)
                result[at + 1] = UInt8(truncatingIfNeeded: word >> 8)
                result[at + 2] = UInt8(truncatingIfNeeded: word)
            }
        }
        return result
    }

    // MARK: Frames

    /// The shorter side of the frame in pixels: the unit of radii and line widths.
    var unit: Double { min(frame.width, frame.height) }

    /// Draws within a box, mirrored and turned about its middle as asked.
    func within(_ box: Box, mirrored: Bool = false, angle: Double = 0, _ body: () -> Void) {
        let (oldFrame, oldMirrored) = (frame, isMirrored)
        cairo_save(context)
        if angle != 0 {
            let (x, y) = (box.x + box.width / 2, box.y + box.height / 2)
            cairo_translate(context, x, y)
            cairo_rotate(context, angle)
            cairo_translate(context, -x, -y)
        }
        (frame, isMirrored) = (box, isMirrored != mirrored)
        body()
        (frame, isMirrored) = (oldFrame, oldMirrored)
        cairo_restore(context)
    }

    /// Draws within a part of the frame, given in its shares.
    func within(_ x: Double, _ y: Double, _ w: Double, _ h: Double, _ body: () -> Void) {
        within(box(x, y, w, h), body)
    }

    /// A part of the frame in pixels.
    func box(_ x: Double, _ y: Double, _ w: Double, _ h: Double) -> Box {
        let left = isMirrored ? 1 - x - w : x
        return frame.part(left, y, w, h)
    }

    /// Turns and enlarges everything that follows about the middle of the picture.
    func turnAll(angle: Double, scale: Double, mirrored: Bool) {
        let (x, y) = (Double(width) / 2, Double(height) / 2)
        cairo_translate(context, x, y)
        cairo_rotate(context, angle)
        cairo_scale(context, mirrored ? -scale : scale, scale)
        cairo_translate(context, -x, -y)
    }

    /// Keeps what the body draws inside the current path, which is used up.
    func clipped(_ body: () -> Void) {
        cairo_save(context)
        cairo_clip(context)
        body()
        cairo_restore(context)
    }

    // MARK: Paths

    private func px(_ x: Double) -> Double { frame.x + frame.width * (isMirrored ? 1 - x : x) }
    private func py(_ y: Double) -> Double { frame.y + frame.height * y }

    func move(_ x: Double, _ y: Double) { cairo_move_to(context, px(x), py(y)) }
    func line(_ x: Double, _ y: Double) { cairo_line_to(context, px(x), py(y)) }
    func close() { cairo_close_path(context) }

    func curve(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ x3: Double, _ y3: Double) {
        cairo_curve_to(context, px(x1), py(y1), px(x2), py(y2), px(x3), py(y3))
    }

    func polygon(_ points: [(Double, Double)]) {
        for (index, point) in points.enumerated() {
            if index == 0 { move(point.0, point.1) } else { line(point.0, point.1) }
        }
        close()
    }

    /// A rectangle, with rounded corners if `r` (in units) is positive.
    func rect(_ x: Double, _ y: Double, _ w: Double, _ h: Double, r: Double = 0) {
        let (left, right) = (min(px(x), px(x + w)), max(px(x), px(x + w)))
        let (top, bottom) = (min(py(y), py(y + h)), max(py(y), py(y + h)))
        let radius = min(r * unit, (right - left) / 2, (bottom - top) / 2)
        guard radius > 0.3 else {
            cairo_rectangle(context, left, top, right - left, bottom - top)
            return
        }
        cairo_new_sub_path(context)
        cairo_arc(context, right - radius, top + radius, radius, -.pi / 2, 0)
        cairo_arc(context, right - radius, bottom - radius, radius, 0, .pi / 2)
        cairo_arc(context, left + radius, bottom - radius, radius, .pi / 2, .pi)
        cairo_arc(context, left + radius, top + radius, radius, .pi, 1.5 * .pi)
        cairo_close_path(context)
    }

    func ellipse(_ x: Double, _ y: Double, _ rx: Double, _ ry: Double) {
        cairo_new_sub_path(context)
        cairo_save(context)
        cairo_translate(context, px(x), py(y))
        cairo_scale(context, max(rx * frame.width, 0.05), max(ry * frame.height, 0.05))
        cairo_arc(context, 0, 0, 1, 0, 2 * .pi)
        cairo_restore(context)
        cairo_close_path(context)
    }

    /// A true circle, its radius in units.
    func disc(_ x: Double, _ y: Double, _ r: Double) {
        cairo_new_sub_path(context)
        cairo_arc(context, px(x), py(y), max(r * unit, 0.05), 0, 2 * .pi)
        cairo_close_path(context)
    }

    // MARK: Paint

    /// Fills the path, lighter on the side of the light, with a thin dark edge.
    func fill(_ colour: Colour, shade: Double = 0.17, edge: Bool = true) {
        var (x1, y1, x2, y2) = (0.0, 0.0, 0.0, 0.0)
        cairo_path_extents(context, &x1, &y1, &x2, &y2)
        let (cx, cy) = ((x1 + x2) / 2, (y1 + y2) / 2)
        let (dx, dy) = (light.x * (x2 - x1) / 2, light.y * (y2 - y1) / 2)
        paint(
            linear(
                cx - dx, cy - dy, cx + dx, cy + dy, [(0, colour.lighter(shade)), (1, colour.darker(shade * 1.3))]),
            keepsPath: edge)
        if edge {
            set(colour.darker(0.6).with(alpha: outline.alpha * colour.alpha))
            cairo_set_line_width(context, outline.width)
            cairo_stroke(context)
        }
    }

    /// Fills the path with one colour.
    func flat(_ colour: Colour) {
        set(colour)
        cairo_fill(context)
    }

    /// Fills the path with colours from the frame's top to its bottom.
    func fill(down stops: [(Double, Colour)]) {
        paint(linear(frame.x, frame.y, frame.x, frame.bottom, stops), keepsPath: false)
    }

    /// Fills the path with colours from the frame's left upper corner to its right lower one.
    func fill(diagonal stops: [(Double, Colour)]) {
        paint(linear(frame.x, frame.y, frame.right, frame.bottom, stops), keepsPath: false)
    }

    /// Draws along the path; the width in units, at least a visible line.
    func stroke(_ colour: Colour, _ lineWidth: Double, round: Bool = true) {
        set(colour)
        cairo_set_line_cap(context, round ? CAIRO_LINE_CAP_ROUND : CAIRO_LINE_CAP_BUTT)
        cairo_set_line_join(context, round ? CAIRO_LINE_JOIN_ROUND : CAIRO_LINE_JOIN_MITER)
        cairo_set_line_width(context, max(lineWidth * unit, 0.8))
        cairo_stroke(context)
    }

    /// Draws along the path with a width in pixels.
    func hairline(_ colour: Colour, pixels: Double = 0.8) {
        set(colour)
        cairo_set_line_width(context, pixels)
        cairo_stroke(context)
    }

    /// A bar with some light on it: a line with a brighter line inside.
    func rod(_ points: [(Double, Double)], _ colour: Colour, _ lineWidth: Double) {
        for (colour, share) in [(colour.darker(0.25), 1.0), (colour.lighter(0.15), 0.5)] {
            for (index, point) in points.enumerated() {
                if index == 0 { move(point.0, point.1) } else { line(point.0, point.1) }
            }
            stroke(colour, lineWidth * share)
        }
    }

    /// A soft round spot; the radius in units.
    func glow(_ x: Double, _ y: Double, _ r: Double, _ colour: Colour) {
        spot(px(x), py(y), r * unit, r * unit, colour)
    }

    /// A soft shadow; radii in shares of the frame.
    func shadow(_ x: Double, _ y: Double, _ rx: Double, _ ry: Double, alpha: Double = 0.4) {
        spot(px(x), py(y), rx * frame.width, ry * frame.height, Colour(0, 0, 0, alpha))
    }

    private func spot(_ x: Double, _ y: Double, _ rx: Double, _ ry: Double, _ colour: Colour) {
        guard rx > 0.5, ry > 0.5, let pattern = cairo_pattern_create_radial(0, 0, 0, 0, 0, 1) else { return }
        for (offset, share) in [(0.0, 1.0), (0.5, 0.65), (1.0, 0.0)] {
            cairo_pattern_add_color_stop_rgba(
                pattern, offset, colour.red, colour.green, colour.blue, colour.alpha * share)
        }
        cairo_save(context)
        cairo_translate(context, x, y)
        cairo_scale(context, rx, ry)
        cairo_set_source(context, pattern)
        cairo_rectangle(context, -1, -1, 2, 2)
        cairo_fill(context)
        cairo_restore(context)
        cairo_pattern_destroy(pattern)
    }

    private func set(_ colour: Colour) {
        cairo_set_source_rgba(context, colour.red, colour.green, colour.blue, colour.alpha)
    }

    private func linear(
        _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ stops: [(Double, Colour)]
    ) -> OpaquePointer? {
        guard let pattern = cairo_pattern_create_linear(x1, y1, x2, y2) else { return nil }
        for (offset, colour) in stops {
            cairo_pattern_add_color_stop_rgba(
                pattern, offset, colour.red, colour.green, colour.blue, colour.alpha)
        }
        return pattern
    }

    private func paint(_ pattern: OpaquePointer?, keepsPath: Bool) {
        cairo_set_source(context, pattern)
        if keepsPath { cairo_fill_preserve(context) } else { cairo_fill(context) }
        if let pattern { cairo_pattern_destroy(pattern) }
    }
}
