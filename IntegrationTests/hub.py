# SPDX-License-Identifier: Apache-2.0
"""A Hub on this machine whose repositories hold what the real ones hold, for IntegrationTests/hub.sh.

    python3 IntegrationTests/hub.py MODEL PORT-FILE

Repositories, those of CLIP with MODEL's weights: openai/clip-vit-base-patch32 as the real main revision has it, with
pytorch_model.bin and no safetensors; org/sharded, whose two pytorch_model-….bin have an index; org/gated. google/siglip-base-patch16-224
and google/siglip2-base-patch16-224 hold the names that theirs hold, with a small random SigLIP of the tests. The port is
written to PORT-FILE once it answers. torch is not needed: files of torch.save are put together here.
"""

import hashlib
import http.server
import io
import json
import pathlib
import struct
import sys
import zipfile

COMMIT = "1234567890abcdef1234567890abcdef12345678"


def text(value):
    data = value.encode()
    return b"X" + struct.pack("<I", len(data)) + data


def integer(value):
    return b"J" + struct.pack("<i", value)


def torch_saved(tensors, storage):
    """A file of torch.save with an OrderedDict of tensors: name, shape and bytes."""
    out = io.BytesIO()
    pickled = b"\x80\x02ccollections\nOrderedDict\n)R("
    with zipfile.ZipFile(out, "w") as archive:
        for key, (name, shape, data) in enumerate(tensors):
            count = 1
            strides = []
            for length in reversed(shape):
                strides.insert(0, count)
                count *= length
            pickled += text(name) + b"ctorch._utils\n_rebuild_tensor_v2\n((" + text("storage")
            pickled += b"ctorch\n" + storage + b"\n" + text(str(key)) + text("cpu") + integer(count) + b"tQK\x00"
            for numbers in (shape, strides):
                pickled += b"(" + b"".join(integer(number) for number in numbers) + b"t"
            pickled += b"\x89ccollections\nOrderedDict\n)RtR"
            archive.writestr(f"archive/data/{key}", data)
        archive.writestr("archive/data.pkl", pickled + b"u.")
        archive.writestr("archive/byteorder", "little")
        archive.writestr("archive/version", "3\n")
    return out.getvalue()


def lengthened(files, count):
    """A model's files with zeros for more tokens."""
    weights = files["model.safetensors"]
    length = struct.unpack("<Q", weights[:8])[0]
    header = json.loads(weights[8:8 + length])
    name = "text_model.embeddings.token_embedding.weight"
    rows, width = header[name]["shape"]
    data, body = b"", weights[8 + length:]
    for key, entry in header.items():
        if key == "__metadata__":
            continue
        part = body[slice(*entry["data_offsets"])]
        if key == name:
            part += bytes((count - rows) * width * 4)
            entry["shape"] = [count, width]
        entry["data_offsets"] = [len(data), len(data) + len(part)]
        data += part
    text = json.dumps(header).encode()
    config = json.loads(files["config.json"])
    config["text_config"]["vocab_size"] = count
    return files | {"config.json": json.dumps(config).encode(),
                    "model.safetensors": struct.pack("<Q", len(text)) + text + data}


def repositories(model):
    weights = (model / "model.safetensors").read_bytes()
    length = struct.unpack("<Q", weights[:8])[0]
    header = json.loads(weights[8:8 + length])
    header.pop("__metadata__", None)
    assert {entry["dtype"] for entry in header.values()} == {"F16"}
    tensors = [(name, entry["shape"], weights[8 + length:][slice(*entry["data_offsets"])])
               for name, entry in header.items()]
    files = {path.name: path.read_bytes() for path in model.iterdir() if path.suffix in (".json", ".txt")}
    half = len(tensors) // 2
    names = ["pytorch_model-00001-of-00002.bin", "pytorch_model-00002-of-00002.bin"]
    parts = [tensors[:half], tensors[half:]]
    index = {name: file for file, part in zip(names, parts) for name, _, _ in part}
    sharded = {name: torch_saved(part, b"HalfStorage") for name, part in zip(names, parts)}
    sharded["pytorch_model.bin.index.json"] = json.dumps({"metadata": {}, "weight_map": index}).encode()
    beside = {"flax_model.msgpack": b"flax", "tf_model.h5": b"tf", "README.md": b"# CLIP"}
    tests = pathlib.Path(__file__).resolve().parents[1] / "Tests"
    siglip = {path.name: path.read_bytes() for path in (tests / "ModelsTests/Fixtures/siglip-plain").iterdir()
              if path.name != "golden.safetensors"}

    def tokenizer(kind):
        return {path.name: path.read_bytes() for path in (tests / "TokenizationTests/Fixtures" / kind).iterdir()
                if path.name != "ids.jsonl"}

    # The second's tokens are a few more than the model has vectors for: its table is lengthened by zeros.
    return {
        "google/siglip-base-patch16-224": siglip | tokenizer("siglip"),
        "google/siglip2-base-patch16-224": lengthened(siglip, 1000) | tokenizer("siglip2"),
        "openai/clip-vit-base-patch32": files | beside | {"pytorch_model.bin": torch_saved(tensors, b"HalfStorage")},
        "org/sharded": files | sharded, "org/gated": None,
    }


def main():
    hub = repositories(pathlib.Path(sys.argv[1]))

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self, status, body=b"", **headers):
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def do_GET(self):
            parts = self.path.strip("/").split("/")
            name = "/".join(parts[2:4] if parts[:2] == ["api", "models"] else parts[:2])
            if name not in hub:
                self.answer(404, X_Error_Code="RepoNotFound")
            elif hub[name] is None:
                self.answer(403, X_Error_Code="GatedRepo")
            elif parts[:2] == ["api", "models"]:
                listed = [{"rfilename": file} for file in hub[name]]
                self.answer(200, json.dumps({"id": name, "sha": COMMIT, "siblings": listed}).encode())
            elif parts[2:4] == ["resolve", COMMIT] and parts[4] in hub[name]:
                body = hub[name][parts[4]]
                blob = hashlib.sha1(b"blob %d\0" % len(body) + body).hexdigest()
                self.answer(200, body, X_Repo_Commit=COMMIT, ETag=f'"{blob}"')
            else:
                self.answer(404, X_Error_Code="EntryNotFound")

        do_HEAD = do_GET

        def log_message(self, *words):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    pathlib.Path(sys.argv[2]).write_text(str(server.server_address[1]))
    server.serve_forever()


if __name__ == "__main__":
    main()
