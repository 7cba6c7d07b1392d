// SPDX-License-Identifier: Apache-2.0

public import Imaging
import Randomness

/// A picture of the sample world with what it shows.
public struct SamplePicture: Sendable {
    /// The picture.
    public let image: RGBImage
    /// Its labels, 2 to 6, in the order of ``WorldLabel/allCases``.
    public let labels: [WorldLabel]
    /// A sentence about it.
    public let caption: String
    /// The quality at which it is to be encoded, 40...92.
    public let quality: Int

    /// Draws a picture; the same seed and index give the same one on every thread.
    ///
    /// - Parameters:
    ///   - seed: The world's seed.
    ///   - index: The picture's number, from 0.
    ///   - frequencies: How often rare things are shown.
    /// - Throws: ``SampleWorldError/drawingFailed(width:height:)`` if memory runs out.
    public init(seed: UInt64, index: Int, frequencies: Frequencies = .longTail) throws(SampleWorldError) {
        let plan = ScenePlanner.plan(seed: seed, index: index, frequencies: frequencies)
        // The streams below are apart from the planner's, whose attempts are numbered upwards.
        var details = CountedRandom(seed: seed, epoch: 1001, index: UInt64(index))
        var noise = CountedRandom(seed: seed, epoch: 1002, index: UInt64(index))
        var words = CountedRandom(seed: seed, epoch: 1003, index: UInt64(index))
        let canvas = try Canvas(width: plan.width, height: plan.height)
        plan.draw(on: canvas, using: &details)
        var samples = try canvas.samples()
        plan.camera.expose(&samples, width: plan.width, height: plan.height, using: &noise)
        do throws(ImagingError) {
            image = try RGBImage(width: plan.width, height: plan.height, pixels: samples)
        } catch {
            throw .drawingFailed(width: plan.width, height: plan.height)
        }
        labels = plan.labels
        caption = Caption.write(plan, using: &words)
        quality = plan.camera.quality
    }

    /// The labels and the caption of a picture without drawing it, which is a hundred times faster.
    ///
    /// - Parameters:
    ///   - seed: The world's seed.
    ///   - index: The picture's number, from 0.
    ///   - frequencies: How often rare things are shown.
    /// - Returns: What ``init(seed:index:frequencies:)`` would say.
    public static func description(
        seed: UInt64, index: Int, frequencies: Frequencies = .longTail
    ) -> (labels: [WorldLabel], caption: String) {
        let plan = ScenePlanner.plan(seed: seed, index: index, frequencies: frequencies)
        var words = CountedRandom(seed: seed, epoch: 1003, index: UInt64(index))
        return (plan.labels, Caption.write(plan, using: &words))
    }

    /// The picture as a JPEG file.
    ///
    /// - Returns: The file's bytes.
    /// - Throws: ``SampleWorldError/encodingFailed(picture:reason:)``.
    public func jpeg() throws(SampleWorldError) -> [UInt8] {
        do throws(ImagingError) {
            return try image.jpeg(quality: quality)
        } catch {
            throw .encodingFailed(picture: "a picture of \(image.width) x \(image.height) pixels", reason: "\(error)")
        }
    }
}

extension ScenePlan {
    func draw(on canvas: Canvas, using random: inout CountedRandom) {
        canvas.light = (random.between(-0.8, 0.8), random.between(0.4, 1))
        canvas.outline = (random.between(0.1, 0.55), random.between(0.5, 1.1))
        canvas.turnAll(angle: camera.angle, scale: camera.scale, mirrored: camera.mirrored)
        var artist = Artist(c: canvas, random: random, outlook: outlook)
        artist.drawBackdrop(backdrop)
        for item in items {
            canvas.within(item.box, mirrored: item.mirrored, angle: item.angle) {
                switch item.subject {
                case .object(let label): artist.draw(label, item.look)
                case .fixture(let fixture): artist.draw(fixture, item.look)
                case .clutter(let clutter): artist.draw(clutter, item.look)
                }
            }
        }
    }
}
