# SPDX-License-Identifier: Apache-2.0
"""Records Tests/PyTorchFilesTests/Fixtures: small files of torch.save in many forms, what they hold, and pickles that try
something.

    python3 Scripts/goldens/record-pytorch-files.py

Needs torch and numpy. `values.json` says of each good file which tensors it has: type, shape and the numbers as float64.
None of the hostile pickles is read here.
"""

import collections
import io
import json
import pathlib
import pickle
import shutil
import struct
import zipfile

import torch

OUTPUT = pathlib.Path(__file__).resolve().parents[2] / "Tests/PyTorchFilesTests/Fixtures"


def numbers(tensor):
    if tensor.dtype == torch.bool:
        tensor = tensor.to(torch.uint8)
    return tensor.double().flatten().tolist()


def described(tensors):
    names = {torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.float64: "F64", torch.int64: "I64",
             torch.int32: "I32", torch.int16: "I16", torch.int8: "I8", torch.uint8: "U8", torch.bool: "BOOL",
             torch.uint16: "U16"}
    return {name: dict(dtype=names[value.dtype], shape=list(value.shape), values=numbers(value.detach()))
            for name, value in tensors.items()}


def views():
    """Tensors that share a storage, begin within it, are transposed, stepped, expanded, empty or scalar."""
    base = torch.arange(24, dtype=torch.float32).reshape(4, 6)
    return {
        "base": base, "row": base[2], "transposed": base.T, "stepped": base[::2, 1::2], "expanded": base[:, :1].expand(4, 3),
        "scalar": torch.tensor(7.5), "empty": torch.zeros(0, 3), "permuted": torch.arange(24.0).reshape(2, 3, 4).permute(2, 0, 1),
    }


def types():
    kinds = [torch.float32, torch.float16, torch.bfloat16, torch.float64, torch.int64, torch.int32, torch.int16,
             torch.int8, torch.uint8, torch.bool, torch.uint16]
    return {str(kind).removeprefix("torch."): (torch.arange(6) % 5).to(kind).reshape(2, 3) for kind in kinds}


