# SPDX-License-Identifier: Apache-2.0
"""Records Tests/TrainingTests/Fixtures/curve: a small CLIP, pictures, labels, and PyTorch's loss curves on them.

    python3 Scripts/goldens/record-training-goldens.py

The loop below is the plain one that anybody would write with transformers, peft and torch.optim.AdamW. `losses.json`
holds each variant's options, under the names of `mumic train`, its twelve losses, computed in float64, and what became
of some of the weights. What a variant's options mean is written in training_methods.py.
"""

import csv
import json
import math
import os
import shutil

import numpy
import torch
from clip_reference import (
    CLIPConfig, CLIPModel, image_features, random_state, save_file, text_features, write_json,
)
from PIL import Image, ImageDraw
from training_methods import (
    PLAIN, VARIANTS, Noise, adapted, batch_loss, multiplier, positive_weights, trusted, uses_head,
)
from transformers.models.clip.tokenization_clip import CLIPTokenizer

CURVE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "Tests", "TrainingTests", "Fixtures", "curve")
SIZE, STEPS, BATCH, PICTURES = 32, 12, 6, 24
MEAN, STD = [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]
LABELS = ["red sun", "sun", "pool", "double bed", "balcony", "sea view"]
WORDS = "a photo of the red sun pool double bed balcony sea view room hotel picture with".split()
# A weight of every group of a tower.
WATCHED = [
    "text_projection.weight", "text_model.encoder.layers.1.mlp.fc1.weight", "text_model.final_layer_norm.weight",
    "text_model.encoder.layers.0.self_attn.q_proj.weight", "text_model.embeddings.position_embedding.weight",
    "visual_projection.weight", "vision_model.encoder.layers.1.self_attn.v_proj.weight",
    "vision_model.encoder.layers.0.mlp.fc1.weight", "vision_model.embeddings.patch_embedding.weight",
]


