# SPDX-License-Identifier: Apache-2.0
"""Records what scikit-learn and numpy say of a few small matrices, for Tests/EvaluationTests.

Needs numpy and scikit-learn. Usage, from the root of the repository: python Scripts/goldens/record-evaluation-goldens.py
"""

import json
import pathlib

import numpy
import sklearn
from sklearn.calibration import _sigmoid_calibration
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import average_precision_score, brier_score_loss, f1_score, precision_score, recall_score

FIXTURES = pathlib.Path(__file__).parent.parent.parent / "Tests/EvaluationTests/Fixtures"
OUTPUT = FIXTURES / "scikit-learn.json"


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


def calibration_case(random, name, count, scale, shift, digits):
    """Logits whose targets come true by another line, calibrated by a line and by steps."""
    logits = (random.normal(size=count) * scale + shift).round(digits)
    targets = (random.random(count) < 1 / (1 + numpy.exp(-(0.7 * (logits - shift) / scale * 2 - 1)))).astype(int)
    slope, offset = _sigmoid_calibration(logits, targets)
    steps = IsotonicRegression(out_of_bounds="clip").fit(logits, targets)
    queries = numpy.linspace(logits.min() - 1, logits.max() + 1, 25).round(3)
    return {
        "name": name,
        "logits": logits.tolist(),
        "targets": targets.tolist(),
        # scikit-learn's sigmoid is 1 / (1 + exp(A f + B)).
        "scale": -slope,
        "shift": -offset,
        "steps": {"x": steps.X_thresholds_.tolist(), "y": steps.y_thresholds_.tolist()},
        "queries": queries.tolist(),
        "isotonic": steps.predict(queries).tolist(),
    }


def record_calibration():
    random = numpy.random.default_rng(20070101)
    cases = [
        calibration_case(random, *arguments)
        for arguments in (
            ("usual", 120, 2.0, -1.0, 4),
            ("ties", 100, 1.5, 0.0, 1),
            ("CLIP's own scale", 80, 4.0, 24.0, 3),
            ("large", 60, 120.0, -300.0, 2),
        )
    ]
    document = {"recorded_with": f"scikit-learn {sklearn.__version__}, numpy {numpy.__version__}", "cases": cases}
    (FIXTURES / "calibration.json").write_text(json.dumps(document, separators=(",", ":")) + "\n")


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
    record_calibration()


main()
