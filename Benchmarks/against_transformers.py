# SPDX-License-Identifier: Apache-2.0
"""mumic against transformers on the same random ViT-B/32, alternating in one run.

    python3 Benchmarks/against_transformers.py texts --tokenizer DIR   2,000 label texts through the text tower
    python3 Benchmarks/against_transformers.py step  --tokenizer DIR   one training step, 32 pictures x 120 prompts

DIR holds CLIP's vocab.json and merges.txt. The peer is the strongest plain use of transformers: prompts padded to the
longest only, inference in batches of 128, fused AdamW. Its time is the computation alone; mumic's is the whole command
for texts, and its own images_per_second, checked against the clock, for a step.
Needs torch, transformers, pillow and numpy: Scripts/goldens/requirements-goldens.txt.
"""

import argparse
import csv
import json
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import numpy
import torch
from PIL import Image

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "Scripts"))
from clip_reference import CLIPConfig, CLIPModel  # noqa: E402
from transformers.models.clip.tokenization_clip import CLIPTokenizer  # noqa: E402

TEMPLATES = ["a photo of a {}", "a hotel with a {}", "there is a {} in this picture"]
PLACES = "swimming large hotel private double sea mountain modern".split()
THINGS = "pool room balcony kitchen bed".split()


def make_model(folder, tokenizer):
    """A randomly initialised ViT-B/32 with CLIP's tokenizer, as a directory."""
    torch.manual_seed(0)
    folder.mkdir()
    model = CLIPModel(CLIPConfig())
    model.save_pretrained(folder)
    for name in ("vocab.json", "merges.txt"):
        shutil.copy(tokenizer / name, folder / name)
    (folder / "preprocessor_config.json").write_text("{}")
    return model, CLIPTokenizer.from_pretrained(str(folder))


def unit(x):
    return x / x.norm(dim=-1, keepdim=True)


def seconds(body):
    start = time.perf_counter()
    result = body()
    return time.perf_counter() - start, result


def run(arguments):
    subprocess.run([str(x) for x in arguments], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def texts(options, folder):
    model, tokenizer = make_model(folder / "model", options.tokenizer)
    random = numpy.random.default_rng(0)
    words = [w[:-4] for w in json.loads((options.tokenizer / "vocab.json").read_text()) if w.endswith("</w>")]
    words = [w for w in words if w.isascii() and w.isalpha() and 3 < len(w) < 12][:3000]
    lines = ["a photo of a " + " ".join(random.choice(words, random.integers(1, 4))) for _ in range(2000)]
    (folder / "texts.txt").write_text("\n".join(lines) + "\n")

    def theirs():
        ids = tokenizer(lines, padding="longest", return_tensors="pt")["input_ids"]
        with torch.inference_mode():
            parts = [model.text_model(input_ids=ids[i:i + 128]).pooler_output for i in range(0, len(ids), 128)]
            return unit(model.text_projection(torch.cat(parts))).numpy()

    def ours():
        run([options.mumic, "embed", "--model", folder / "model", "--text", folder / "texts.txt",
             "--output", folder / "texts.npy"])
        return numpy.load(folder / "texts.npy")

    compare(options.rounds, lambda: seconds(theirs), lambda: seconds(ours))


def step(options, folder):
    model, tokenizer = make_model(folder / "model", options.tokenizer)
    labels = [f"{place} {thing}" for place in PLACES for thing in THINGS]
    random = numpy.random.default_rng(0)
    targets = (random.random((128, len(labels))) < 0.1).astype("float32")
    with open(folder / "data.csv", "w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["image", *labels])
        for index, row in enumerate(targets):
            Image.fromarray(random.integers(0, 256, (224, 224, 3), dtype="uint8")).save(folder / f"{index}.png")
            rows.writerow([f"{index}.png", *(int(x) for x in row)])
    pixels = torch.randn(32, 3, 224, 224)
    prompts = [template.replace("{}", label) for label in labels for template in TEMPLATES]
    ids = tokenizer(prompts, padding="longest", return_tensors="pt")["input_ids"]
    decaying = [p for p in model.parameters() if p.dim() >= 2]
    others = [p for p in model.parameters() if p.dim() < 2]
    groups = [dict(params=decaying, weight_decay=0.1), dict(params=others, weight_decay=0.0)]
    optimizer = torch.optim.AdamW(groups, lr=1e-5, fused=True)
    wanted = torch.from_numpy(targets[:32])

    def theirs():
        images = unit(model.visual_projection(model.vision_model(pixel_values=pixels).pooler_output))
        features = unit(model.text_projection(model.text_model(input_ids=ids).pooler_output))
        features = unit(features.view(len(labels), len(TEMPLATES), -1).mean(1))
        logits = images @ features.T * model.logit_scale.exp()
        optimizer.zero_grad()
        torch.nn.functional.binary_cross_entropy_with_logits(logits, wanted).backward()
        optimizer.step()

    def ours():
        shutil.rmtree(folder / "run", ignore_errors=True)
        sentences = [part for template in TEMPLATES for part in ("--template", template)]
        wall, _ = seconds(lambda: run([
            options.mumic, "train", "--data", folder / "data.csv", "--model", folder / "model", "--output",
            folder / "run", "--epochs", 1, "--batch-size", 32, "--augment", "none", *sentences]))
        lines = [json.loads(line) for line in open(folder / "run" / "metrics.jsonl")]
        times = [32 / line["images_per_second"] for line in lines]
        assert sum(times) < wall, "images_per_second says more than the clock"
        return statistics.median(times[1:]), None

    theirs()
    compare(options.rounds, lambda: (min(seconds(theirs)[0] for _ in range(3)), None), ours)


def compare(rounds, theirs, ours):
    pairs = []
    for _ in range(rounds):
        (a, expected), (b, found) = theirs(), ours()
        pairs.append((a, b))
        print(f"transformers {a:.2f} s, mumic {b:.2f} s, ratio {a / b:.2f}", flush=True)
        if expected is not None:
            print(f"largest difference {numpy.abs(expected - found).max():.1e}")
    ratios = sorted(a / b for a, b in pairs)
    print(f"ratio: median {statistics.median(ratios):.2f}, {ratios[0]:.2f} to {ratios[-1]:.2f}")


parser = argparse.ArgumentParser()
parser.add_argument("what", choices=["texts", "step"])
parser.add_argument("--tokenizer", type=pathlib.Path, required=True)
parser.add_argument("--mumic", type=pathlib.Path, default=".build/release/mumic")
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--threads", type=int, default=2)
chosen = parser.parse_args()
torch.set_num_threads(chosen.threads)
with tempfile.TemporaryDirectory() as name:
    (texts if chosen.what == "texts" else step)(chosen, pathlib.Path(name))
