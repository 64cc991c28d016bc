"""Writing checkpoints that original VITS, CjangCjengh's, MoeGoe and vits-simple-api load, and that we read back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from ffvits.errors import BaseError
from ffvits.files import replacing, write_text

if TYPE_CHECKING:
    from torch import Tensor

    from ffvits.audio.spectrogram import AudioFormat
    from ffvits.vits.config import VitsConfig

# How the community calls what our front ends write; the name is ambiguous there, so `ffvits.front_end` says it again.
_CLEANERS = {
    "pinyin-letters": "chinese_cleaners",
    "bopomofo": "chinese_cleaners",
    "zh_ja_mixture": "zh_ja_mixture_cleaners",
    "cjke": "cjke_cleaners2",
}
_TRAIN = {
    "log_interval": 200,
    "eval_interval": 1000,
    "seed": 1234,
    "epochs": 10000,
    "learning_rate": 2e-4,
    "betas": [0.8, 0.99],
    "eps": 1e-9,
    "batch_size": 16,
    "fp16_run": False,
    "lr_decay": 0.999875,
    "init_lr_ratio": 1,
    "warmup_epochs": 0,
    "c_mel": 45,
    "c_kl": 1.0,
}


def config_values(
    config: VitsConfig,
    *,
    audio: AudioFormat,
    symbols: Sequence[str],
    speakers: Sequence[str] = (),
    front_end: str = "",
    add_blank: bool = True,
    card: Mapping[str, object] | None = None,
) -> dict[str, object]:
    """The config.json of a model in the schema that the community's loaders share, with our own facts under `ffvits`.

    Raises BaseError if symbols or speakers are not as many as the model has.
    """
    if len(symbols) != config.n_vocab or len(speakers) != config.n_speakers:
        raise BaseError(
            f"the model has {config.n_vocab} symbols and {config.n_speakers} speakers; "
            f"{len(symbols)} and {len(speakers)} were named",
            cure="name each symbol and each speaker, in the order of their rows",
        )
    model = config.to_dict()
    shape = {name: model.pop(name) for name in ("n_vocab", "spec_channels", "segment_frames", "n_speakers")}
    if not model["gin_channels"]:
        del model["gin_channels"]
    if not config.sings:
        del model["decoder"]  # the original code takes no argument that it does not know
    return {
        "train": {**_TRAIN, "segment_size": shape["segment_frames"] * audio.hop_length},
        "data": {
            "training_files": "",
            "validation_files": "",
            "text_cleaners": [_CLEANERS.get(front_end, front_end)] if front_end else [],
            "max_wav_value": 32768.0,
            **asdict(audio),
            "add_blank": add_blank,
            "n_speakers": len(speakers),
            "cleaned_text": True,
        },
        "model": model,
        "symbols": list(symbols),
        "speakers": list(speakers),
        "ffvits": {"front_end": front_end, **({"card": dict(card)} if card else {})},
    }


def save_generator(
    path: Path,
    state: Mapping[str, Tensor],
    config: VitsConfig,
    *,
    audio: AudioFormat,
    symbols: Sequence[str],
    speakers: Sequence[str] = (),
    front_end: str = "",
    add_blank: bool = True,
    epoch: int = 0,
    card: Mapping[str, object] | None = None,
) -> Path:
    """Writes a generator: `G_*.pth` with a config.json beside it, or `*.safetensors` with the config inside.

    Names are those of the original checkpoints (`weight_g`, `weight_v`), values stay as they are. A .pth of one
    speaker gets that speaker twice, because the original code makes a speaker table only for two or more; reading it
    with ffvits gives one again. JSON is ASCII, so that no system's own encoding can break it. Returns the config's
    path, or the file's own for safetensors. Raises BaseError if the weights are not those of the configuration.
    """
    from ffvits.base.dialect import shapes_of
    from ffvits.base.examination import differences
    from ffvits.base.skeleton import generator_shapes

    wrong = differences(shapes_of(state), generator_shapes(config))
    if wrong:
        raise BaseError(f"these weights do not fit the configuration: {wrong[0]}", cure="save the unfused model")
    values = config_values(
        config, audio=audio, symbols=symbols, speakers=speakers, front_end=front_end, add_blank=add_blank, card=card
    )
    weights = {name: tensor.detach().cpu().contiguous() for name, tensor in state.items()}
    if path.suffix == ".safetensors":
        _save_safetensors(path, weights, {"config": _ascii(values), "iteration": str(epoch)})
        return path
    if config.n_speakers == 1:
        weights["emb_g.weight"] = weights["emb_g.weight"].repeat(2, 1)
        values["speakers"] = [*speakers, *speakers]
        values["data"]["n_speakers"] = 2
        values["ffvits"]["speakers"] = 1
    _save_torch(path, weights, epoch)
    write_text(path.with_name("config.json"), _ascii(values, indent=2) + "\n")
    return path.with_name("config.json")


def save_discriminator(path: Path, state: Mapping[str, Tensor], *, epoch: int = 0) -> None:
    """Writes discriminators: `D_*.pth` in the original form, or `*.safetensors`."""
    weights = {name: tensor.detach().cpu().contiguous() for name, tensor in state.items()}
    if path.suffix == ".safetensors":
        _save_safetensors(path, weights, {"iteration": str(epoch)})
    else:
        _save_torch(path, weights, epoch)


def _save_torch(path: Path, weights: dict[str, Tensor], epoch: int) -> None:
    import torch

    content = {"model": weights, "iteration": epoch, "optimizer": None, "learning_rate": _TRAIN["learning_rate"]}
    # Through a file object: torch on Windows cannot open a path that is not ASCII.
    try:
        with replacing(path) as temporary, temporary.open("wb") as file:
            torch.save(content, file)
    except RuntimeError as error:  # so its zip writer reports a full disk
        raise OSError(f"torch cannot write it: {error}") from error


def _save_safetensors(path: Path, weights: dict[str, Tensor], metadata: dict[str, str]) -> None:
    from safetensors.torch import save_file

    with replacing(path) as temporary:
        save_file(weights, temporary, metadata=metadata)


def _ascii(values: Mapping[str, object], indent: int | None = None) -> str:
    return json.dumps(values, ensure_ascii=True, indent=indent)
