# SPDX-License-Identifier: Apache-2.0
"""Records Tests/ModelsTests/Fixtures: random small CLIPs and what transformers computes with them.

    python3 Scripts/goldens/record-clip-goldens.py [CASE...]

Each case is a directory that the loader reads as it stands. `golden.safetensors` holds inputs and results, computed
in float64 from the file's weights, so that the only error a test sees is the tested program's own.
"""

import json
import os
import shutil
import sys

import torch
from clip_reference import (
    DTYPES, CLIPConfig, CLIPModel, image_features, known_mean_loss, random_state, save_file, text_features, write_json,
)

FIXTURES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "Tests", "ModelsTests", "Fixtures")


def text(vocabulary, positions, width, layers, heads, inner, act, eos, bos=None, **more):
    return dict(vocab_size=vocabulary, max_position_embeddings=positions, hidden_size=width, num_hidden_layers=layers,
                num_attention_heads=heads, intermediate_size=inner, hidden_act=act, eos_token_id=eos,
                bos_token_id=vocabulary - 2 if bos is None else bos, pad_token_id=1, **more)


def vision(size, patch, width, layers, heads, inner, act, **more):
    return dict(image_size=size, patch_size=patch, hidden_size=width, num_hidden_layers=layers,
                num_attention_heads=heads, intermediate_size=inner, hidden_act=act, num_channels=3, **more)


# Each case covers what the others don't; `end` is the id that ends the prompts.
CASES = {
    # OpenAI's own shape of configuration: eos_token_id 2, feature at the largest id.
    "legacy-eos": dict(
        seed=1, dtype="F32", projection=12, end=79, pad=0,
        text=text(80, 16, 16, 2, 2, 40, "quick_gelu", 2), vision=vision(16, 8, 24, 1, 3, 48, "quick_gelu")),
    # The end of text is not the largest id; the activations of the towers differ; other epsilons; uneven MLP width.
    "modern-eos-gelu": dict(
        seed=2, dtype="F32", projection=20, end=50, pad=0,
        text=text(90, 20, 20, 3, 5, 44, "gelu", 50, bos=49, layer_norm_eps=1e-3),
        vision=vision(14, 4, 16, 2, 4, 40, "quick_gelu", layer_norm_eps=2e-4)),
    "float16": dict(
        seed=3, dtype="F16", projection=16, end=63, pad=63,
        text=text(64, 18, 16, 2, 2, 64, "quick_gelu", 63), vision=vision(15, 5, 24, 2, 3, 48, "quick_gelu")),
    "bfloat16-tanh": dict(
        seed=4, dtype="BF16", projection=8, end=119, pad=119,
        text=text(120, 24, 16, 1, 1, 48, "gelu_new", 119),
        vision=vision(12, 3, 24, 2, 2, 60, "gelu_pytorch_tanh")),
    "sharded-position-ids": dict(
        seed=5, dtype="F32", projection=10, end=69, pad=0, shards=3, position_ids=True,
        text=text(70, 17, 12, 4, 3, 32, "quick_gelu", 69), vision=vision(18, 6, 16, 3, 2, 24, "gelu")),
    # text_config_dict and vision_config_dict win over text_config and vision_config, their defaults included.
    "config-dicts": dict(
        seed=6, dtype="F32", projection=14, end=65, pad=0,
        text=text(66, 16, 16, 2, 4, 32, "gelu", 65), vision=vision(16, 4, 12, 2, 2, 30, "quick_gelu"),
        overridden=dict(text=dict(hidden_size=28, num_hidden_layers=1, hidden_act="quick_gelu", eos_token_id=2,
                                  layer_norm_eps=0.5, vocab_size=11),
                        vision=dict(hidden_size=99, patch_size=8, hidden_act="gelu", layer_norm_eps=0.5))),
}


