"""Small voices with weights drawn at random, and a lexicon that is made in no time."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from ffvits.export import lexicon
from ffvits.text.symbols import TABLES
from ffvits.vits import Vits, VitsConfig
from ffvits.voice import VoiceInfo


def save_voice(folder: Path, front_end: str, speakers: tuple[str, ...] = (), *, sdp: bool = True, **info) -> Path:
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
    weights = {name: tensor + 0.02 * torch.randn_like(tensor) for name, tensor in Vits(config).state_dict().items()}
    values = {"add_blank": True, "card": {"base": "测试 | base", "minutes": 5.5, "consent": "she said yes"}, **info}
    VoiceInfo(config.to_dict(), 22050, symbols, front_end, speakers=speakers, **values).save(folder / "voice", weights)
    return folder


@pytest.fixture(scope="session")
def run(tmp_path_factory) -> Path:
    """Two speakers, bopomofo with its space symbol."""
    return save_voice(tmp_path_factory.mktemp("runs") / "派蒙 a", "bopomofo", ("派蒙", "Ａ君"))


@pytest.fixture
def few_words(monkeypatch) -> None:
    """Thousands of words and characters take half a minute; these show the same."""
    monkeypatch.setattr(lexicon, "_single", lambda: iter("，。！？、；：今天气很好我们去银行走重庆长大一不a5"))
    monkeypatch.setattr(lexicon, "_jieba", lambda: (("银行", 99), ("行走", 99), ("重庆", 99), ("好", 999)))
    monkeypatch.setattr(lexicon, "_contexts", lambda: {"天重": ("tian1", "chong2"), "我长": ("wo3", "zhang3")})
