#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Records the SHA-256 of pictures that libtorch resized, in Tests/ImagingTests/Fixtures/resampling.json.

The pictures themselves are made by the test as here: samples of a 64-bit linear congruential generator. Needs torch.

    python3 Scripts/goldens/record-resampling-goldens.py
"""

import hashlib
import json
import pathlib

import numpy as np
import torch

OUT = pathlib.Path(__file__).resolve().parent.parent.parent / "Tests" / "ImagingTests" / "Fixtures" / "resampling.json"
# Height and width before and after: photographs, sides of one pixel, odd sizes, both directions, extreme ratios.
SIZES = [
    (480, 640, 224, 298), (768, 1024, 224, 299), (333, 500, 336, 504), (224, 224, 223, 225), (97, 61, 16, 16),
    (1, 1, 1, 7), (1, 1, 5, 5), (3, 1, 1, 9), (1, 9, 9, 1), (2, 2, 61, 67), (7, 5, 40, 3), (31, 31, 31, 8),
    (31, 31, 8, 31), (5000, 2, 3, 5), (2, 9001, 4, 7), (4096, 1, 1, 1), (11, 13, 300, 2), (64, 64, 32, 32),
    (10, 11, 11, 10), (1000, 3, 999, 4),
]
STYLES = ["noise", "extremes"]  # any samples; 0 and 255 alone, whose sums overshoot


def picture(height, width, style):
    samples = np.empty(height * width * 3, np.uint8)
    state = 1
    for i in range(samples.size):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        samples[i] = state >> 56
    if style == "extremes":
        samples = np.where(samples & 1, np.uint8(255), np.uint8(0))
    return samples.reshape(height, width, 3)


cases = []
for height, width, out_height, out_width in SIZES:
    for style in STYLES:
        planes = torch.from_numpy(picture(height, width, style)).permute(2, 0, 1).unsqueeze(0)
        for name, resize in [
            ("bilinear", torch.ops.aten._upsample_bilinear2d_aa), ("bicubic", torch.ops.aten._upsample_bicubic2d_aa),
        ]:
            rows = resize(planes, [out_height, out_width], False).squeeze(0).permute(1, 2, 0).contiguous()
            cases.append(
                {
                    "height": height, "width": width, "outHeight": out_height, "outWidth": out_width, "style": style,
                    "filter": name, "sha256": hashlib.sha256(rows.numpy().tobytes()).hexdigest(),
                }
            )
OUT.write_text("[\n" + ",\n".join(" " + json.dumps(case) for case in cases) + "\n]\n")
print(len(cases), "cases,", OUT.stat().st_size, "bytes, torch", torch.__version__)
