# SPDX-License-Identifier: Apache-2.0
"""Records Tests/TokenizationTests/Fixtures/siglip-*: small tokenizers of SigLIP's kinds, texts, and their ids.

    python3 Scripts/goldens/record-siglip-tokenizers.py [COUNT] [FOLDER]

siglip          SentencePiece (spiece.model), SiglipTokenizer
siglip-bytes    the same with bytes for what is unknown, as the multilingual SigLIPs have it
siglip2         byte-pair encoding with bytes for what is unknown (tokenizer.json), Siglip2Tokenizer: lower case
gemma           the same, GemmaTokenizer, which keeps case; pads stand before
gemma-verbatim  the same, PreTrainedTokenizerFast: the file's own steps
t5              a unigram tokenizer.json, T5TokenizerFast, as open_clip's SigLIP has it, its texts cleaned by open_clip's
                canonicalize, which begins with ftfy: texts that ftfy would take for a broken encoding, and HTML, are left out

The ids are those of AutoTokenizer of the same directory, with a config.json of a siglip model, padded to 24. COUNT random
texts (default 300) a kind go below FOLDER (default the fixtures). The fixtures' map of characters is a small one of our own;
with more than 1000 texts it is SentencePiece's usual one. Needs transformers, sentencepiece, tokenizers and open_clip.
"""

import base64
import importlib
import json
import pathlib
import random
import shutil
import sys
import tempfile

import clip_reference  # noqa: F401  (lets torchvision, which open_clip imports, be imported)
import sentencepiece
import sentencepiece.sentencepiece_model_pb2 as form
import tokenizers
from open_clip.tokenizer import get_clean_fn
from transformers import AutoTokenizer

unigram = importlib.import_module("record-unigram-goldens")
ROOT = pathlib.Path(__file__).resolve().parents[2]
LENGTH = 24
MORE = ["ΟΔΥΣΣΕΥΣ ΣΑΣ Σ", "İstanbul I", "a_b-c d'e", "men’s “shoes”", "<unk> a<unk>b </s> c", "a </s>", "</s>", "<eos> a<bos>",
        "▁▁a ▁ b", "tab\there\nline\x1cfs", "UPPER Case MiXeD", "!!!", " a ", "$5.00 & 50% off", "x" * 200, "<start_of_turn>user",
        "a  b   c", "\u00a0a\u3000b", "<0x41>", "<pad> <mask>", "\ud7ff\ue000", "ﬁne №1 ½ ①"]


# What replaces what; some begin alike, so that it matters which is taken.
RULES = {"ﬁ": "fi", "①": "1", "½": "1/2", "\u00a0": " ", "\u3000": " ", "\t": " ", "\n": " ", "\r": " ", "e\u0301": "é", "ｶ": "カ", "ｶﾞ": "ガ",
         "\u200b": "", "…": "...", "\u212b": "\u00e5", "№": "No", "Ⅷ": "viii", "ﷺ": "صلى الله عليه وسلم", "\ufeff": "", "ſ": "s"}


def train_sentencepiece(folder, corpus, is_small, **more):
    data = pathlib.Path(folder, "corpus.txt")
    rules = pathlib.Path(folder, "rules.tsv")
    rules.write_text("".join(" ".join(f"{ord(c):X}" for c in key) + "\t" + " ".join(f"{ord(c):X}" for c in value) + "\n" for key, value in RULES.items()))
    rule = dict(normalization_rule_tsv=str(rules)) if is_small else {}
    data.write_text("\n".join(line.lower() for line in corpus))
    sentencepiece.SentencePieceTrainer.train(
        input=str(data), model_prefix=folder + "/m", vocab_size=more.pop("size", 900), hard_vocab_limit=False, model_type="unigram",
        character_coverage=0.9995, pad_id=0, eos_id=1, unk_id=2, bos_id=-1, num_threads=1, minloglevel=2, **rule, **more)
    proto = form.ModelProto()
    proto.ParseFromString(pathlib.Path(folder, "m.model").read_bytes())
    proto.trainer_spec.ClearField("input")
    proto.trainer_spec.ClearField("model_prefix")
    proto.normalizer_spec.ClearField("normalization_rule_tsv")
    return proto.SerializeToString(), proto


def gemma_vocabulary(corpus):
    """A vocabulary in Gemma's order: five named tokens, the 256 bytes, characters, what merges make."""
    tokenizer = tokenizers.Tokenizer(tokenizers.models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = tokenizers.normalizers.Replace(" ", "▁")
    special = ["<pad>", "<eos>", "<bos>", "<unk>", "<mask>", "<start_of_turn>", "<end_of_turn>"]
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=1000, special_tokens=special + [f"<0x{byte:02X}>" for byte in range(256)], limit_alphabet=200,
        show_progress=False)
    tokenizer.train_from_iterator([line.lower() for line in corpus[:3000]], trainer)
    model = json.loads(tokenizer.to_str())["model"]
    return model["vocab"], model["merges"], special


