#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the pictures and the expected values in Tests/ImagingTests/Fixtures.

Needs Pillow, numpy, torch, torchvision and transformers 5. Pixels come from Pillow (transparency composited on white as
transformers does, 16-bit samples cut to their high byte), pixel values from transformers' default CLIP processor.

    python3 Scripts/goldens/record-imaging-goldens.py
"""

import io
import json
import pathlib
import struct
import subprocess
import sys
import zlib

import numpy as np
import torch

# A CUDA build of torchvision beside a CPU build of torch lacks its compiled operators, and then does not import. None
# of them is used here, so that it suffices if they exist by name.
if subprocess.run([sys.executable, "-c", "import torchvision"], capture_output=True).returncode != 0:
    library = torch.library.Library("torchvision", "DEF")
    for operator in ["roi_align", "ps_roi_align", "roi_pool", "ps_roi_pool", "deform_conv2d"]:
        library.define(f"{operator}(Tensor a) -> Tensor")
        library.define(f"_{operator}_backward(Tensor a) -> Tensor")
    for operator in ["nms", "qnms", "qroi_align"]:
        library.define(f"{operator}(Tensor a) -> Tensor")

from PIL import Image, ImageOps
from torchvision.transforms.v2 import functional as tvf
from transformers.models.clip.image_processing_clip import CLIPImageProcessor

OUT = pathlib.Path(__file__).resolve().parent.parent.parent / "Tests" / "ImagingTests" / "Fixtures"
OUT.mkdir(parents=True, exist_ok=True)
random = np.random.default_rng(7)


def scene(width, height):
    """A smooth picture with edges, so that both compression and resampling have something to do."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    red = 127 + 120 * np.sin(x / 7 + y / 23)
    green = 255 * x / max(1, width - 1)
    blue = 127 + 90 * np.cos(y / 5) + 30 * ((x // 9 + y // 6) % 2)
    return np.clip(np.stack([red, green, blue], -1), 0, 255).astype(np.uint8)


def white(image):
    if "A" in image.getbands() or image.info.get("transparency") is not None:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, (255, 255, 255, 255)), image)
    return np.array(image.convert("RGB"))


def png(width, height, depth, colour, rows, extra=b""):
    """A PNG with one IDAT; for forms that Pillow does not write."""

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    data = b"".join(b"\0" + row for row in rows)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
        + extra
        + chunk(b"IDAT", zlib.compress(data, 9))
        + chunk(b"IEND", b"")
    ), chunk


def keep(name, data, pixels=None):
    (OUT / name).write_bytes(data)
    pixels = white(Image.open(io.BytesIO(data))) if pixels is None else pixels
    assert pixels.dtype == np.uint8 and pixels.shape[2] == 3
    stem = name.replace(".", "-")
    (OUT / f"{stem}.rgb").write_bytes(raw(pixels))


def raw(pixels):
    return struct.pack("<II", pixels.shape[1], pixels.shape[0]) + pixels.tobytes()


def save(image, form, **options):
    stream = io.BytesIO()
    image.save(stream, form, **options)
    return stream.getvalue()


def interlace(pixels, colour):
    """Adam7 by hand: Pillow does not write it."""
    height, width = pixels.shape[:2]
    rows = []
    for top, left, down, right in [
        (0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1),
    ]:
        part = pixels[top::down, left::right]
        if part.size:
            rows += [row.tobytes() for row in part]
    _, chunk = png(1, 1, 8, 0, [b"\0"])
    data = b"".join(b"\0" + row for row in rows)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 1))
        + chunk(b"IDAT", zlib.compress(data, 9))
        + chunk(b"IEND", b"")
    )


