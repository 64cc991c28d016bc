"""Situations in which people have brought a checkpoint, each with the verdict that is right."""

from __future__ import annotations

import io
import json
import pickle
import struct
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import torch
from checkpoints import config_json, discriminator, generator, save, small_model, thin

from ffvits.text.symbols import TABLES


class Hostile:
    """Unpickling it would run a command."""

    def __reduce__(self):
        import os

        return os.system, ("echo executed > executed.txt",)


@dataclass(frozen=True)
class Case:
    """A situation: what is written into the folder, and the verdict on it."""

    build: Callable[[Path], Path]
    kind: str
    dialect: str
    codes: tuple[str, ...] = ()
    usable: bool = False
    shown: dict[str, object] = field(default_factory=dict)
    says: str = ""


def with_config(state: dict, **config: object) -> Callable[[Path], Path]:
    def build(folder: Path) -> Path:
        config_json(folder / "config.json", **config)
        return save(folder / "G_100.pth", state)

    return build


def _bytes(name: str, content: bytes) -> Callable[[Path], Path]:
    def build(folder: Path) -> Path:
        (folder / name).write_bytes(content)
        return folder / name

    return build


def _state(state: dict, name: str = "G_100.pth") -> Callable[[Path], Path]:
    return lambda folder: save(folder / name, state)


def _torch(content: object, **options: object) -> Callable[[Path], Path]:
    def build(folder: Path) -> Path:
        torch.save(content, folder / "G_100.pth", **options)
        return folder / "G_100.pth"

    return build


def _cut(folder: Path) -> Path:
    path = save(folder / "G_100.pth", generator(78))
    path.write_bytes(path.read_bytes()[:-3000])
    return path


def _cut_safetensors(folder: Path) -> Path:
    from safetensors.torch import save_file

    save_file({"enc_p.emb.weight": torch.zeros(78, 192)}, folder / "G.safetensors")
    content = (folder / "G.safetensors").read_bytes()
    (folder / "G.safetensors").write_bytes(content[:-100])
    return folder / "G.safetensors"


def _bomb(folder: Path) -> Path:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", pickle.dumps({}, protocol=2))
        archive.writestr("archive/data/0", bytes(50_000_000))
    return _bytes("G_100.pth", packed.getvalue())(folder)


def _wheel(folder: Path) -> Path:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("package/__init__.py", "x = 1\n" * 40)
    return _bytes("G_100.pth", packed.getvalue())(folder)


def _zipped(folder: Path) -> Path:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("VITS/config.json", "{}")
        archive.writestr("VITS/G_0.pth", bytes(200))
    return _bytes("VITS.zip", packed.getvalue())(folder)


def _gpt_sovits_pro(folder: Path) -> Path:
    path = save(folder / "s2Gv3.pth", {"enc_p.ssl_proj.weight": thin((192, 768, 1))})
    path.write_bytes(b"05" + path.read_bytes()[2:])
    return path


def _stack_global(folder: Path) -> Path:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("archive/data.pkl", pickle.dumps(Hostile(), protocol=4))
    return _bytes("G_100.pth", packed.getvalue())(folder)


def _piper(folder: Path) -> Path:
    names = {f"model_g.{name}": tensor for name, tensor in list(generator(256).items())[:20]}
    content = {"state_dict": names, "hyper_parameters": {"dataset": [Path("x.jsonl")]}}
    return _torch(content)(folder)


def _renamed(state: dict, rename: Callable[[str], str]) -> dict:
    return {rename(name): tensor for name, tensor in state.items()}


def _new_names(name: str) -> str:
    name = name.replace("weight_g", "parametrizations.weight.original0")
    return name.replace("weight_v", "parametrizations.weight.original1")


def _nan(folder: Path) -> Path:
    state = generator(78)
    state["dec.conv_post.weight"] = thin(tuple(state["dec.conv_post.weight"].shape), float("nan"))
    config_json(folder / "config.json", table="pinyin-letters")
    return save(folder / "G_100.pth", state)


def _fused(folder: Path) -> Path:
    model = small_model(50)
    config_json(folder / "config.json", table="bopomofo", model=model.config.to_dict())
    return save(folder / "G_100.pth", model.fused().state_dict())


