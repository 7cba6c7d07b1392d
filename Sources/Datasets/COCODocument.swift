// SPDX-License-Identifier: Apache-2.0

import FileIO
import JSON

/// An `id` in a COCO document: a number or a string; `7`, `7.0` and `"7"` are one.
enum COCOIdentifier: Hashable {
    case number(Int64)
    case text(String)

    /// Reads an id; nil, and the value stepped over, where it is neither a number nor a string.
    init?(_ scanner: DatasetScanner) throws(DatasetError) {
        switch try scanner.kind() {
        case .number:
            let value = try scanner.numberOrSkip()
            let text = scanner.text
            if let number = Int64(text) ?? value.flatMap({ Int64(exactly: $0) }) {
                self = .number(number)
            } else {
                self = .text(text)
            }
        case .string:
            let text = try scanner.stringOrSkip() ?? ""
            if let number = Int64(text), String(number) == text { self = .number(number) } else { self = .text(text) }
        default:
            try scanner.skipValue()
            return nil
        }
    }

    var description: String {
        switch self {
        case .number(let number): String(number)
        case .text(let text): quoted(text)
        }
    }
}

extension JSONScanner<DatasetError> {
    /// Hands over the keys of the next value, none where it is no object, and returns the line on which the value
    /// begins. `body` has to read each key's value or step over it.
    fileprivate func forEachKey(_ body: (String) throws(DatasetError) -> Void) throws(DatasetError) -> Int {
        let kind = try kind()
        let line = line
        guard kind == .object else {
            try skipValue()
            return line
        }
        try beginObject()
        while try nextKey() { try body(text) }
        return line
    }
}

/// An entry of `images`.
struct COCOImage {
    var id: COCOIdentifier?
    var name: String?
    var negativeCategories: [COCOIdentifier] = []
    private(set) var line = 0

    /// Reads an object; anything else becomes an entry without id and name.
    ///
    /// LVIS names pictures by `coco_url` only; its last two parts are the file's place in COCO's own folders.
    init(_ scanner: DatasetScanner) throws(DatasetError) {
        var address: String?
        line = try scanner.forEachKey { (key) throws(DatasetError) in
            switch key {
            case "id": id = try COCOIdentifier(scanner)
            case "file_name": name = try scanner.stringOrSkip()
            case "coco_url": address = try scanner.stringOrSkip()
            case "neg_category_ids" where try scanner.kind() == .array:
                try scanner.beginArray()
                while try scanner.nextElement() {
                    if let id = try COCOIdentifier(scanner) { negativeCategories.append(id) }
                }
            default: try scanner.skipValue()
            }
        }
        if name == nil, let address {
            name = address.utf8.split(separator: UInt8(ascii: "/")).suffix(2).map { String(Substring($0)) }
                .joined(separator: "/")
        }
    }
}

/// An entry of `annotations`: that a picture shows a category.
struct COCOAnnotation {
    var image: COCOIdentifier?
    var category: COCOIdentifier?
    private(set) var line = 0

    init(_ scanner: DatasetScanner) throws(DatasetError) {
        line = try scanner.forEachKey { (key) throws(DatasetError) in
            switch key {
            case "image_id": image = try COCOIdentifier(scanner)
            case "category_id": category = try COCOIdentifier(scanner)
            default: try scanner.skipValue()
            }
        }
    }
}

/// An entry of `categories`.
struct COCOCategory {
    var id: COCOIdentifier?
    var name: String?
    private(set) var line = 0

    init(_ scanner: DatasetScanner) throws(DatasetError) {
        line = try scanner.forEachKey { (key) throws(DatasetError) in
            switch key {
            case "id": id = try COCOIdentifier(scanner)
            case "name": name = try scanner.stringOrSkip()
            default: try scanner.skipValue()
            }
        }
    }
}