def byte_symbols():
    """CLIP's 256 printable stand-ins for bytes, in vocabulary order."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    return [chr(byte) for byte in printable] + [chr(256 + index) for index in range(len(others))]


def write_tokenizer(directory, words):
    """A byte-pair vocabulary in CLIP's order: bytes, bytes at a word's end, merges, the two specials."""
    pieces = {word: [*word[:-1], word[-1] + "</w>"] for word in words}
    merges = []
    while True:
        counts = {}
        for symbols in pieces.values():
            for pair in zip(symbols, symbols[1:]):
                counts[pair] = counts.get(pair, 0) + 1
        if not counts or len(merges) == 44:
            break
        best = min(counts, key=lambda pair: (-counts[pair], pair))
        merges.append(best)
        for word, symbols in pieces.items():
            merged, index = [], 0
            while index < len(symbols):
                if tuple(symbols[index:index + 2]) == best:
                    merged.append("".join(best))
                    index += 2
                else:
                    merged.append(symbols[index])
                    index += 1
            pieces[word] = merged
    symbols = byte_symbols()
    tokens = symbols + [symbol + "</w>" for symbol in symbols] + ["".join(pair) for pair in merges]
    tokens += ["<|startoftext|>", "<|endoftext|>"]
    assert len(set(tokens)) == len(tokens)
    vocabulary = {token: index for index, token in enumerate(tokens)}
    os.makedirs(directory, exist_ok=True)
    with open(os.path.join(directory, "vocab.json"), "w", encoding="utf-8") as file:
        json.dump(vocabulary, file, ensure_ascii=False)
    with open(os.path.join(directory, "merges.txt"), "w", encoding="utf-8") as file:
        file.write("#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in merges))
    return vocabulary, merges


def write_model(directory):
    vocabulary, merges = write_tokenizer(directory, WORDS)
    count = len(vocabulary)
    config = dict(
        model_type="clip", architectures=["CLIPModel"], projection_dim=16, logit_scale_init_value=2.6592,
        text_config=dict(vocab_size=count, max_position_embeddings=20, hidden_size=16, num_hidden_layers=2,
                         num_attention_heads=2, intermediate_size=48, hidden_act="quick_gelu",
                         bos_token_id=count - 2, eos_token_id=count - 1, pad_token_id=count - 1),
        vision_config=dict(image_size=SIZE, patch_size=8, hidden_size=24, num_hidden_layers=2, num_attention_heads=3,
                           intermediate_size=64, hidden_act="quick_gelu", num_channels=3))
    write_json(os.path.join(directory, "config.json"), config)
    write_json(os.path.join(directory, "preprocessor_config.json"), dict(
        image_processor_type="CLIPImageProcessor", do_resize=True, size={"shortest_edge": SIZE}, resample=3,
        do_center_crop=True, crop_size={"height": SIZE, "width": SIZE}, do_rescale=True, rescale_factor=1 / 255,
        do_normalize=True, do_convert_rgb=True, image_mean=MEAN, image_std=STD))
    state = random_state(CLIPModel(CLIPConfig(**config)), seed=11, gain=0.9)
    save_file(state, os.path.join(directory, "model.safetensors"), metadata={"format": "pt"})
    return CLIPTokenizer(vocab=vocabulary, merges=[tuple(pair) for pair in merges])


def write_pictures(directory):
    """Small flat drawings: they compress to a few hundred bytes, and differ."""
    os.makedirs(directory, exist_ok=True)
    random = numpy.random.default_rng(12)
    for index in range(PICTURES):
        picture = Image.new("RGB", (SIZE, SIZE), tuple(int(v) for v in random.integers(0, 256, 3)))
        draw = ImageDraw.Draw(picture)
        for _ in range(4):
            x, y, width, height = (int(v) for v in random.integers(0, SIZE, 4))
            colour = tuple(int(v) for v in random.integers(0, 256, 3))
            (draw.ellipse if random.random() < 0.5 else draw.rectangle)((x, y, x + width, y + height), fill=colour)
        picture.save(os.path.join(directory, f"p{index:02d}.png"), optimize=True)


def write_table(path):
    """Every state that a target may have: 1, 0, unknown and soft; the halves of a batch know unequal numbers."""
    random = numpy.random.default_rng(13)
    rows = []
    for index in range(PICTURES):
        unknown = 0.55 if index % BATCH < BATCH // 2 else 0.05
        row = []
        for _ in LABELS:
            draw = random.random()
            row.append("" if random.random() < unknown else "0.3" if draw < 0.08 else "1" if draw < 0.4 else "0")
        rows.append([f"images/p{index:02d}.png", *row])
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["image", *LABELS])
        writer.writerows(rows)


def read_table(path):
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    targets = [[float("nan") if value == "" else float(value) for value in row[1:]] for row in rows]
    return [row[0] for row in rows], torch.tensor(targets, dtype=torch.float64)


def read_pixels(directory, names, dtype):
    planes = [numpy.asarray(Image.open(os.path.join(directory, name)).convert("RGB")) for name in names]
    pixels = torch.from_numpy(numpy.stack(planes)).permute(0, 3, 1, 2).to(dtype) / 255
    mean, std = torch.tensor(MEAN, dtype=dtype).view(3, 1, 1), torch.tensor(STD, dtype=dtype).view(3, 1, 1)
    return (pixels - mean) / std


def learning_rate(step, options):
    warm = options["warmup-steps"]
    if step < warm:
        return options["learning-rate"] * (step + 1) / warm
    if options["schedule"] == "constant":
        return options["learning-rate"]
    return options["learning-rate"] * 0.5 * (1 + math.cos(math.pi * (step - warm) / (STEPS - warm)))


def prompt_rows(tokenizer, templates):
    return [[tokenizer(template.replace("{}", label))["input_ids"] for template in templates] for label in LABELS]


def label_features(model, rows):
    """rows[label][prompt] token ids -> [L, D]: the unit-norm mean of each label's unit-norm prompt features."""
    flat = [row for prompts in rows for row in prompts]
    longest = max(len(row) for row in flat)
    tokens = torch.tensor([row + [row[-1]] * (longest - len(row)) for row in flat])
    features = text_features(model, tokens).view(len(rows), -1, model.config.projection_dim).mean(dim=1)
    return features / features.norm(dim=-1, keepdim=True)


