# SPDX-License-Identifier: Apache-2.0
"""Records Tests/PretrainingTests/Fixtures/{losses,curves}.json: contrastive losses and training as PyTorch does them.

    python3 Scripts/goldens/record-pretraining-goldens.py

`losses.json`: open_clip's ClipLoss and SigLipLoss on small features, with their gradients, in float64. The features
are float32 numbers, so that a float32 computation starts from the very same ones.

`curves.json`: the losses of a plain loop with transformers' CLIPModel, open_clip's losses and torch.optim.AdamW on the
small CLIP and the pictures of Tests/TrainingTests (see record-training-goldens.py) and the captions in captions.csv.
They are recorded in float64 as the truth, and run in float32 too: how far the two are apart says how ill-conditioned
a curve is and so how closely another float32 computation can be asked to follow it.
"""

import csv
import math
import os

import numpy
import torch
from clip_reference import CLIPModel, image_features, text_features, write_json
from open_clip.loss import ClipLoss, SigLipLoss
from PIL import Image
from transformers.models.clip.tokenization_clip import CLIPTokenizer

TESTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "Tests")
FIXTURES = os.path.join(TESTS, "PretrainingTests", "Fixtures")
MODEL = os.path.join(TESTS, "TrainingTests", "Fixtures", "curve", "model")
STEPS, BATCH, CONTEXT = 8, 6, 20
MEAN, STD = [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]
PLAIN = dict(loss="clip", temperature=None, learning_rate=1e-3, weight_decay=0.2, beta1=0.9, beta2=0.98, epsilon=1e-6,
             warmup_steps=3, gradient_clip=0.0)
VARIANTS = {
    "clip": {},
    "siglip": dict(loss="siglip", temperature=0.1),
    # The bias moves by the learning rate: a fast one shows that it is learned, and that it does not decay.
    "siglip-fast": dict(loss="siglip", temperature=0.1, learning_rate=4e-3),
    "siglip-clamped": dict(loss="siglip", temperature=0.998, learning_rate=4e-3),
    "clip-gradient-clip": dict(gradient_clip=6.0),
}


def loss_goldens():
    generator = torch.Generator().manual_seed(5)
    cases = []
    for name, function, scale, bias in [
        ("clip", ClipLoss(), 2.65625, None), ("clip", ClipLoss(), 0.0, None), ("clip", ClipLoss(), 4.5, None),
        ("siglip", SigLipLoss(), 2.296875, -10.0), ("siglip", SigLipLoss(), 2.296875, 0.75),
        ("siglip", SigLipLoss(), 4.5, None),
    ]:
        features = [torch.nn.functional.normalize(torch.randn(5, 4, generator=generator), dim=-1) for _ in range(2)]
        images, texts = (part.double().requires_grad_() for part in features)
        log_scale = torch.tensor(scale, dtype=torch.float64, requires_grad=True)
        learned = torch.tensor(bias or 0.0, dtype=torch.float64, requires_grad=True)
        loss = function(images, texts, log_scale.exp(), learned) if bias is not None else function(
            images, texts, log_scale.exp(), *([None] if name == "siglip" else []))
        loss.backward()
        cases.append(dict(
            name=name, images=images.flatten().tolist(), texts=texts.flatten().tolist(), logit_scale=scale, bias=bias,
            loss=loss.item(), image_gradient=images.grad.flatten().tolist(),
            text_gradient=texts.grad.flatten().tolist(), scale_gradient=log_scale.grad.item(),
            bias_gradient=learned.grad.item() if bias is not None else None))
    return cases


