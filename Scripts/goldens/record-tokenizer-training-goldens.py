#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Trains CLIP tokenizers with the `tokenizers` library and records what came of it.

    pip install transformers==5.23.0 tokenizers==0.23.3
    python3 Scripts/goldens/record-tokenizer-training-goldens.py

Writes Tests/TokenizationTests/Fixtures/trained/tokenizer.json, as transformers saves it, and training.json: the texts
trained on, the merges for several sizes and frequencies, and the ids that transformers gives the texts.
"""

import json
import pathlib
import random
import shutil

from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import CLIPTokenizer

FIXTURES = pathlib.Path(__file__).resolve().parent.parent.parent / "Tests/TokenizationTests/Fixtures"
START, END = "<|startoftext|>", "<|endoftext|>"
PLACES = ["a hotel lobby", "the swimming pool", "a double bedroom", "a bathroom", "the spa", "a breakfast buffet", "the bar",
          "a balcony", "the sea", "a terrace", "the fitness room", "a conference room"]  # fmt: skip
DETAILS = ["with a sea view", "with two beds", "at night", "by the garden", "next to the reception", "under palm trees",
           "with a shower and a bathtub", "in front of the mountains", "seen from above", "without people"]  # fmt: skip
AWKWARD = [
    "", " ", "\t\n", "a", "I", "It's the best breakfast we've had!", "don't they're you'll I'm he'd ISN'T", "'s 't ''re '",
    "room 1024, 5 stars (4.5 / 5)", "1 2 3 11 111 1111", "!!! ... ?!?! -- __ == !!!...", "\"quoted\" \\ back\\slash \\\\ \"\"",
    "caf\u00e9 cafe\u0301 CAF\u00c9 na\u00efve fa\u00e7ade", "Z\u00fcrich, K\u00f8benhavn, \u0141\u00f3d\u017a, \u0130stanbul", "\u041e\u0442\u0435\u043b\u044c \u0443 \u043c\u043e\u0440\u044f \u043e\u0442\u0435\u043b\u044c",
    "\u6e29\u6cc9\u65c5\u9928 \u6e29\u6cc9 \u65c5\u9928\u306e\u90e8\u5c4b", "\u0e42\u0e23\u0e07\u0e41\u0e23\u0e21 \u0e42\u0e23\u0e07\u0e41\u0e23\u0e21", "\u0641\u0646\u062f\u0642 \u0641\u0646\u062f\u0642\u064c", "\U0001f3e8\U0001f3d6\ufe0f\U0001f3e8 \U0001f468\u200d\U0001f469\u200d\U0001f467",
    "<|startoftext|> a pool <|endoftext|>", "<|ENDOFTEXT|>pool", "<|endoftext|><|startoftext|>", "</w> a</w> <w>", "\u00a1hola! \u00ad\u0120\u0100",
    "aaaa aaaaa aaaaaaa aaa aa", "ababab abab bababa", "swimmingpoolswimmingpool", "\u00a0non\u2003breaking\u3000blank\u200b",
]  # fmt: skip


def texts():
    """Captions of places and details, drawn with a fixed seed, and lines that are each awkward for a reason."""
    chance = random.Random(20260301)
    captions = [f"{chance.choice(['A photo of', 'a picture of', 'Here is'])} {chance.choice(PLACES)} {chance.choice(DETAILS)}"
                for _ in range(60)]  # fmt: skip
    return captions + AWKWARD


def train(lines, size, frequency):
    """The merges in their order. The alphabet goes first as special tokens: the trainer would number the symbols at the
    end of a word by chance, and break ties by these numbers."""
    reference = CLIPTokenizer().backend_tokenizer
    tokenizer = Tokenizer(models.BPE(unk_token=END, end_of_word_suffix="</w>"))
    tokenizer.normalizer, tokenizer.pre_tokenizer = reference.normalizer, reference.pre_tokenizer
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    alphabet += [character + "</w>" for character in alphabet]
    trainer = trainers.BpeTrainer(
        vocab_size=size - 2, min_frequency=frequency, special_tokens=alphabet, end_of_word_suffix="</w>", show_progress=False
    )
    tokenizer.train_from_iterator(lines, trainer)
    model = json.loads(tokenizer.to_str())["model"]
    merges = [tuple(merge) for merge in model["merges"]]
    vocabulary = sorted(model["vocab"], key=model["vocab"].get)
    assert vocabulary == alphabet + [a + b for a, b in merges]
    return vocabulary + [START, END], merges


def main():
    lines = texts()
    shutil.rmtree(FIXTURES / "trained", ignore_errors=True)
    cases = []
    for size, frequency in [(700, 2), (514, 1), (515, 1), (560, 1), (10_000, 4), (10_000, 9)]:
        tokens, merges = train(lines, size, frequency)
        cases.append({"vocabulary_size": size, "minimum_frequency": frequency, "merges": [" ".join(m) for m in merges]})
        if size == 700:
            tokenizer = CLIPTokenizer(vocab={t: i for i, t in enumerate(tokens)}, merges=merges, model_max_length=77)
            tokenizer.save_pretrained(FIXTURES / "trained")
            (FIXTURES / "trained/tokenizer_config.json").unlink()
            ids = tokenizer(lines, truncation=True)["input_ids"]
    rows = [{"text": text, "ids": row} for text, row in zip(lines, ids)]
    (FIXTURES / "training.json").write_text(
        json.dumps({"cases": cases, "rows": rows}, ensure_ascii=True, separators=(",", ":")) + "\n"
    )


main()
