"""Checkpoints of true shapes that take no room: every tensor is one number, repeated by strides of zero."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import torch

from ffvits.base.skeleton import discriminator_shapes, generator_shapes
from ffvits.text.symbols import TABLES
from ffvits.vits import Vits, VitsConfig

PUBLISHED_MODEL = {
    "inter_channels": 192,
    "hidden_channels": 192,
    "filter_channels": 768,
    "n_heads": 2,
    "n_layers": 6,
    "kernel_size": 3,
    "p_dropout": 0.1,
    "resblock": "1",
    "resblock_kernel_sizes": [3, 7, 11],
    "resblock_dilation_sizes": [[1, 3, 5], [1, 3, 5], [1, 3, 5]],
    "upsample_rates": [8, 8, 2, 2],
    "upsample_initial_channel": 512,
    "upsample_kernel_sizes": [16, 16, 4, 4],
    "n_layers_q": 3,
    "use_spectral_norm": False,
}
DATA = {
    "text_cleaners": ["chinese_cleaners"],
    "max_wav_value": 32768.0,
    "sampling_rate": 22050,
    "filter_length": 1024,
    "hop_length": 256,
    "win_length": 1024,
    "n_mel_channels": 80,
    "mel_fmin": 0.0,
    "mel_fmax": None,
    "add_blank": True,
    "n_speakers": 0,
}


def thin(shape: tuple[int, ...], value: float = 0.01) -> torch.Tensor:
    """A tensor of that shape over one number."""
    return torch.full((1,), value).expand(shape) if shape else torch.tensor(value)


def generator(n_vocab: int, n_speakers: int = 0, **changes: object) -> dict[str, torch.Tensor]:
    """The state dict of a generator at the published size."""
    gin = 256 if n_speakers else 0
    config = VitsConfig(**{"n_vocab": n_vocab, "n_speakers": n_speakers, "gin_channels": gin, **changes})
    return {name: thin(shape) for name, shape in generator_shapes(config).items()}


def discriminator() -> dict[str, torch.Tensor]:
    return {name: thin(shape) for name, shape in discriminator_shapes().items()}


def small_model(n_vocab: int = 78, n_speakers: int = 0, **changes: object) -> Vits:
    """A real model with random weights, small enough to run and to write."""
    torch.manual_seed(7)
    config = VitsConfig(
        **{
            "n_vocab": n_vocab,
            "inter_channels": 16,
            "hidden_channels": 16,
            "filter_channels": 32,
            "n_layers": 2,
            "upsample_initial_channel": 32,
            "n_speakers": n_speakers,
            "gin_channels": 8 if n_speakers else 0,
            **changes,
        }
    )
    model = Vits(config).eval()
    for name, parameter in model.named_parameters():
        # Fresh couplings and projections start at zero and would hide what surgery does to them.
        if "weight_v" not in name and "weight_g" not in name:
            torch.nn.init.normal_(parameter, 0.0, 0.2)
    return model


def save(path: Path, model: Mapping[str, torch.Tensor], *, optimizer: object = None, epoch: int = 12) -> Path:
    """As original VITS saves it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {"model": dict(model), "iteration": epoch, "optimizer": optimizer, "learning_rate": 2e-4}
    torch.save(content, path)
    return path


def config_json(
    path: Path,
    *,
    table: str | None = None,
    symbols: list[str] | None = None,
    speakers: object = None,
    model: Mapping[str, object] | None = None,
    data: Mapping[str, object] | None = None,
    extra: Mapping[str, object] | None = None,
    encoding: str = "utf-8",
) -> Path:
    """A config.json of the family."""
    values: dict[str, object] = {
        "train": {"segment_size": 8192},
        "data": {**DATA, **(data or {})},
        "model": {**PUBLISHED_MODEL, **(model or {})},
        **(extra or {}),
    }
    if table or symbols:
        values["symbols"] = symbols or list(TABLES[table])
    if speakers is not None:
        values["speakers"] = speakers
        values["data"]["n_speakers"] = len(speakers)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(values, ensure_ascii=False), encoding=encoding)
    return path