def read_data(dtype):
    with open(os.path.join(FIXTURES, "captions.csv"), newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    pictures = [Image.open(os.path.join(FIXTURES, row["image"])).convert("RGB") for row in rows]
    values = torch.tensor(numpy.stack([numpy.asarray(picture) for picture in pictures]), dtype=dtype) / 255
    values = (values - torch.tensor(MEAN, dtype=dtype)) / torch.tensor(STD, dtype=dtype)
    tokenizer = CLIPTokenizer.from_pretrained(MODEL)
    tokens = [tokenizer(row["caption"], truncation=True, max_length=CONTEXT)["input_ids"] for row in rows]
    padded = torch.tensor([ids + [ids[-1]] * (CONTEXT - len(ids)) for ids in tokens])
    return values.permute(0, 3, 1, 2).contiguous(), padded


def learning_rate(step, options):
    warmup, peak = options["warmup_steps"], options["learning_rate"]
    if step < warmup:
        return peak * (step + 1) / warmup
    return peak * 0.5 * (1 + math.cos(math.pi * (step - warmup) / (STEPS - warmup)))


def train(options, dtype, still=()):
    model = CLIPModel.from_pretrained(MODEL, dtype=torch.float32, attn_implementation="sdpa").to(dtype).train()
    pixels, tokens = read_data(dtype)
    scale = model.logit_scale
    if options["temperature"]:
        with torch.no_grad():
            scale.fill_(math.log(1 / options["temperature"]))
    siglip = options["loss"] == "siglip"
    bias = torch.tensor(-10.0, dtype=dtype, requires_grad=siglip and "bias" not in still)
    trained = [p for p in model.parameters()] + ([bias] if bias.requires_grad else [])
    optimizer = torch.optim.AdamW(
        [{"params": [p for p in trained if p.dim() >= 2], "weight_decay": options["weight_decay"]},
         {"params": [p for p in trained if p.dim() < 2],
          "weight_decay": options["weight_decay"] if "decay" in still else 0.0}],
        betas=(options["beta1"], 0.999 if "beta2" in still else options["beta2"]), eps=options["epsilon"])
    losses, temperatures, biases, norms = [], [], [], []
    for step in range(STEPS):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, options)
        temperatures.append(1 / scale.exp().item())
        biases.append(bias.item())
        start = step * BATCH % len(tokens)
        part = slice(start, start + BATCH)
        features = image_features(model, pixels[part]), text_features(model, tokens[part])
        loss = SigLipLoss()(*features, scale.exp(), bias) if siglip else ClipLoss()(*features, scale.exp())
        optimizer.zero_grad()
        loss.backward()
        losses.append(loss.item())
        norms.append(torch.stack([p.grad.norm() for p in trained if p.grad is not None]).norm().item())
        if options["gradient_clip"]:
            torch.nn.utils.clip_grad_norm_(trained, options["gradient_clip"])
        optimizer.step()
        with torch.no_grad():
            scale.clamp_(0.0, math.log(100))
    return dict(losses=losses, temperatures=temperatures, biases=biases, gradient_norms=norms,
                final=dict(temperature=1 / scale.exp().item(), bias=bias.item() if siglip else None))


def main():
    write_json(os.path.join(FIXTURES, "losses.json"), {"cases": loss_goldens()})
    report = {"steps": STEPS, "variants": {}}
    for name, changes in VARIANTS.items():
        options = {**PLAIN, **changes}
        short, exact = (train(options, dtype) for dtype in (torch.float32, torch.float64))
        report["variants"][name] = dict(
            options=options, losses=exact["losses"], temperatures=exact["temperatures"], biases=exact["biases"],
            gradient_norms=exact["gradient_norms"], final=exact["final"],
            learning_rates=[learning_rate(step, options) for step in range(STEPS)])
        off = max(abs(a - b) / b for a, b in zip(short["losses"], exact["losses"]))
        print(f"{name:20s} {exact['losses'][0]:.5f} -> {exact['losses'][-1]:.5f}  "
              f"temperature -> {exact['final']['temperature']:.5f}  bias -> {exact['final']['bias']}  "
              f"norms {min(exact['gradient_norms']):.2f}...{max(exact['gradient_norms']):.2f}  "
              f"float32 is off by {off:.1e}")
        assert off < 2.5e-6, "too ill-conditioned to be compared at 1e-5"

    def difference(first, second):
        return max(abs(a - b) / b for a, b in zip(first, second))

    variants = {name: entry["losses"] for name, entry in report["variants"].items()}
    fast = {**PLAIN, **VARIANTS["siglip-fast"]}
    # What a mistake in a detail would do must be seen at the tolerance of the test, 1e-5, and so be ten times larger.
    for what in ("bias", "decay", "beta2"):
        seen = difference(train(fast, torch.float64, still=(what,))["losses"], variants["siglip-fast"])
        print(f"without {what}: {seen:.1e}")
        assert seen > 1e-4, f"{what} must be seen"
    clamped = report["variants"]["siglip-clamped"]
    assert max(clamped["temperatures"]) == 1, "the clamp must be reached"
    norms = report["variants"]["clip-gradient-clip"]["gradient_norms"]
    assert min(norms) < 6 < max(norms), "some steps must be clipped and some not"
    write_json(os.path.join(FIXTURES, "curves.json"), report)


if __name__ == "__main__":
    main()