def prompts(case):
    """Prompts that share prefixes: repeated, one the beginning of another, empty, full length, with the end inside."""
    config = case["text"]
    bos, end, longest = config["bos_token_id"], case["end"], config["max_position_embeddings"]
    inner = [i for i in range(3, config["vocab_size"]) if i not in (bos, end)]
    generator = torch.Generator().manual_seed(1000 + case["seed"])

    def word():
        return inner[int(torch.randint(len(inner), (1,), generator=generator))]

    if config["eos_token_id"] == 2:
        inner = [i for i in inner if i < end]
    a, b, c, d = word(), word(), word(), word()
    stem = [bos, a, b, a]
    rows = [
        stem + [c, end],
        stem + [d, end],
        stem + [end],
        stem + [c, d, word(), end],
        stem + [c, end],
        [bos, end],
        [bos, a, b, end, c, end],
        [bos, a, end],
        [bos] + [word() for _ in range(longest - 2)] + [end],
        [bos, max(inner), a, end],
        stem + [2, c, end],
    ]
    lengths = [len(row) for row in rows]
    width = max(lengths)
    tokens = torch.tensor([row + [case["pad"]] * (width - len(row)) for row in rows])
    return tokens, torch.tensor(lengths)


def targets(images, labels, seed):
    generator = torch.Generator().manual_seed(2000 + seed)
    drawn = torch.rand(images, labels, generator=generator)
    values = (drawn < 0.35).float()
    values[drawn > 0.85] = float("nan")
    values[0, 1], values[1, 0], values[images - 1, 2] = 0.3, 0.75, float("nan")
    return values


def configuration(case):
    config = dict(model_type="clip", architectures=["CLIPModel"], projection_dim=case["projection"],
                  logit_scale_init_value=2.6592, text_config=dict(case["text"]), vision_config=dict(case["vision"]))
    if "overridden" in case:
        for tower in ("text", "vision"):
            full = config[f"{tower}_config"]
            config[f"{tower}_config_dict"] = full
            config[f"{tower}_config"] = {**full, **case["overridden"][tower]}
    return config


