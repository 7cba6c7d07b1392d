// SPDX-License-Identifier: Apache-2.0

import Foundation
import Tokenization

guard CommandLine.arguments.count == 3 else {
    print("usage: train-tokenizer TEXTS FOLDER, a text a line")
    exit(64)
}
var trainer = try BytePairTrainer(vocabularySize: 2000)
for line in try String(contentsOfFile: CommandLine.arguments[1], encoding: .utf8).split(separator: "\n") {
    trainer.add(String(line))
}
let trained = trainer.train()
for file in trained.files() {
    let path = URL(fileURLWithPath: CommandLine.arguments[2]).appendingPathComponent(file.name)
    try Data(file.contents).write(to: path)
}
print(trained.vocabularySize, "ids,", trained.mergeCount, "merges")
