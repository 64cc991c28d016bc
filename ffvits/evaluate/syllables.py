"""Which stretch of a sound is which syllable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ffvits.text.frontend import Encoded


@dataclass(frozen=True)
class Span:
    """One syllable: the pinyin that it should be (TONE3, as spoken), and where it lies (seconds)."""

    pinyin: str
    start: float
    end: float

    @property
    def seconds(self) -> float:
        return self.end - self.start

    @property
    def tone(self) -> int:
        return int(self.pinyin[-1])


def intended(text: str) -> tuple[str, ...]:
    """The syllables of a text as they are spoken: with tone sandhi, and r5 for the r that colours a syllable."""
    from ffvits.text import front_end

    return front_end("initials-finals").encode(text).pinyin


def spans(encoded: Encoded, frames: Sequence[int], add_blank: bool, frame: float, pinyin: Sequence[str]) -> list[Span]:
    """The syllables of a spoken phrase, by the model's own durations.

    `frames` are those of each id in `encoded.ids`, `frame` their length in seconds; `pinyin` names the syllables. A
    blank belongs to the syllable before it.
    """
    import numpy as np

    ends = np.concatenate([[0], np.cumsum(frames)]) * frame
    found = []
    for syllable, name in zip(encoded.syllables, pinyin, strict=True):
        first, last = syllable.start, syllable.end
        if add_blank:
            first, last = 2 * first + 1, 2 * last + 1
        found.append(Span(name, float(ends[first]), float(ends[last])))
    return found