def _safetensors(folder: Path) -> Path:
    from safetensors.torch import save_file

    config_json(folder / "config.json", table="bopomofo", model=small_model(50).config.to_dict())
    save_file(small_model(50).half().state_dict(), folder / "G.safetensors")
    return folder / "G.safetensors"


def _without(state: dict, prefix: str) -> dict:
    return {name: tensor for name, tensor in state.items() if not name.startswith(prefix)}


def _broken_config(folder: Path) -> Path:
    (folder / "config.json").write_text('{"data": {\n  "sampling_rate": 22050,,\n}}', encoding="utf-8")
    return save(folder / "G_100.pth", generator(78))


def _two_configs(folder: Path) -> Path:
    for name in ("甲", "乙"):
        config_json(folder / f"{name}.json", table="bopomofo", speakers=[name])
    return save(folder / "G_100.pth", generator(50))


def _three_configs(folder: Path) -> Path:
    """The folder of somebody who tried several bases."""
    for name, table in (("biaobei", "pinyin-letters"), ("c", "bopomofo"), ("cje", "cjke")):
        config_json(folder / f"{name}.json", table=table)
    return save(folder / "G_100.pth", generator(50))


def _trimmed(folder: Path) -> Path:
    """VITS-fast-fine-tuning's result: the config of the training names the base's voices too."""
    for name, voices in (("config", 188), ("finetune_speaker", 2)):
        speakers = {f"角色{number}": number for number in range(voices)}
        config_json(folder / f"{name}.json", table="bopomofo", speakers=speakers, model={"gin_channels": 256})
    return save(folder / "G_latest.pth", generator(50, 2))


def _changed(**changes: object) -> Callable[[Path], Path]:
    """A small generator with a config in which some tensors (None: gone) are others; `__` stands for a dot."""

    def build(folder: Path) -> Path:
        model = small_model(50, 2)
        state = dict(model.state_dict())
        for name, change in changes.items():
            key = name.replace("__", ".")
            value = change(state.pop(key))
            if value is not None:
                state[key] = value
        config_json(folder / "config.json", table="bopomofo", speakers=["甲", "乙"], model=model.config.to_dict())
        return save(folder / "G_100.pth", state)

    return build


def _odd_config(**sections: object) -> Callable[[Path], Path]:
    def build(folder: Path) -> Path:
        config = config_json(folder / "config.json", table="bopomofo")
        values = json.loads(config.read_text(encoding="utf-8"))
        config.write_text(json.dumps({**values, **sections}), encoding="utf-8")
        return save(folder / "G_100.pth", generator(50))

    return build


SWAPPED = [*TABLES["bopomofo"][:10], *reversed(TABLES["bopomofo"][10:])]
OPTIMIZER = {"state": {0: {"exp_avg": thin((4, 4)), "step": 7}}, "param_groups": [{"lr": 2e-4, "params": [0]}]}
NAMES = [f"角色{i}" for i in range(187)]
MANDARIN_16K = {"n_speakers": 187, "sampling_rate": 16000}
BOPOMOFO = {"n_symbols": 50, "symbol_table": "bopomofo", "front_end": "bopomofo"}
BIAOBEI = {"n_symbols": 78, "symbol_table": "pinyin-letters", "front_end": "pinyin-letters"}
UNKNOWN = ("unknown-sampling-rate", "unknown-symbols")
G, D = "generator", "discriminator"

