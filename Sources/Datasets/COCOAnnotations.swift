// SPDX-License-Identifier: Apache-2.0

import FileIO
import JSON

extension AnnotationBuilder {
    /// Reads COCO's instances: a picture has a label if an annotation of that category is on it. LVIS's
    /// `neg_category_ids` are targets 0, also where what is unlisted is unknown.
    mutating func readCOCO(_ source: ByteSource) throws(DatasetError) {
        let document = try COCOLists(DatasetScanner(source), path: self.source)
        namesEveryLabel = true
        var categories: [COCOIdentifier: Int?] = [:]
        var names: Set<String> = []
        for (position, category) in document.categories.enumerated() {
            let place = "categories[\(position)]"
            guard let id = category.id, let name = category.name else {
                find(.error, category.line, "\(place) needs an \"id\" and a \"name\"")
                continue
            }
            if categories[id] != nil {
                find(.error, category.line, "\(place) has the id \(id.description) of another category")
            } else {
                if !names.insert(name.trimmedLabel).inserted {
                    find(.warning, category.line, "\(place) has the name \(quoted(name)) of another one; taken as one")
                }
                // A category that is left out still has its id, so that its annotations are not called unknown.
                categories.updateValue(label(name, line: category.line), forKey: id)
            }
        }
        let rows = addImages(document.images, categories)
        for (position, annotation) in document.annotations.enumerated() {
            let place = "annotations[\(position)]"
            guard let image = annotation.image, let category = annotation.category else {
                find(.error, annotation.line, "\(place) needs an \"image_id\" and a \"category_id\"")
                continue
            }
            let row = rows[image]
            let label = categories[category]
            if row == nil {
                let name = image.description
                find(.error, annotation.line, "\(place) is on the image \(name), which is not in \"images\"")
            }
            if label == nil {
                let name = category.description
                find(.error, annotation.line, "\(place) has the category \(name), which is not in \"categories\"")
            }
            if let row = row ?? nil, let label = label ?? nil { set(row: row, label: label, to: 1) }
        }
    }

    private mutating func addImages(
        _ images: [COCOImage], _ categories: [COCOIdentifier: Int?]
    ) -> [COCOIdentifier: Int?] {
        var rows: [COCOIdentifier: Int?] = [:]
        for (position, image) in images.enumerated() {
            let place = "images[\(position)]"
            guard let id = image.id, let name = image.name else {
                dropRow(image.line, "\(place) needs an \"id\" and a \"file_name\"")
                continue
            }
            guard rows[id] == nil else {
                dropRow(image.line, "\(place) has the id \(id.description) of another picture")
                continue
            }
            let row = addImage(name, line: image.line)
            rows.updateValue(row, forKey: id)
            for negative in image.negativeCategories {
                guard let label = categories[negative] else {
                    let name = negative.description
                    find(.error, image.line, "\(place) has the negative category \(name), not in \"categories\"")
                    continue
                }
                if let row, let label { set(row: row, label: label, to: 0) }
            }
        }
        return rows
    }
}

/// The three lists of a COCO document, in whatever order it has them.
private struct COCOLists {
    private(set) var images: [COCOImage] = []
    private(set) var annotations: [COCOAnnotation] = []
    private(set) var categories: [COCOCategory] = []

    init(_ scanner: DatasetScanner, path: String) throws(DatasetError) {
        var seen: Set<String> = []
        try scanner.beginObject()
        while try scanner.nextKey() {
            let key = scanner.text
            guard ["images", "annotations", "categories"].contains(key) else {
                try scanner.skipValue()
                continue
            }
            guard seen.insert(key).inserted else {
                throw .at(path, scanner.line, Problem.doubledKey(key))
            }
            guard try scanner.kind() == .array else {
                throw .at(path, scanner.line, Problem.wrongType(key, expected: "an array"))
            }
            try scanner.beginArray()
            while try scanner.nextElement() {
                switch key {
                case "images": images.append(try COCOImage(scanner))
                case "annotations": annotations.append(try COCOAnnotation(scanner))
                default: categories.append(try COCOCategory(scanner))
                }
            }
        }
        try scanner.expectEnd()
        for key in ["images", "annotations", "categories"] where !seen.contains(key) {
            throw .at(path, 1, Problem.missingKey(key))
        }
    }
}
