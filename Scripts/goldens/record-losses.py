# SPDX-License-Identifier: Apache-2.0
"""Records Tests/MultiLabelTests/Fixtures/losses.json: the multi-label losses and their gradients, in float64.

    python3 Scripts/goldens/record-losses.py

The formulas are written out here, with a mask and soft targets, and first compared with timm's and torchvision's own
functions where those can say the same. Logits and targets are float32 numbers, so that a float32 computation starts
from the very same ones. Needs torch, timm 1.0.31 and torchvision.
"""

import importlib.util
import json
import pathlib
import sys
import types

import torch
from torch.nn.functional import binary_cross_entropy_with_logits, logsigmoid, softplus

OUTPUT = pathlib.Path(__file__).parent.parent.parent / "Tests/MultiLabelTests/Fixtures/losses.json"


def cross_entropy(z, y, known, smoothing=0.0, weights=None, per="pair"):
    y = y * (1 - smoothing) + smoothing / 2
    weights = None if weights is None else torch.tensor(weights, dtype=torch.float64)
    pairs = binary_cross_entropy_with_logits(z, y, reduction="none", pos_weight=weights)
    count = known.sum() if per == "pair" else known.any(1).sum()
    return pairs[known].sum() / count


def asymmetric(z, y, known, positive=0.0, negative=4.0, clip=0.05):
    p = torch.sigmoid(z)
    q = (1 - p + clip).clamp(max=1)
    with torch.no_grad():
        weight = (1 - p * y - q * (1 - y)) ** (positive * y + negative * (1 - y))
    pairs = -weight * (y * logsigmoid(z) + (1 - y) * (q.log() if clip > 0 else logsigmoid(-z)))
    return pairs[known].sum() / known.any(1).sum()


def focal(z, y, known, gamma=2.0, alpha=0.25):
    p = torch.sigmoid(z)
    pairs = binary_cross_entropy_with_logits(z, y, reduction="none") * (1 - p * y - (1 - p) * (1 - y)) ** gamma
    if alpha is not None:
        pairs = pairs * (alpha * y + (1 - alpha) * (1 - y))
    return pairs[known].mean()


def two_way(z, y, known, positive=4.0, negative=1.0):
    """Row by row and column by column, from the members alone."""
    result = 0
    for rows in (zip(z, y, known), zip(z.T, y.T, known.T)):
        terms = []
        for logits, targets, mask in rows:
            high, low = logits[mask & (targets > 0.5)], logits[mask & (targets <= 0.5)]
            if len(high) and len(low):
                terms.append(softplus(positive * torch.logsumexp(-high / positive, 0)
                                      + negative * torch.logsumexp(low / negative, 0)))
            elif len(high):
                terms.append(z.new_zeros(()))
        result = result + torch.stack(terms).mean()
    return result


def softmax(z, y, known):
    terms = []
    for logits, targets, mask in zip(z, y, known):
        logits, targets = logits[mask], targets[mask]
        if len(targets) and targets.sum() > 0:
            terms.append(-(targets / targets.sum() * torch.log_softmax(logits, 0)).sum())
    return torch.stack(terms).mean()


def reference(package, file, name):
    """A function from one file of a package, which as a whole may want operators that this torch has not."""
    folder = pathlib.Path(importlib.util.find_spec(package).submodule_search_locations[0])
    modules = {part: types.ModuleType(part) for part in ("reference", "reference.losses", "reference.utils")}
    modules["reference"].__path__ = modules["reference.losses"].__path__ = []
    modules["reference.utils"]._log_api_usage_once = lambda function: None
    sys.modules.update(modules)
    spec = importlib.util.spec_from_file_location("reference.losses.file", folder / file)
    module = importlib.util.module_from_spec(spec)
    module.torch, module.F = torch, torch.nn.functional
    spec.loader.exec_module(module)
    return getattr(module, name)


