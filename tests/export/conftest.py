"""Small voices with weights drawn at random, and a lexicon that is made in no time."""

from __future__ import annotations

from pathlib import Path

import pytest
from finished_voice import save_voice

from ffvits.export import lexicon


@pytest.fixture(scope="session")
def run(tmp_path_factory) -> Path:
    """Two speakers, bopomofo with its space symbol."""
    return save_voice(tmp_path_factory.mktemp("runs") / "派蒙 a", "bopomofo", ("派蒙", "Ａ君"))


@pytest.fixture
def few_words(monkeypatch) -> None:
    """Thousands of words and characters take half a minute; these show the same."""
    monkeypatch.setattr(lexicon, "_single", lambda: iter("，。！？、；：今天气很好我们去银行走重庆长大一不a5"))
    monkeypatch.setattr(lexicon, "_jieba", lambda: (("银行", 99), ("行走", 99), ("重庆", 99), ("好", 999)))
    listed = {
        "contexts.txt": {
            "天重": ("tian1", "chong2"),
            "我长": ("wo3", "zhang3"),
            "行": ("hang2",),
            "，长": ("，", "zhang3"),
        },
        "characters.txt": {"长": ("zhang3",)},
    }
    monkeypatch.setattr(lexicon, "_listed", listed.__getitem__)
