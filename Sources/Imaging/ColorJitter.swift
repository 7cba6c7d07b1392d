// SPDX-License-Identifier: Apache-2.0

import Randomness

/// Changes of brightness, contrast and saturation as torchvision makes them on 8-bit tensors: the picture is blended
/// with black, with its mean grey or with its grey form, the result cut to 0...255 and rounded down.
struct ColorJitter: Sendable, Equatable {
    enum Change: Sendable, CaseIterable {
        case brightness
        case contrast
        case saturation
    }

    /// Factors are drawn from 1 − strength ..< 1 + strength; 0 changes nothing.
    let strength: Double

    /// The picture after all three changes in a random order.
    func callAsFunction(_ image: RGBImage, using random: inout CountedRandom) -> RGBImage {
        guard strength > 0 else { return image }
        var changes = Change.allCases
        for last in stride(from: changes.count - 1, to: 0, by: -1) {
            changes.swapAt(last, random.below(last + 1))
        }
        var pixels = image.pixels
        for change in changes {
            Self.apply(change, factor: random.uniform(1 - strength..<1 + strength), to: &pixels)
        }
        return RGBImage(trustedWidth: image.width, height: image.height, pixels: pixels)
    }

    static func apply(_ change: Change, factor: Double, to pixels: inout [UInt8]) {
        let keep = Float(factor)
        let other = Float(1 - factor)
        let mean = change == .contrast ? meanGrey(pixels) : 0
        pixels.withUnsafeMutableBufferPointer { samples in
            for pixel in stride(from: 0, to: samples.count, by: 3) {
                let second: Float =
                    switch change {
                    case .brightness: 0
                    case .contrast: mean
                    case .saturation: grey(samples[pixel], samples[pixel + 1], samples[pixel + 2])
                    }
                for sample in pixel..<pixel + 3 {
                    let value = keep * Float(samples[sample]) + other * second
                    samples[sample] = UInt8(max(0, min(255, value)))
                }
            }
        }
    }

    private static func meanGrey(_ pixels: [UInt8]) -> Float {
        var sum = 0.0
        for pixel in stride(from: 0, to: pixels.count, by: 3) {
            sum += Double(grey(pixels[pixel], pixels[pixel + 1], pixels[pixel + 2]))
        }
        return Float(sum / Double(max(1, pixels.count / 3)))
    }

    private static func grey(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> Float {
        (0.2989 * Float(red) + 0.587 * Float(green) + 0.114 * Float(blue)).rounded(.down)
    }
}
