# SPDX-License-Identifier: Apache-2.0
"""What frozen features give without mumic: nearest neighbours and logistic regression on a CLIP's pooled states.

    python3 Benchmarks/frozen_baselines.py MODEL TRAIN.csv VALIDATION.csv TEST.csv [--leave-out window,facade]
        [--scores results/scores.csv]

The strongest form of each that we know: states before the projection, computed by transformers; neighbours weighted
by their cosine, their number chosen by validation GAP, and by the GAP of training pictures by their neighbours; one
regression a label by L-BFGS in float64 on states with mean 0 and mean square 1, begun at the base rate, its penalty
chosen by validation GAP from a list that goes on where the best stands at an end. `--scores` takes what `mumic
evaluate --output` wrote of the test pictures, and gives the differences with 95 % intervals by a paired bootstrap
over pictures. CSVs are wide (image, then a column a label). Needs torch, transformers, numpy and pillow.
"""

import argparse
import csv
import json
import os
import pathlib
import sys

import numpy as np
import torch
from PIL import Image

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "Scripts/goldens"))
from clip_reference import CLIPModel  # noqa: E402


def read(path):
    """The pictures' paths, the labels and the targets [N, L], NaN where unknown."""
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    names = [row[0] for row in rows[1:]]
    paths = [os.path.join(os.path.dirname(path), name) for name in names]
    targets = np.array([[float(cell) if cell else np.nan for cell in row[1:]] for row in rows[1:]])
    return names, paths, rows[0][1:], targets


