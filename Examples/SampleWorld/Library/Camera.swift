// SPDX-License-Identifier: Apache-2.0

import Randomness

/// How the picture was taken: everything that is no property of the things themselves.
struct Camera: Sendable, Equatable {
    var angle: Double
    var scale: Double
    var mirrored: Bool
    /// Factors of red, green and blue: exposure and the light's colour.
    var gain: [Double]
    var contrast: Double
    /// The blend with neighbours, in [0, 1]; 0 is sharp.
    var blur: Double
    /// How long a motion trail is, in pixels; 0 for none.
    var motion: Int
    var vignette: Double
    /// Standard deviation of the noise, in levels of 255.
    var noise: Double
    var quality: Int

    init(setting: Setting, light: Outlook.Light, using random: inout CountedRandom) {
        angle = random.chance(0.5) ? random.between(-0.05, 0.05) : 0
        scale = 1.02 + abs(angle) * 1.3
        mirrored = random.chance(0.5)
        // A dim room without a window is as dark as a night, and a night with lamps as bright as a room.
        var exposure = random.between(0.85, 1.3)
        if setting.isIndoors, random.chance(0.18) { exposure = random.between(0.55, 0.8) }
        if !setting.isIndoors, light == .night { exposure = random.between(0.6, 1.3) }
        let warmth = random.chance(0.45) ? random.between(-0.22, 0.3) : random.between(-0.06, 0.06)
        let tint = random.between(-0.06, 0.06)
        gain = [exposure * (1 + warmth), exposure * (1 + tint), exposure * (1 - warmth)]
        contrast = random.between(0.82, 1.15)
        blur = random.chance(0.4) ? random.between(0.1, 0.75) : 0
        motion = random.chance(0.12) ? 2 + random.below(4) : 0
        vignette = random.chance(0.5) ? random.between(0.1, 0.5) : 0
        noise = random.chance(0.5) ? random.between(1, 4) : random.between(2, 8)
        quality = 40 + random.below(53)
    }

    /// Takes the picture: blur, light, noise.
    ///
    /// - Parameters:
    ///   - samples: `[H, W, 3]`.
    ///   - width: W.
    ///   - height: H.
    ///   - random: Where the noise comes from.
    func expose(_ samples: inout [UInt8], width: Int, height: Int, using random: inout CountedRandom) {
        if blur > 0 { Self.soften(&samples, width: width, height: height, by: blur) }
        if motion > 0 { Self.smear(&samples, width: width, height: height, length: motion) }
        let base = (0..<3).map { part in
            (0..<256).map { value -> Double in
                let level = (Double(value) / 255 - 0.5) * contrast + 0.5
                return max(0, level * gain[part] * 255)
            }
        }
        let (cx, cy) = (Double(width) / 2, Double(height) / 2)
        let farthest = cx * cx + cy * cy
        samples.withUnsafeMutableBufferPointer { samples in
            for row in 0..<height {
                let dy = Double(row) - cy
                for column in 0..<width {
                    let dx = Double(column) - cx
                    let dark = 1 - vignette * (dx * dx + dy * dy) / farthest
                    let bits = random.next()
                    let at = (row * width + column) * 3
                    for part in 0..<3 {
                        // The sum of two uniform bytes has a standard deviation of 104.5 and no long tails.
                        let noise =
                            Double((bits >> UInt64(16 * part)) & 0xff) + Double((bits >> UInt64(16 * part + 8)) & 0xff)
                            - 255
                        let value = base[part][Int(samples[at + part])] * dark + noise * self.noise / 104.5
                        samples[at + part] = UInt8(max(0, min(255, value)))
                    }
                }
            }
        }
    }

    /// A blend with the four neighbours.
    private static func soften(_ samples: inout [UInt8], width: Int, height: Int, by share: Double) {
        let source = samples
        let stride = width * 3
        let own = Int((1 - share * 0.8) * 1024)
        let other = (1024 - own) / 4
        source.withUnsafeBufferPointer { source in
            samples.withUnsafeMutableBufferPointer { samples in
                for row in 1..<(height - 1) {
                    for at in (row * stride + 3)..<((row + 1) * stride - 3) {
                        let sum =
                            Int(source[at - 3]) + Int(source[at + 3]) + Int(source[at - stride])
                            + Int(source[at + stride])
                        samples[at] = UInt8((Int(source[at]) * own + sum * other) >> 10)
                    }
                }
            }
        }
    }

    /// The mean of a few pixels along a row.
    private static func smear(_ samples: inout [UInt8], width: Int, height: Int, length: Int) {
        let source = samples
        source.withUnsafeBufferPointer { source in
            samples.withUnsafeMutableBufferPointer { samples in
                for row in 0..<height {
                    for column in 0..<width {
                        for part in 0..<3 {
                            var sum = 0
                            for offset in 0..<length {
                                sum += Int(source[(row * width + min(width - 1, column + offset)) * 3 + part])
                            }
                            samples[(row * width + column) * 3 + part] = UInt8(sum / length)
                        }
                    }
                }
            }
        }
    }
}
