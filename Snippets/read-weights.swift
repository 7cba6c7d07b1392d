// SPDX-License-Identifier: Apache-2.0

import Foundation
import Safetensors

guard CommandLine.arguments.count == 2 else {
    print("usage: read-weights MODEL")
    exit(64)
}
// One file or shards with their index; the bytes stay mapped and are read when they are asked for.
let weights = try SafetensorsCheckpoint(directory: CommandLine.arguments[1])
for entry in weights.entries { print(entry.name, entry.dtype.rawValue, entry.shape) }
print(try weights.bytes(of: "logit_scale").count, "bytes of logit_scale")