def gemma_json(vocab, merges, special, normalizer, around):
    tokens = [dict(id=vocab[token], content=token, single_word=False, lstrip=False, rstrip=False, normalized=False, special=True)
              for token in special]
    single = [{"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "<eos>", "type_id": 0}}] if around else [
        {"Sequence": {"id": "A", "type_id": 0}}]
    return {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": tokens, "normalizer": normalizer,
        "pre_tokenizer": {"type": "Split", "pattern": {"String": " "}, "behavior": "MergedWithPrevious", "invert": False},
        "post_processor": {"type": "TemplateProcessing", "single": single, "pair": single + [{"Sequence": {"id": "B", "type_id": 1}}],
                           "special_tokens": {"<eos>": {"id": "<eos>", "ids": [vocab["<eos>"]], "tokens": ["<eos>"]}}},
        "decoder": None,
        "model": {"type": "BPE", "dropout": None, "unk_token": "<unk>", "continuing_subword_prefix": None,
                  "end_of_word_suffix": None, "fuse_unk": True, "byte_fallback": True, "ignore_merges": False,
                  "vocab": vocab, "merges": merges}}


def record(folder, name, files, texts, clean=None):
    output = folder / name
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    for file, contents in files.items():
        (output / file).write_bytes(contents if isinstance(contents, bytes) else json.dumps(contents).encode())
    with tempfile.TemporaryDirectory() as place:
        shutil.copytree(output, place, dirs_exist_ok=True)
        pathlib.Path(place, "config.json").write_text(json.dumps({"model_type": "siglip"}))
        tokenizer = AutoTokenizer.from_pretrained(place)
    lines, unknown = [], 0
    for text in texts:
        ids = tokenizer(clean(text) if clean else text, padding="max_length", truncation=True, max_length=LENGTH)["input_ids"]
        unknown += tokenizer.unk_token_id in ids
        lines.append(json.dumps([text, ids], ensure_ascii=True))
    (output / "ids.jsonl").write_text("\n".join(lines) + "\n")
    print(name, type(tokenizer).__name__, len(tokenizer), "tokens,", len(lines), "texts,", unknown, "with unknown")


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    folder = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else ROOT / "Tests/TokenizationTests/Fixtures"
    draw = random.Random(21)
    corpus = unigram.corpus(draw)
    texts = MORE + unigram.texts(draw, count - len(MORE))
    with tempfile.TemporaryDirectory() as place:
        model, proto = train_sentencepiece(place, corpus, count <= 1000)
        bytes_model, _ = train_sentencepiece(place, corpus, count <= 1000, byte_fallback=True, size=1100)
    record(folder, "siglip", {"spiece.model": model, "tokenizer_config.json": {
        "tokenizer_class": "SiglipTokenizer", "model_max_length": 64, "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "</s>",
        "do_lower_case": True, "model_input_names": ["input_ids"]}}, texts)
    record(folder, "siglip-bytes", {"spiece.model": bytes_model, "tokenizer_config.json": {"tokenizer_class": "SiglipTokenizer"}}, texts)
    vocab, merges, special = gemma_vocabulary(corpus)
    lower = {"type": "Sequence", "normalizers": [{"type": "Lowercase"}, {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]}
    plain = {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}
    named = {"bos_token": "<bos>", "eos_token": "<eos>", "unk_token": "<unk>", "pad_token": "<pad>"}
    record(folder, "siglip2", {"tokenizer.json": gemma_json(vocab, merges, special, lower, True), "tokenizer_config.json": {
        "tokenizer_class": "Siglip2Tokenizer", "padding_side": "right", "mask_token": "<mask>", **named}}, texts)
    record(folder, "gemma", {"tokenizer.json": gemma_json(vocab, merges, special, plain, True), "tokenizer_config.json": {
        "tokenizer_class": "GemmaTokenizerFast", "add_bos_token": True, "add_eos_token": False, **named,
        "added_tokens_decoder": {str(vocab[token]): dict(content=token, lstrip=False, rstrip=False, normalized=False, single_word=False, special=True)
                                 for token in special}}}, texts)
    record(folder, "gemma-verbatim", {"tokenizer.json": gemma_json(vocab, merges, special, lower, True), "tokenizer_config.json": {
        "tokenizer_class": "PreTrainedTokenizerFast", **named}}, texts)
    pieces = [[piece.piece, piece.score] for piece in proto.pieces]
    charsmap = base64.b64encode(proto.normalizer_spec.precompiled_charsmap).decode()
    tokens = [dict(id=index, content=pieces[index][0], single_word=False, lstrip=False, rstrip=False, normalized=False, special=True)
              for index in range(3)]
    clean = get_clean_fn("canonicalize")
    # What ftfy does to sound text is normal form, width, ligatures, quotes and control characters; the rest is a guess at mistakes.
    import ftfy
    sound = [text for text in texts if "&" not in text and "<" not in text and ftfy.fix_encoding(text) == text]
    record(folder, "t5", {"tokenizer.json": {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": tokens,
        "normalizer": {"type": "Precompiled", "precompiled_charsmap": charsmap},
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
            {"type": "WhitespaceSplit"}, {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True}]},
        "post_processor": {"type": "TemplateProcessing", "single": [
            {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "</s>", "type_id": 0}}], "pair": [
            {"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}],
            "special_tokens": {"</s>": {"id": "</s>", "ids": [1], "tokens": ["</s>"]}}},
        "decoder": None, "model": {"type": "Unigram", "unk_id": 2, "vocab": pieces, "byte_fallback": False}},
        "tokenizer_config.json": {"tokenizer_class": "T5TokenizerFast", "eos_token": "</s>", "pad_token": "</s>", "unk_token": "<unk>",
                                  "extra_ids": 0, "additional_special_tokens": []}}, sound, clean)


if __name__ == "__main__":
    main()
