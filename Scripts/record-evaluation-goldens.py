# SPDX-License-Identifier: Apache-2.0
"""Records what scikit-learn and numpy say of a few small matrices, for Tests/EvaluationTests.

Needs numpy and scikit-learn. Usage, from the root of the repository: python Scripts/record-evaluation-goldens.py
"""

import json
import pathlib

import numpy
import sklearn
from sklearn.metrics import average_precision_score, brier_score_loss, f1_score, precision_score, recall_score

OUTPUT = pathlib.Path(__file__).parent.parent / "Tests/EvaluationTests/Fixtures/scikit-learn.json"


def case(name, probabilities, targets, threshold):
    predicted = (probabilities >= threshold).astype(int)
    scores = {}
    for average in ("macro", "micro"):
        arguments = dict(average=average, zero_division=0)
        scores[f"precision_{average}"] = precision_score(targets, predicted, **arguments)
        scores[f"recall_{average}"] = recall_score(targets, predicted, **arguments)
        scores[f"f1_{average}"] = f1_score(targets, predicted, **arguments)
    filled = targets.sum(axis=0) > 0
    return {
        "name": name,
        "images": len(targets),
        "labels": len(targets[0]),
        "scores": probabilities.ravel().tolist(),
        "targets": targets.ravel().tolist(),
        "threshold": threshold,
        "ap": [
            average_precision_score(targets[:, label], probabilities[:, label]) if filled[label] else None
            for label in range(len(filled))
        ],
        # Labels without positives are left out: our rule for the macro mean, where scikit-learn counts them as 0.
        "ap_macro": average_precision_score(targets[:, filled], probabilities[:, filled], average="macro"),
        "ap_micro": average_precision_score(targets, probabilities, average="micro"),
        "ap_weighted": average_precision_score(targets[:, filled], probabilities[:, filled], average="weighted"),
        "brier": brier_score_loss(targets.ravel(), probabilities.ravel(), pos_label=1),
        **scores,
    }


def main():
    random = numpy.random.default_rng(20240611)
    cases = []
    for name, images, labels, digits, rate, threshold in (
        ("no ties", 25, 4, 6, 0.3, 0.5),
        ("many ties", 40, 5, 1, 0.25, 0.4),
        ("rare labels", 30, 8, 2, 0.06, 0.5),
        ("few images", 6, 3, 1, 0.5, 0.3),
    ):
        targets = (random.random((images, labels)) < rate).astype(int)
        probabilities = numpy.clip(random.random((images, labels)) * 0.8 + 0.2 * targets, 0, 1).round(digits)
        cases.append(case(name, probabilities, targets, threshold))
    percentiles = []
    for count in (1, 2, 7, 200):
        values = random.random(count).round(6)
        percentiles.append({"values": values.tolist(), "interval": numpy.percentile(values, [2.5, 97.5]).tolist()})
    document = {
        "recorded_with": f"scikit-learn {sklearn.__version__}, numpy {numpy.__version__}",
        "cases": cases,
        "percentiles": percentiles,
    }
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_text(json.dumps(document, separators=(",", ":")) + "\n")


main()
