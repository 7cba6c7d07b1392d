# SPDX-License-Identifier: Apache-2.0
"""Fine-tunes a CLIP's image tower with timm for several labels, as well as timm can in a given time.

    python3 Benchmarks/timm/finetune.py MODEL TRAIN.csv VALIDATION.csv TEST.csv --seconds 90 [--seeds 3]
        [--leave-out window,facade] [--scores results/scores.csv]

timm's `--task multilabel` (timm 1.0.31) from its own parts: the tower's weights in timm's VisionTransformer (checked: its
states equal the tower's), MultiLabelClassificationTask with its BCE, ASL or two-way loss, create_optimizer_v2 (AdamW,
decay 0.05, layer decay), cosine schedule with warm-up, create_transform. The wheel has no train.py; this loop takes its
place, and the pictures are decoded once and kept, which train.py does not do: more epochs for timm in the same time.
To be as strong as we can make it, the head starts at the base rates and the epoch is the best by validation GAP.

Every training has --seconds of processor time (user and system of our `mumic train`, by `/usr/bin/time`), which gives the
number of its epochs. With seed 0 it tries the three losses with rates three apart and light augmentation (scale 0.6 to
1, mirrored), and the best loss without; a rate that is best at the end of its list is followed by the next beyond. The
best by validation GAP is trained with every seed. `--scores` takes what `mumic evaluate --output` wrote (repeat it, one
a seed), and the differences get 95 % intervals by a paired bootstrap over the test pictures. CSVs are wide. Needs
torch, timm, numpy and pillow, and Scripts/goldens for the CLIP.
"""

import argparse
import csv
import json
import os
import pathlib
import sys
import time

import numpy as np
import torch
from PIL import Image

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "Scripts/goldens"), str(ROOT / "Benchmarks")]
from clip_reference import CLIPModel  # noqa: E402  (before timm: it lets torchvision be imported beside the CPU's torch)

import timm  # noqa: E402
from timm.data import create_transform  # noqa: E402
from timm.layers import QuickGELU  # noqa: E402
from timm.models.vision_transformer import VisionTransformer  # noqa: E402
from timm.optim import create_optimizer_v2  # noqa: E402
from timm.scheduler import create_scheduler_v2  # noqa: E402
from timm.task import MultiLabelClassificationTask  # noqa: E402

from frozen_baselines import gap, interval, mean_average_precision, read  # noqa: E402

BATCH = 64
RATES = (1e-4, 3e-4, 1e-3)


def tower(directory, labels):
    """timm's transformer with the weights of the CLIP's image tower, and a head of zeros."""
    clip = CLIPModel.from_pretrained(directory).float().eval()
    vision = clip.vision_model
    settings = clip.config.vision_config
    activation = QuickGELU if settings.hidden_act == "quick_gelu" else torch.nn.GELU
    model = VisionTransformer(
        img_size=settings.image_size, patch_size=settings.patch_size, embed_dim=settings.hidden_size,
        depth=settings.num_hidden_layers, num_heads=settings.num_attention_heads,
        mlp_ratio=settings.intermediate_size / settings.hidden_size, pre_norm=True, num_classes=labels,
        norm_layer=lambda width, **more: torch.nn.LayerNorm(width, eps=1e-5, **more), act_layer=activation)
    given = {name.removeprefix("vision_model."): value for name, value in vision.state_dict().items()}
    state = {
        "cls_token": given["embeddings.class_embedding"].reshape(1, 1, -1),
        "pos_embed": given["embeddings.position_embedding.weight"].unsqueeze(0),
        "patch_embed.proj.weight": given["embeddings.patch_embedding.weight"],
        "norm_pre.weight": given["pre_layrnorm.weight"], "norm_pre.bias": given["pre_layrnorm.bias"],
        "norm.weight": given["post_layernorm.weight"], "norm.bias": given["post_layernorm.bias"],
        "head.weight": torch.zeros_like(model.head.weight), "head.bias": torch.zeros_like(model.head.bias),
    }
    for block in range(settings.num_hidden_layers):
        theirs, ours = f"encoder.layers.{block}.", f"blocks.{block}."
        for kind in ("weight", "bias"):
            state[ours + "attn.qkv." + kind] = torch.cat(
                [given[f"{theirs}self_attn.{part}_proj.{kind}"] for part in "qkv"])
            for mine, other in (("attn.proj", "self_attn.out_proj"), ("norm1", "layer_norm1"), ("norm2", "layer_norm2"),
                                ("mlp.fc1", "mlp.fc1"), ("mlp.fc2", "mlp.fc2")):
                state[f"{ours}{mine}.{kind}"] = given[f"{theirs}{other}.{kind}"]
    model.load_state_dict(state)
    pixels = torch.randn(2, 3, settings.image_size, settings.image_size)
    with torch.no_grad():
        states = model.eval().forward_head(model.forward_features(pixels), pre_logits=True)
        assert torch.allclose(states, vision(pixel_values=pixels).pooler_output, atol=1e-4), "not the same tower"
    return model


