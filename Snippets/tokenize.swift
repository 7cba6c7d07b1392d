// SPDX-License-Identifier: Apache-2.0

import Foundation
import Tokenization

guard CommandLine.arguments.count > 2 else {
    print("usage: tokenize MODEL TEXT…")
    exit(64)
}
let tokenizer = try CLIPTokenizer(directory: URL(fileURLWithPath: CommandLine.arguments[1]))
for text in CommandLine.arguments.dropFirst(2) {
    print(tokenizer.encode(text, contextLength: 77))
}
