"""Listens to the voice in training as `ffvits evaluate` does, to a few sentences: clear, native, alike, clean?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from statistics import fmean
from typing import TYPE_CHECKING

import numpy as np

from ffvits import console
from ffvits.audio.sound import Sound
from ffvits.errors import FfvitsError
from ffvits.recipe import Recipe

if TYPE_CHECKING:
    from ffvits.evaluate.takes import Take


SENTENCES = 12  # of the test set, where the best step is chosen by what is heard


def exam() -> tuple[str, ...]:
    """The part of the evaluation's test set that a voice in training is judged by, always the same."""
    from ffvits.evaluate.sentences import spread

    return tuple(sentence.text for sentence in spread(SENTENCES))


def faults(heard: Mapping[str, float]) -> float:
    """What a voice lacks, from 0 (flawless) to 1: the mean over words, tones, likeness and sound, as far as heard."""
    lacks = {
        "cer": lambda value: min(1.0, value),
        "nativeness": lambda value: 1 - value,
        "similarity": lambda value: 1 - value,
        "quality": lambda value: (5 - value) / 4,  # DNSMOS goes from 1 to 5
    }
    return fmean(lack(heard[name]) for name, lack in lacks.items() if name in heard)


class Listener:
    """The judges of the evaluation, loaded when they are first needed; without one of them it tells nothing of that."""

    def __init__(self, recipe: Recipe, rate: int) -> None:
        from ffvits.evaluate.panel import Panel

        self._panel = Panel(recipe.label.transcribe, recipe.device, recipe.offline)
        self._rate = rate
        self._deaf: set[str] = set()  # of what nothing is told

    def gather(self) -> None:
        """Loads every judge now. Raises DownloadError or FfvitsError where one is missing."""
        self._panel.gather()

    def similarity(self, pairs: Sequence[tuple[np.ndarray, np.ndarray]]) -> float | None:
        """Mean likeness (cosine of speaker embeddings) of what was made and the recording of the same text."""

        def likeness() -> float:
            embed = self._panel.encoder.embed
            return float(np.mean([np.dot(*(embed(Sound(samples, self._rate)) for samples in pair)) for pair in pairs]))

        return self._told("how much the voice is like the character", likeness) if pairs else None

    def errors(self, takes: Sequence[Take]) -> float | None:
        """Character error rate of what was spoken, as Whisper hears it."""
        from ffvits.evaluate.metrics import total_cer

        def rate() -> float:
            heard = self._panel.recogniser.hear([take.sound for take in takes], whole=True)
            return total_cer((take.text, found.text) for take, found in zip(takes, heard, strict=True))

        return self._told("whether the words are right", rate)

    def nativeness(self, takes: Sequence[Take]) -> float | None:
        """How surely the ear of the evaluation hears the right tones in what was spoken, from 0 to 1."""
        return self._told("whether the tones are right", lambda: self._panel.nativeness(takes))

    def quality(self, takes: Sequence[Take]) -> float | None:
        """Mean DNSMOS of what was spoken, from 1 to 5."""
        return self._told(
            "how clean the voice is",
            lambda: float(np.mean([self._panel.quality(take.sound).overall for take in takes])),
        )

    def _told(self, what: str, measure: Callable[[], float | None]) -> float | None:
        """What a judge says of it; nothing any more, and a warning once, where the judge cannot be had."""
        if what in self._deaf:
            return None
        try:
            return measure()
        except (FfvitsError, ModuleNotFoundError) as error:
            self._deaf.add(what)
            console.warn(f"nothing will be told of {what}: {error}")
            return None
