// SPDX-License-Identifier: Apache-2.0
// https://github.com/huggingface/peft/blob/main/src/peft/tuners/lora/config.py

import FileIO
import Foundation
import JSON
import Safetensors
import TorchNN

/// A LoRA adapter as PEFT saves it: `adapter_config.json` and `adapter_model.safetensors`.
struct AdapterFiles {
    static let configurationName = "adapter_config.json"
    static let weightsName = "adapter_model.safetensors"
    /// What PEFT puts before the names of the base's layers.
    static let prefix = "base_model.model."

    /// What would make the weights mean something else than W + s·B·A.
    private static let unsupported = [
        "use_dora", "use_rslora", "lora_bias", "use_qalora", "layer_replication", "modules_to_save", "rank_pattern",
        "alpha_pattern", "trainable_token_indices", "target_parameters", "alora_invocation_tokens", "use_bdlora",
        "kasa_config", "monteclora_config", "velora_config", "arrow_config",
    ]

    private let directory: String
    private let baseModel: String
    private let revision: String?
    private let rank: Int
    private let alpha: Double
    private let weights: SafetensorsCheckpoint

    private var configurationPath: String { directory + "/" + Self.configurationName }

    /// Reads the configuration and opens the weights.
    init(_ listed: ModelDirectory) throws {
        let (directory, names) = (listed.path, listed.names)
        self.directory = directory
        let path = directory + "/" + Self.configurationName
        let values = try ConfigReader(path: path, bytes: try readFile(path: path, maximumBytes: 16 << 20))
        let type = try values.string("peft_type", default: "")
        if type != "LORA" { throw values.bad("peft_type", "is '\(type)', only 'LORA' can be used") }
        for key in Self.unsupported where !Self.isAbsent(values.value[key]) {
            throw values.bad(
                key, "is set; only plain LoRA can be used: merge this adapter with PEFT's merge_and_unload")
        }
        let bias = try values.string("bias", default: "none")
        if bias != "none" { throw values.bad("bias", "is '\(bias)', only 'none' can be used") }
        self.rank = try values.integer("r", default: 8, in: 1...65_536)
        self.alpha = try values.positive("lora_alpha", default: 8)
        self.baseModel = try values.string("base_model_name_or_path", default: "")
        if baseModel.isEmpty { throw values.bad("base_model_name_or_path", "must name the model that is adapted") }
        self.revision = try values.string("revision", default: "")
        if !names.contains(Self.weightsName) {
            try listed.refusePickles(named: Self.weightsName)
            throw InputError.badData(
                "\(directory)/\(Self.weightsName) is missing; an adapter needs it beside \(Self.configurationName)")
        }
        self.weights = try SafetensorsCheckpoint(path: directory + "/" + Self.weightsName)
    }

    /// The directory of the model that is adapted.
    func base(resolving resolve: ((_ model: String) throws -> String)?) throws -> String {
        let beside = baseModel.hasPrefix("/") ? baseModel : directory + "/" + baseModel
        let found: String
        if Self.isDirectory(beside) {
            found = beside
        } else if let resolve, !baseModel.hasPrefix("/"), !baseModel.hasPrefix(".") {
            let version = revision.map { $0.isEmpty ? "" : "@" + $0 } ?? ""
            found = try resolve(baseModel + version)
        } else {
            throw InputError.badData(
                "\(configurationPath): the base model '\(baseModel)' is not there; correct key 'base_model_name_or_path': a Hub name, or a path that is absolute or relative to the adapter"
            )
        }
        if FileManager.default.fileExists(atPath: found + "/" + Self.configurationName) {
            throw Self.isAdapter(found, namedIn: configurationPath)
        }
        return found
    }

    /// The error of a base that is an adapter itself.
    static func isAdapter(_ base: String, namedIn path: String) -> InputError {
        .badData(
            "\(path): the base model '\(base)' is an adapter itself; merge that one first with: mumic export --model \(base) --output FOLDER"
        )
    }

    /// Whether no adapter can hold a parameter of this part: it lies beside them, where PEFT reads it too.
    static func lieBeside(_ part: ParameterPart?) -> Bool { part == .temperature || part == .bias }

    /// What the file adds to the weights of a model of this shape, after a check of every tensor's name and shape.
    func additions(to architecture: any ModelArchitecture) throws -> WeightAdditions {
        func bad(_ tensor: String, _ problem: String) -> InputError {
            .badData("\(weights.path): '\(tensor)' \(problem)")
        }
        var replacements: [String: String] = [:]
        var halves: [String: [String: String]] = [:]  // by the layer's path and LoRANames
        for entry in weights.entries {
            guard entry.name.hasPrefix(Self.prefix) else {
                throw bad(
                    entry.name,
                    "has a name that PEFT gives no tensor of LoRA; use the adapter of a \(architecture.classes.model)")
            }
            let name = String(entry.name.dropFirst(Self.prefix.count))
            if Self.lieBeside(architecture.part(of: name)) {
                replacements[name] = entry.name
                continue
            }
            guard let half = [LoRANames.down, LoRANames.up].first(where: { name.hasSuffix("." + $0) }) else {
                throw bad(
                    entry.name,
                    "is neither \(LoRANames.down) nor \(LoRANames.up) of a layer; use an adapter of plain LoRA")
            }
            let layer = String(name.dropLast(half.count + 1))
            guard let (from, to) = architecture.linearLayer(layer) else {
                throw bad(
                    entry.name, "adapts a layer that the base model has not; check that the adapter belongs to it")
            }
            let expected = half == LoRANames.down ? [rank, from] : [to, rank]
            if entry.shape != expected {
                throw bad(
                    entry.name,
                    "has shape \(entry.shape), r = \(rank) and the base model ask for \(expected); check that the adapter belongs to it"
                )
            }
            halves[layer, default: [:]][half] = entry.name
        }
        var factors: [String: WeightAdditions.Factors] = [:]
        for (layer, pair) in halves.sorted(by: { $0.key < $1.key }) {
            guard let down = pair[LoRANames.down], let up = pair[LoRANames.up] else {
                throw bad(pair.values.first ?? layer, "lacks its other half, lora_A or lora_B; get the file again")
            }
            factors[layer + ".weight"] = (down, up, rank)
        }
        if factors.isEmpty { throw bad(Self.prefix, "begins no tensor's name: there is no adapter in it") }
        return WeightAdditions(weights, scale: alpha / Double(rank), factors: factors, replacements: replacements)
    }

    /// Whether a setting is what PEFT writes for an unused one.
    private static func isAbsent(_ value: JSONValue?) -> Bool {
        switch value {
        case nil, .null, .bool(false), .integer(0), .number(0), .array([]), .object([]): true
        default: false
        }
    }

    private static func isDirectory(_ path: String) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory.boolValue
    }
}
