// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import Imaging
import Safetensors
import Tokenization
import Torch
public import TorchNN

extension ModelCheckpoint {
    /// Writes a model in Hugging Face's layout that transformers loads: this checkpoint's configuration, tokenizer and
    /// preprocessing with other weights. The directory exists; preferably nobody looks at it yet.
    ///
    /// - Throws: `FileIOError` and `SafetensorsError` if a file cannot be written.
    public func export(
        to directory: String, parameters: [ParameterStore.Parameter], as type: ExportType = .float32
    ) throws {
        let weights = parameters.map { parameter in
            SafetensorsWriter.Tensor(
                name: parameter.name, dtype: type.types.stored, shape: parameter.tensor.shape
            ) { body in try parameter.tensor.withBytes(as: type.types.computed, body) }
        }
        try SafetensorsWriter.write(weights, to: directory + "/model.safetensors", durable: true)
        try writeConfiguration(to: directory + "/config.json", type)
        try tokenizer.copyFiles(from: baseDirectory, to: directory)
        let name = ModelLayout.huggingFace.preprocessingName
        if layout == .huggingFace, try listDirectory(path: baseDirectory).contains(name) {
            try copyFile(name, from: baseDirectory, to: directory)
        } else {
            let object = preprocessor.huggingFaceObject(class: architecture.classes.imageProcessor)
            try writeJSON(object, to: directory + "/" + name)
        }
    }

    /// Writes the configuration: the file's own where it is transformers', with the type that is written.
    ///
    /// transformers 5 loads weights in the type that the configuration names, so an old float16 would round them. All
    /// else stays as it is spelled: it also refuses 1 where it expects 1.0.
    private func writeConfiguration(to path: String, _ type: ExportType) throws {
        guard layout == .huggingFace else {
            return try writeJSON(architecture.configuration(for: tokenizer, type: type), to: path)
        }
        let text = try readText(path: baseDirectory + "/config.json", maximumBytes: 16 << 20)
        let typed = text.replacing(/"((?:torch_)?dtype)"\s*:\s*"[^"]*"/) { "\"\($0.1)\": \"\(type.rawValue)\"" }
        try AtomicFile.write(typed, to: path, durable: true)
    }

    /// The types that weights are written in.
    public enum ExportType: String, Sendable, CaseIterable {
        /// What training computes in.
        case float32
        /// Half the size; weights beyond ±65,504 become infinite and are refused when read.
        case float16
        /// Half the size, with float32's range and 8 bits of precision.
        case bfloat16

        fileprivate var types: (computed: DType, stored: SafetensorsDType) {
            switch self {
            case .float32: (.float32, .float32)
            case .float16: (.float16, .float16)
            case .bfloat16: (.bfloat16, .bfloat16)
            }
        }
    }
}

extension TextTokenizer {
    /// Copies the files that it was read from into a directory that is written aside.
    package func copyFiles(from directory: String, to target: String) throws {
        let present = Set(try listDirectory(path: directory))
        for name in Self.fileNames where present.contains(name) {
            try copyFile(name, from: directory, to: target)
        }
    }
}

private func copyFile(_ name: String, from directory: String, to target: String) throws {
    let bytes = try readFile(path: directory + "/" + name, maximumBytes: 1 << 30)
    try AtomicFile.write(bytes, to: target + "/" + name, durable: true)
}
