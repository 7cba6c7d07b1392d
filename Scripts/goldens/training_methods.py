# SPDX-License-Identifier: Apache-2.0
"""What the options of `mumic train` mean, written for PyTorch: the variants of record-training-goldens.py.

The losses are those of record-losses.py, which compares them with timm's and torchvision's.
"""

import importlib
import math

import clip_reference  # noqa: F401, makes torchvision importable, which peft wants
import torch
from peft import LoraConfig, get_peft_model

losses = importlib.import_module("record-losses")

PLAIN = {
    "loss": "mumic", "head": "text", "temperature": 0.07, "fixed-temperature": False, "fixed-bias": False,
    "template": ["a photo of a {}"], "learning-rate": 1e-3, "weight-decay": 0.1, "warmup-steps": 3,
    "schedule": "cosine", "batch-size": 6, "accumulate": 1, "gradient-clip": 0.0, "freeze": [],
    "label-smoothing": 0.0, "positive-weight": "none", "asl-gamma-positive": 0.0, "asl-gamma-negative": 4.0,
    "asl-clip": 0.05, "focal-gamma": 2.0, "focal-alpha": 0.25, "robust": "none", "unknown": "ignore",
    "freeze-embeddings": False, "image-layer-decay": 1.0, "text-layer-decay": 1.0,
}
LORA = {"lora-rank": 3, "lora-alpha": 5.0, "lora-targets": ["q_proj", "v_proj", "fc1"]}
VARIANTS = {
    "learned-temperature": {},
    "fixed-temperature": {"fixed-temperature": True},
    "fixed-bias": {"bias": -3.0, "fixed-bias": True},
    "learned-bias": {"bias": -3.0, "learning-rate": 5e-3},
    "bce": {"loss": "bce", "temperature": 1.0, "fixed-temperature": True},
    "accumulate": {"batch-size": 3, "accumulate": 2},
    "gradient-clip": {"gradient-clip": 8.0},
    "constant-schedule": {"schedule": "constant", "warmup-steps": 0},
    "freeze-text": {"freeze": ["text"]},
    "freeze-image": {"freeze": ["image"]},
    "two-templates": {"template": ["a photo of a {}", "the {} of a hotel, {}!"]},
    # The head begins at zero and reads the pooled vector before the projection, as timm's classifiers do.
    "linear-head": {"loss": "linear-head"},
    "siglip": {"loss": "siglip", "temperature": 0.1, "bias": -10.0},
    "asl": {"loss": "asl"},
    "asl-of-its-own": {"loss": "asl", "asl-gamma-positive": 1.0, "asl-gamma-negative": 2.0, "asl-clip": 0.2},
    "focal": {"loss": "focal"},
    "focal-of-its-own": {"loss": "focal", "focal-gamma": 1.5, "focal-alpha": 0.6},
    "two-way": {"loss": "two-way"},
    "two-way-accumulate": {"loss": "two-way", "batch-size": 3, "accumulate": 2},
    "softmax": {"loss": "softmax"},
    "linear-head-asl": {"loss": "asl", "head": "linear"},
    "label-smoothing": {"label-smoothing": 0.1},
    "positive-weight": {"positive-weight": "balanced"},
    "siglip-weighted": {"loss": "siglip", "temperature": 0.1, "label-smoothing": 0.2, "positive-weight": "sqrt"},
    "unknown-negative": {"unknown": "negative"},
    "reject": {"robust": "reject", "robust-rate": 0.15},
    "correct": {"robust": "correct", "robust-rate": 0.1},
    "bootstrap": {"robust": "bootstrap", "robust-rate": 0.3},
    "forward": {"robust": "forward", "robust-rate": 0.2},
    "forward-estimated": {"robust": "forward", "batch-size": 3, "accumulate": 2},
    "layer-decay": {"image-layer-decay": 0.6, "text-layer-decay": 0.5},
    "unlocked-groups": {"lock-image-unlocked-groups": 2, "lock-text-unlocked-layers": 2},
    "unlocked-projections": {"lock-image-unlocked-groups": 1, "lock-text-unlocked-layers": 1},
    "freeze-embeddings": {"freeze-embeddings": True},
    "lora": LORA,
    "lora-unlocked-groups": {**LORA, "lock-image-unlocked-groups": 2, "text-layer-decay": 0.5},
    "lora-linear-head": {**LORA, "loss": "linear-head", "learning-rate": 5e-3},
    # The average's decay grows up to this number and ends there.
    "ema": {"ema": 0.45, "bias": -3.0, "schedule": "constant"},
}


