"""The config.json beside a checkpoint: the dialects of the VITS family, read into one shape."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path

from ffvits.audio.spectrogram import AudioFormat
from ffvits.errors import BaseError

_NAMES = ("config.json", "finetune_speaker.json", "modified_finetune_speaker.json", "moegoe_config.json", "voice.json")
# What our own descriptions add to the arguments of a model; the weights decide these.
_FROM_WEIGHTS = frozenset({"n_vocab", "spec_channels", "segment_frames", "n_speakers"})
# vits-mandarin-windows writes no list of symbols; it chooses one by `data.language`.
_VMW_TABLES = {
    "cmn": "pinyin-letters",
    "ce": "pinyin-letters-and-ipa",
    "en": "ipa-of-vits-mandarin-windows",
    "default": "original-ipa",
}


@dataclass(frozen=True)
class ConfigFile:
    """What a config.json says. None or () where it is silent; `dialect` by the sections and types it uses."""

    path: Path | None
    dialect: str
    model: Mapping[str, object]
    unknown_model_keys: tuple[str, ...]
    audio: AudioFormat | None
    hop_length: int | None
    n_speakers: int | None
    add_blank: bool | None
    symbols: tuple[str, ...]
    speakers: tuple[str, ...]
    front_end: str | None
    ours: Mapping[str, object]


def read_config(path: Path) -> ConfigFile:
    """Reads a config.json in UTF-8, or in GBK as some Chinese systems wrote it. Raises BaseError naming the line."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise BaseError(f"cannot read the config: {error.strerror}", cure="check the path", file=path) from error
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            values = json.loads(raw.decode(encoding))
        except UnicodeDecodeError:
            continue
        except ValueError as error:
            line = getattr(error, "lineno", None)
            raise BaseError(f"the config is not JSON: {error}", cure="fix that line", file=path, line=line) from error
        if not isinstance(values, dict):
            break
        return parse_config(values, path)
    raise BaseError("this is not the config of a VITS model", cure="name its config.json", file=path)


def parse_config(values: Mapping[str, object], path: Path | None = None) -> ConfigFile:
    """The same from a mapping that is already read, such as the metadata of a safetensors file."""
    try:
        return _parsed(values, path)
    except (KeyError, ValueError, TypeError, ArithmeticError) as error:
        raise BaseError(
            f"the config holds something that does not belong there: {error}",
            cure="use the config.json that came with the checkpoint",
            file=path,
        ) from error


def _parsed(values: Mapping[str, object], path: Path | None) -> ConfigFile:
    if "front_end" in values and "sampling_rate" in values:
        values = _voice_as_config(values)
    data, model = (_section(values, name) for name in ("data", "model"))
    if not data and not model:
        raise BaseError(
            "this JSON has neither a `data` nor a `model` section, so it is no config of a VITS model",
            cure="name the config.json that was used for training",
            file=path,
        )
    ours = _section(values, "ffvits")
    if not isinstance(values.get("symbols", []), list | str | None):
        raise TypeError(f"symbols is {values['symbols']!r}, and must be a list")
    arguments = model_arguments()
    symbols = values.get("symbols") or _vmw_symbols(data)
    return ConfigFile(
        path=path,
        dialect=_dialect(values, data, model),
        model={name: value for name, value in model.items() if name in arguments},
        unknown_model_keys=tuple(sorted(set(model) - arguments - _FROM_WEIGHTS)),
        audio=AudioFormat.from_dict(data) if "sampling_rate" in data else None,
        hop_length=_whole(data.get("hop_length")),
        n_speakers=_whole(data.get("n_speakers", model.get("n_speakers"))),
        add_blank=data.get("add_blank") if isinstance(data.get("add_blank"), bool) else None,
        symbols=tuple(map(str, symbols or ())),
        speakers=_speakers(values.get("speakers") or data.get("spk2id") or ()),
        front_end=ours.get("front_end") if isinstance(ours.get("front_end"), str) else None,
        ours=ours,
    )


