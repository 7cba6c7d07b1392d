# SPDX-License-Identifier: Apache-2.0
"""Records small files written by the reference safetensors library, for SafetensorsTests.

Usage: python Scripts/goldens/record-safetensors-goldens.py
Needs torch and safetensors.
"""

from pathlib import Path

import torch
from safetensors.torch import save_file

FIXTURES = Path(__file__).parent.parent.parent / "Tests/SafetensorsTests/Fixtures"


def main() -> None:
    FIXTURES.mkdir(parents=True, exist_ok=True)
    tensors = {
        "half": torch.arange(3, dtype=torch.float16) / 4,
        "brain": torch.tensor([[1.0, -2.5]], dtype=torch.bfloat16),
        "b.weight": torch.arange(6, dtype=torch.float32).reshape(2, 3) * 0.5,
        "a.weight": torch.tensor([-1.5], dtype=torch.float32),
        "scalar": torch.tensor(3.25, dtype=torch.float64),
        "ids": torch.tensor([[0, -1], [2**40, 7]], dtype=torch.int64),
        "flags": torch.tensor([True, False, True]),
        "bytes": torch.tensor([0, 255], dtype=torch.uint8),
        "empty": torch.zeros(0, 4),
        'naïve "name"\n\\ 酒店🏨': torch.tensor([2.0]),
    }
    save_file(tensors, FIXTURES / "reference.safetensors", metadata={"format": "pt"})


if __name__ == "__main__":
    main()
