"""Listens to the voice in training as a person would: is it the character, and are the words right?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ffvits import console
from ffvits.audio.sound import Sound
from ffvits.errors import FfvitsError
from ffvits.recipe import Recipe

if TYPE_CHECKING:
    from ffvits.label.recogniser import Recogniser
    from ffvits.label.speakers import Encoder


class Listener:
    """The labeller's speaker encoder and Whisper, loaded when they are first needed; without them it hears nothing."""

    def __init__(self, recipe: Recipe, rate: int) -> None:
        self._recipe = recipe
        self._rate = rate
        self._encoder: Encoder | None = None
        self._recogniser: Recogniser | None = None
        self._deaf: set[str] = set()

    def similarity(self, pairs: Sequence[tuple[np.ndarray, np.ndarray]]) -> float | None:
        """Mean likeness (cosine of speaker embeddings) of what was made and the recording of the same text."""
        if "speakers" in self._deaf or not pairs:
            return None
        try:
            if self._encoder is None:
                from ffvits.label import speakers

                self._encoder = speakers.load(offline=self._recipe.offline)
        except (FfvitsError, ModuleNotFoundError) as error:
            return self._without("speakers", "how much the voice is like the character", error)
        embed = self._encoder.embed
        return float(np.mean([np.dot(*(embed(Sound(samples, self._rate)) for samples in pair)) for pair in pairs]))

    def errors(self, sentences: Sequence[str], spoken: Sequence[np.ndarray]) -> float | None:
        """Character error rate of the sentences as Whisper hears them spoken."""
        from ffvits.evaluate.metrics import total_cer

        if "words" in self._deaf:
            return None
        try:
            if self._recogniser is None:
                from ffvits.label import recogniser

                settings = self._recipe.label.transcribe
                self._recogniser = recogniser.load(settings, self._recipe.device, self._recipe.offline, alone=True)
        except (FfvitsError, ModuleNotFoundError) as error:
            return self._without("words", "whether the words are right", error)
        heard = self._recogniser.hear([Sound(samples, self._rate) for samples in spoken], whole=True)
        return total_cer((text, found.text) for text, found in zip(sentences, heard, strict=True))

    def _without(self, ear: str, what: str, error: Exception) -> None:
        self._deaf.add(ear)
        console.warn(f"nothing will be told of {what}: {error}")
