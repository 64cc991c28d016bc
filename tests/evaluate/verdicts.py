"""Verdicts, voices and comparisons whose figures are known."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ffvits.audio.sound import Sound
from ffvits.evaluate import measures
from ffvits.evaluate.comparison import Comparison
from ffvits.evaluate.evaluation import Evaluation
from ffvits.evaluate.hearing import Heard
from ffvits.evaluate.panel import Verdict
from ffvits.evaluate.syllables import Span


def verdict(number: int, **parts: float) -> Verdict:
    """A verdict with these values, each of one sentence."""
    values = {"cer": 0.1, "tone_error": 0.1, "foreign": 0.0, "quality": 3.2, "pinyin_error": 0.1, **parts}
    spans = (Span("ni2", 0.0, 0.2), Span("hao3", 0.2, 0.5))
    return Verdict(
        f"{number:03d}", "everyday", "你好", "你好", spans, (2, 2), (0.9, 0.2), ("", "h→f"),
        {name: (value, 1.0) for name, value in values.items()}, 0.0, (1.0, float(number % 2)),
    )  # fmt: skip


def heard(name: str, folder: Path, **parts: float) -> Heard:
    return Heard(name, folder / name, tuple(verdict(n, **parts) for n in range(1, 13)), {"real_time_factor": 0.1})


def evaluation(name: str, folder: Path, **parts: float) -> Evaluation:
    return Evaluation(heard(name, folder, **parts), None, None, folder, "Whisper")


def compared(folder: Path, names: tuple[str, str] = ("a <b>", "丙")) -> Comparison:
    """Two voices that differ in clearness alone, with sounds on disk."""
    sides = [evaluation("a", folder, cer=0.3), evaluation("b", folder, cer=0.1)]
    time = np.arange(12000) / 24000
    for side in sides:
        side.voice.folder.mkdir()
        for one in side.voice.verdicts:
            Sound((0.3 * np.sin(2 * np.pi * 200 * time)).astype(np.float32), 24000).save(side.voice.sound(one))
    found = {names: measures.differences(sides[0].voice.verdicts, sides[1].voice.verdicts)}
    return Comparison(tuple(sides), names, found, folder / "comparison.html")
