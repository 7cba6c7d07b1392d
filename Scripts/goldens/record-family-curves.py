# SPDX-License-Identifier: Apache-2.0
"""Records Tests/TrainingTests/Fixtures/curve/FAMILY: loss curves of other families of models than CLIP.

    python3 Scripts/goldens/record-family-curves.py

siglip      a small SigLIP of transformers, with its tokenizer
metaclip-2  a small MetaCLIP 2

The pictures and the table are those of record-training-goldens.py, which has to be run before, and the loop is the same
plain one. Each folder gets `model` and `losses.json`. Needs torch, transformers, peft and sentencepiece.
"""

import importlib
import json
import math
import os
import shutil
import tempfile

import clip_reference
import sentencepiece
import sentencepiece.sentencepiece_model_pb2 as form
import torch
from clip_reference import random_state, save_file, write_json
from training_methods import LORA, PLAIN, adapted, batch_loss, rate, uses_head
from transformers import AutoTokenizer
from transformers.models.metaclip_2.configuration_metaclip_2 import MetaClip2Config
from transformers.models.metaclip_2.modeling_metaclip_2 import MetaClip2Model
from transformers.models.siglip.configuration_siglip import SiglipConfig
from transformers.models.siglip.modeling_siglip import SiglipModel

curves = importlib.import_module("record-training-goldens")
CURVE, STEPS, BATCH, PICTURES, LABELS = curves.CURVE, curves.STEPS, curves.BATCH, curves.PICTURES, curves.LABELS
LAYERS = 2
COMMON = {
    "learned-temperature": {},
    "learned-bias": {"bias": -3.0, "learning-rate": 5e-3},
    "layer-decay": {"image-layer-decay": 0.6, "text-layer-decay": 0.5},
    "unlocked-groups": {"lock-image-unlocked-groups": 2, "lock-text-unlocked-layers": 2},
    "unlocked-projections": {"lock-image-unlocked-groups": 1, "lock-text-unlocked-layers": 1},
    "freeze-text": {"freeze": ["text"]},
    "freeze-embeddings": {"freeze-embeddings": True},
    "lora": LORA,
    "linear-head": {"loss": "linear-head"},
}
SIGLIP = {
    "siglip": {"loss": "siglip", "temperature": 0.1, "bias": -10.0},
    "fixed-bias": {"bias": -3.0, "fixed-bias": True},
    "bce": {"loss": "bce", "temperature": 1.0, "fixed-temperature": True},
    "freeze-image": {"freeze": ["image"]},
    "ema": {"ema": 0.45, "bias": -3.0, "schedule": "constant"},
}


def pieces(folder, **special):
    """A small SentencePiece model over the labels' words, its characters as they are."""
    data = os.path.join(folder, "corpus.txt")
    words = curves.WORDS
    with open(data, "w") as file:
        for index in range(400):
            file.write(" ".join(words[(index * step + place) % len(words)] for place, step in enumerate((1, 3, 7, 11))) + "\n")
    sentencepiece.SentencePieceTrainer.train(
        input=data, model_prefix=os.path.join(folder, "m"), vocab_size=70, hard_vocab_limit=False, model_type="unigram",
        normalization_rule_name="identity", num_threads=1, minloglevel=2, **special)
    path = os.path.join(folder, "m.model")
    proto = form.ModelProto()
    with open(path, "rb") as file:
        proto.ParseFromString(file.read())
    proto.trainer_spec.ClearField("input")
    proto.trainer_spec.ClearField("model_prefix")
    with open(path, "wb") as file:
        file.write(proto.SerializeToString())
    return path


class SigLIP:
    name, variants, model_class, prefix = "siglip", COMMON | SIGLIP, SiglipModel, ""
    mean, std, ceiling = 0.5, 0.5, math.log(1000)
    watched = [
        "text_model.head.weight", "text_model.encoder.layers.1.mlp.fc1.weight", "text_model.final_layer_norm.weight",
        "text_model.encoder.layers.0.self_attn.q_proj.weight", "text_model.embeddings.token_embedding.weight",
        "vision_model.head.probe", "vision_model.head.attention.in_proj_weight", "vision_model.head.mlp.fc1.weight",
        "vision_model.encoder.layers.1.self_attn.v_proj.weight", "vision_model.encoder.layers.0.mlp.fc1.weight",
        "vision_model.embeddings.patch_embedding.weight",
    ]

    def write_tokenizer(self, directory):
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(pieces(folder, pad_id=0, eos_id=1, unk_id=2, bos_id=-1), os.path.join(directory, "spiece.model"))
        write_json(os.path.join(directory, "tokenizer_config.json"), {"tokenizer_class": "SiglipTokenizer"})

    def config(self, count):
        return SiglipConfig(
            text_config=dict(vocab_size=count, max_position_embeddings=12, hidden_size=16, num_hidden_layers=LAYERS,
                             num_attention_heads=2, intermediate_size=48, projection_size=24, bos_token_id=0, eos_token_id=1,
                             pad_token_id=1),
            vision_config=dict(image_size=curves.SIZE, patch_size=8, hidden_size=24, num_hidden_layers=LAYERS,
                               num_attention_heads=3, intermediate_size=64))

    def preprocessing(self):
        return {"image_processor_type": "SiglipImageProcessor", "size": {"height": curves.SIZE, "width": curves.SIZE}}

    def tokens(self, tokenizer, text):
        return tokenizer(text, padding="max_length", truncation=True, max_length=12)["input_ids"]

    def texts(self, model, tokens):
        return model.text_model(input_ids=tokens).pooler_output

    def pooled(self, model, pixels):
        return model.vision_model(pixel_values=pixels).pooler_output

    def images(self, model, pixels):
        return self.pooled(model, pixels)

    def own_bias(self, model):
        return model.logit_bias

    def group(self, name, tower):
        if "embeddings." in name:
            return LAYERS + 1
        if "encoder.layers." in name:
            return LAYERS - int(name.split("encoder.layers.")[1].split(".")[0])
        return 0 if tower == "text" and ".head." in name else 1