def uses_head(options):
    return options["loss"] == "linear-head" or options["head"] == "linear"


def multiplier(name, config, options):
    """What a parameter's learning rate is multiplied by; None if it does not train.

    Groups are counted from a tower's end: the projection, the last layer with the norm behind it, the other layers, the
    embeddings with the norm behind them.
    """
    tower = "image" if name.startswith("vis") else "text" if name.startswith("text") else None
    if tower is None:
        return None if name == "logit_scale" and options["fixed-temperature"] else 1.0
    layers = (config.vision_config if tower == "image" else config.text_config).num_hidden_layers
    if "projection" in name:
        group = 0
    elif "encoder.layers." in name:
        group = layers - int(name.split("encoder.layers.")[1].split(".")[0])
    else:
        group = 1 if "post_layernorm" in name or "final_layer_norm" in name else layers + 1
    return rate(name, tower, group, options)


def rate(name, tower, group, options):
    """The same for a parameter of a tower's group, whatever the family of the model."""
    unlocked = options.get("lock-image-unlocked-groups" if tower == "image" else "lock-text-unlocked-layers")
    if tower in options["freeze"] or unlocked is not None and group >= unlocked:
        return None
    if "lora-rank" in options and "lora_" not in name:
        return None
    if options["freeze-embeddings"] and ".embeddings." in name:
        return None
    return options[f"{tower}-layer-decay"] ** group


def counted_uniform(seed, name, count, bound):
    """Sources/Imaging/CountedRandom.swift: the numbers that an adapter's A begins with."""
    full = (1 << 64) - 1
    increment = 0x9E3779B97F4A7C15

    def mixed(z):
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & full
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB & full
        return z ^ (z >> 31)

    stream = 0xCBF29CE484222325
    for byte in name.encode():
        stream = (stream ^ byte) * 0x100000001B3 & full
    state = mixed(seed + increment & full)
    state = mixed(state ^ mixed(2 * increment & full))
    state = mixed(state ^ mixed(stream + 3 * increment & full))
    values = []
    for _ in range(count):
        state = state + increment & full
        values.append(-bound + (mixed(state) >> 11) * 2.0 ** -53 * (2 * bound))
    return values


def adapted(model, options):
    """The model with peft's adapters, of which A begins as this project's does."""
    peft = get_peft_model(model, LoraConfig(
        r=options["lora-rank"], lora_alpha=options["lora-alpha"], target_modules=options["lora-targets"]))
    with torch.no_grad():
        for name, parameter in peft.named_parameters():
            if "lora_A" in name:
                name = name.removeprefix("base_model.model.").replace(".default", "")
                values = counted_uniform(0, name, parameter.numel(), 1 / math.sqrt(parameter.shape[1]))
                parameter.copy_(torch.tensor(values).view(parameter.shape))
    return peft