class Small(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = torch.nn.Linear(2, 3)
        self.blocks = torch.nn.Sequential(torch.nn.Linear(3, 3), torch.nn.LayerNorm(3))
        self.scale = torch.nn.Parameter(torch.tensor(2.5))
        self.register_buffer("mask", torch.ones(2, 2).triu())
        self.size = 7

    def forward(self, x):
        return self.blocks(self.inner(x)) * self.scale


def good():
    torch.manual_seed(3)
    model = Small()
    state = model.state_dict()
    assert state._metadata
    found = {}

    def put(name, value, expected, **options):
        torch.save(value, OUTPUT / name, **options)
        found[name] = described(expected)

    put("state.bin", state, state)
    put("stream.pt", state, state, _use_new_zipfile_serialization=False)
    for protocol in (3, 4, 5):
        put(f"protocol-{protocol}.pth", state, state, pickle_protocol=protocol)
        put(f"stream-protocol-{protocol}.pth", state, state, pickle_protocol=protocol,
            _use_new_zipfile_serialization=False)
    put("parameters.pt", dict(model.named_parameters()), dict(model.named_parameters()))
    put("views.pt", views(), views())
    put("stream-views.pt", views(), views(), _use_new_zipfile_serialization=False)
    put("types.pt", types(), types())
    wrapped = collections.OrderedDict(("module._orig_mod." + name, value) for name, value in state.items())
    put("wrapped.ckpt", {"epoch": 3, "name": "run", "loss": 0.25, "big": 1 << 80, "none": None, "flags": {True, 3},
                         "size": torch.Size([2, 3]), "device": torch.device("cpu"),
                         "optimizer": {"state": {0: {"step": torch.tensor(3.0)}}, "param_groups": [{"lr": 1e-3}]},
                         "state_dict": wrapped}, state)
    put("nested.pt", {"model": {"module": dict(state)}}, state)
    torch.jit.script(model.eval()).save(OUTPUT / "script.pt")
    found["script.pt"] = described(state)
    (OUTPUT / "values.json").write_text(json.dumps(found, sort_keys=True))


class Calls:
    """Pickles to a call of `function`."""

    def __init__(self, function, *arguments):
        self.function, self.arguments = function, arguments

    def __reduce__(self):
        return self.function, self.arguments


def archive(pickled, more=(), compression=zipfile.ZIP_STORED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as file:
        file.writestr("archive/data.pkl", pickled)
        file.writestr("archive/data/0", bytes(16))
        for name, content in more:
            file.writestr(name, content)
    return out.getvalue()


STORAGE = b"(X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x04tQ"
TENSOR = b"ctorch._utils\n_rebuild_tensor_v2\n(" + STORAGE + b"K\x00(K\x04t(K\x01t\x89ccollections\nOrderedDict\n)RtR"


def hostile():
    import builtins
    import os
    import subprocess

    import numpy

    def pickled(value):
        return pickle.dumps(value, protocol=2)

    def state(value):  # a dictionary with a tensor, and something else
        return b"\x80\x02}(X\x01\x00\x00\x00w" + TENSOR + b"X\x01\x00\x00\x00x" + value + b"u."

    yield "os-system", pickled(Calls(os.system, "touch /tmp/mumic-was-here"))
    yield "eval", pickled(Calls(builtins.eval, "open('/tmp/mumic-was-here', 'w')"))
    yield "exec", pickled(Calls(builtins.exec, "import os"))
    yield "popen", pickled(Calls(subprocess.Popen, ["touch", "/tmp/mumic-was-here"]))
    yield "getattr", pickled(Calls(builtins.getattr, "x", "upper"))
    yield "numpy", pickled(numpy.float32(3))
    yield "numpy-array", pickled(numpy.zeros(3))
    yield "nested-reduce", pickled(Calls(builtins.map, Calls(os.system, "true"), [1]))
    yield "stack-global", b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x04true\x85R."
    yield "beside-weights", state(b"cos\nsystem\n")
    yield "in-a-parameter", b"\x80\x02ctorch._utils\n_rebuild_parameter\n(cos\nsystem\n\x89ccollections\nOrderedDict\n)RtR."
    yield "torch-load", b"\x80\x02ctorch\nload\nX\x01\x00\x00\x00x\x85R."
    yield "torch-hub", b"\x80\x02ctorch.hub\nload\nX\x01\x00\x00\x00x\x85R."
    yield "script-class", b"\x80\x02c__torch__.Evil\nModule\n)\x81}b."
    yield "dotted-storage", b"\x80\x02ctorch\n_C.FloatStorage\n."
    yield "call-a-tensor", state(TENSOR + b")R")
    yield "call-an-ordered-dict-with-code", b"\x80\x02ccollections\nOrderedDict\ncos\nsystem\n\x85R."
    yield "build-a-global", b"\x80\x02ccollections\nOrderedDict\n}b."
    yield "extension", b"\x80\x02\x82\x01."
    yield "instance", b"\x80\x02(ios\nsystem\n."
    yield "object", b"\x80\x02(cos\nsystem\no."
    yield "persistent-text", b"\x80\x02Pos.system\n."
    yield "persistent-id", b"\x80\x02X\x02\x00\x00\x00osQ."
    yield "empty-stack", b"\x80\x020000."
    yield "mark-games", b"\x80\x02(((1111."
    yield "pop-beyond-mark", b"\x80\x02N(0."
    yield "no-memo", b"\x80\x02h\x05."
    yield "two-values", b"\x80\x02NN."
    yield "endless-mark", b"\x80\x02" + b"(" * 20000 + b"."
    yield "deep-list", b"\x80\x02" + b"]" * 20000 + b"a" * 19999 + b"."
    yield "itself", b"\x80\x02]q\x00h\x00a."
    yield "itself-as-module", b"\x80\x02}q\x00X\x05\x00\x00\x00modelh\x00s."
    yield "memo-bomb", b"\x80\x02]" + b"".join(b"r" + struct.pack("<I", place) for place in range(2**31, 2**31 + 20000)) + b"."
    yield "huge-text", b"\x80\x02X\xff\xff\xff\xffabc."
    yield "huge-text-8", b"\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\x7fabc."
    yield "impossible-text-8", b"\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\xffabc."
    yield "huge-bytes", b"\x80\x04\x8e\xff\xff\xff\xff\xff\xff\xff\x7fabc."
    yield "huge-long", b"\x80\x02\x8b\xff\xff\xff\x7f."
    yield "no-stop", b"\x80\x02N"
    yield "no-name-end", b"\x80\x02cos"
    yield "protocol-0", b"(dp0\n."
    yield "protocol-9", b"\x80\x09N."
    yield "not-utf-8", b"\x80\x02X\x02\x00\x00\x00\xff\xfe."
    yield "no-tensors", b"\x80\x02}X\x01\x00\x00\x00aK\x01s."
    yield "beyond-storage", state(TENSOR.replace(b"(K\x04t", b"(K\x05t"))
    yield "offset-beyond", state(TENSOR.replace(b"K\x00(K\x04t", b"K\x02(K\x04t"))
    yield "negative-stride", state(TENSOR.replace(b"(K\x01t", b"(J\xff\xff\xff\xfft"))
    yield "overflowing-shape", state(TENSOR.replace(
        b"(K\x04t(K\x01t", b"(\x8a\x08" + b"\xff" * 7 + b"\x3f\x8a\x08" + b"\xff" * 7 + b"\x3ft(K\x01K\x01t"))
    yield "overflowing-stride", state(TENSOR.replace(b"(K\x01t", b"(\x8a\x08" + b"\xff" * 7 + b"\x7ft"))
    yield "missing-storage", state(TENSOR.replace(b"X\x01\x00\x00\x000X", b"X\x01\x00\x00\x009X"))


def main():
    shutil.rmtree(OUTPUT, ignore_errors=True)
    OUTPUT.mkdir(parents=True)
    good()
    folder = OUTPUT / "hostile"
    folder.mkdir()
    for name, pickled in hostile():
        (folder / (name + ".pt")).write_bytes(archive(pickled))
    whole = (OUTPUT / "state.bin").read_bytes()
    simple = b"\x80\x02}X\x01\x00\x00\x00w" + TENSOR + b"s."
    (folder / "compressed.pt").write_bytes(archive(simple, compression=zipfile.ZIP_DEFLATED))
    (folder / "no-pickle.pt").write_bytes(archive(simple).replace(b"data.pkl", b"data.xyz"))
    (folder / "two-pickles.pt").write_bytes(archive(simple, [("other/data.pkl", simple)]))
    (folder / "big-endian.pt").write_bytes(archive(simple, [("archive/byteorder", b"big")]))
    (folder / "cut.pt").write_bytes(whole[:-40])
    (folder / "cut-early.pt").write_bytes(whole[:200])
    # The last entry of the directory says that it lies where the first one does.
    moved = bytearray(archive(simple, [("archive/data/1", bytes(16))]))
    first, last = moved.index(b"PK\x01\x02"), moved.rindex(b"PK\x01\x02")
    moved[last + 42:last + 46] = moved[first + 42:first + 46]
    (folder / "over-each-other.pt").write_bytes(bytes(moved))
    moved[last + 42:last + 46] = struct.pack("<I", len(moved) - 5)
    (folder / "entry-beyond.pt").write_bytes(bytes(moved))
    encrypted = bytearray(archive(simple))
    encrypted[encrypted.index(b"PK\x01\x02") + 8] |= 1
    (folder / "encrypted.pt").write_bytes(bytes(encrypted))
    stream = (OUTPUT / "stream.pt").read_bytes()
    (folder / "cut-stream.pt").write_bytes(stream[:-5])
    (folder / "stream-of-another.pt").write_bytes(pickle.dumps({"a": 1}, protocol=2))
    count = stream.rindex(struct.pack("<q", 1))  # of the storage with one element
    (folder / "huge-stream-count.pt").write_bytes(stream[:count] + struct.pack("<q", 2**61) + stream[count + 8:])
    (folder / "negative-stream-count.pt").write_bytes(stream[:count] + struct.pack("<q", -1) + stream[count + 8:])
    (folder / "empty.pt").write_bytes(b"")
    (folder / "text.bin").write_bytes(b"version https://git-lfs.github.com/spec/v1\n")
    print(len(list(folder.iterdir())), "hostile files;", sum(f.stat().st_size for f in OUTPUT.rglob("*") if f.is_file()), "bytes")


if __name__ == "__main__":
    main()