class MetaCLIP:
    name, variants, model_class = "metaclip-2", {key: COMMON[key] for key in (
        "learned-temperature", "learned-bias", "layer-decay", "unlocked-groups", "lora", "linear-head")}, MetaClip2Model
    mean, std, ceiling = curves.MEAN, curves.STD, math.log(100)
    watched = curves.WATCHED

    def write_tokenizer(self, directory):
        with tempfile.TemporaryDirectory() as folder:
            model = sentencepiece.SentencePieceProcessor(model_file=pieces(folder, unk_id=0, bos_id=1, eos_id=2, pad_id=-1))
        vocabulary = [["<s>", 0.0], ["<pad>", 0.0], ["</s>", 0.0], ["<unk>", 0.0]]
        vocabulary += [[model.id_to_piece(index), model.get_score(index)] for index in range(3, len(model))] + [["<mask>", 0.0]]
        special = [dict(id=index, content=vocabulary[index][0], single_word=False, lstrip=False, rstrip=False, normalized=False,
                        special=True) for index in (0, 1, 2, 3, len(vocabulary) - 1)]
        text = json.dumps({
            "version": "1.0", "truncation": None, "padding": None, "added_tokens": special, "normalizer": None,
            "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True},
            "post_processor": None, "decoder": None,
            "model": {"type": "Unigram", "unk_id": 3, "vocab": vocabulary, "byte_fallback": False}})
        with open(os.path.join(directory, "tokenizer.json"), "w") as file:
            file.write(text)
        write_json(os.path.join(directory, "tokenizer_config.json"), {"tokenizer_class": "XLMRobertaTokenizer"})

    def config(self, count):
        return MetaClip2Config(
            text_config=dict(vocab_size=count, max_position_embeddings=20, hidden_size=16, num_hidden_layers=LAYERS,
                             num_attention_heads=2, intermediate_size=48, bos_token_id=0, eos_token_id=2, pad_token_id=1),
            vision_config=dict(image_size=curves.SIZE, patch_size=8, hidden_size=24, num_hidden_layers=LAYERS,
                               num_attention_heads=3, intermediate_size=64),
            projection_dim=16)

    def preprocessing(self):
        return {"image_processor_type": "CLIPImageProcessor", "size": {"shortest_edge": curves.SIZE},
                "crop_size": {"height": curves.SIZE, "width": curves.SIZE}}

    def tokens(self, tokenizer, text):
        return tokenizer(text, padding="max_length", truncation=True, max_length=20)["input_ids"]

    def texts(self, model, tokens):
        return model.text_projection(model.text_model(input_ids=tokens).pooler_output)

    def pooled(self, model, pixels):
        return model.vision_model(pixel_values=pixels).pooler_output

    def images(self, model, pixels):
        return model.visual_projection(self.pooled(model, pixels))

    def own_bias(self, model):
        return None

    def group(self, name, tower):
        if "projection" in name:
            return 0
        if "encoder.layers." in name:
            return LAYERS - int(name.split("encoder.layers.")[1].split(".")[0])
        return 1 if "post_layernorm" in name or "final_layer_norm" in name else LAYERS + 1


def unit(features):
    return features / features.norm(dim=-1, keepdim=True)


def multiplier(family, name, options):
    """What a parameter's learning rate is multiplied by; None if it does not train."""
    tower = "image" if name.startswith("vis") else "text" if name.startswith("text") else None
    if tower is None:
        if name == "logit_bias":
            return 1.0 if "bias" in options and not options["fixed-bias"] else None
        return None if options["fixed-temperature"] else 1.0
    return rate(name, tower, family.group(name, tower), options)


def read_pixels(family, names, dtype):
    pixels = curves.read_pixels(CURVE, names, dtype)
    shape = (3, 1, 1)
    own = [torch.tensor(curves.MEAN, dtype=dtype).view(shape), torch.tensor(curves.STD, dtype=dtype).view(shape)]
    other = [torch.tensor(value, dtype=dtype) if isinstance(value, float) else torch.tensor(value, dtype=dtype).view(shape)
             for value in (family.mean, family.std)]
    return (pixels * own[1] + own[0] - other[0]) / other[1]


