# SPDX-License-Identifier: Apache-2.0
"""Records Tests/TokenizationTests/Fixtures/unigram: a small tokenizer of XLM-RoBERTa's kind, texts, and their ids.

    python3 Scripts/goldens/record-unigram-goldens.py [COUNT] [FOLDER]

A SentencePiece unigram model is trained on made-up text, with SentencePiece's usual map of characters, and written as
transformers writes it. The ids are those of AutoTokenizer of the same directory. COUNT random texts (default 400) of many
scripts, emoji, white space and marks go into FOLDER (default the fixture). Needs transformers and sentencepiece.
"""

import base64
import json
import pathlib
import random
import shutil
import sys
import tempfile
import unicodedata

import sentencepiece
from transformers import AutoTokenizer

ROOT = pathlib.Path(__file__).resolve().parents[2]
WORDS = """a photo of the pool sea view bunk bed hotel room balcony kitchen with coffee machine at night piscine vue sur la
mer lit superposé Schwimmbad Meerblick Etagenbett бассейн вид на море プール 海の景色 二段ベッド 游泳池 海景 上下铺 수영장
바다 전망 مسبح إطلالة على البحر תצפית לים สระว่ายน้ำ विस्मयकारी दृश्य größer naïve façade 2 4 2024 don't it's ½ ﬁne №1""".split()
PIECES = ("🏊 🏖️ 👨‍👩‍👧 🇫🇷 👍🏽 é e\u0301 Å ﬁ ﬀ ① Ⅷ ㎏ ﷺ ｶﾞ ｱ ︎ \u200d \u200b \u00a0 \u3000 \t \n \r\n \u2581 \u2028 ǆ İ ı ß ẞ ﹏ … ‥ ― < > </s> <s> "
          "<pad> <mask> <unk> \u0600 \u202e \ufeff \u0301 \u0e33 \u0f43 ක් ꯁꯤ 𝔸 𝟙 𒀀 \U0001F468\u200d\U0001F4BB").split(" ")


def corpus(draw):
    """Lines of the words, and of words that are put together of their syllables, so that there are many pieces."""
    syllables = [word[place:place + 2] for word in WORDS for place in range(0, len(word), 2)]
    more = ["".join(draw.choices(syllables, k=draw.randint(1, 4))) for _ in range(3000)]
    return [" ".join(draw.choices(WORDS, k=3) + draw.choices(more, k=draw.randint(2, 9))) for _ in range(8000)]


def texts(draw, count):
    found = ["", " ", "  a  photo ", "a photo of a pool", "A PHOTO", "▁a", "a▁b", "▁", "\u0301", "</s> after", "x" * 300]
    while len(found) < count:
        parts = []
        for _ in range(draw.randint(1, 12)):
            kind = draw.random()
            if kind < 0.45:
                parts.append(draw.choice(WORDS))
            elif kind < 0.65:
                parts.append(draw.choice(PIECES))
            elif kind < 0.8:
                parts.append(draw.choice([" ", "  ", ", ", "-", ".", "!"]))
            else:
                code = draw.choice([draw.randrange(0x20, 0x3000), draw.randrange(0x3000, 0xD800),
                                    draw.randrange(0xF900, 0x10000), draw.randrange(0x1F300, 0x1FAFF)])
                if unicodedata.category(chr(code)) != "Cn":  # what is not assigned yet, libraries know differently
                    parts.append(chr(code))
            if draw.random() < 0.4:
                parts.append(" ")
        found.append("".join(parts))
    return found


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    output = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else ROOT / "Tests/TokenizationTests/Fixtures/unigram"
    draw = random.Random(20)
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as folder:
        data = pathlib.Path(folder, "corpus.txt")
        data.write_text("\n".join(corpus(draw)))
        sentencepiece.SentencePieceTrainer.train(
            input=str(data), model_prefix=folder + "/m", vocab_size=900, hard_vocab_limit=False, model_type="unigram", character_coverage=0.9995,
            unk_id=0, bos_id=1, eos_id=2, pad_id=-1, num_threads=1, minloglevel=2)
        model = sentencepiece.SentencePieceProcessor(model_file=folder + "/m.model")
        import sentencepiece.sentencepiece_model_pb2 as form
        proto = form.ModelProto()
        proto.ParseFromString(pathlib.Path(folder, "m.model").read_bytes())
    # XLM-RoBERTa's order: four special pieces, SentencePiece's own without its three, <mask>.
    vocabulary = [["<s>", 0.0], ["<pad>", 0.0], ["</s>", 0.0], ["<unk>", 0.0]]
    vocabulary += [[model.id_to_piece(index), model.get_score(index)] for index in range(3, len(model))]
    vocabulary.append(["<mask>", 0.0])
    special = [dict(id=index, content=vocabulary[index][0], single_word=False, lstrip=vocabulary[index][0] == "<mask>",
                    rstrip=False, normalized=False, special=True) for index in (0, 1, 2, 3, len(vocabulary) - 1)]
    charsmap = base64.b64encode(proto.normalizer_spec.precompiled_charsmap).decode()
    (output / "tokenizer.json").write_text(json.dumps({
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": special,
        "normalizer": {"type": "Precompiled", "precompiled_charsmap": charsmap},
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
            {"type": "WhitespaceSplit"}, {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True}]},
        "post_processor": {"type": "TemplateProcessing", "single": [
            {"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
            {"SpecialToken": {"id": "</s>", "type_id": 0}}], "pair": [], "special_tokens": {
                "<s>": {"id": "<s>", "ids": [0], "tokens": ["<s>"]}, "</s>": {"id": "</s>", "ids": [2], "tokens": ["</s>"]}}},
        "decoder": None, "model": {"type": "Unigram", "unk_id": 3, "vocab": vocabulary, "byte_fallback": False}}))
    (output / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "XLMRobertaTokenizer"}))
    tokenizer = AutoTokenizer.from_pretrained(output)
    assert type(tokenizer).__name__ == "XLMRobertaTokenizer", type(tokenizer)
    lines = [json.dumps([text, tokenizer(text, truncation=True, max_length=32)["input_ids"]], ensure_ascii=True)
             for text in texts(draw, count)]
    (output / "ids.jsonl").write_text("\n".join(lines) + "\n")
    print(len(vocabulary), "pieces,", len(lines), "texts,", sum(3 in json.loads(line)[1] for line in lines), "with unknown")


if __name__ == "__main__":
    main()
