// SPDX-License-Identifier: Apache-2.0

/// Everything that is decided about a picture before it is drawn.
struct ScenePlan: Sendable {
    enum Subject: Sendable, Equatable {
        case object(WorldLabel)
        case fixture(Fixture)
        case clutter(Clutter)
    }

    struct Item: Sendable {
        var subject: Subject
        var box: Box
        var look: Look
        var mirrored: Bool
        var angle: Double
        /// 0 on the wall, 1 far back, 2 on the ground: what is drawn later hides what was drawn before.
        var layer: Int
        /// The share of the box that hides.
        var solidity: Double

        var label: WorldLabel? {
            if case .object(let label) = subject { label } else { nil }
        }
    }

    var width: Int
    var height: Int
    var setting: Setting
    var backdrop: Backdrop
    var outlook: Outlook
    /// In the order in which they are drawn.
    var items: [Item] = []
    /// What is to be seen, in the order of ``WorldLabel/allCases``.
    var labels: [WorldLabel] = []
    var camera: Camera

    /// What is left when a model cuts the middle square out of the picture, and a little more.
    private var middle: Box {
        let side = Double(min(width, height)) * 1.06
        let (w, h) = (min(side, Double(width)), min(side, Double(height)))
        return Box(x: (Double(width) - w) / 2, y: (Double(height) - h) / 2, width: w, height: h)
    }

    /// How much of an item's box is in the middle of the picture and not hidden, in [0, 1].
    func visibility(of index: Int) -> Double {
        let item = items[index]
        let middle = middle
        let count = 7
        var seen = 0
        for row in 0..<count {
            for column in 0..<count {
                let x = item.box.x + item.box.width * (Double(column) + 0.5) / Double(count)
                let y = item.box.y + item.box.height * (Double(row) + 0.5) / Double(count)
                guard middle.contains(x, y) else { continue }
                let isHidden = items[(index + 1)...].contains { other in
                    let margin = (1 - other.solidity) / 2
                    return other.solidity > 0
                        && other.box.part(margin, margin * 0.5, 1 - 2 * margin, 1 - margin).contains(x, y)
                }
                if !isHidden { seen += 1 }
            }
        }
        return Double(seen) / Double(count * count)
    }

    /// Puts an item where it belongs in the order of drawing, if everything with a label stays visible enough.
    mutating func add(_ item: Item) -> Bool {
        let depth = Double(item.layer) * 1e4 + item.box.bottom
        let index = items.firstIndex { Double($0.layer) * 1e4 + $0.box.bottom > depth } ?? items.count
        items.insert(item, at: index)
        let isFine = items.indices.allSatisfy { visibility(of: $0) >= leastVisibility(of: items[$0]) }
        if !isFine { items.remove(at: index) }
        return isFine
    }

    private func leastVisibility(of item: Item) -> Double {
        switch item.subject {
        case .object(.window): 0.68
        case .object(.swimmingPool): 0.5
        case .object: 0.62
        case .fixture(.pergola): 0
        case .fixture: 0.5
        case .clutter: 0
        }
    }
}