CASES: dict[str, Case] = {
    # ---- generators of the family that serve --------------------------------------------------------------------
    "original, with symbols in its config": Case(
        with_config(generator(178), table="original-ipa"),
        G,
        "cjangcjengh",
        ("no-front-end",),
        True,
        {"n_symbols": 178, "symbol_table": "original-ipa", "front_end": None, "n_speakers": 0},
    ),
    "vits-mandarin-windows": Case(
        with_config(generator(78), data={"language": "cmn"}, extra={"checkpoints": {}}),
        G,
        "vits-mandarin-windows",
        (),
        True,
        BIAOBEI | {"sampling_rate": 22050, "gin_channels": 0},
    ),
    "vits-mandarin-windows, Chinese and English": Case(
        with_config(generator(201), data={"language": "ce"}, extra={"checkpoints": {}}),
        G,
        "vits-mandarin-windows",
        (),
        True,
        {"n_symbols": 201, "symbol_table": "pinyin-letters-and-ipa", "front_end": "pinyin-letters"},
    ),
    "vits-mandarin-windows, English": Case(
        with_config(generator(176), data={"language": "en"}, extra={"checkpoints": {}}),
        G,
        "vits-mandarin-windows",
        ("no-front-end",),
        True,
        {"n_symbols": 176, "symbol_table": "ipa-of-vits-mandarin-windows", "front_end": None},
    ),
    "CjangCjengh, one voice, bopomofo": Case(
        with_config(generator(50), table="bopomofo", speakers=["标贝"]), G, "cjangcjengh", (), True, BOPOMOFO
    ),
    "VITS-fast-fine-tuning, 187 voices at 16 kHz": Case(
        with_config(
            generator(50, 187),
            table="bopomofo",
            speakers={name: i for i, name in enumerate(NAMES)},
            data={"sampling_rate": 16000},
            model={"gin_channels": 256},
        ),
        G,
        "vits-fast-fine-tuning",
        (),
        True,
        BOPOMOFO | MANDARIN_16K | {"gin_channels": 256},
    ),
    "CJE, 999 voices": Case(
        with_config(generator(68, 999), table="cjke", speakers=["x"] * 999, model={"gin_channels": 256}),
        G,
        "cjangcjengh",
        (),
        True,
        {"n_symbols": 68, "symbol_table": "cjke", "front_end": "cjke", "n_speakers": 999},
    ),
    "CJ, 804 voices": Case(
        with_config(generator(52, 804), table="zh_ja_mixture", speakers=["x"] * 804, model={"gin_channels": 256}),
        G,
        "cjangcjengh",
        (),
        True,
        {"n_symbols": 52, "symbol_table": "zh_ja_mixture", "n_speakers": 804},
    ),
    "vits_chinese, plain duration predictor": Case(
        with_config(
            generator(219, 174, use_sdp=False),
            table="vits_chinese",
            speakers=["x"] * 174,
            model={"gin_channels": 256, "use_sdp": False},
            data={"sampling_rate": 16000, "add_blank": False},
            extra={"train": {"train_class": "x"}},
        ),
        G,
        "vits_chinese",
        (),
        True,
        {"n_symbols": 219, "symbol_table": "vits_chinese", "n_speakers": 174, "sampling_rate": 16000},
    ),
    "the other table of 78 symbols": Case(
        with_config(generator(78), table="pinyin-letters-alexandajerry"),
        G,
        "cjangcjengh",
        ("symbols-have-a-twin",),
        True,
        BIAOBEI | {"symbol_table": "pinyin-letters-alexandajerry"},
        says="63 ids differ",
    ),
    "a known table in an order nobody knows": Case(
        with_config(generator(50), symbols=SWAPPED),
        G,
        "cjangcjengh",
        ("symbols-reordered",),
        True,
        {"n_symbols": 50, "symbol_table": None, "front_end": "bopomofo"},
        says="the same 50 symbols as bopomofo in another order",
    ),
    "a config in GBK, as a Chinese Windows writes it": Case(
        with_config(generator(50), table="bopomofo", speakers=["标贝"], encoding="gb18030"),
        G,
        "cjangcjengh",
        (),
        True,
        BOPOMOFO,
    ),
    "with the optimizer inside": Case(
        lambda folder: (
            config_json(folder / "config.json", table="bopomofo")
            and save(folder / "G_100.pth", generator(50), optimizer=OPTIMIZER)
        ),
        G,
        "cjangcjengh",
        (),
        True,
        BOPOMOFO,
        says="optimizer:      inside",
    ),
    "names of DistributedDataParallel": Case(
        with_config(_renamed(generator(50), lambda name: f"module.{name}"), table="bopomofo"),
        G,
        "cjangcjengh",
        (),
        True,
        BOPOMOFO,
        says="names brought to the original form",
    ),
    "torch's newer names of weight norm": Case(
        with_config(_renamed(generator(50), _new_names), table="bopomofo"), G, "cjangcjengh", (), True, BOPOMOFO
    ),
    "weight norm removed": Case(_fused, G, "cjangcjengh", (), True, BOPOMOFO, says="split into length and direction"),
    "safetensors in half precision": Case(
        _safetensors, G, "cjangcjengh", (), True, BOPOMOFO, says="widened to float32"
    ),
    # ---- generators of the family that do not serve as they are -------------------------------------------------
    "78 symbols and no config": Case(
        _state(generator(78)),
        G,
        "original",
        UNKNOWN,
        False,
        {"n_symbols": 78, "symbol_table": None, "n_speakers": 0},
        says="pinyin-letters, pinyin-letters-alexandajerry",
    ),
    "a bare state dict of several voices": Case(
        _torch(generator(50, 4)), G, "original", UNKNOWN, False, {"n_speakers": 4, "gin_channels": 256}
    ),
    "the format of torch before 1.6": Case(
        _torch({"model": generator(78)}, _use_new_zipfile_serialization=False), G, "original", UNKNOWN
    ),
    "78 in the config, 50 in the weights": Case(
        with_config(generator(50), table="pinyin-letters"),
        G,
        "cjangcjengh",
        ("symbol-count-mismatch", "unknown-symbols"),
        False,
        {"n_symbols": 50, "symbol_table": None},
        says="size mismatch for enc_p.emb.weight [50, …] vs [78, …]",
    ),
    "several voices in the config, one in the weights": Case(
        with_config(generator(50), table="bopomofo", speakers=["a", "b"], model={"gin_channels": 256}),
        G,
        "cjangcjengh",
        ("speaker-count-mismatch",),
        False,
        BOPOMOFO | {"n_speakers": 0},
    ),
    "more names than voices": Case(
        with_config(generator(50, 2), table="bopomofo", speakers=["a", "b", "c"], model={"gin_channels": 256}),
        G,
        "cjangcjengh",
        ("speaker-count-mismatch",),
        False,
        BOPOMOFO | {"n_speakers": 2},
    ),
    "another width in the config": Case(
        with_config(generator(50), table="bopomofo", model={"hidden_channels": 256}),
        G,
        "cjangcjengh",
        ("config-mismatch",),
        says="hidden_channels = 192 and the config says 256",
    ),
    "another duration predictor in the config": Case(
        with_config(generator(50), table="bopomofo", model={"use_sdp": False}), G, "cjangcjengh", ("config-mismatch",)
    ),
    "another hop in the config": Case(
        with_config(generator(50), table="bopomofo", data={"hop_length": 512, "sampling_rate": 44100}),
        G,
        "cjangcjengh",
        ("hop-mismatch",),
        says="hop_length is 512",
    ),
    "another spectrogram in the config": Case(
        with_config(generator(50), table="bopomofo", data={"filter_length": 2048, "win_length": 2048}),
        G,
        "cjangcjengh",
        ("filter-mismatch",),
        says="1025 bins",
    ),
    "a config that is not JSON": Case(_broken_config, G, "original", ("bad-config", *UNKNOWN), says="line 2"),
    "two configs beside it": Case(
        _two_configs, G, "original", ("bad-config", *UNKNOWN), says="which of these is its config? 乙.json, 甲.json"
    ),
    "three configs beside it, of which one fits": Case(_three_configs, G, "cjangcjengh", (), True, BOPOMOFO),
    "the config of the training beside that of the result": Case(
        _trimmed, G, "vits-fast-fine-tuning", (), True, BOPOMOFO | {"n_speakers": 2}
    ),
    "a config whose symbols are a number": Case(
        _odd_config(symbols=78), G, "original", ("bad-config", *UNKNOWN), says="symbols is 78, and must be a list"
    ),
    "a config whose cleaners are a number": Case(
        _odd_config(data={"sampling_rate": 22050, "text_cleaners": 1}), G, "cjangcjengh", (), True
    ),
    "weights in whole numbers": Case(
        _changed(enc_p__emb__weight=lambda rows: rows.to(torch.int8)),
        G,
        "vits",
        ("incomplete",),
        says="enc_p.emb.weight is made of int8",
    ),
    "complex weights": Case(
        _changed(enc_p__emb__weight=lambda rows: rows.to(torch.complex64)), G, "vits", ("incomplete",), says="complex64"
    ),
    "sparse weights": Case(
        _changed(enc_p__emb__weight=lambda rows: rows.to_sparse()), G, "vits", ("incomplete",), says="sparse_coo"
    ),
    "shapes without values": Case(
        _changed(enc_p__emb__weight=lambda rows: rows.to("meta")), G, "vits", ("incomplete",), says="without values"
    ),
    "a tensor that is missing": Case(
        _changed(enc_p__encoder__ffn_layers__0__conv_1__weight=lambda _: None),
        G,
        "vits",
        ("incomplete",),
        says="the parameter enc_p.encoder.ffn_layers.0.conv_1.weight is missing",
    ),
    "a tensor of too few dimensions": Case(
        _changed(enc_p__encoder__ffn_layers__0__conv_1__weight=lambda rows: rows.flatten()),
        G,
        "vits",
        ("incomplete",),
        says="not those of a VITS generator",
    ),
    "weights that became NaN": Case(_nan, G, "cjangcjengh", ("not-finite",), says="dec.conv_post.weight"),
    "the posterior encoder cut out": Case(
        with_config(_without(generator(50), "enc_q."), table="bopomofo"),
        G,
        "cjangcjengh",
        ("no-posterior",),
        says="not be trained further",
    ),
    "a parameter missing": Case(
        with_config(_without(generator(50), "dp.post_pre.bias"), table="bopomofo"),
        G,
        "cjangcjengh",
        ("unexpected-parameters",),
        says="dp.post_pre.bias is missing",
    ),
    "a parameter too many": Case(
        with_config(generator(50) | {"enc_p.extra.weight": thin((2, 2))}, table="bopomofo"),
        G,
        "cjangcjengh",
        ("unexpected-parameters",),
        says="enc_p.extra.weight is not part of it",
    ),
    "half a generator": Case(_state(_without(generator(78), "dec.")), G, "vits", ("incomplete",)),
    # ---- discriminators -----------------------------------------------------------------------------------------
    "a discriminator": Case(_state(discriminator(), "D_100.pth"), D, "vits", (), True),
    "another discriminator": Case(
        _state(_without(discriminator(), "discriminators.5."), "D_100.pth"),
        D,
        "vits",
        ("not-the-published-discriminator",),
    ),
    # ---- other families -----------------------------------------------------------------------------------------
    "Bert-VITS2": Case(
        _state(generator(112) | {"enc_p.tone_emb.weight": thin((11, 192))}), G, "bert-vits2", ("unsupported",)
    ),
    "Style-Bert-VITS2": Case(
        _state(generator(112) | {"enc_p.style_proj.weight": thin((192, 256))}), G, "style-bert-vits2", ("unsupported",)
    ),
    "GPT-SoVITS": Case(
        _torch({"weight": {"enc_p.ssl_proj.weight": thin((192, 768, 1))}, "config": {}, "info": "x"}),
        G,
        "gpt-sovits",
        ("unsupported",),
    ),
    "GPT-SoVITS with a version code for its first bytes": Case(_gpt_sovits_pro, G, "gpt-sovits", ("gpt-sovits",)),
    "Piper, whose pickle asks for pathlib": Case(_piper, G, "piper", ("unsafe-pickle",), says="pathlib."),
    "Coqui": Case(
        _state({"text_encoder.emb.weight": thin((100, 192)), "waveform_decoder.conv_pre.weight": thin((512, 192, 7))}),
        G,
        "coqui",
        ("unsupported",),
    ),
    "transformers": Case(
        _state({"text_encoder.embed_tokens.weight": thin((38, 192))}), G, "transformers", ("unsupported",)
    ),
    "vits_chinese with BERT": Case(
        _state(generator(219) | {"enc_p.emb_bert.weight": thin((192, 256))}), G, "vits_chinese", ("unsupported",)
    ),
    "RVC": Case(_torch({"weight": {"enc_p.emb_phone.weight": thin((192, 256))}}), G, "rvc", ("unsupported",)),
    "so-vits-svc": Case(_state({"enc_p.f0_emb.weight": thin((256, 192))}), G, "so-vits-svc", ("unsupported",)),
    "some other network": Case(
        _state({"layer1.0.conv1.weight": thin((64, 3, 7, 7))}), "other", "unknown", ("unsupported",)
    ),
    # ---- files that are no weights, or not whole ----------------------------------------------------------------
    "a training state of our own": Case(
        _torch({"progress": {"step": 2}, "identity": "0", "model": generator(50), "average": generator(50)}),
        "unreadable",
        "unknown",
        ("training-state",),
        says="name its run folder",
    ),
    "truncated": Case(_cut, "unreadable", "unknown", ("truncated",)),
    "truncated safetensors": Case(_cut_safetensors, "unreadable", "unknown", ("truncated",)),
    "empty": Case(_bytes("G_100.pth", b""), "unreadable", "unknown", ("empty",)),
    "a few bytes": Case(_bytes("G_100.pth", b"PK\x03\x04"), "unreadable", "unknown", ("truncated",)),
    "a web page": Case(_bytes("G_100.pth", b"\n<!DOCTYPE html><html> " * 9), "unreadable", "unknown", ("html",)),
    "a Git LFS pointer": Case(
        _bytes("G_100.pth", b"version https://git-lfs.github.com/spec/v1\noid sha256:67b8\n"),
        "unreadable",
        "unknown",
        ("lfs-pointer",),
    ),
    "its config instead of it": Case(
        _bytes("G_100.pth", json.dumps({"train": {}, "data": {}}).encode().ljust(100)),
        "unreadable",
        "unknown",
        ("not-a-checkpoint",),
    ),
    "an ONNX export": Case(_bytes("voice.onnx", b"\x08\x07\x12\x07pytorch" + bytes(99)), G, "onnx", ("onnx",)),
    "a zip that is something else": Case(
        _wheel, "unreadable", "unknown", ("not-a-checkpoint",), says="package/__init__"
    ),
    "a zip that holds the checkpoint": Case(
        _zipped, "unreadable", "unknown", ("not-a-checkpoint",), says="unpack it, and name VITS/G_0.pth"
    ),
    "a rar that was given a checkpoint's name": Case(
        _bytes("G_0.pth", b"Rar!\x1a\x07\x01\x00" + bytes(99)),
        "unreadable",
        "unknown",
        ("not-a-checkpoint",),
        says="unpack it",
    ),
    "a zip bomb": Case(_bomb, "unreadable", "unknown", ("compressed",)),
    "one number for all of memory": Case(
        _state({**generator(78, 2), "emb_g.weight": torch.zeros(1).expand(10**9, 256)}),
        "unreadable",
        "unknown",
        ("zip-bomb",),
        says="its tensors claim 1,024,",
    ),
    "a plain pickle": Case(
        _bytes("G_100.pth", pickle.dumps({"model": list(range(100))})), "unreadable", "unknown", ("not-a-checkpoint",)
    ),
    "an object without weights": Case(
        _torch({"epoch": 3, "names": ["a"]}), "unreadable", "unknown", ("not-a-checkpoint",), says="epoch, names"
    ),
    "noise": Case(
        _bytes("G_100.pth", struct.pack("<Q", 7) + bytes(range(200))), "unreadable", "unknown", ("not-a-checkpoint",)
    ),
    "a hostile pickle": Case(
        _torch({"model": OrderedDict(x=Hostile())}), "unreadable", "unknown", ("unsafe-pickle",), says=".system"
    ),
    "a hostile pickle in the old format": Case(
        _torch({"model": Hostile()}, _use_new_zipfile_serialization=False),
        "unreadable",
        "unknown",
        ("unsafe-pickle",),
        says=".system",
    ),
    "a hostile pickle that hides its names": Case(
        _stack_global, "unreadable", "unknown", ("unsafe-pickle",), says=".system"
    ),
    "a hostile plain pickle": Case(
        _bytes("G_100.pth", pickle.dumps(Hostile()).ljust(100, b".")), "unreadable", "unknown", ("unsafe-pickle",)
    ),
}
