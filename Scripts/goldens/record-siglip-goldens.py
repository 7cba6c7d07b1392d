# SPDX-License-Identifier: Apache-2.0
"""Records Tests/ModelsTests/Fixtures/siglip-*: small random SigLIPs, their features and logits.

    python3 Scripts/goldens/record-siglip-goldens.py

siglip-plain       transformers' SiglipModel
siglip-projection  the same with a text tower of another width, exact GELU and a picture that patches do not divide
siglip-timm        modules of timm and open_clip with their names: the image tower of timm's `vit_…_siglip_…`, open_clip's
                   text tower

Token ids are random, as no tokenizer matters here. Needs torch, transformers, timm and open_clip.
"""

import functools
import json
import pathlib
import shutil

import clip_reference  # noqa: F401  (lets torchvision be imported)
import torch
from open_clip.transformer import LayerNorm, TextTransformer
from safetensors.torch import save_file
from timm.models.vision_transformer import VisionTransformer
from transformers.models.siglip.configuration_siglip import SiglipConfig
from transformers.models.siglip.modeling_siglip import SiglipModel

FIXTURES = pathlib.Path(__file__).resolve().parents[2] / "Tests/ModelsTests/Fixtures"
TEXTS, PICTURES = 5, 3


def begin(name):
    output = FIXTURES / name
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    return output


def shake(model):
    """Weights far from where they begin, so that every part changes the features."""
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.15 * torch.randn_like(parameter))


def unit(features):
    return (features / features.norm(dim=-1, keepdim=True)).contiguous()


def golden(output, pixels, ids, images, texts, scale, bias):
    images, texts = unit(images), unit(texts)
    logits = images @ texts.T * scale.exp() + bias
    save_file({"pixels": pixels, "ids": ids.float(), "images": images, "texts": texts, "logits": logits.contiguous()},
              output / "golden.safetensors")
    print(output.name, "features' spread", texts.std(0).mean().item(), images.std(0).mean().item())


def record_transformers(name, seed, text, vision):
    output = begin(name)
    torch.manual_seed(seed)
    model = SiglipModel(SiglipConfig(text_config=text, vision_config=vision)).eval()
    shake(model)
    with torch.no_grad():
        model.logit_scale.fill_(4.7)
        model.logit_bias.fill_(-12.5)
    model.save_pretrained(output)
    side, length = vision["image_size"], text["max_position_embeddings"]
    (output / "preprocessor_config.json").write_text(json.dumps(
        {"image_processor_type": "SiglipImageProcessor", "size": {"height": side, "width": side}}))
    pixels = torch.randn(PICTURES, 3, side, side)
    ids = torch.randint(0, text["vocab_size"], (TEXTS, length))
    ids[1, 5:] = 1
    with torch.no_grad():
        found = model(input_ids=ids, pixel_values=pixels)
    golden(output, pixels, ids, found.image_embeds, found.text_embeds, model.logit_scale, model.logit_bias)
    assert torch.allclose(found.logits_per_image, unit(found.image_embeds) @ unit(found.text_embeds).T
                                             * model.logit_scale.exp() + model.logit_bias, atol=1e-4)


def record_timm():
    output = begin("siglip-timm")
    torch.manual_seed(7)
    trunk = VisionTransformer(img_size=32, patch_size=8, embed_dim=24, depth=2, num_heads=3, class_token=False,
                              global_pool="map", num_classes=0).eval()
    text = TextTransformer(context_length=12, vocab_size=60, width=16, heads=2, layers=2, output_dim=24, no_causal_mask=True,
                           proj_bias=True, pool_type="last", norm_layer=functools.partial(LayerNorm, eps=1e-6),
                           act_layer=functools.partial(torch.nn.GELU, approximate="tanh")).eval()
    shake(trunk)
    shake(text)
    scale, bias = torch.tensor(4.5), torch.tensor(-11.0)
    state = {"visual.trunk." + key: value.contiguous() for key, value in trunk.state_dict().items()}
    state |= {"text." + key: value.contiguous() for key, value in text.state_dict().items()}
    save_file(state | {"logit_scale": scale, "logit_bias": bias}, output / "open_clip_model.safetensors", metadata={"format": "pt"})
    pixels = torch.randn(PICTURES, 3, 32, 32)
    ids = torch.randint(0, 60, (TEXTS, 12))
    with torch.no_grad():
        golden(output, pixels, ids, trunk(pixels), text(ids), scale, bias)


def main():
    record_transformers(
        "siglip-plain", 5,
        dict(vocab_size=900, hidden_size=24, intermediate_size=48, num_hidden_layers=2, num_attention_heads=3,
             max_position_embeddings=24, bos_token_id=0, eos_token_id=1, pad_token_id=1),
        dict(hidden_size=24, intermediate_size=40, num_hidden_layers=2, num_attention_heads=4, image_size=32, patch_size=8))
    record_transformers(
        "siglip-projection", 6,
        dict(vocab_size=80, hidden_size=16, intermediate_size=32, num_hidden_layers=3, num_attention_heads=2, projection_size=24,
             max_position_embeddings=10, hidden_act="gelu", bos_token_id=0, eos_token_id=1, pad_token_id=1),
        dict(hidden_size=24, intermediate_size=40, num_hidden_layers=1, num_attention_heads=2, image_size=30, patch_size=7,
             hidden_act="gelu"))
    record_timm()


if __name__ == "__main__":
    main()
