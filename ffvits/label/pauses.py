"""Where the speaker breathes, there stands a mark: a voice learns its pauses from the punctuation of its texts."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ffvits.label import cuts

if TYPE_CHECKING:
    import numpy as np

COMMA, STOP = 0.22, 0.7  # seconds of silence that make a mark
_NEAR = 0.35  # seconds by which the recogniser's times may be wrong
_MARKS = "，。！？、；：…,.!?;:"
_WEAK = "，、,"
_CLINGING = "的地得了着过们吗呢吧啊呀嘛"  # never the first of a phrase


@dataclass(frozen=True)
class Pause:
    """A silence between two stretches of speech, in seconds."""

    start: float
    end: float

    @property
    def seconds(self) -> float:
        return self.end - self.start


def find(probabilities: np.ndarray) -> list[Pause]:
    """The silences inside a clip, from the probability of speech in each frame of 32 ms."""
    spoken = cuts.speech(probabilities)
    return [
        Pause(before.end * cuts.SECONDS, after.start * cuts.SECONDS) for before, after in itertools.pairwise(spoken)
    ]


def marked(text: str, starts: Sequence[float], pauses: Sequence[Pause]) -> str:
    """The text with a comma or full stop at each pause and at the end, and without commas at which nobody pauses.

    `starts` are the times at which the characters of `text` begin. A mark stands between two words, the nearest to the
    pause if its own place would be inside of one; one that the recogniser wrote there already stays as it is.
    """
    if len(starts) != len(text):
        raise ValueError(f"{len(starts)} times for {len(text)} characters")
    edges = [place for place in sorted(_word_edges(text)) if 0 < place < len(text) and _may_begin(text, place)]
    marks: dict[int, str] = {}
    for pause in pauses:
        if pause.seconds < COMMA:
            continue
        best = min(edges, key=lambda place: abs(starts[place] - pause.end), default=0)
        if best and abs(starts[best] - pause.end) < 2 * _NEAR:
            marks[best] = "。" if pause.seconds >= STOP else "，"
    out: list[str] = []
    for place, char in enumerate(text):
        if place in marks and out and out[-1] not in _MARKS:
            out.append(marks[place])
        if char in _WEAK and place + 1 < len(text) and not _breathes(starts[place + 1], pauses):
            continue
        out.append(char)
    if out and out[-1] not in _MARKS:
        out.append("。")
    return "".join(out)


def _may_begin(text: str, place: int) -> bool:
    """Whether a phrase may begin here: not with a mark or particle, and not within a Latin word or a number."""
    inside = text[place].isascii() and text[place - 1].isascii() and " " not in (text[place], text[place - 1])
    return text[place] not in _MARKS + _CLINGING and not inside


def _breathes(time: float, pauses: Sequence[Pause]) -> bool:
    return any(pause.start - _NEAR < time < pause.end + _NEAR for pause in pauses)


def _word_edges(text: str) -> set[int]:
    """The places (indices) at which a word of `text` begins."""
    from ffvits.text import segmentation

    return set(itertools.accumulate(map(len, segmentation.cut(text)), initial=0))