def check_references(z, y):
    """Compares value and gradient with the packages' where all pairs are known; theirs partly work in float32."""
    known = torch.ones_like(y, dtype=torch.bool)
    hard = (y > 0.5).double()
    theirs_focal = reference("torchvision", "ops/focal_loss.py", "sigmoid_focal_loss")
    theirs_asymmetric = reference("timm", "loss/asymmetric_loss.py", "AsymmetricLossMultiLabel")
    theirs_two_way = reference("timm", "loss/two_way_loss.py", "TwoWayLoss")
    for targets in (hard, y):
        pairs = [
            (lambda x: asymmetric(x, targets, known),
             lambda x: theirs_asymmetric(gamma_pos=0, disable_torch_grad_focal_loss=True)(x, targets)),
            (lambda x: asymmetric(x, targets, known, 1.0, 2.0, 0.0),
             lambda x: theirs_asymmetric(2, 1, 0, disable_torch_grad_focal_loss=True)(x, targets)),
            (lambda x: focal(x, targets, known), lambda x: theirs_focal(x, targets, reduction="mean")),
            (lambda x: focal(x, targets, known, 1.5, None),
             lambda x: theirs_focal(x, targets, alpha=-1, gamma=1.5, reduction="mean")),
            (lambda x: two_way(x, targets, known), lambda x: theirs_two_way()(x, targets)),
            (lambda x: two_way(x, targets, known, 2.0, 0.5), lambda x: theirs_two_way(2.0, 0.5)(x, targets)),
            (lambda x: cross_entropy(x, targets, known), lambda x: torch.nn.BCEWithLogitsLoss()(x, targets)),
        ]
        for number, functions in enumerate(pairs):
            values, gradients = [], []
            for function in functions:
                x = z.clone().requires_grad_()
                value = function(x)
                value.backward()
                values.append(value.detach().double())
                gradients.append(x.grad)
            assert torch.allclose(values[0], values[1], rtol=3e-6), (number, values)
            error = (gradients[0] - gradients[1]).norm() / gradients[0].norm()
            assert error < 1e-5, (number, error)


def main():
    generator = torch.Generator().manual_seed(20230605)
    rows, labels = 5, 6
    z = (torch.randn(rows, labels, generator=generator) * 3 - 1).float().double()
    hard = (torch.rand(rows, labels, generator=generator) < 0.35).double()
    soft = torch.where(torch.rand(rows, labels, generator=generator) < 0.4,
                       torch.rand(rows, labels, generator=generator).float().double(), hard)
    hard[3], soft[3] = 0, 0
    known = torch.rand(rows, labels, generator=generator) < 0.75
    known[4] = False
    known[:, 5] = False
    check_references(z, soft)
    everything = torch.ones_like(known)
    weights = [1.0, 3.0, 0.25, 7.5, 1.5, 2.0]
    losses = {
        "bce": lambda *pairs: cross_entropy(*pairs),
        "bce smoothed": lambda *pairs: cross_entropy(*pairs, smoothing=0.1),
        "bce weighted": lambda *pairs: cross_entropy(*pairs, smoothing=0.1, weights=weights),
        "siglip": lambda *pairs: cross_entropy(*pairs, per="picture"),
        "asl": lambda *pairs: asymmetric(*pairs),
        "asl both": lambda *pairs: asymmetric(*pairs, 1.0, 2.0, 0.2),
        "asl unclipped": lambda *pairs: asymmetric(*pairs, 0.5, 3.0, 0.0),
        "focal": lambda *pairs: focal(*pairs),
        "focal unweighted": lambda *pairs: focal(*pairs, 0.5, None),
        "two-way": lambda *pairs: two_way(*pairs),
        "two-way cold": lambda *pairs: two_way(*pairs, 2.0, 0.5),
        "softmax": lambda *pairs: softmax(*pairs),
    }
    cases = []
    for name, loss in losses.items():
        for kind, targets, mask in (("hard", hard, everything), ("soft", soft, everything), ("masked", soft, known)):
            x = z.clone().requires_grad_()
            value = loss(x, targets, mask)
            value.backward()
            cases.append(dict(
                loss=name, kind=kind, targets=[t if k else None for t, k in zip(
                    targets.flatten().tolist(), mask.flatten().tolist())],
                value=value.item(), gradient=[float(f"{g:.9g}") for g in x.grad.flatten().tolist()]))
    document = dict(recorded_with=f"torch {torch.__version__.split('+')[0]}", rows=rows, labels=labels,
                    logits=z.flatten().tolist(), weights=weights, cases=cases)
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_text(json.dumps(document, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
