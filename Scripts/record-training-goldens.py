# SPDX-License-Identifier: Apache-2.0
"""Records Tests/TrainingTests/Fixtures/curve: a small CLIP, pictures, labels, and PyTorch's loss curves on them.

    python3 Scripts/record-training-goldens.py

The loop below is the plain one that anybody would write with transformers and torch.optim.AdamW. `losses.json` holds
each variant's options and its twelve losses, in float32 as a user of PyTorch sees them and in float64 as the truth.
"""

import csv
import json
import math
import os
import shutil

import numpy
import torch
from clip_reference import (
    CLIPConfig, CLIPModel, image_features, known_mean_loss, random_state, save_file, text_features, write_json,
)
from PIL import Image, ImageDraw
from transformers.models.clip.tokenization_clip import CLIPTokenizer

CURVE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Tests", "TrainingTests", "Fixtures", "curve")
SIZE, STEPS, BATCH, PICTURES = 32, 12, 6, 24
MEAN, STD = [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]
LABELS = ["red sun", "sun", "pool", "double bed", "balcony", "sea view"]
WORDS = "a photo of the red sun pool double bed balcony sea view room hotel picture with".split()
PLAIN = dict(loss="mumic", temperature=0.07, fixed_temperature=False, bias=0.0, learned_bias=False,
             templates=["a photo of a {}"], learning_rate=1e-3, weight_decay=0.1, warmup_steps=3,
             schedule="cosine", batch_size=BATCH, accumulate=1, gradient_clip=0.0, freeze=[])
VARIANTS = {
    "learned-temperature": {},
    "fixed-temperature": dict(fixed_temperature=True),
    "fixed-bias": dict(bias=-3.0),
    "learned-bias": dict(bias=-3.0, learned_bias=True, learning_rate=5e-3),
    "bce": dict(loss="bce", temperature=1.0, fixed_temperature=True),
    "accumulate": dict(batch_size=3, accumulate=2),
    "gradient-clip": dict(gradient_clip=8.0),
    "constant-schedule": dict(schedule="constant", warmup_steps=0),
    "freeze-text": dict(freeze=["text"]),
    "freeze-image": dict(freeze=["image"]),
    "two-templates": dict(templates=["a photo of a {}", "the {} of a hotel, {}!"]),
    # The head begins at zero and reads the pooled vector before the projection, as timm's classifiers do.
    "linear-head": dict(loss="linear-head"),
}


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
    warm = options["warmup_steps"]
    if step < warm:
        return options["learning_rate"] * (step + 1) / warm
    if options["schedule"] == "constant":
        return options["learning_rate"]
    return options["learning_rate"] * 0.5 * (1 + math.cos(math.pi * (step - warm) / (STEPS - warm)))


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
    model = CLIPModel.from_pretrained(os.path.join(CURVE, "model"), dtype=torch.float32,
                                      attn_implementation="sdpa").to(dtype).train()
    names, targets = read_table(os.path.join(CURVE, "train.csv"))
    targets, pixels = targets.to(dtype), read_pixels(CURVE, names, dtype)
    rows = prompt_rows(tokenizer, options["templates"])
    linear = options["loss"] == "linear-head"
    scale = model.logit_scale
    with torch.no_grad():
        scale.fill_(math.log(1 / options["temperature"]))
    scale.requires_grad_(not options["fixed_temperature"])
    bias = torch.tensor(options["bias"], dtype=dtype, requires_grad=options["learned_bias"])
    head = torch.nn.Linear(model.config.vision_config.hidden_size, len(LABELS), dtype=dtype)
    torch.nn.init.zeros_(head.weight)
    torch.nn.init.zeros_(head.bias)
    trained = []
    for name, parameter in model.named_parameters():
        tower = "image" if name.startswith("visi") or name.startswith("visual") else "text"
        if name != "logit_scale" and tower in options["freeze"]:
            parameter.requires_grad_(False)
        if parameter.requires_grad:
            trained.append(parameter)
    trained += [bias] if options["learned_bias"] else []
    trained += list(head.parameters()) if linear else []
    optimizer = torch.optim.AdamW(
        [{"params": [p for p in trained if p.dim() >= 2], "weight_decay": options["weight_decay"]},
         {"params": [p for p in trained if p.dim() < 2], "weight_decay": 0.0}], betas=(0.9, 0.999), eps=1e-8)

    def logits(part):
        if linear:
            return head(model.vision_model(pixel_values=pixels[part]).pooler_output)
        return image_features(model, pixels[part]) @ label_features(model, rows).T * scale.exp() + bias

    losses, temperatures, biases, norms = [], [], [], []
    for step in range(STEPS):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, options)
        temperatures.append(1 / scale.exp().item())
        biases.append(bias.item())
        start = step * BATCH % PICTURES
        known = (~torch.isnan(targets[start:start + BATCH])).sum()
        optimizer.zero_grad()
        total = 0.0
        for micro in range(options["accumulate"]):
            first = start + micro * options["batch_size"]
            part = slice(first, first + options["batch_size"])
            own = (~torch.isnan(targets[part])).sum()
            share = 1 / options["accumulate"] if naive_accumulation else own.item() / known.item()
            loss = known_mean_loss(logits(part), targets[part]) * share
            loss.backward()
            total += loss.item()
        losses.append(total)
        with_gradient = [p for p in trained if p.grad is not None]
        norms.append(torch.stack([p.grad.norm() for p in with_gradient]).norm().item())
        if options["gradient_clip"]:
            torch.nn.utils.clip_grad_norm_(with_gradient, options["gradient_clip"])
        optimizer.step()
        with torch.no_grad():
            scale.clamp_(0.0, math.log(100))
    return dict(losses=losses, temperatures=temperatures, biases=biases, gradient_norms=norms,
                final=dict(temperature=1 / scale.exp().item(), bias=bias.item()))


