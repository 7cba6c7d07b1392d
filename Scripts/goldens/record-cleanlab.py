# SPDX-License-Identifier: Apache-2.0
"""Records what cleanlab and scikit-learn say of small data, for Tests/AuditTests; or checks what mumic audit wrote.

Needs numpy, scikit-learn and cleanlab. Usage, from the root of the repository:
    python Scripts/goldens/record-cleanlab.py
    python Scripts/goldens/record-cleanlab.py --check DIR    (DIR of mumic audit --output DIR)
"""

import argparse
import csv
import json
import pathlib

import cleanlab
import numpy
import sklearn
from cleanlab.count import compute_confident_joint, get_confident_thresholds
from cleanlab.internal.multilabel_scorer import MultilabelScorer
from cleanlab.multilabel_classification.filter import find_label_issues
from cleanlab.multilabel_classification.rank import get_label_quality_scores_per_class
from sklearn.linear_model import LogisticRegression

FIXTURES = pathlib.Path(__file__).parent.parent.parent / "Tests/AuditTests/Fixtures"


def binary(labels, count):
    given = numpy.zeros((len(labels), count), int)
    for row, columns in enumerate(labels):
        given[row, columns] = 1
    return given


def per_class(probabilities, given):
    """Each label against the rest, by cleanlab's functions for two classes."""
    result = []
    for p, y in zip(probabilities.T, given.T):
        pair = numpy.stack([1 - p, p], axis=1)
        joint, issues = compute_confident_joint(
            labels=y, pred_probs=pair, calibrate=False, return_indices_of_off_diagonals=True
        )
        thresholds = get_confident_thresholds(y, pair)
        result.append({"thresholds": thresholds.tolist(), "joint": joint.tolist(), "issues": issues.tolist()})
    return result


def confident_learning():
    random = numpy.random.default_rng(5)
    images, count = 80, 5
    truth = random.random((images, count)) < [0.5, 0.3, 0.1, 0.15, 0.4]
    given = numpy.where(random.random((images, count)) < 0.15, ~truth, truth).astype(int)
    given[:, 4] = truth[:, 4] & (random.random(images) < 0.5)  # half of them missing: p stays below 1/2
    noise = random.normal(0, 1.2, (images, count))
    logits = 2.5 * (2 * truth - 1) + noise - [0, 0.5, 1, 1, 2.6]
    # As float32, which is what the file holds.
    probabilities = (1 / (1 + numpy.exp(-logits))).astype(numpy.float32).astype(float)
    labels = [numpy.flatnonzero(row).tolist() for row in given]
    quality = MultilabelScorer().get_class_label_quality_scores(given, probabilities)
    assert numpy.allclose(quality, get_label_quality_scores_per_class(labels, probabilities))
    find_label_issues(labels, probabilities)
    return {
        "versions": {"cleanlab": cleanlab.__version__, "scikit-learn": sklearn.__version__},
        "labels": count,
        "probabilities": probabilities.ravel().tolist(),
        "targets": given.ravel().tolist(),
        "self_confidence": quality.ravel().tolist(),
        "per_class": per_class(probabilities, given),
    }


def held_out():
    random = numpy.random.default_rng(6)
    images, dimension, count, folds, penalty = 90, 10, 3, 3, 0.5
    features = random.normal(0, 1, (images, dimension)) + random.normal(0, 2, dimension)
    features /= numpy.linalg.norm(features, axis=1, keepdims=True)
    weights = random.normal(0, 6, (dimension, count))
    logits = (features - features.mean(0)) @ (weights + random.normal(0, 5, weights.shape))
    given = ((features - features.mean(0)) @ weights + random.normal(0, 1, (images, count)) > [0, 1, 1.5]).astype(float)
    given[random.random(given.shape) < 0.1] = numpy.nan
    features, logits = (x.astype(numpy.float32) for x in (features, logits))
    fold = random.permutation(images) % folds
    x = features.astype(float) - features.mean(0, dtype=float)
    x /= numpy.sqrt((x**2).sum(1).mean())
    z = (logits - logits.mean(0, dtype=float)) / logits.std(0, dtype=float)
    result = numpy.zeros((images, count))
    for held in range(folds):
        for label in range(count):
            known = (fold != held) & ~numpy.isnan(given[:, label])
            both = numpy.hstack([x, z[:, label : label + 1]])
            fit = LogisticRegression(C=1 / penalty, tol=1e-10, max_iter=10_000)
            fit.fit(both[known], given[known, label])
            result[fold == held, label] = fit.predict_proba(both[fold == held])[:, 1]
    return {
        "dimension": dimension,
        "labels": count,
        "penalty": penalty,
        "folds": fold.tolist(),
        "features": [float(f"{v:.9g}") for v in features.ravel()],
        "logits": [float(f"{v:.9g}") for v in logits.ravel()],
        "targets": [None if numpy.isnan(v) else v for v in given.ravel()],
        "probabilities": result.ravel().tolist(),
    }


def check(folder):
    """Holds mumic's files against cleanlab: its functions take them, and it finds and ranks the same."""
    probabilities = numpy.load(folder / "pred_probs.npy").astype(float)
    labels = json.loads((folder / "labels.json").read_text())
    issues = find_label_issues(labels, probabilities, return_indices_ranked_by="self_confidence")
    print(f"find_label_issues: {len(issues)} of {len(labels)} pictures")
    given = binary(labels, probabilities.shape[1])
    quality = get_label_quality_scores_per_class(labels, probabilities)
    expected = {
        (row, column) for column, found in enumerate(per_class(probabilities, given)) for row in found["issues"]
    }
    names, pictures = {}, {}
    with open(folder / "audit.csv", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] != "missing"]
    for row in rows:
        pictures.setdefault(row["image"], []).append(row)
        names.setdefault(row["label"], []).append(row)
    print(f"audit.csv: {len(rows)} probable mistakes, cleanlab's off-diagonals: {len(expected)}")
    assert len(rows) == len(expected), "cleanlab finds other issues (unknown pairs count as not given there)"
    # By value: the file names pictures and labels, cleanlab numbers them.
    ours = sorted(float(row["self_confidence"]) for row in rows)
    theirs = sorted(quality[row, column] for row, column in expected)
    assert numpy.allclose(ours, theirs, atol=1e-6), "the self-confidences differ"
    assert all(float(a["self_confidence"]) <= float(b["self_confidence"]) for a, b in zip(rows, rows[1:]))
    print("the same issues with the same label quality scores, in their order")


parser = argparse.ArgumentParser()
parser.add_argument("--check", type=pathlib.Path)
arguments = parser.parse_args()
if arguments.check:
    check(arguments.check)
else:
    FIXTURES.mkdir(parents=True, exist_ok=True)
    for name, value in [("cleanlab", confident_learning()), ("logistic-regression", held_out())]:
        (FIXTURES / f"{name}.json").write_text(json.dumps(value) + "\n")
