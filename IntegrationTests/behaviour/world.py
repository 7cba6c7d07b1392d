# SPDX-License-Identifier: Apache-2.0
"""The folder that cases begin with: world/, the model, and what is wrong with either."""

import json
import os
import shutil
import struct
from pathlib import Path

WORLD = Path(__file__).resolve().parent / "world"
# Larger files are linked: cases replace files, they do not write into them.
LINKED_FROM = 1 << 20


def copy_tree(source, target):
    """Copies a folder; large files become hard links."""

    def copy(old, new):
        if os.path.getsize(old) >= LINKED_FROM:
            os.link(old, new)
        else:
            shutil.copy2(old, new)

    shutil.copytree(source, target, copy_function=copy, symlinks=True)


def make(folder, model):
    """Makes the folder.

    - the tables and pictures of world/
    - model, and models/NAME: copies of it with a fault or in another form
    - broken/: pictures with a fault
    """
    shutil.copytree(WORLD, folder, ignore=shutil.ignore_patterns("README.md"))
    shutil.copytree(model, folder / "model", ignore=shutil.ignore_patterns("README.md"))
    make_pictures(folder)
    (folder / "empty").mkdir()
    (folder / "models").mkdir()
    for name, change in MODELS.items():
        copy = folder / "models" / name
        copy_tree(folder / "model", copy)
        change(copy)


def make_pictures(folder):
    picture = (folder / "images/000001.jpg").read_bytes()
    broken = folder / "broken"
    broken.mkdir()
    shutil.copy(folder / "images/000002.jpg", broken / "good.jpg")
    (broken / "cut.jpg").write_bytes(picture[: len(picture) // 2])
    (broken / "empty.jpg").write_bytes(b"")
    (broken / "text.jpg").write_text("no picture\n")
    (broken / "gif.jpg").write_bytes(b"GIF89a\1\0\1\0\0\0\0;")
    # A PNG whose header announces more pixels than anybody draws.
    header = b"IHDR" + struct.pack(">II", 1 << 30, 1 << 30) + b"\x08\2\0\0\0"
    (broken / "huge.png").write_bytes(b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + bytes(4))


def replace(path, data):
    """Writes a file anew, so that what is linked to it stays."""
    path.unlink(missing_ok=True)
    path.write_bytes(data if isinstance(data, bytes) else data.encode())


def edit(path, *keys, value):
    """Sets a value in a JSON file, or removes its key for None."""
    document = json.loads(path.read_text())
    place = document
    for key in keys[:-1]:
        place = place[key]
    if value is None:
        del place[keys[-1]]
    else:
        place[keys[-1]] = value
    replace(path, json.dumps(document, indent=1))


def remove(*names):
    def change(model):
        for name in names:
            (model / name).unlink()

    return change


def shard(model):
    """The same weights in two files with an index."""
    header, data = read_weights(model)
    names = sorted(name for name in header if name != "__metadata__")
    parts = {"model-00001-of-00002.safetensors": names[::2], "model-00002-of-00002.safetensors": names[1::2]}
    for file, some in parts.items():
        write_weights(model / file, {name: (header[name], tensor(header, data, name)) for name in some})
    index = {"metadata": {}, "weight_map": {name: file for file, some in parts.items() for name in some}}
    replace(model / "model.safetensors.index.json", json.dumps(index))
    (model / "model.safetensors").unlink()


def read_weights(model):
    data = (model / "model.safetensors").read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    return json.loads(data[8 : 8 + length]), data[8 + length :]


def tensor(header, data, name):
    begin, end = header[name]["data_offsets"]
    return data[begin:end]


def write_weights(path, tensors):
    header, parts, position = {}, [], 0
    for name, (entry, data) in tensors.items():
        header[name] = {
            "dtype": entry["dtype"], "shape": entry["shape"], "data_offsets": [position, position + len(data)],
        }
        parts.append(data)
        position += len(data)
    text = json.dumps(header).encode()
    replace(path, struct.pack("<Q", len(text)) + text + b"".join(parts))


def without_tensor(model):
    header, data = read_weights(model)
    header.pop("text_projection.weight")
    header.pop("__metadata__", None)
    write_weights(
        model / "model.safetensors", {name: (entry, tensor(header, data, name)) for name, entry in header.items()})


def not_a_number(model):
    header, data = read_weights(model)
    header.pop("__metadata__", None)
    tensors = {name: [entry, tensor(header, data, name)] for name, entry in header.items()}
    tensors["logit_scale"][1] = struct.pack("<e", float("nan"))
    write_weights(model / "model.safetensors", tensors)


def cut(model):
    data = (model / "model.safetensors").read_bytes()
    replace(model / "model.safetensors", data[: len(data) // 2])


def pickle(model):
    (model / "model.safetensors").unlink()
    replace(model / "pytorch_model.bin", b"\x80\x02}q\0.")


MODELS = {
    "sharded": shard,
    "slow-tokenizer": remove("tokenizer.json"),
    "no-weights": remove("model.safetensors"),
    "no-config": remove("config.json"),
    "no-tokenizer": remove("tokenizer.json", "vocab.json", "merges.txt"),
    "no-preprocessor": remove("preprocessor_config.json"),
    "cut-weights": cut,
    "pickle": pickle,
    "without-tensor": without_tensor,
    "not-a-number": not_a_number,
    "bad-config": lambda model: replace(model / "config.json", '{"model_type": "clip",'),
    "bad-tokenizer": lambda model: replace(model / "tokenizer.json", "[]"),
    "bad-description": lambda model: replace(model / "mumic.json", '{"version": 1, "labels": "none"}'),
    "new-description": lambda model: replace(model / "mumic.json", '{"version": 99, "labels": []}'),
    "other-kind": lambda model: edit(model / "config.json", "model_type", value="bert"),
    "other-activation": lambda model: edit(model / "config.json", "text_config", "hidden_act", value="tanh"),
    "other-size": lambda model: edit(model / "config.json", "projection_dim", value=64),
    "other-vocabulary": lambda model: edit(model / "config.json", "text_config", "vocab_size", value=900),
    "odd-heads": lambda model: edit(model / "config.json", "vision_config", "num_attention_heads", value=3),
    "odd-resample": lambda model: edit(model / "preprocessor_config.json", "resample", value=99),
}