def batch_loss(options, z, y, weights):
    """The loss of a batch, a mean, and what it is a mean over."""
    known = ~torch.isnan(y)
    y = y.nan_to_num(0)
    smoothing = options["label-smoothing"]
    match options["loss"]:
        case "siglip":
            return losses.cross_entropy(z, y, known, smoothing, weights, per="picture"), known.any(1).sum()
        case "asl":
            gammas = options["asl-gamma-positive"], options["asl-gamma-negative"]
            return losses.asymmetric(z, y, known, *gammas, options["asl-clip"]), known.any(1).sum()
        case "focal":
            return losses.focal(z, y, known, options["focal-gamma"], options["focal-alpha"]), known.sum()
        case "two-way":
            return losses.two_way(z, y, known), (known & (y > 0.5)).any(1).sum()
        case "softmax":
            return losses.softmax(z, y, known), (known & (y > 0)).any(1).sum()
        case _:
            return losses.cross_entropy(z, y, known, smoothing, weights), known.sum()


def positive_weights(options, targets):
    """Negatives over positives, or the root of it, where soft targets are a part of either."""
    if options["positive-weight"] == "none":
        return None
    ratio = (1 - targets).nansum(0) / targets.nansum(0)
    return (ratio if options["positive-weight"] == "balanced" else ratio.sqrt()).tolist()


class Noise:
    """The rates of wrong annotations: given, or estimated by EM from what a step's posteriors make of its targets."""

    def __init__(self, options, targets):
        self.given = options.get("robust-rate")
        known = ~torch.isnan(targets)
        shares = sorted(((targets.nansum(0) + 0.5) / (known.sum(0) + 1)).tolist())
        observed = (targets.nansum() / known.sum()).item()
        rate = min(shares[(len(shares) - 1) // 10], 0.45, observed / 2 if len(shares) < 20 else 1)
        pairs = min(options["batch-size"] * options["accumulate"], len(targets)) * targets.shape[1]
        share = min(max((observed - rate) / (1 - rate - 0.1), observed / 20), 1)
        # Expected false positives, absent labels, false negatives, present labels.
        self.counts = [rate * pairs * (1 - share), pairs * (1 - share), 0.1 * pairs * share, pairs * share]
        self.pending, self.pairs = [0.0] * 4, 0

    def rates(self):
        if self.given is not None:
            return self.given, self.given
        return tuple(min(self.counts[i] / self.counts[i + 1], 0.49) for i in (0, 2))

    def posterior(self, z, y):
        """The probability that a label is present, by Bayes' rule from the model's and the annotation."""
        positive, negative = self.rates()
        p = z.sigmoid()
        present = p * (1 - negative) / (p * (1 - negative) + (1 - p) * positive)
        absent = p * negative / (p * negative + (1 - p) * (1 - positive))
        known = ~torch.isnan(y)
        q = y * present + (1 - y) * absent
        for index, part in enumerate((y * (1 - present), 1 - q, (1 - y) * absent, q)):
            self.pending[index] += part[known].sum().item()
        self.pairs += known.sum().item()
        return q

    def step(self):
        decay = math.exp(-self.pairs / max(10 * self.pairs, 20_000))
        self.counts = [count * decay + own for count, own in zip(self.counts, self.pending)]
        self.pending, self.pairs = [0.0] * 4, 0


def trusted(options, z, y, epoch, noise):
    """The targets in place of annotations, or of those that the model contradicts most, each sign by itself."""
    method, rate = options["robust"], options.get("robust-rate")
    if method == "none":
        return y
    if method == "forward":
        return noise.posterior(z, y)
    if method == "bootstrap":
        return (1 - rate) * y + rate * (z > 0).to(y.dtype)
    y = y.clone()
    flat, logits = y.view(-1), z.reshape(-1)
    pairs = torch.nn.functional.binary_cross_entropy_with_logits(logits, flat.nan_to_num(0), reduction="none")
    for members in (flat <= 0.5, flat > 0.5):
        indices = members.nonzero().view(-1)
        count = math.floor(len(indices) * rate * epoch + 0.5)
        for index in sorted(indices.tolist(), key=lambda index: -pairs[index].item())[:count]:
            flat[index] = math.nan if method == "reject" else 1 - flat[index]
    return y
