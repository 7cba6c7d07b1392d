# SPDX-License-Identifier: Apache-2.0
"""Records Tests/MultiLabelTests/Fixtures/anchored: a text-anchored head and the logits that NumPy computes with it.

    python3 Scripts/goldens/record-anchored-head.py

The towers are the small CLIP of the training tests; the head is drawn at random. The formula stands in `logits`, which
docs/mumic.docc/AnchoredHead.md shows. Needs torch, transformers, safetensors, numpy and pillow.
"""

import json
import pathlib

import numpy as np
import torch
from clip_reference import CLIPModel, text_features
from PIL import Image
from safetensors.numpy import load_file, save_file
from transformers.models.clip.tokenization_clip import CLIPTokenizer

ROOT = pathlib.Path(__file__).parent.parent.parent
CURVE = ROOT / "Tests/TrainingTests/Fixtures/curve"
OUTPUT = ROOT / "Tests/MultiLabelTests/Fixtures/anchored"
LABELS = ["pool", "red sun", "double bed"]


def logits(states, images, texts, names, head, description):
    """z of pictures [N] and labels [L]: states [N, W] before the projection, unit-norm features [N, D] and [L, D]."""
    trained = {label["name"]: row for row, label in enumerate(description["labels"])}
    x = (states - head["mean"]) / head["scale"]
    z = head["text_weight"] * (images @ texts.T) / description["temperature"]
    for column, name in enumerate(names):
        if name in trained:
            z[:, column] += x @ head["weight"][trained[name]] + head["bias"][trained[name]]
        else:
            z[:, column] += head["shared_bias"]
    return z


def features(directory, pictures, texts):
    """Pooled states [N, W], unit-norm picture features [N, D] and text features [L, D], in float64."""
    model = CLIPModel.from_pretrained(directory).double().eval()
    settings = json.loads((directory / "preprocessor_config.json").read_text())
    planes = np.stack([np.asarray(Image.open(path).convert("RGB"), dtype=np.float64) for path in pictures]) / 255
    pixels = (planes - settings["image_mean"]) / settings["image_std"]
    tokenizer = CLIPTokenizer.from_pretrained(directory)
    rows = [tokenizer(text)["input_ids"] for text in texts]
    longest = max(map(len, rows))
    tokens = torch.tensor([row + [row[-1]] * (longest - len(row)) for row in rows])
    with torch.no_grad():
        states = model.vision_model(pixel_values=torch.from_numpy(pixels).permute(0, 3, 1, 2)).pooler_output
        images = model.visual_projection(states)
        images = images / images.norm(dim=-1, keepdim=True)
        return states.numpy(), images.numpy(), text_features(model, tokens).numpy(), model.logit_scale.item()


def main():
    pictures = sorted((CURVE / "images").glob("*.png"))[:5]
    names = LABELS + ["new label"]
    texts = [f"a photo of a {name}" for name in names]
    states, images, texts, logit_scale = features(CURVE / "model", pictures, texts)
    random = np.random.default_rng(7)
    width = states.shape[1]
    head = {
        "weight": random.normal(size=(len(LABELS), width)),
        "bias": random.normal(size=len(LABELS)),
        "shared_bias": np.array(-1.25),
        "text_weight": np.array(0.75),
        "mean": states.mean(0),
        "scale": np.sqrt(((states - states.mean(0)) ** 2).sum(1).mean()),
    }
    head = {name: np.asarray(value, dtype=np.float32) for name, value in head.items()}
    description = {
        "version": 1, "labels": [{"name": name} for name in LABELS], "templates": ["a photo of a {}"],
        "temperature": float(np.exp(-logit_scale)), "bias": 0, "head": "anchored", "thresholds": {},
    }
    OUTPUT.mkdir(parents=True, exist_ok=True)
    save_file(head, OUTPUT / "head.safetensors")
    (OUTPUT / "mumic.json").write_text(json.dumps(description, indent=1) + "\n")
    z = logits(states, images, texts, names, load_file(OUTPUT / "head.safetensors"), description)
    golden = {"pictures": [path.name for path in pictures], "labels": names, "logits": z.tolist()}
    (OUTPUT / "logits.json").write_text(json.dumps(golden, indent=1) + "\n")


if __name__ == "__main__":
    main()