def pooled(model, directory, paths):
    """States before the projection [N, W], in float64."""
    settings = json.loads(pathlib.Path(directory, "preprocessor_config.json").read_text())
    size = settings["size"]
    side = size if isinstance(size, int) else size.get("shortest_edge") or size["height"]
    states = []
    for start in range(0, len(paths), 64):
        planes = []
        for path in paths[start:start + 64]:
            image = Image.open(path).convert("RGB")
            short = min(image.size)
            image = image.resize([side if edge == short else int(side * edge / short) for edge in image.size], Image.BICUBIC)
            left, top = [(edge - side) // 2 for edge in image.size]
            plane = np.asarray(image.crop((left, top, left + side, top + side)), dtype=np.float32) / 255
            planes.append((plane - np.float32(settings["image_mean"])) / np.float32(settings["image_std"]))
        with torch.no_grad():
            pixels = torch.from_numpy(np.stack(planes)).permute(0, 3, 1, 2)
            states.append(model.vision_model(pixel_values=pixels).pooler_output.double().numpy())
    return np.concatenate(states)


def average_precision(scores, positive):
    order = np.argsort(-scores, kind="stable")
    scores, positive = scores[order], positive[order]
    last = np.r_[scores[1:] != scores[:-1], True]  # the end of each block of equal scores
    found, seen = np.cumsum(positive)[last], (np.arange(len(scores)) + 1)[last]
    return float(np.sum(np.diff(np.r_[0, found]) * found / seen) / positive.sum()) if positive.any() else np.nan


def gap(scores, targets):
    known = ~np.isnan(targets)
    return average_precision(scores[known], targets[known] > 0.5)


def mean_average_precision(scores, targets):
    values = []
    for label in range(targets.shape[1]):
        known = ~np.isnan(targets[:, label])
        values.append(average_precision(scores[known, label], targets[known, label] > 0.5))
    return float(np.nanmean(values))


def neighbours(states, targets, queries, count):
    similarity = (queries / np.linalg.norm(queries, axis=1, keepdims=True)) @ (
        states / np.linalg.norm(states, axis=1, keepdims=True)).T
    if queries is states:
        np.fill_diagonal(similarity, 0)  # a picture is no neighbour of its own
    nearest = np.argsort(-similarity, axis=1, kind="stable")[:, :count]
    weights = np.take_along_axis(similarity, nearest, 1)
    votes = (weights[..., None] * np.nan_to_num(targets)[nearest]).sum(1) / weights.sum(1, keepdims=True)
    return votes + 1e-3 * np.nan_to_num(targets).mean(0)  # the base rate orders what no neighbour has


def regression(states, targets, queries, penalty):
    x = torch.from_numpy(states)
    known, y = torch.from_numpy(~np.isnan(targets)).double(), torch.from_numpy(np.nan_to_num(targets))
    rate = ((y * known).sum(0) + 0.5) / (known.sum(0) + 1)
    weight = torch.zeros(targets.shape[1], states.shape[1], dtype=torch.float64, requires_grad=True)
    bias = (rate / (1 - rate)).log().requires_grad_()
    search = torch.optim.LBFGS([weight, bias], max_iter=300, tolerance_grad=1e-5, line_search_fn="strong_wolfe")

    def objective():
        search.zero_grad()
        pairs = torch.nn.functional.binary_cross_entropy_with_logits(x @ weight.T + bias, y, reduction="none")
        loss = (pairs * known).sum() + penalty / 2 * (weight**2).sum()
        loss.backward()
        return loss

    search.step(objective)
    return (torch.from_numpy(queries) @ weight.detach().T + bias.detach()).numpy()


def best_regression(states, targets, validation, known, test):
    tried = {}
    penalties = [30, 10, 3, 1, 0.3, 0.1, 0.03]
    while True:
        for penalty in penalties:
            if penalty not in tried:
                tried[penalty] = gap(regression(states, targets, validation, penalty), known)
        best = max(tried, key=tried.get)
        if best == max(penalties) and best < 1e4:
            penalties.append(best * 10 / 3)
        elif best == min(penalties) and best > 1e-4:
            penalties.append(best * 0.3)
        else:
            return regression(states, targets, test, best), f"lambda {best:.2g}"


def interval(before, after, targets, metric, draws=1000):
    random = np.random.default_rng(0)
    rows = [random.integers(0, len(targets), len(targets)) for _ in range(draws)]
    changes = [metric(after[row], targets[row]) - metric(before[row], targets[row]) for row in rows]
    return "{:+.1f} [{:+.1f}, {:+.1f}]".format(
        100 * (metric(after, targets) - metric(before, targets)), *(100 * np.percentile(changes, [2.5, 97.5])))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for name in ("model", "train", "validation", "test"):
        parser.add_argument(name)
    parser.add_argument("--leave-out", default="", help="labels that take no part in the metrics, parted by commas")
    parser.add_argument("--scores", help="scores.csv of mumic evaluate --output on the test pictures")
    options = parser.parse_args()
    model = CLIPModel.from_pretrained(options.model).float().eval()
    (_, paths, labels, targets), (_, other, _, known), (names, third, columns, truth) = map(
        read, (options.train, options.validation, options.test))
    states, validation, test = (pooled(model, options.model, each) for each in (paths, other, third))
    truth = truth[:, [columns.index(label) for label in labels]]
    measured = [place for place, label in enumerate(labels) if label not in options.leave_out.split(",")]
    centre = states.mean(0)
    scale = np.sqrt(((states - centre) ** 2).sum(1).mean())
    counts = (1, 3, 5, 10, 20, 50)
    count = max(counts, key=lambda count: gap(neighbours(states, targets, validation, count), known))
    other = max(counts, key=lambda count: gap(neighbours(states, targets, states, count), targets))
    linear, chosen = best_regression(*(
        (states - centre) / scale, targets, (validation - centre) / scale, known, (test - centre) / scale))
    rows = {
        f"{count} nearest neighbours": neighbours(states, targets, test, count),
        f"{other} nearest neighbours (training)": neighbours(states, targets, test, other),
        f"logistic regression, {chosen}": linear,
    }
    ours = None
    if options.scores:
        with open(options.scores, newline="", encoding="utf-8") as file:
            lines = list(csv.reader(file))
        place = {line[0]: line[1:] for line in lines[1:]}
        order = [lines[0].index(labels[label]) - 1 for label in measured]
        ours = np.array([[float(place[name][column]) for column in order] for name in names])
        rows["mumic"] = None
    truth = truth[:, measured]
    for name, scores in rows.items():
        scores = ours if scores is None else scores[:, measured]
        line = f"{name:36} GAP {gap(scores, truth):6.1%}  mAP {mean_average_precision(scores, truth):6.1%}"
        if ours is not None and scores is not ours:
            line += f"  mumic: GAP {interval(scores, ours, truth, gap)}, mAP " + interval(
                scores, ours, truth, mean_average_precision, draws=200)
        print(line)


if __name__ == "__main__":
    main()