def train(family, options, tokenizer, dtype):
    directory = os.path.join(CURVE, family.name, "model")
    model = family.model_class.from_pretrained(directory, dtype=torch.float32, attn_implementation="sdpa")
    begin = {name: value.clone().double() for name, value in model.state_dict().items()}
    peft = adapted(model, options) if "lora-rank" in options else None
    (peft or model).to(dtype).train()
    names, targets = curves.read_table(os.path.join(CURVE, "train.csv"))
    targets, pixels = targets.to(dtype), read_pixels(family, names, dtype)
    tokens = torch.tensor([family.tokens(tokenizer, template.replace("{}", label))
                           for label in LABELS for template in options["template"]])
    linear, scale = uses_head(options), model.logit_scale
    bias = family.own_bias(model)
    if bias is None:
        bias = torch.tensor(0.0, dtype=dtype, requires_grad="bias" in options and not options["fixed-bias"])
    head = torch.nn.Linear(model.config.vision_config.hidden_size, len(LABELS), dtype=dtype)
    known = ~targets.isnan()
    positives = targets.nan_to_num(0).sum(0)
    with torch.no_grad():
        scale.fill_(math.log(1 / options["temperature"]))
        bias.fill_(options.get("bias", 0.0))
        head.weight.zero_()
        head.bias.copy_(((positives + 0.5) / (known.sum(0) - positives + 0.5)).log())
    trained = []
    for name, parameter in model.named_parameters():
        factor = multiplier(family, name.replace(".base_layer", "").replace(".default", ""), options)
        parameter.requires_grad_(factor is not None)
        if factor is not None:
            trained.append((parameter, factor))
    if family.own_bias(model) is None and bias.requires_grad:
        trained.append((bias, 1.0))
    trained += [(parameter, 1.0) for parameter in head.parameters()] if linear else []
    optimizer = torch.optim.AdamW([
        dict(params=[p], factor=factor, weight_decay=options["weight-decay"] if p.dim() >= 2 else 0.0)
        for p, factor in trained], betas=(0.9, 0.999), eps=1e-8)
    averages = [p.detach().clone() for p, _ in trained]
    curve, temperatures = [], []
    for step in range(STEPS):
        for group in optimizer.param_groups:
            group["lr"] = curves.learning_rate(step, options) * group["factor"]
        temperatures.append(1 / scale.exp().item())
        part = slice(step * BATCH % PICTURES, step * BATCH % PICTURES + BATCH)
        if linear:
            z = head(family.pooled(model, pixels[part]))
        else:
            labels = unit(unit(family.texts(model, tokens)).view(len(LABELS), -1, family.texts(model, tokens[:1]).shape[1]).mean(1))
            z = unit(family.images(model, pixels[part])) @ labels.T * scale.exp() + bias
        loss, _ = batch_loss(options, z, targets[part], None)
        optimizer.zero_grad()
        loss.backward()
        curve.append(loss.item())
        optimizer.step()
        with torch.no_grad():
            scale.clamp_(0.0, family.ceiling)
            decay = min(options.get("ema", 0.0), (1 + step) / (10 + step))
            for average, (parameter, _) in zip(averages, trained):
                average.lerp_(parameter, 1 - decay)
    with torch.no_grad():
        for average, (parameter, _) in zip(averages, trained):
            parameter.copy_(average)  # without --ema the average is the parameter
    state = (peft.merge_and_unload() if peft else model).state_dict()
    change = {}
    for name in family.watched:
        difference = (state[name].double() - begin[name]).flatten()
        change[name] = [difference.norm().item(),
                        (difference @ torch.arange(len(difference), dtype=torch.float64).cos()).item()]
    return dict(losses=curve, temperatures=temperatures, change=change,
                final=dict(temperature=1 / scale.exp().item(), bias=bias.item()))


def record(family):
    folder = os.path.join(CURVE, family.name)
    model_folder = os.path.join(folder, "model")
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(model_folder)
    family.write_tokenizer(model_folder)
    count = 80
    config = family.config(count)
    write_json(os.path.join(model_folder, "config.json"), config.to_diff_dict() | {"model_type": config.model_type})
    write_json(os.path.join(model_folder, "preprocessor_config.json"), family.preprocessing())
    model = family.model_class(config)
    state = random_state(model, seed=11, gain=0.9)
    state = {name: value.reshape(model.state_dict()[name].shape) for name, value in state.items()}
    save_file(state, os.path.join(model_folder, "model.safetensors"), metadata={"format": "pt"})
    tokenizer = AutoTokenizer.from_pretrained(model_folder)
    assert len(tokenizer) <= count, len(tokenizer)
    variants = curves.recorded(family.variants, lambda options, dtype: train(family, options, tokenizer, dtype))
    first = variants["learned-temperature"]["losses"]
    for name, variant in variants.items():
        assert name == "learned-temperature" or curves.gap(variant["losses"], first) > 2e-4, f"{name} must be seen"
    curves.write_losses(folder, variants)


if __name__ == "__main__":
    for family in (SigLIP(), MetaCLIP()):
        record(family)
