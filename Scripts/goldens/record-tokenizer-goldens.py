#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Trains tiny CLIP tokenizers and records what transformers makes of awkward lines with them.

    pip install transformers==5.23.0 tokenizers==0.23.3
    python3 Scripts/goldens/record-tokenizer-goldens.py

Writes Tests/TokenizationTests/Fixtures: directories with tokenizer files, corpus.json with the ids for each, and
code-points.json with a digest for each block of 4096 code points. Training breaks ties at random, so another run gives
another vocabulary, and other ids with it.
"""

import json
import pathlib
import random
import shutil

from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import AutoTokenizer, CLIPTokenizer

FIXTURES = pathlib.Path(__file__).resolve().parent.parent.parent / "Tests/TokenizationTests/Fixtures"
NAMES = ["bytes", "pair-merges", "string-merges", "two-files", "verbatim"]
START, END = "<|startoftext|>", "<|endoftext|>"
CONFIG = {"tokenizer_class": "CLIPTokenizer", "bos_token": START, "eos_token": END, "unk_token": END, "pad_token": END}
SENTENCES = [
    "a photo of a swimming pool", "a photo of a hotel lobby", "the sea view from the balcony", "a double bed room",
    "it's the best breakfast we've had", "don't they're you'll i'm he'd", "a bathroom with a shower and a bathtub",
    "garden, terrace and spa!!! ...", "room 1024 at 5 stars", "a café and a naïve façade", "swimming, skiing; hiking...",
]
OLD_PATTERN = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"

UGLY = [
    "", " ", "     ", "\t", "\u00a0", "\u200b", "\u3000 \u2003", "\x00", "a\x00b", "\ufeffa photo", "a\ufeffb", "\x85a\x85",
    "a photo of a cat", "  A   Photo\tof\na CAT  ", "hello <|endoftext|> x", "<|startoftext|><|endoftext|>",
    "<|STARTOFTEXT|>", "A<|EndOfText|>!!", "<|endoftext|", "<|endoftext|><|endoftext|>a", "x<|startoftext|>'s",
    "it's IT'S it’s don't DON'T they're THEY'VE I'm you'll he'd 'sup ''s '''t 's't", "'", "''", "'started",
    "caf\u00e9", "cafe\u0301", "e\u0301\u0323", "e\u0323\u0301", "\u1ec7", "\u212b\u00c5A\u030a", "\u0344", "\u0f73\u0345\u0f71",
    "\u0345\u0334\u0301a", "\u0301", "\u0301\u0301\u0301", " \u0301x", "<|endoftext|>\u0301", "\u2126\u212a\u017f",
    "\u0130I\u0131i", "\u03a3\u03a3 \u039f\u0394\u039f\u03a3", "\u1e9e\u00df", "\ufb01\ufb1d", "\u01c5\u01c8",
    "\u1100\u1161\u11a8", "\uac00\u11a8", "\uac01", "\u1100\u1161 \u11a8", "\uac00\u11a7", "\u1112\u1175\u11c2\u11c2",
    "\u0627\u0644\u0639\u0631\u0628\u064a\u0629 \u064b\u0651", "\u0e44\u0e17\u0e22\u0e01\u0e33", "\u0939\u093f\u0928\u094d\u0926\u0940",
    "\u05e2\u05b4\u05d1\u05b0\u05e8\u05b4\u05d9\u05ea", "\u4e2d\u6587\u5b57\u7b26", "\u65e5\u672c\u8a9e\u304c\u304b\u3099", "\u0663\u096b\u0e53\u09ea",
    "\u216b\u2460\u00bd\u00b2\u3007\u3021", "1234567890", "1a2b3c", "3.14159 10,000", "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "\U0001f1eb\U0001f1f7\U0001f3fb", "\u263a\ufe0f", "\U0001d400\U0001d7d8", "\U00020000\U0002f800", "\U0010ffff", "\ufffd\ufffe",
    "\u088f\u0c5c\ua7ce", "\U00010940\U00011de0", "\u1abf\u0334\u1ac1", "\u07fd\u0334", "\U00011a47\u0334", "\U000105d2\u0307",
    "\U00011382\U000113c9", "\U00011935\U00011930", "\U0001109b\U000110ba", "\u0958\u0929", "\u2adc\u2add\u0338",
    "!!!???...", "--__==", "a-b_c", "</w>", "a</w>b", "\u0120\u0100", "\u0142\u00a1", "\\n\"quoted\"", "{}[]<>|", "http://example.org/?a=b&c=d",
    "a" * 200, "swimming" * 30, "ab" * 150, "\u00e9" * 90, "!" * 130, "9" * 90, "\u0323\u0301" * 50, "pool " * 60, " " * 300 + "x",
]


def random_lines(count):
    """Lines of pieces that are each awkward for a reason; the seed is fixed, so that the goldens are."""
    chance = random.Random(20220601)
    pieces = [line for line in UGLY if 0 < len(line) < 20] + ["a photo of ", "room", "Pool", "'s", "'LL"]
    lines = []
    while len(lines) < count:
        line = ""
        for _ in range(chance.randint(1, 7)):
            kind = chance.random()
            if kind < 0.5:
                line += chance.choice(pieces)
            elif kind < 0.6:
                line += chance.choice(" \t\u00a0\u2009\u200b\u2028") * chance.randint(1, 2)
            elif kind < 0.75:
                line += "".join(chr(chance.randint(0x300, 0x36F)) for _ in range(chance.randint(1, 3)))
            elif kind < 0.9:
                line += "".join(chr(chance.randint(0x20, 0x24F)) for _ in range(chance.randint(1, 6)))
            else:
                line += chr(chance.choice([chance.randint(0x250, 0xD7FF), chance.randint(0xE000, 0x1FFFF)]))
        lines.append(line)
    return lines


def train():
    """The vocabulary and merges of a tokenizer that lacks most bytes above ASCII, so that unknown symbols occur."""
    tokenizer = Tokenizer(models.BPE(unk_token=END, end_of_word_suffix="</w>"))
    reference = CLIPTokenizer()
    tokenizer.normalizer = reference.backend_tokenizer.normalizer
    tokenizer.pre_tokenizer = reference.backend_tokenizer.pre_tokenizer
    trainer = trainers.BpeTrainer(vocab_size=330, end_of_word_suffix="</w>", show_progress=False)
    tokenizer.train_from_iterator(SENTENCES * 4, trainer)
    model = json.loads(tokenizer.to_str())["model"]
    vocab = model["vocab"]
    for character in sorted(pre_tokenizers.ByteLevel.alphabet())[:150]:
        for symbol in (character, character + "</w>"):
            vocab.setdefault(symbol, len(vocab))
    vocab[START], vocab[END] = len(vocab), len(vocab) + 1
    return vocab, [tuple(m.split(" ")) if isinstance(m, str) else tuple(m) for m in model["merges"]]


def write_json(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=True, separators=(",", ":")) + "\n")


def directories():
    vocab, merges = train()
    two = FIXTURES / "two-files"
    write_json(two / "vocab.json", vocab)
    (two / "merges.txt").write_text("#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in merges))
    write_json(two / "tokenizer_config.json", CONFIG)

    CLIPTokenizer.from_pretrained(two).save_pretrained(FIXTURES / "scratch")
    saved = json.loads((FIXTURES / "scratch/tokenizer.json").read_text())
    shutil.rmtree(FIXTURES / "scratch")
    write_json(FIXTURES / "pair-merges/tokenizer.json", saved)
    write_json(FIXTURES / "pair-merges/tokenizer_config.json", CONFIG)

    # As transformers 4 wrote it: merges as strings, no markers in the expression, a token that is normalized.
    old = json.loads(json.dumps(saved))
    old["model"]["merges"] = [" ".join(m) for m in old["model"]["merges"]]
    old["pre_tokenizer"]["pretokenizers"][0]["pattern"]["Regex"] = OLD_PATTERN
    old["added_tokens"][0]["normalized"] = True
    old["truncation"] = {"direction": "Right", "max_length": 5, "strategy": "LongestFirst", "stride": 0}
    write_json(FIXTURES / "string-merges/tokenizer.json", old)
    write_json(FIXTURES / "string-merges/tokenizer_config.json", CONFIG | {"tokenizer_class": "CLIPTokenizerFast"})

    # The file as it is: transformers does not replace its parts for this class.
    old["truncation"] = None
    old["model"]["fuse_unk"] = True
    old["post_processor"] = {
        "type": "TemplateProcessing",
        "single": [{"SpecialToken": {"id": START, "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
                   {"SpecialToken": {"id": END, "type_id": 0}}],
        "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
        "special_tokens": {t: {"id": t, "ids": [vocab[t]], "tokens": [t]} for t in (START, END)},
    }  # fmt: skip
    old["added_tokens"].append({"id": len(vocab), "content": "pool", "single_word": True, "lstrip": True, "rstrip": True,
                                "normalized": True, "special": False})  # fmt: skip
    write_json(FIXTURES / "verbatim/tokenizer.json", old)
    write_json(FIXTURES / "verbatim/tokenizer_config.json", CONFIG | {"tokenizer_class": "PreTrainedTokenizerFast"})

    # Every byte and no merge: the ids spell the normalized words out. Special tokens of other names, in the side files.
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    symbols = alphabet + [c + "</w>" for c in alphabet] + ["[start]", "[end]"]
    write_json(FIXTURES / "bytes/vocab.json", {s: i for i, s in enumerate(symbols)})
    (FIXTURES / "bytes/merges.txt").write_text("#version: 0.2\n")
    write_json(FIXTURES / "bytes/tokenizer_config.json", {"tokenizer_class": "CLIPTokenizer", "pad_token": "[pad]",
                                                         "additional_special_tokens": ["[extra]"]})  # fmt: skip
    write_json(FIXTURES / "bytes/special_tokens_map.json", {
        "bos_token": {"content": "[start]", "lstrip": False, "normalized": True, "rstrip": False, "single_word": False},
        "eos_token": "[end]", "unk_token": "[end]",
    })  # fmt: skip


def digest(ids, value):
    for n in ids:
        value = ((value ^ n) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return value


def main():
    for name in NAMES:
        shutil.rmtree(FIXTURES / name, ignore_errors=True)
    directories()
    lines = UGLY + random_lines(300) + ["A [start][END] [extra]b[pad] <|pad|>", "the pool! pools _pool POOL\u00a0 pool\u0301"]
    rows = [{"text": line} for line in lines]
    sizes = {}
    for name in NAMES:
        tokenizer = AutoTokenizer.from_pretrained(FIXTURES / name)
        sizes[name] = len(tokenizer)
        for length in (77, 9):
            every = tokenizer(lines, truncation=True, max_length=length)["input_ids"]
            for row, ids in zip(rows, every):
                if length == 77:
                    row[name] = ids
                else:  # the short ids are the long ones cut, so they need no record
                    whole = row[name]
                    assert ids == (whole if len(whole) <= length else whole[: length - 1] + whole[-1:])
    for row in rows:  # most directories agree on most lines
        for name in NAMES:
            if name != "pair-merges" and row[name] == row["pair-merges"]:
                del row[name]
    write_json(FIXTURES / "corpus.json", {"sizes": sizes, "rows": rows})

    tokenizer = AutoTokenizer.from_pretrained(FIXTURES / "bytes")
    blocks = []
    for block in range(0, 0x110000, 4096):
        points = [c for c in range(block, block + 4096) if not 0xD800 <= c <= 0xDFFF]
        value = 0xCBF29CE484222325
        for ids in tokenizer([f"A{chr(c)}\u0334B" for c in points])["input_ids"] if points else []:
            value = digest(ids, value)
        blocks.append(f"{value:016x}")
    write_json(FIXTURES / "code-points.json", blocks)


main()
