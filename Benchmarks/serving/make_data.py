# SPDX-License-Identifier: Apache-2.0
"""Makes what the benchmark needs: a ViT-B/32 of random weights, labels, and 1-megapixel JPEGs.

    python3 Benchmarks/serving/make_data.py DIR

DIR gets model/ (Hugging Face's layout, CLIP's own vocabulary from open_clip), labels.txt, and pictures/ of noise and
shapes, 200 to 400 KB each, about what a camera's picture has at this size. What is there already stays.
"""

import argparse
import gzip
import importlib.util
import json
import pathlib

import numpy
from PIL import Image, ImageDraw, ImageFilter

PLACES = "swimming large hotel private double sea mountain modern old small".split()
THINGS = "pool room balcony kitchen bed garden lobby terrace bathroom view".split()
PREPARING = {
    "do_center_crop": True,
    "do_normalize": True,
    "do_resize": True,
    "do_rescale": True,
    "rescale_factor": 1 / 255,
    "do_convert_rgb": True,
    "crop_size": {"height": 224, "width": 224},
    "size": {"shortest_edge": 224},
    "resample": 3,
    "image_processor_type": "CLIPImageProcessor",
    "image_mean": [0.48145466, 0.4578275, 0.40821073],
    "image_std": [0.26862954, 0.26130258, 0.27577711],
}


def bytes_to_unicode():
    """CLIP's visible characters for the 256 bytes."""
    kept = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    rest = [byte for byte in range(256) if byte not in kept]
    return [chr(byte) for byte in kept] + [chr(256 + index) for index in range(len(rest))]


def make_tokenizer(folder):
    # Only its file is needed: importing open_clip would want torchvision.
    package = importlib.util.find_spec("open_clip").submodule_search_locations[0]
    source = pathlib.Path(package) / "bpe_simple_vocab_16e6.txt.gz"
    lines = gzip.open(source).read().decode().split("\n")[1 : 49152 - 256 - 2 + 1]
    characters = bytes_to_unicode()
    vocabulary = characters + [one + "</w>" for one in characters] + ["".join(line.split()) for line in lines]
    vocabulary += ["<|startoftext|>", "<|endoftext|>"]
    (folder / "vocab.json").write_text(json.dumps({word: index for index, word in enumerate(vocabulary)}))
    (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(lines) + "\n")
    special = {
        "unk_token": "<|endoftext|>",
        "bos_token": "<|startoftext|>",
        "eos_token": "<|endoftext|>",
        "pad_token": "<|endoftext|>",
        "model_max_length": 77,
        "do_lower_case": True,
        "tokenizer_class": "CLIPTokenizer",
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(special))


def make_model(folder):
    import torch
    from transformers import CLIPConfig, CLIPModel, CLIPTextConfig, CLIPVisionConfig

    torch.manual_seed(0)
    text = CLIPTextConfig(bos_token_id=49406, eos_token_id=49407)
    CLIPModel(CLIPConfig(text_config=text.to_dict(), vision_config=CLIPVisionConfig().to_dict())).save_pretrained(
        folder
    )
    (folder / "preprocessor_config.json").write_text(json.dumps(PREPARING))
    make_tokenizer(folder)


def make_picture(path, seed, size=(1152, 868)):
    """Blurred noise, shapes over it, and grain; the quality is what gives 200 to 400 KB."""
    random = numpy.random.default_rng(seed)
    coarse = Image.fromarray(random.integers(0, 256, (size[1] // 32, size[0] // 32, 3), dtype="uint8"))
    picture = coarse.resize(size, Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(4))
    draw = ImageDraw.Draw(picture)
    for _ in range(40):
        x, y = random.integers(0, size[0]), random.integers(0, size[1])
        box = [int(x), int(y), int(x + random.integers(10, 300)), int(y + random.integers(10, 300))]
        colour = tuple(int(value) for value in random.integers(0, 256, 3))
        (draw.ellipse if random.random() < 0.5 else draw.rectangle)(box, fill=colour)
    grain = random.normal(0, random.uniform(5, 9), (size[1], size[0], 1))
    values = numpy.clip(numpy.asarray(picture) + grain, 0, 255).astype("uint8")
    for quality in (90, 85, 80, 75, 70, 60, 50):
        Image.fromarray(values).save(path, quality=quality)
        if path.stat().st_size <= 400_000:
            return


def make(folder, count=32):
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "model" / "vocab.json").exists():
        make_model(folder / "model")
    (folder / "labels.txt").write_text("".join(f"{place} {thing}\n" for place in PLACES for thing in THINGS))
    (folder / "pictures").mkdir(exist_ok=True)
    for index in range(count):
        path = folder / "pictures" / f"{index:03}.jpg"
        if not path.exists():
            make_picture(path, index)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    make(parser.parse_args().folder)
