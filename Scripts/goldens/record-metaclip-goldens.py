# SPDX-License-Identifier: Apache-2.0
"""Records Tests/ModelsTests/Fixtures/metaclip-2: a small random MetaCLIP 2 and the features that transformers computes.

    python3 Scripts/goldens/record-metaclip-goldens.py

Its tokenizer is that of record-unigram-goldens.py, which has to be recorded before; the test puts it beside. Needs torch
and transformers.
"""

import json
import pathlib
import shutil

import torch
from safetensors.torch import save_file

import clip_reference  # noqa: F401  (lets torchvision be imported)
from transformers import AutoTokenizer
from transformers.models.metaclip_2.configuration_metaclip_2 import MetaClip2Config
from transformers.models.metaclip_2.modeling_metaclip_2 import MetaClip2Model

ROOT = pathlib.Path(__file__).resolve().parents[2]
OUTPUT = ROOT / "Tests/ModelsTests/Fixtures/metaclip-2"
TEXTS = ["a photo of a pool", "Schwimmbad", "プール 海の景色", "бассейн", "x" * 90, "", "</s> in the middle", "수영장 🏊"]


def main():
    shutil.rmtree(OUTPUT, ignore_errors=True)
    OUTPUT.mkdir(parents=True)
    tokenizer = AutoTokenizer.from_pretrained(ROOT / "Tests/TokenizationTests/Fixtures/unigram")
    torch.manual_seed(4)
    config = MetaClip2Config(
        text_config=dict(vocab_size=len(tokenizer), hidden_size=32, intermediate_size=64, num_hidden_layers=2,
                         num_attention_heads=4, max_position_embeddings=20, eos_token_id=2, bos_token_id=0, pad_token_id=1),
        vision_config=dict(hidden_size=24, intermediate_size=48, num_hidden_layers=2, num_attention_heads=3, image_size=32,
                           patch_size=8, hidden_act="gelu"),
        projection_dim=16)
    model = MetaClip2Model(config).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.05 * torch.randn_like(parameter))
    model.save_pretrained(OUTPUT)
    (OUTPUT / "preprocessor_config.json").write_text(json.dumps({
        "image_processor_type": "CLIPImageProcessor", "size": {"shortest_edge": 32}, "crop_size": {"height": 32, "width": 32}}))
    pixels = torch.randn(3, 3, 32, 32)
    ids = tokenizer(TEXTS, padding="max_length", truncation=True, max_length=20, return_tensors="pt")["input_ids"]
    with torch.no_grad():
        images = model.get_image_features(pixel_values=pixels)
        texts = model.get_text_features(input_ids=ids)
    images, texts = (getattr(value, "pooler_output", value) for value in (images, texts))
    save_file({"pixels": pixels, "images": images / images.norm(dim=-1, keepdim=True),
               "texts": (texts / texts.norm(dim=-1, keepdim=True)).contiguous()}, OUTPUT / "golden.safetensors")
    (OUTPUT / "texts.json").write_text(json.dumps(TEXTS))
    print(images.shape, texts.shape)


if __name__ == "__main__":
    main()