def train(options, tokenizer, dtype, naive_accumulation=False):
    model = CLIPModel.from_pretrained(os.path.join(CURVE, "model"), dtype=torch.float32, attn_implementation="sdpa")
    begin = {name: value.clone().double() for name, value in model.state_dict().items()}
    peft = adapted(model, options) if "lora-rank" in options else None
    (peft or model).to(dtype).train()
    names, targets = read_table(os.path.join(CURVE, "train.csv"))
    targets, pixels = targets.to(dtype), read_pixels(CURVE, names, dtype)
    if options["unknown"] == "negative":
        targets = targets.nan_to_num(0)
    weights = positive_weights(options, targets)
    rows = prompt_rows(tokenizer, options["template"])
    linear = uses_head(options)
    scale = model.logit_scale
    with torch.no_grad():
        scale.fill_(math.log(1 / options["temperature"]))
    trains_bias = "bias" in options and not options["fixed-bias"]
    bias = torch.tensor(options.get("bias", 0.0), dtype=dtype, requires_grad=trains_bias)
    head = torch.nn.Linear(model.config.vision_config.hidden_size, len(LABELS), dtype=dtype)
    torch.nn.init.zeros_(head.weight)
    known = ~targets.isnan()
    positives = targets.nan_to_num(0).sum(0)
    with torch.no_grad():
        if options["loss"] == "asl":
            head.bias.zero_()
        else:
            head.bias.copy_(((positives + 0.5) / (known.sum(0) - positives + 0.5)).log())
    trained = []
    for name, parameter in model.named_parameters():
        factor = multiplier(name.replace(".base_layer", "").replace(".default", ""), model.config, options)
        parameter.requires_grad_(factor is not None)
        if factor is not None:
            trained.append((parameter, factor))
    trained += [(bias, 1.0)] if trains_bias else []
    trained += [(parameter, 1.0) for parameter in head.parameters()] if linear else []
    optimizer = torch.optim.AdamW([
        dict(params=[p], factor=factor, weight_decay=options["weight-decay"] if p.dim() >= 2 else 0.0)
        for p, factor in trained], betas=(0.9, 0.999), eps=1e-8)
    averages = [p.detach().clone() for p, _ in trained]

    def logits(part):
        if linear:
            return head(model.vision_model(pixel_values=pixels[part]).pooler_output)
        return image_features(model, pixels[part]) @ label_features(model, rows).T * scale.exp() + bias

    noise = Noise(options, targets)
    curve, temperatures, norms = [], [], []
    for step in range(STEPS):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, options) * group["factor"]
        temperatures.append(1 / scale.exp().item())
        start = step * BATCH % PICTURES
        annotated = targets[start:start + BATCH]
        count = batch_loss(options, torch.zeros_like(annotated), annotated, weights)[1]
        optimizer.zero_grad()
        total = 0.0
        for micro in range(options["accumulate"]):
            first = start + micro * options["batch-size"]
            part = slice(first, first + options["batch-size"])
            z = logits(part)
            y = trusted(options, z.detach(), targets[part], step * BATCH // PICTURES, noise)
            loss, own = batch_loss(options, z, y, weights)
            loss = loss * (1 / options["accumulate"] if naive_accumulation else own.item() / count.item())
            loss.backward()
            total += loss.item()
        curve.append(total)
        with_gradient = [p for p, _ in trained if p.grad is not None]
        norms.append(torch.stack([p.grad.norm() for p in with_gradient]).norm().item())
        if options["gradient-clip"]:
            torch.nn.utils.clip_grad_norm_(with_gradient, options["gradient-clip"])
        optimizer.step()
        noise.step()
        with torch.no_grad():
            scale.clamp_(0.0, math.log(100))
            decay = min(options.get("ema", 0.0), (1 + step) / (10 + step))
            for average, (parameter, _) in zip(averages, trained):
                average.lerp_(parameter, 1 - decay)
    with torch.no_grad():
        for average, (parameter, _) in zip(averages, trained):
            parameter.copy_(average)  # without --ema the average is the parameter
    state = (peft.merge_and_unload() if peft else model).state_dict()
    change = {}
    for name in WATCHED:
        difference = (state[name].double() - begin[name]).flatten()
        direction = torch.arange(len(difference), dtype=torch.float64).cos()
        change[name] = [difference.norm().item(), (difference @ direction).item()]
    return dict(losses=curve, temperatures=temperatures, gradient_norms=norms, change=change,
                final=dict(temperature=1 / scale.exp().item(), bias=bias.item()))


def rounded(value):
    """The same with ten digits of each number, far more than are compared."""
    if isinstance(value, dict):
        return {key: rounded(part) for key, part in value.items()}
    if isinstance(value, list):
        return [rounded(part) for part in value]
    return float(f"{value:.10g}") if isinstance(value, float) else value


def gap(a, b):
    """The largest relative difference of two curves."""
    return max(abs(x - y) / abs(y) for x, y in zip(a, b))


def check(variants, tokenizer):
    """Whether a program that got something wrong would be found out."""
    curves = {name: variant["losses"] for name, variant in variants.items()}
    whole = curves["learned-temperature"]
    assert gap(curves["accumulate"], whole) < 1e-12
    # Its terms over the pictures of a label are of one batch, whatever else the step has.
    assert gap(curves["two-way-accumulate"], curves["two-way"]) > 1e-2
    for name in ("learned-temperature", "siglip", "asl", "focal", "softmax"):
        options = {**PLAIN, **VARIANTS[name], **VARIANTS["accumulate"]}
        halves = train(options, tokenizer, torch.float64)["losses"]
        assert gap(halves, curves[name]) < 1e-12, name
        naive = train(options, tokenizer, torch.float64, naive_accumulation=True)["losses"]
        # Every picture knows a pair, so that halves have as many pictures.
        assert gap(naive, curves[name]) > 1e-2 or name in ("siglip", "asl"), "a mean of means must be seen"
    norms = train({**PLAIN, **VARIANTS["gradient-clip"]}, tokenizer, torch.float64)["gradient_norms"]
    assert min(norms) < 8 < max(norms), "some steps must be clipped and some not"
    still = train({**PLAIN, **VARIANTS["learned-bias"], "fixed-bias": True}, tokenizer, torch.float64)["losses"]
    assert gap(curves["learned-bias"], still) > 3e-4, "a bias that stays must be seen"
    unlike = {
        "asl-of-its-own": "asl", "focal-of-its-own": "focal", "siglip-weighted": "siglip",
        "linear-head-asl": "linear-head", "lora-unlocked-groups": "lora", "lora-linear-head": "linear-head",
        "unlocked-groups": "unlocked-projections",
    }
    for name in VARIANTS:
        if name not in ("learned-temperature", "accumulate"):
            assert gap(curves[name], curves[unlike.get(name, "learned-temperature")]) > 2e-4, f"{name} must be seen"
    # The steps know nothing of the average, the weights that are kept do.
    plain = train({**PLAIN, **VARIANTS["ema"], "ema": 0.0}, tokenizer, torch.float64)
    assert plain["losses"] == curves["ema"]
    for name, (norm, _) in plain["change"].items():
        assert abs(variants["ema"]["change"][name][0] - norm) > 0.015 * norm, name


def recorded(changes_of, train):
    """The variants by their names: what PyTorch makes of each, `train(options, dtype)`, in float64."""
    variants = {}
    for name, changes in changes_of.items():
        options = {**PLAIN, **changes}
        short, exact = (train(options, dtype) for dtype in (torch.float32, torch.float64))
        variants[name] = dict(
            options=changes, losses=exact["losses"], temperatures=exact["temperatures"], final=exact["final"],
            learning_rates=[learning_rate(step, options) for step in range(STEPS)], change=exact["change"])
        off = gap(short["losses"], exact["losses"])
        moved = max(abs(a - b) / exact["change"][key][0] for key, pair in short["change"].items()
                    for a, b in zip(pair, exact["change"][key]) if exact["change"][key][0] > 0)
        print(f"{name:24s} {exact['losses'][0]:.5f} -> {exact['losses'][-1]:.5f}  "
              f"temperature -> {exact['temperatures'][-1]:.4f}  float32 is off by {off:.1e}, its weights by {moved:.1e}")
        assert off < 2e-5, "too ill-conditioned to be compared at 1e-4"
        assert moved < 1e-3, "too ill-conditioned to be compared at 5e-3"
    return variants


def write_losses(folder, variants):
    write_json(os.path.join(folder, "losses.json"), {
        "steps": STEPS, "pictures": PICTURES, "labels": LABELS, "plain": PLAIN, "variants": rounded(variants)})


def main():
    shutil.rmtree(CURVE, ignore_errors=True)
    tokenizer = write_model(os.path.join(CURVE, "model"))
    write_pictures(os.path.join(CURVE, "images"))
    write_table(os.path.join(CURVE, "train.csv"))
    variants = recorded(VARIANTS, lambda options, dtype: train(options, tokenizer, dtype))
    check(variants, tokenizer)
    write_losses(CURVE, variants)


if __name__ == "__main__":
    main()
