# SPDX-License-Identifier: Apache-2.0
"""Records what PEFT and torch.optim compute: Tests/ModelsTests/Fixtures/lora and Tests/TorchNNTests/Fixtures/optimizer.

    python3 Scripts/goldens/record-lora.py

`lora/adapter_*` is what PEFT saves of adapters on the small CLIP of the case `legacy-eos`, its base by a relative path;
`lora/golden.safetensors` holds features with them, computed in float64, and the gradients of A and B of a simple loss.
`optimizer/adamw.safetensors` holds parameters after steps of torch.optim.AdamW with a learning rate for each group.
"""

import json
import os
import shutil

import torch
from clip_reference import CLIPModel, image_features, known_mean_loss, save_file, text_features, write_json
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file

TESTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "Tests")
CASE = os.path.join(TESTS, "ModelsTests", "Fixtures", "legacy-eos")
LORA = os.path.join(TESTS, "ModelsTests", "Fixtures", "lora")
OPTIMIZER = os.path.join(TESTS, "TorchNNTests", "Fixtures", "optimizer")
TARGETS = ["q_proj", "k_proj", "v_proj", "out_proj", "fc1", "fc2"]


def base():
    return CLIPModel.from_pretrained(CASE, dtype=torch.float32, attn_implementation="sdpa")


def results(model, inputs):
    """Features and the loss of the fixture's targets, in the model's type."""
    dtype = next(model.parameters()).dtype
    text = text_features(model, inputs["tokens"])
    image = image_features(model, inputs["pixels"].to(dtype))
    loss = known_mean_loss(image @ text.T * model.logit_scale.exp(), inputs["targets"].to(dtype))
    return text, image, loss


def record_lora():
    shutil.rmtree(LORA, ignore_errors=True)
    inputs = load_file(os.path.join(CASE, "golden.safetensors"))
    # Rank 3 and alpha 5: a scale that no power of two hides.
    adapted = get_peft_model(base(), LoraConfig(r=3, lora_alpha=5, target_modules=TARGETS))
    generator = torch.Generator().manual_seed(21)
    with torch.no_grad():
        for name, parameter in adapted.named_parameters():
            if "lora_" in name:
                parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.25)
    adapted.save_pretrained(LORA)
    os.remove(os.path.join(LORA, "README.md"))
    path = os.path.join(LORA, "adapter_config.json")
    with open(path, encoding="utf-8") as file:
        config = json.load(file)
    config["base_model_name_or_path"] = "../legacy-eos"
    config["target_modules"] = sorted(config["target_modules"])
    write_json(path, config)
    # logit_scale beside the adapters, as this project writes it: PEFT takes it for the base's.
    weights = os.path.join(LORA, "adapter_model.safetensors")
    state = load_file(weights)
    state["base_model.model.logit_scale"] = torch.tensor(1.875)
    save_file(state, weights, metadata={"format": "pt"})

    read = PeftModel.from_pretrained(base(), LORA, is_trainable=True)
    assert read.base_model.model.logit_scale.item() == 1.875
    model = read.double().base_model.model
    text, image, loss = results(model, inputs)
    loss.backward()
    golden = dict(text_features=text, image_features=image, loss=loss)
    for name, parameter in read.named_parameters():
        if "lora_" in name:
            golden["grad." + name.removeprefix("base_model.model.").replace(".default", "")] = parameter.grad
    plain_text, plain_image, _ = results(base().double(), inputs)
    merged = PeftModel.from_pretrained(base(), LORA).merge_and_unload()
    layer = "vision_model.encoder.layers.0.mlp.fc1.weight"
    golden["merged"] = merged.state_dict()[layer]
    merged_text, merged_image, _ = results(merged, inputs)
    print(f"lora: {len(state)} tensors, loss {loss.item():.5f}; the adapter moves features by "
          f"{(text - plain_text).abs().max():.2f} and {(image - plain_image).abs().max():.2f}; merged in float32 they "
          f"differ by {(merged_text - text).abs().max():.1e} and {(merged_image - image).abs().max():.1e}")
    save_file({key: value.detach().float().clone().contiguous() for key, value in golden.items()},
              os.path.join(LORA, "golden.safetensors"))


def record_optimizer():
    """Four parameters with and without decay, three learning rates, four steps; the third one finds no gradient."""
    os.makedirs(OPTIMIZER, exist_ok=True)
    generator = torch.Generator().manual_seed(22)
    shapes, scales, steps = [(3, 4), (5,), (2, 3), (6,)], [1.0, 0.5, 0.25, 0.5], 4
    stored = {}
    parameters = []
    for index, shape in enumerate(shapes):
        start = torch.randn(shape, generator=generator)
        stored[f"start.{index}"] = start
        parameters.append(start.double().clone().requires_grad_())
        for step in range(steps):
            stored[f"gradient.{index}.{step}"] = torch.randn(shape, generator=generator)
    optimizer = torch.optim.AdamW([
        dict(params=[parameter], lr=1e-2 * scale, weight_decay=0.1 if parameter.dim() >= 2 else 0.0)
        for parameter, scale in zip(parameters, scales)], betas=(0.9, 0.999), eps=1e-8)
    for step in range(steps):
        for index, parameter in enumerate(parameters):
            skipped = index == 2 and step == 2
            parameter.grad = None if skipped else stored[f"gradient.{index}.{step}"].double()
        for group, scale in zip(optimizer.param_groups, scales):
            group["lr"] = 1e-2 / (step + 1) * scale
        optimizer.step()
    for index, parameter in enumerate(parameters):
        stored[f"end.{index}"] = parameter.detach().float()
    save_file(stored, os.path.join(OPTIMIZER, "adamw.safetensors"))


if __name__ == "__main__":
    record_lora()
    record_optimizer()
