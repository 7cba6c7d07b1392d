// SPDX-License-Identifier: Apache-2.0
// https://github.com/huggingface/peft/blob/main/src/peft/tuners/lora/layer.py

import FileIO
import Foundation
import Safetensors
import Torch
public import TorchNN

extension ModelCheckpoint {
    /// Writes the adapters of a model as PEFT does: `adapter_config.json` and `adapter_model.safetensors`.
    ///
    /// The temperature, which no adapter can hold, is written beside them under the name by which PEFT reads it too.
    ///
    /// - Parameters:
    ///   - directory: An existing directory, preferably one that nobody looks at yet.
    ///   - base: The model that is adapted: a Hub name, or a path, best an absolute one, since PEFT takes a relative
    ///     path from where it runs and this program from where the adapter lies.
    ///   - revision: The commit, branch or tag of a Hub name.
    ///   - store: The parameters, of ``load(on:dtype:lora:)``.
    /// - Throws: `InputError` if the base is an adapter itself, `FileIOError` and `SafetensorsError` if a file cannot
    ///   be written.
    public func exportAdapter(
        to directory: String, base: String, revision: String? = nil, store: ParameterStore
    ) throws {
        let path = directory + "/" + AdapterFiles.configurationName
        if hasAdapter { throw AdapterFiles.isAdapter(self.directory, namedIn: path) }
        guard let lora = store.lora?.configuration else { return }
        let scalars = store.parameters.filter { AdapterFiles.lieBeside(architecture.part(of: $0.name)) }
        let tensors = (store.adapterParameters + scalars).map { parameter in
            SafetensorsWriter.Tensor(
                name: AdapterFiles.prefix + parameter.name, dtype: .float32, shape: parameter.tensor.shape
            ) { body in try parameter.tensor.withBytes(body) }
        }
        try SafetensorsWriter.write(tensors, to: directory + "/" + AdapterFiles.weightsName, durable: true)
        let object: [String: Any] = [
            "peft_type": "LORA", "task_type": NSNull(), "base_model_name_or_path": base,
            "revision": revision.map { $0 as Any } ?? NSNull(), "inference_mode": true, "r": lora.rank,
            "lora_alpha": Int(exactly: lora.alpha).map { $0 as Any } ?? lora.alpha, "lora_dropout": 0.0,
            "target_modules": targetModules(lora, adapted: store.adapters.map(\.layer)), "bias": "none",
            "fan_in_fan_out": false, "init_lora_weights": true, "use_rslora": false, "use_dora": false,
            "modules_to_save": NSNull(), "rank_pattern": [String: Int](), "alpha_pattern": [String: Double](),
            "auto_mapping": [
                "base_model_class": architecture.classes.model, "parent_library": architecture.classes.module,
            ],
        ]
        try writeJSON(object, to: path)
    }

    /// The targets by their short names where every layer of that name is adapted, else the layers' paths.
    private func targetModules(_ lora: LoRAConfiguration, adapted: [String]) -> [String] {
        let names = Set(lora.targets.map(\.rawValue)).sorted()
        let blockCount = Tower.allCases.reduce(0) { $0 + architecture.blockCount(of: $1) }
        // A short name means every layer of that name, also beside the blocks.
        return adapted.count == names.count * blockCount && architecture.hasLinearLayersInBlocksAlone
            ? names : adapted.sorted()
    }
}