def pictures():
    colour = Image.fromarray(scene(37, 26))
    grey = colour.convert("L")
    alpha = np.linspace(0, 255, 37 * 26).reshape(26, 37).astype(np.uint8)
    rgba = Image.fromarray(np.dstack([np.array(colour), alpha]))

    keep("baseline.jpg", save(colour, "JPEG", quality=90, subsampling=0))
    keep("subsampled.jpg", save(colour, "JPEG", quality=85, subsampling=2))
    keep("progressive.jpg", save(colour, "JPEG", quality=85, progressive=True))
    keep("grey.jpg", save(grey, "JPEG", quality=90))
    keep("cmyk.jpg", save(colour.convert("CMYK"), "JPEG", quality=90))
    ycck = bytearray(save(colour.convert("CMYK"), "JPEG", quality=90))
    adobe = ycck.index(b"Adobe")
    ycck[adobe + 11] = 2  # the transform flag: the same samples read as YCCK
    keep("ycck.jpg", bytes(ycck))
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        for order, endian in [("I", "<"), ("M", ">")][orientation % 2 : orientation % 2 + 1]:
            exif.endian = endian
        data = save(Image.fromarray(scene(29, 18)), "JPEG", quality=92, subsampling=0, exif=exif)
        upright = np.array(ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB"))
        keep(f"orientation-{orientation}.jpg", data, upright)

    keep("rgb.png", save(colour, "PNG"))
    keep("rgba.png", save(rgba, "PNG"))
    keep("grey.png", save(grey, "PNG"))
    keep("grey-alpha.png", save(rgba.convert("LA"), "PNG"))
    keep("one-bit.png", save(grey.convert("1"), "PNG"))
    keep("palette.png", save(colour.quantize(23), "PNG"))
    keep("palette-trns.png", save(colour.quantize(11), "PNG", transparency=bytes([0, 60, 130, 255, 200, 10])))
    keep("rgb-trns.png", save(Image.fromarray(np.array(colour) // 64 * 64), "PNG", transparency=(64, 64, 64)))
    keep("grey-trns.png", save(Image.fromarray(np.array(grey) // 32 * 32), "PNG", transparency=96))
    samples = random.integers(0, 65536, (20, 31, 3))
    data, chunk = png(31, 20, 16, 2, [row.astype(">u2").tobytes() for row in samples])
    keep("rgb16.png", data, (samples >> 8).astype(np.uint8))
    samples = random.integers(0, 65536, (20, 31))
    data, _ = png(31, 20, 16, 0, [row.astype(">u2").tobytes() for row in samples])
    keep("grey16.png", data, np.repeat((samples >> 8).astype(np.uint8)[..., None], 3, 2))
    samples = random.integers(0, 65536, (20, 31, 4))
    data, _ = png(31, 20, 16, 6, [row.astype(">u2").tobytes() for row in samples])
    keep("rgba16.png", data, white(Image.fromarray((samples >> 8).astype(np.uint8), "RGBA")))
    # A gamma chunk that would brighten every pixel if it were applied.
    data, _ = png(37, 26, 8, 2, [row.tobytes() for row in np.array(colour)], chunk(b"gAMA", struct.pack(">I", 100000)))
    keep("gamma.png", data, np.array(colour))
    keep("interlaced.png", interlace(np.array(colour), 2))
    keep("interlaced-alpha.png", interlace(np.array(rgba), 6))
    exif = Image.Exif()
    exif[0x0112] = 6
    data = save(Image.fromarray(scene(29, 18)), "PNG", exif=exif)
    keep("orientation.png", data, np.array(ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")))

    keep("lossy.webp", save(colour, "WEBP", quality=80))
    keep("lossless.webp", save(colour, "WEBP", lossless=True))
    keep("alpha.webp", save(rgba, "WEBP", lossless=True, exact=True))
    keep("lossy-alpha.webp", save(rgba, "WEBP", quality=80))
    data = save(Image.fromarray(scene(29, 18)), "WEBP", lossless=True, exif=exif)
    keep("orientation.webp", data, np.array(ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")))
    second = Image.fromarray(255 - np.array(rgba))
    data = save(rgba, "WEBP", save_all=True, append_images=[second], lossless=True, duration=50)
    keep("animated.webp", data)

    for name, data in [
        ("picture.gif", save(colour.resize((4, 4)), "GIF")),
        ("picture.bmp", save(colour.resize((4, 4)), "BMP")),
        ("picture.tiff", save(colour.resize((4, 4)), "TIFF")),
    ]:
        (OUT / name).write_bytes(data)

    # Every pair of colour and alpha: the rounding of the composite.
    pairs = np.zeros((256, 256, 4), np.uint8)
    pairs[..., :3] = np.arange(256, dtype=np.uint8)[:, None, None]
    pairs[..., 3] = np.arange(256, dtype=np.uint8)[None, :]
    data = save(Image.fromarray(pairs), "PNG")
    (OUT / "composite.png").write_bytes(data)
    # The test computes the expected values by the rule that is checked here.
    blend = pairs[..., 0].astype(int) * pairs[..., 3] + 255 * (255 - pairs[..., 3].astype(int))
    assert (white(Image.fromarray(pairs))[..., 0] == (2 * blend + 255) // 510).all()


def preprocessing():
    cases = []
    base = {"size": {"shortest_edge": 16}, "crop_size": {"height": 16, "width": 16}}
    shapes = [(45, 31), (31, 45), (11, 7), (16, 16), (500, 1), (1, 500), (17, 16), (19, 16), (1, 1), (67, 49)]
    plans = [(f"{w}x{h}", w, h, dict(base)) for w, h in shapes]
    plans += [
        ("bilinear", 45, 31, dict(base, resample=2)),
        ("squash", 45, 31, dict(base, size={"height": 12, "width": 20}, do_center_crop=False)),
        ("pad", 40, 21, dict(base, size={"shortest_edge": 11})),
        ("pad-both", 13, 10, dict(base, do_resize=False)),
        ("no-rescale", 41, 41, dict(base, do_rescale=False)),
        ("no-normalize", 41, 41, dict(base, do_normalize=False)),
        ("factor", 41, 43, dict(base, rescale_factor=0.01, image_mean=[0.5, 0.4, 0.3], image_std=[0.5, 0.6, 0.7])),
        ("upscaled", 11, 9, dict(base, crop_size={"height": 10, "width": 16})),
    ]
    inputs, outputs = bytearray(), bytearray()
    for name, width, height, configuration in plans:
        pixels = scene(width, height)
        processor = CLIPImageProcessor(**configuration)
        values = processor(Image.fromarray(pixels), return_tensors="pt")["pixel_values"][0].float().numpy()
        cases.append(
            {
                "name": name, "width": width, "height": height, "configuration": json.dumps(configuration),
                "outHeight": values.shape[1], "outWidth": values.shape[2],
                "pixels": len(inputs), "values": len(outputs) // 4,
            }
        )
        inputs += pixels.tobytes()
        outputs += values.astype("<f4").tobytes()

    # open_clip: torchvision's CenterCrop, which rounds half to even.
    for width, height in [(17, 16), (19, 16), (16, 21), (24, 16), (9, 40)]:
        pixels = scene(width, height)
        planes = torch.from_numpy(pixels).permute(2, 0, 1)
        planes = tvf.center_crop(tvf.resize(planes, [16], interpolation=tvf.InterpolationMode.BICUBIC), [16, 16])
        mean, std = [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]
        values = tvf.normalize(planes.float().div(255), mean, std).numpy()
        cases.append(
            {
                "name": f"open_clip {width}x{height}", "width": width, "height": height, "configuration": "",
                "outHeight": 16, "outWidth": 16, "pixels": len(inputs), "values": len(outputs) // 4,
            }
        )
        inputs += pixels.tobytes()
        outputs += values.astype("<f4").tobytes()
    (OUT / "preprocess.json").write_text(json.dumps(cases, indent=1) + "\n")
    (OUT / "preprocess.pixels").write_bytes(bytes(inputs))
    (OUT / "preprocess.values").write_bytes(bytes(outputs))


def jitter():
    pixels = scene(31, 22)
    planes = torch.from_numpy(pixels).permute(2, 0, 1)
    cases, outputs = [], bytearray()
    for name, change in [
        ("brightness", tvf.adjust_brightness), ("contrast", tvf.adjust_contrast), ("saturation", tvf.adjust_saturation),
    ]:
        for factor in [0.6, 0.85, 1.3]:
            cases.append({"change": name, "factor": factor, "offset": len(outputs)})
            outputs += change(planes, factor).permute(1, 2, 0).contiguous().numpy().tobytes()
    (OUT / "jitter.json").write_text(json.dumps({"width": 31, "height": 22, "cases": cases}, indent=1) + "\n")
    (OUT / "jitter.rgb").write_bytes(pixels.tobytes() + bytes(outputs))


pictures()
preprocessing()
jitter()
print(sum(f.stat().st_size for f in OUT.iterdir()) // 1024, "KiB in", len(list(OUT.iterdir())), "files")
