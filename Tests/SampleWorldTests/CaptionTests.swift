// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SampleWorld

@Suite("Captions")
struct CaptionTests {
    private static let count = 3000
    private static let pictures: [(labels: [WorldLabel], caption: String)] = {
        let world = SampleWorld(seed: 8, edition: .captions)
        return (0..<count).map { world.description($0) }
    }()

    /// Words around which nothing else stands, so that "bar" is not found in "bare".
    private func contains(_ caption: String, _ words: String) -> Bool {
        let text = caption.lowercased().map { $0.isLetter ? $0 : " " }
        return (" " + String(text) + " ").contains(
            " " + String(words.lowercased().map { $0.isLetter ? $0 : " " }) + " ")
    }

    @Test func `captions have 4 to 25 words, no line ends and no doubled spaces`() {
        for (_, caption) in Self.pictures {
            #expect((4...25).contains(caption.split(separator: " ").count), "\(caption)")
            #expect(!caption.contains("\n") && !caption.contains("  ") && !caption.contains(" ,"), "\(caption)")
            #expect(caption.first?.isWhitespace == false && caption.last?.isWhitespace == false, "\(caption)")
        }
        #expect(Set(Self.pictures.map(\.caption)).count > Self.count * 9 / 10)
    }

    @Test func `captions begin in many ways, so that no prefix can be learned by heart`() {
        var beginnings: [String: Int] = [:]
        for (_, caption) in Self.pictures {
            let words = caption.lowercased().split(separator: " ").prefix(2).joined(separator: " ")
            beginnings[words, default: 0] += 1
        }
        #expect(beginnings.count > 200)
        #expect(beginnings.values.allSatisfy { $0 < Self.count / 10 })
    }

    @Test func `about three quarters of the labels are mentioned, mostly by their own names`() {
        var (labels, mentioned, named) = (0, 0, 0)
        var perLabel: [WorldLabel: (count: Int, named: Int)] = [:]
        for (present, caption) in Self.pictures {
            for label in present {
                labels += 1
                // "at night" and "at sunset" are the names themselves.
                let own = contains(caption, label.name)
                let other = (Vocabulary.synonyms(label) + Self.lightWords(label)).contains { contains(caption, $0) }
                if own || other { mentioned += 1 }
                if own { named += 1 }
                perLabel[label, default: (0, 0)].count += 1
                if own { perLabel[label]?.named += 1 }
            }
        }
        let share = Double(mentioned) / Double(labels)
        #expect((0.68...0.88).contains(share), "\(share)")
        #expect(Double(named) >= 0.6 * Double(mentioned))
        for (label, counts) in perLabel {
            #expect(Double(counts.named) > 0.3 * Double(counts.count), "\(label.name) is named too seldom")
        }
    }

    @Test func `captions do not speak of labels that are not there`() {
        var wrong = 0
        for (present, caption) in Self.pictures {
            for label in WorldLabel.allCases where !present.contains(label) {
                // A "dining room" may be a restaurant, and a "bath" is part of other names: own names of things only.
                guard label.kind == .object, contains(caption, label.name) else { continue }
                wrong += 1
                Issue.record("\(label.name) in: \(caption)")
            }
        }
        #expect(wrong == 0)
    }

    @Test func `unlabelled things are mentioned now and then`() {
        let mentioning = Self.pictures.count { picture in
            Clutter.allCases.contains { contains(picture.caption, String($0.words.drop { $0 != " " }.dropFirst())) }
        }
        #expect(mentioning > Self.count / 100 && mentioning < Self.count / 5)
    }

    @Test func `a caption's article fits the word after it`() {
        for (_, caption) in Self.pictures {
            let words = caption.lowercased().split(separator: " ")
            for (article, word) in zip(words, words.dropFirst()) {
                guard let first = word.first else { continue }
                if article == "a" { #expect(!"aeiou".contains(first), "\(caption)") }
                if article == "an" { #expect("aeiou".contains(first), "\(caption)") }
            }
        }
    }

    private static func lightWords(_ label: WorldLabel) -> [String] {
        switch label {
        case .sunset: ["evening sun"]
        case .night: ["after dark"]
        default: []
        }
    }
}
