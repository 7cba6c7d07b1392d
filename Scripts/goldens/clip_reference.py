# SPDX-License-Identifier: Apache-2.0
"""What the golden recorders share: transformers' CLIP without a working torchvision, random weights, the loss.

Needs torch, transformers, safetensors; see Scripts/goldens/requirements-goldens.txt for the versions the goldens were
recorded with.
"""

import json
import math
import os

import torch


def _empty_torchvision_schemas():
    """Lets a torchvision built for another torch be imported: its operators get empty schemas, none is called."""
    library = torch.library.Library("torchvision", "DEF")
    for name in ("nms", "qnms", "roi_align", "qroi_align", "ps_roi_align", "roi_pool", "ps_roi_pool", "deform_conv2d"):
        library.define(f"{name}() -> ()")
        library.define(f"_{name}_backward() -> ()")
    return library


try:
    import torchvision  # noqa: F401
except (ImportError, RuntimeError):
    import sys

    for stale in [name for name in sys.modules if name.startswith("torchvision")]:
        del sys.modules[stale]
    _library = _empty_torchvision_schemas()

from safetensors.torch import save_file  # noqa: E402
from transformers.models.clip.configuration_clip import CLIPConfig  # noqa: E402
from transformers.models.clip.modeling_clip import CLIPModel  # noqa: E402
from transformers.utils import logging as transformers_logging  # noqa: E402

transformers_logging.disable_progress_bar()

__all__ = [
    "CLIPConfig", "CLIPModel", "image_features", "known_mean_loss", "random_state", "save_file", "text_features",
    "write_json", "DTYPES",
]

DTYPES = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}


def write_json(path, value):
    """Writes JSON that a person can read and git can compare."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(value, file, indent=1, ensure_ascii=False)
        file.write("\n")


def random_state(model, seed, gain=1.0):
    """Weights far from initialisation scale, so that every part of the model changes the features.

    At initialisation a small CLIP gives nearly the same feature for every text, and a wrong tower would pass.
    """
    generator = torch.Generator().manual_seed(seed)

    def normal(shape, scale):
        return torch.randn(shape, generator=generator) * scale

    state = {}
    for name, value in model.state_dict().items():
        shape = value.shape
        if name == "logit_scale":
            state[name] = torch.tensor(math.log(1 / 0.11))
        elif name.endswith("position_ids"):
            continue
        elif "norm" in name or "layrnorm" in name:
            state[name] = normal(shape, 0.3) + (1 if name.endswith("weight") else 0)
        elif name.endswith("bias"):
            state[name] = normal(shape, 0.3)
        elif "position_embedding" in name:
            state[name] = normal(shape, 0.5)
        elif "token_embedding" in name or "class_embedding" in name:
            state[name] = normal(shape, 0.8)
        elif "patch_embedding" in name:
            state[name] = normal(shape, 1.2 / math.sqrt(shape[1] * shape[2] * shape[3]))
        elif "q_proj" in name or "k_proj" in name:
            state[name] = normal(shape, 1.6 * gain / math.sqrt(shape[1]))
        else:
            state[name] = normal(shape, 1.1 * gain / math.sqrt(shape[1]))
    return state


def text_features(model, tokens):
    """tokens [L, T] int64 -> [L, D], unit norm."""
    pooled = model.text_model(input_ids=tokens).pooler_output
    features = model.text_projection(pooled)
    return features / features.norm(dim=-1, keepdim=True)


def image_features(model, pixels):
    """pixels [B, 3, S, S] -> [B, D], unit norm."""
    pooled = model.vision_model(pixel_values=pixels).pooler_output
    features = model.visual_projection(pooled)
    return features / features.norm(dim=-1, keepdim=True)


def known_mean_loss(logits, targets):
    """Binary cross-entropy on logits, the mean over the targets that are not NaN."""
    known = ~torch.isnan(targets)
    # PyTorch's own, since the gradient of clamp and abs is wrong at a logit of 0, where a head of zeros begins.
    return torch.nn.functional.binary_cross_entropy_with_logits(logits[known], targets[known])