def write_weights(directory, state, case):
    state = {name: value.to(DTYPES[case["dtype"]]).contiguous() for name, value in state.items()}
    if case.get("position_ids"):
        state["text_model.embeddings.position_ids"] = torch.arange(case["text"]["max_position_embeddings"])[None]
        patches = (case["vision"]["image_size"] // case["vision"]["patch_size"]) ** 2
        state["vision_model.embeddings.position_ids"] = torch.arange(patches + 1)[None]
    shards = case.get("shards", 1)
    if shards == 1:
        save_file(state, os.path.join(directory, "model.safetensors"), metadata={"format": "pt"})
        return
    names, weight_map = sorted(state), {}
    for shard in range(shards):
        file = f"model-{shard + 1:05d}-of-{shards:05d}.safetensors"
        part = {name: state[name] for name in names[shard::shards]}
        weight_map.update({name: file for name in part})
        save_file(part, os.path.join(directory, file), metadata={"format": "pt"})
    total = sum(value.numel() * value.element_size() for value in state.values())
    write_json(os.path.join(directory, "model.safetensors.index.json"),
               {"metadata": {"total_size": total}, "weight_map": weight_map})


def write_preprocessor(directory, size):
    write_json(os.path.join(directory, "preprocessor_config.json"), dict(
        image_processor_type="CLIPImageProcessor", do_resize=True, size={"shortest_edge": size}, resample=3,
        do_center_crop=True, crop_size={"height": size, "width": size}, do_rescale=True,
        rescale_factor=1 / 255, do_normalize=True, do_convert_rgb=True,
        image_mean=[0.48145466, 0.4578275, 0.40821073], image_std=[0.26862954, 0.26130258, 0.27577711]))


def record(name, case):
    directory = os.path.join(FIXTURES, name)
    shutil.rmtree(directory, ignore_errors=True)
    config = configuration(case)
    write_json(os.path.join(directory, "config.json"), config)
    size = case["vision"]["image_size"]
    write_preprocessor(directory, size)
    effective = CLIPConfig(**json.loads(json.dumps(config)))
    for key in ("hidden_size", "num_hidden_layers", "hidden_act", "layer_norm_eps"):
        wanted = case["text"].get(key, 1e-5)
        assert getattr(effective.text_config, key) == wanted, (key, wanted)
    write_weights(directory, random_state(CLIPModel(effective), case["seed"]), case)

    model = CLIPModel.from_pretrained(directory, dtype=torch.float32, attn_implementation="sdpa")
    tokens, lengths = prompts(case)
    pixels = torch.randn(4, 3, size, size, generator=torch.Generator().manual_seed(3000 + case["seed"]))
    y = targets(len(pixels), len(tokens), case["seed"])

    with torch.no_grad():
        short, short_image = text_features(model, tokens), image_features(model, pixels)
    model = model.double()
    t, v = text_features(model, tokens), image_features(model, pixels.double())
    loss = known_mean_loss(v @ t.T * model.logit_scale.exp(), y.double())
    loss.backward()
    golden = dict(tokens=tokens, lengths=lengths, pixels=pixels, targets=y, text_features=t, image_features=v,
                  loss=loss, logit_scale=model.logit_scale)
    for parameter, value in model.named_parameters():
        golden[f"grad.{parameter}"] = value.grad
    golden = {key: (value.detach().float() if value.is_floating_point() else value).clone().contiguous()
              for key, value in golden.items()}
    save_file(golden, os.path.join(directory, "golden.safetensors"))
    spread = (t @ t.T).detach()
    distinct = spread[~torch.eye(len(t), dtype=torch.bool)]
    print(f"{name:22s} {sum(p.numel() for p in model.parameters()):6d} parameters, loss {loss.item():.5f}, "
          f"float32 against float64: text {(short - t).abs().max():.1e} image {(short_image - v).abs().max():.1e}; "
          f"text cosines {distinct.min():.2f}..{distinct.max():.2f}, "
          f"image {(v @ v.T)[0, 1:].min():.2f}..{(v @ v.T)[0, 1:].max():.2f}")
    return directory, model.float(), golden


def openai_names(model):
    """transformers' parameters under openai/CLIP's names: QKV packed, the projections transposed."""
    state = {name: value.detach() for name, value in model.state_dict().items()}
    renamed = {"logit_scale": state["logit_scale"], "text_projection": state["text_projection.weight"].T,
               "visual.proj": state["visual_projection.weight"].T,
               "token_embedding.weight": state["text_model.embeddings.token_embedding.weight"],
               "positional_embedding": state["text_model.embeddings.position_embedding.weight"],
               "visual.positional_embedding": state["vision_model.embeddings.position_embedding.weight"],
               "visual.class_embedding": state["vision_model.embeddings.class_embedding"],
               "visual.conv1.weight": state["vision_model.embeddings.patch_embedding.weight"]}
    for kind in ("weight", "bias"):
        renamed[f"ln_final.{kind}"] = state[f"text_model.final_layer_norm.{kind}"]
        renamed[f"visual.ln_pre.{kind}"] = state[f"vision_model.pre_layrnorm.{kind}"]
        renamed[f"visual.ln_post.{kind}"] = state[f"vision_model.post_layernorm.{kind}"]
        for tower, prefix, layers in (("text_model", "transformer", model.config.text_config.num_hidden_layers),
                                      ("vision_model", "visual.transformer",
                                       model.config.vision_config.num_hidden_layers)):
            for layer in range(layers):
                old, new = f"{tower}.encoder.layers.{layer}", f"{prefix}.resblocks.{layer}"
                renamed[f"{new}.attn.in_proj_{kind}"] = torch.cat(
                    [state[f"{old}.self_attn.{part}_proj.{kind}"] for part in "qkv"])
                for theirs, ours in (("attn.out_proj", "self_attn.out_proj"), ("ln_1", "layer_norm1"),
                                     ("ln_2", "layer_norm2"), ("mlp.c_fc", "mlp.fc1"), ("mlp.c_proj", "mlp.fc2")):
                    renamed[f"{new}.{theirs}.{kind}"] = state[f"{old}.{ours}.{kind}"]
    return renamed


def record_other_layouts(model, golden, case):
    """The float16 case under openai/CLIP's and open_clip's names; its golden.safetensors holds for these too.

    open_clip itself is asked for the same features. No golden is written beside the weights: a directory in this
    layout may name its one weight file as it likes.
    """
    import open_clip

    text_config, vision_config = case["text"], case["vision"]
    model_cfg = dict(
        embed_dim=case["projection"], quick_gelu=True,
        vision_cfg=dict(image_size=vision_config["image_size"], layers=vision_config["num_hidden_layers"],
                        width=vision_config["hidden_size"], patch_size=vision_config["patch_size"],
                        head_width=vision_config["hidden_size"] // vision_config["num_attention_heads"],
                        mlp_ratio=vision_config["intermediate_size"] / vision_config["hidden_size"]),
        text_cfg=dict(context_length=text_config["max_position_embeddings"], vocab_size=text_config["vocab_size"],
                      width=text_config["hidden_size"], heads=text_config["num_attention_heads"],
                      layers=text_config["num_hidden_layers"]))
    preprocess_cfg = dict(mean=[0.48145466, 0.4578275, 0.40821073], std=[0.26862954, 0.26130258, 0.27577711],
                          interpolation="bicubic", resize_mode="shortest")
    plain = openai_names(model)
    nested = {(name if name.startswith("visual.") or name == "logit_scale" else f"text.{name}"): value
              for name, value in plain.items()}
    archive = dict(plain, input_resolution=torch.tensor(vision_config["image_size"]),
                   context_length=torch.tensor(text_config["max_position_embeddings"]),
                   vocab_size=torch.tensor(text_config["vocab_size"]))
    for name, state, file, half, custom in (
            ("openai-names", archive, "ViT-tiny.safetensors", True, False),
            ("open-clip-names", plain, "open_clip_model.safetensors", False, False),
            ("open-clip-custom-text", nested, "open_clip_model.safetensors", False, True)):
        directory = os.path.join(FIXTURES, name)
        shutil.rmtree(directory, ignore_errors=True)
        cfg = dict(model_cfg, custom_text=True) if custom else model_cfg
        write_json(os.path.join(directory, "open_clip_config.json"),
                   {"model_cfg": cfg, "preprocess_cfg": preprocess_cfg})
        kept = {key: (value.half() if half and value.is_floating_point() else value).clone().contiguous()
                for key, value in state.items()}
        save_file(kept, os.path.join(directory, file))
        kind = open_clip.CustomTextCLIP if custom else open_clip.CLIP
        arguments = {key: value for key, value in cfg.items() if key != "custom_text"}
        theirs = kind(**arguments).eval()
        missing = theirs.load_state_dict({key: value.float() for key, value in kept.items() if value.dim() or
                                          key == "logit_scale"}, strict=False)
        assert not missing.missing_keys and not missing.unexpected_keys, missing
        tokens = torch.zeros(len(golden["tokens"]), text_config["max_position_embeddings"], dtype=torch.long)
        tokens[:, :golden["tokens"].shape[1]] = golden["tokens"]
        with torch.no_grad():
            t = theirs.encode_text(tokens, normalize=True)
            v = theirs.encode_image(golden["pixels"], normalize=True)
        worst = max((t - golden["text_features"]).abs().max(), (v - golden["image_features"]).abs().max())
        print(f"{name:22s} open_clip's features differ by {worst:.1e}")
        assert worst < 1e-5


def main():
    wanted = sys.argv[1:] or list(CASES)
    for name in wanted:
        _, model, golden = record(name, CASES[name])
        if name == "float16":
            record_other_layouts(model, golden, CASES[name])


if __name__ == "__main__":
    main()