@lru_cache(maxsize=1)
def model_arguments() -> frozenset[str]:
    """What a `model` section of plain VITS may state; anything else belongs to another dialect."""
    from ffvits.vits.config import VitsConfig

    return frozenset(field.name for field in fields(VitsConfig)) - _FROM_WEIGHTS


def find_config(checkpoint: Path, fits: Callable[[ConfigFile], bool]) -> Path | None:
    """The config that lies beside a checkpoint: its own name as .json, a usual name, or the only one that is one.

    Of several the first of a usual name that `fits` is taken, else the only one that does: those of the training, of
    other checkpoints and for other programs often lie in one folder. Raises BaseError if it could be one of several.
    """
    folder, own = checkpoint.parent, checkpoint.with_suffix(".json")
    if own.is_file():
        return own
    usual = [folder / name for name in _NAMES if (folder / name).is_file()]
    found = usual or [path for path in sorted(folder.glob("*.json")) if _read_or_none(path)]
    if len(found) < 2:
        return found[0] if found else None
    fitting = [path for path in found if (config := _read_or_none(path)) and fits(config)] or found
    if usual or len(fitting) == 1:
        return fitting[0]
    listed = ", ".join(path.name for path in fitting[:4])
    raise BaseError(f"which of these is its config? {listed}", cure=f"call that one {own.name}", file=checkpoint)


def _read_or_none(path: Path) -> ConfigFile | None:
    try:
        return read_config(path)
    except BaseError:
        return None


def _voice_as_config(voice: Mapping[str, object]) -> dict[str, object]:
    """A `voice.json` in the form of a config.json, so that a finished voice can be a base again."""
    model = _section(voice, "model")
    bins = _whole(model.get("spec_channels")) or 513
    hop = math.prod(rate for rate in model.get("upsample_rates", ()) if isinstance(rate, int))
    length = 2 * (bins - 1)
    return {
        "data": {
            "sampling_rate": voice["sampling_rate"],
            "filter_length": length,
            "win_length": length,
            "hop_length": hop,
            "add_blank": voice.get("add_blank"),
            "n_speakers": model.get("n_speakers"),
        },
        "model": model,
        "symbols": voice.get("symbols"),
        "speakers": voice.get("speakers"),
        "ffvits": {
            "front_end": voice["front_end"],
            "card": voice.get("card", {}),
            "octaves": voice.get("octaves", []),
        },
    }


def _section(values: Mapping[str, object], name: str) -> Mapping[str, object]:
    section = values.get(name)
    return section if isinstance(section, Mapping) else {}


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _speakers(value: object) -> tuple[str, ...]:
    """Names in the order of their ids, from a list or from a name -> id mapping (a gap becomes `#id`)."""
    if isinstance(value, Mapping):
        by_id = {int(identity): str(name) for name, identity in value.items() if isinstance(identity, int)}
        return tuple(by_id.get(i, f"#{i}") for i in range(max(by_id, default=-1) + 1))
    return tuple(map(str, value)) if isinstance(value, list | tuple) else ()


def _vmw_symbols(data: Mapping[str, object]) -> tuple[str, ...]:
    from ffvits.text.symbols import TABLES

    return TABLES.get(_VMW_TABLES.get(str(data.get("language", "")), ""), ())


def _dialect(values: Mapping[str, object], data: Mapping[str, object], model: Mapping[str, object]) -> str:
    if "ffvits" in values:
        return "ffvits"
    if "num_styles" in data or "style2id" in data:
        return "style-bert-vits2"
    if "spk2id" in data or "use_spk_conditioned_encoder" in model:
        return "bert-vits2"
    if "bert_embedding" in data or "train_class" in _section(values, "train"):
        return "vits_chinese"
    if "phoneme_id_map" in values:
        return "piper"
    if "checkpoints" in values or "data_loader" in values or "language" in data:
        return "vits-mandarin-windows"
    if isinstance(values.get("speakers"), Mapping):
        return "vits-fast-fine-tuning"
    return "cjangcjengh" if values.get("symbols") else "original"