def main():
    shutil.rmtree(CURVE, ignore_errors=True)
    tokenizer = write_model(os.path.join(CURVE, "model"))
    write_pictures(os.path.join(CURVE, "images"))
    write_table(os.path.join(CURVE, "train.csv"))
    report = {"steps": STEPS, "pictures": PICTURES, "labels": LABELS, "variants": {}}
    for name, changes in VARIANTS.items():
        options = {**PLAIN, **changes}
        short, exact = (train(options, tokenizer, dtype) for dtype in (torch.float32, torch.float64))
        entry = dict(options=options, losses=short["losses"], losses_float64=exact["losses"],
                     temperatures=exact["temperatures"], biases=exact["biases"],
                     gradient_norms=exact["gradient_norms"], final=exact["final"],
                     learning_rates=[learning_rate(step, options) for step in range(STEPS)],
                     tokens=prompt_rows(tokenizer, options["templates"]))
        report["variants"][name] = entry
        off = max(abs(a - b) / b for a, b in zip(short["losses"], exact["losses"]))
        print(f"{name:24s} {exact['losses'][0]:.5f} -> {exact['losses'][-1]:.5f}  "
              f"temperature -> {exact['temperatures'][-1]:.4f}  float32 is off by {off:.1e}")
        assert off < 2e-5, "too ill-conditioned to be compared at 1e-4"
    variants = report["variants"]
    whole = variants["learned-temperature"]["losses_float64"]
    assert max(abs(a - b) for a, b in zip(variants["accumulate"]["losses_float64"], whole)) < 1e-12
    naive = train({**PLAIN, **VARIANTS["accumulate"]}, tokenizer, torch.float64, naive_accumulation=True)["losses"]
    assert max(abs(a - b) / b for a, b in zip(naive, whole)) > 1e-2, "a mean of means must be seen"
    norms = variants["gradient-clip"]["gradient_norms"]
    assert min(norms) < 8 < max(norms), "some steps must be clipped and some not"
    still = train({**PLAIN, **VARIANTS["learned-bias"], "learned_bias": False}, tokenizer, torch.float64)["losses"]
    learned = variants["learned-bias"]["losses_float64"]
    assert max(abs(a - b) / b for a, b in zip(learned, still)) > 3e-4, "a bias that stays must be seen"
    for name in VARIANTS:
        if name not in ("learned-temperature", "accumulate"):
            other = variants[name]["losses_float64"]
            assert max(abs(a - b) / b for a, b in zip(other, whole)) > 2e-4, f"{name} must be seen"
    write_json(os.path.join(CURVE, "losses.json"), report)


if __name__ == "__main__":
    main()
