"""A finished voice with weights drawn at random."""

from __future__ import annotations

from pathlib import Path

import torch

from ffvits.text.symbols import TABLES
from ffvits.vits import Vits, VitsConfig
from ffvits.voice import VoiceInfo


def save_voice(
    folder: Path, front_end: str, speakers: tuple[str, ...] = (), *, sdp: bool = True, harmonic: bool = False, **info
) -> Path:
    """A voice folder in a run of that name: `folder` holds voice/."""
    torch.manual_seed(1)
    symbols = TABLES[front_end]
    config = VitsConfig(
        len(symbols),
        inter_channels=32,
        hidden_channels=32,
        filter_channels=64,
        n_layers=2,
        resblock="2",
        upsample_initial_channel=64,
        use_sdp=sdp,
        gin_channels=16 if speakers else 0,
        n_speakers=len(speakers),
    )
    if harmonic:
        config = config.with_harmonic_decoder()
    weights = {name: tensor + 0.02 * torch.randn_like(tensor) for name, tensor in Vits(config).state_dict().items()}
    values = {"add_blank": True, "card": {"base": "测试 | base", "minutes": 5.5, "consent": "she said yes"}, **info}
    VoiceInfo(config.to_dict(), 22050, symbols, front_end, speakers=speakers, **values).save(folder / "voice", weights)
    return folder