class Pictures(torch.utils.data.Dataset):
    """Pictures that are decoded once, at the size from which they are cropped."""

    def __init__(self, paths, targets, side):
        self.targets = torch.from_numpy(targets).float()
        self.transform = None
        self.images = []
        for path in paths:
            image = Image.open(path).convert("RGB")
            factor = side / min(image.size)
            self.images.append(image.resize([max(side, round(edge * factor)) for edge in image.size], Image.BICUBIC))

    def __len__(self):
        return len(self.images)

    def __getitem__(self, place):
        return self.transform(self.images[place]), self.targets[place]


def transform(settings, side, augmented):
    usual = dict(input_size=side, mean=tuple(settings["image_mean"]), std=tuple(settings["image_std"]),
                 interpolation="bicubic")
    if augmented:
        return create_transform(**usual, is_training=True, scale=(0.6, 1.0), hflip=0.5, color_jitter=None)
    return create_transform(**usual, is_training=False, crop_pct=1.0)


def scores(model, pixels):
    model.eval()
    with torch.no_grad():
        return torch.cat([model(part) for part in pixels.split(256)]).double().numpy()


def train(options, data, loss, rate, augmented, seed, epochs=None):
    """Validation GAP and test scores of the best epoch."""
    torch.manual_seed(seed)
    np.random.seed(seed)
    model = tower(options.model, data["targets"].shape[1])
    targets = torch.from_numpy(data["targets"])
    positives, known = targets.nan_to_num(0).sum(0), (~targets.isnan()).sum(0)
    with torch.no_grad():
        model.head.bias.copy_(((positives + 0.5) / (known - positives + 0.5)).log())
    task = MultiLabelClassificationTask(model, criterion_kwargs=dict(loss_type=loss), verbose=False)
    optimizer = create_optimizer_v2(model, opt="adamw", lr=rate, weight_decay=0.05, layer_decay=0.75)
    training = data["training"]
    training.transform = transform(data["settings"], data["side"], augmented)
    fixed = None if augmented else torch.stack([training[place][0] for place in range(len(training))])
    generator = torch.Generator().manual_seed(seed)

    def epoch(scheduler, first):
        model.train()
        order = torch.randperm(len(training), generator=generator)
        for step, rows in enumerate(order.split(BATCH)):
            if fixed is None:
                pixels = torch.stack([training[int(row)][0] for row in rows])
            else:
                pixels = fixed[rows]
            result = task(pixels, training.targets[rows])
            optimizer.zero_grad()
            result["loss"].backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            if scheduler is not None:
                scheduler.step_update(first + step + 1)

    steps = -(-len(training) // BATCH)
    if epochs is None:  # how many fit, by the time of one that is thrown away
        began = time.process_time()
        epoch(None, 0)
        one = time.process_time() - began
        return max(2, min(options.most_epochs, int(options.seconds / one)))
    scheduler, _ = create_scheduler_v2(
        optimizer, sched="cosine", num_epochs=epochs, warmup_epochs=1, warmup_lr=1e-6, updates_per_epoch=steps,
        step_on_epochs=False)
    best = (-1.0, None)
    for number in range(epochs):
        epoch(scheduler, number * steps)
        found = gap(scores(model, data["validation_pixels"]), data["known"])
        if found > best[0]:
            best = (found, scores(model, data["test_pixels"]))
    return best


def beyond(rate, up):
    """The next rate of ... 1e-4, 3e-4, 1e-3 ..."""
    digit, power = f"{rate:.0e}".split("e")
    if up:
        return float(f"3e{power}" if digit == "1" else f"1e{int(power) + 1}")
    return float(f"1e{power}" if digit == "3" else f"3e{int(power) - 1}")


def expected_calibration_error(logits, targets, bins=15):
    known = ~np.isnan(targets)
    probabilities, truth = 1 / (1 + np.exp(-logits[known])), targets[known] > 0.5
    place = np.minimum((probabilities * bins).astype(int), bins - 1)
    return sum(abs(truth[place == bin].mean() - probabilities[place == bin].mean()) * (place == bin).mean()
               for bin in range(bins) if (place == bin).any())


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for name in ("model", "train", "validation", "test"):
        parser.add_argument(name)
    parser.add_argument("--seconds", type=float, required=True, help="processor time of a training")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--most-epochs", type=int, default=100)
    parser.add_argument("--leave-out", default="", help="labels that take no part in the metrics, parted by commas")
    parser.add_argument("--scores", action="append", default=[], help="scores.csv of mumic evaluate, one a seed")
    options = parser.parse_args()
    settings = json.loads(pathlib.Path(options.model, "preprocessor_config.json").read_text())
    side = settings["crop_size"]
    side = side if isinstance(side, int) else side["height"]
    (_, paths, labels, targets), (_, other, _, known), (names, third, columns, truth) = map(
        read, (options.train, options.validation, options.test))
    truth = truth[:, [columns.index(label) for label in labels]]
    measured = [place for place, label in enumerate(labels) if label not in options.leave_out.split(",")]
    data = dict(settings=settings, side=side, targets=targets, known=known,
                training=Pictures(paths, np.nan_to_num(targets), side))
    for name, files in (("validation", other), ("test", third)):
        pictures = Pictures(files, np.zeros((len(files), 1)), side)
        pictures.transform = transform(settings, side, False)
        data[name + "_pixels"] = torch.stack([pictures[place][0] for place in range(len(files))])
    print(f"timm {timm.__version__}, torch {torch.__version__}, {torch.get_num_threads()} threads; "
          f"{len(paths)} pictures, {len(labels)} labels", flush=True)
    tried = {}
    for augmented in (True, False):
        epochs = train(options, data, "bce", 1e-4, augmented, 0)
        for loss in ("bce", "asl", "twoway") if augmented else (max(tried, key=lambda key: tried[key][0])[1],):
            rates = list(RATES)
            while not all((augmented, loss, rate) in tried for rate in rates):
                for rate in rates:
                    if (augmented, loss, rate) not in tried:
                        found, _ = train(options, data, loss, rate, augmented, 0, epochs)
                        tried[augmented, loss, rate] = (found, epochs)
                        print(f"{loss:7} rate {rate:.0e} {'augmented' if augmented else 'as it is'} "
                              f"{epochs} epochs: validation GAP {found:.1%}", flush=True)
                best = max(rates, key=lambda rate: tried[augmented, loss, rate][0])
                if best in (min(rates), max(rates)):
                    rates.append(beyond(best, up=best == max(rates)))
    augmented, loss, rate = max(tried, key=lambda key: tried[key][0])
    epochs = tried[augmented, loss, rate][1]
    print(f"chosen: {loss}, rate {rate:.0e}, {'augmented' if augmented else 'as it is'}, {epochs} epochs")
    truth = truth[:, measured]
    for seed in range(options.seeds):
        _, logits = train(options, data, loss, rate, augmented, seed, epochs)
        logits = logits[:, measured]
        line = (f"seed {seed}: GAP {gap(logits, truth):.1%}  mAP {mean_average_precision(logits, truth):.1%}  "
                f"ECE {expected_calibration_error(logits, truth):.3f}")
        if seed < len(options.scores):
            with open(options.scores[seed], newline="", encoding="utf-8") as file:
                lines = list(csv.reader(file))
            place = {os.path.basename(row[0]): row[1:] for row in lines[1:]}
            order = [lines[0].index(labels[label]) - 1 for label in measured]
            ours = np.array([[float(place[os.path.basename(name)][column]) for column in order] for name in names])
            line += (f"  mumic: GAP {gap(ours, truth):.1%}, mAP {mean_average_precision(ours, truth):.1%}; differences "
                     f"{interval(logits, ours, truth, gap)}, {interval(logits, ours, truth, mean_average_precision, 200)}")
        print(line, flush=True)


if __name__ == "__main__":
    main()
