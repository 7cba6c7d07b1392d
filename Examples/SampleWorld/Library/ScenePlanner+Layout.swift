// SPDX-License-Identifier: Apache-2.0

import Randomness

extension ScenePlanner {
    mutating func place(_ label: WorldLabel, style asked: Int? = nil) -> Bool {
        if labels.contains(label), plan.items.contains(where: { $0.label == label }) { return true }
        guard labels.contains(label) || labels.count < Self.mostLabels else { return false }
        let style = asked ?? random.below(ObjectForm.styles(of: label))
        let form = ObjectForm.of(label, style: style)
        let look = look(label, style: style)
        let isTurned = [.backWall, .floor, .near, .water, .wall].contains(form.zone)
        for attempt in 0..<28 {
            let shrink = 1.0 - 0.012 * Double(attempt)
            let box = box(for: form, shrink: shrink)
            let item = ScenePlan.Item(
                subject: .object(label), box: box, look: look, mirrored: random.chance(0.5),
                angle: isTurned ? random.between(-0.04, 0.04) : 0, layer: layer(of: form.zone), solidity: form.solidity)
            if plan.add(item) {
                labels.insert(label)
                return true
            }
        }
        return false
    }

    mutating func placeClutter() {
        let clutter = random.pick(Clutter.allCases)
        let form = clutter.form
        let look = look(nil, style: 0)
        for _ in 0..<6 {
            let item = ScenePlan.Item(
                subject: .clutter(clutter), box: box(for: form, shrink: 1), look: look, mirrored: random.chance(0.5),
                angle: 0, layer: 2, solidity: form.solidity)
            if plan.add(item) { return }
        }
    }

    private func layer(of zone: ObjectForm.Zone) -> Int {
        switch zone {
        case .wall, .water: 0
        case .ground, .backWall, .ceiling: 1
        case .floor, .near: 2
        }
    }

    private mutating func box(for form: ObjectForm, shrink: Double) -> Box {
        let (w, h) = (Double(plan.width), Double(plan.height))
        let side = min(w, h)
        var width = random.between(form.width.lowerBound, form.width.upperBound) * side * shrink
        var height = width / random.between(form.proportion.lowerBound, form.proportion.upperBound)
        let line = plan.backdrop.floorLine * h
        let limit: Double =
            switch form.zone {
            case .wall: line * 0.86
            case .water: h * 0.5
            case .ground: h * 0.5
            default: h * 0.92
            }
        if height > limit { (width, height) = (width * limit / height, limit) }
        // Mostly within the middle square.
        let slack = form.zone == .ground ? 0.25 : 0.1
        let margin = (w - min(w, side * 1.06)) / 2
        let x = random.between(margin - slack * width, w - margin - (1 - slack) * width)
        let y: Double =
            switch form.zone {
            case .wall: random.between(0.05 * h, max(0.05 * h, line - height - 0.06 * h))
            case .ceiling: random.between(0.06 * h, 0.2 * h)
            case .backWall: line - height + random.between(0.01, 0.05) * h
            case .floor: random.between(max(line + 0.06 * h, 0.68 * h), 0.99 * h) - height
            case .near: random.between(0.86, 1.01) * h - height
            case .water: shoreline(h) - height
            case .ground: random.between(max(line + 0.03 * h, 0.94 * h - height), 1.04 * h - height)
            }
        return Box(x: x, y: y, width: width, height: height)
    }

    /// Where a boat's hull meets the water.
    private mutating func shoreline(_ h: Double) -> Double {
        let horizon = plan.outlook.horizon
        let near = plan.setting == .balcony || plan.setting == .landscape ? 0.66 : plan.backdrop.floorLine
        return random.between(horizon + 0.06, max(horizon + 0.1, near - 0.02)) * h
    }

    mutating func place(_ fixture: Fixture) -> Bool {
        let line = plan.backdrop.floorLine
        let (x, y, w, h): (Double, Double, Double, Double) =
            switch fixture {
            case .kitchenUnits:
                (random.between(-0.08, 0.3), line - 0.55, random.between(0.7, 0.95), random.between(0.6, 0.68))
            case .restaurantTables: (random.between(-0.06, 0.06), line - 0.12, random.between(0.92, 1.04), 1.04 - line)
            case .barCounter:
                (random.between(-0.1, 0.22), line - 0.52, random.between(0.78, 1), random.between(0.62, 0.72))
            case .receptionDesk:
                (random.between(-0.06, 0.3), line - 0.42, random.between(0.66, 0.9), random.between(0.55, 0.65))
            case .gymMachines:
                (random.between(-0.04, 0.24), line - 0.36, random.between(0.7, 0.9), random.between(0.5, 0.6))
            case .stairs:
                (
                    random.between(-0.05, 0.45), random.between(0.16, 0.3), random.between(0.52, 0.75),
                    random.between(0.62, 0.76)
                )
            case .railing: (0, random.between(0.5, 0.6), 1, 0.5)
            case .pergola: (0, random.between(-0.02, 0.03), 1, random.between(0.7, 0.85))
            case .flowerBeds: (-0.04, line - 0.16, 1.08, random.between(0.4, 0.52))
            case .parkedCars:
                (random.between(-0.06, 0.1), line - 0.16, random.between(0.88, 1.04), random.between(0.55, 0.64))
            case .tennisNet:
                (random.between(-0.08, 0.08), line - 0.14, random.between(0.92, 1.06), random.between(0.6, 0.68))
            case .swings:
                (random.between(-0.05, 0.16), line - 0.32, random.between(0.74, 0.95), random.between(0.55, 0.64))
            }
        let (width, height) = (Double(plan.width), Double(plan.height))
        let solidity: Double = [.railing, .pergola, .tennisNet].contains(fixture) ? 0 : fixture == .stairs ? 0.6 : 0.85
        let item = ScenePlan.Item(
            subject: .fixture(fixture), box: Box(x: x * width, y: y * height, width: w * width, height: h * height),
            look: look(nil, style: random.below(2) + (fixture == .railing && random.chance(0.3) ? 1 : 0)),
            mirrored: random.chance(0.5), angle: 0, layer: 1, solidity: solidity)
        return plan.add(item)
    }
}
