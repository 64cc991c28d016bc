"""Where to cut: from the probability of speech in each frame to pieces whose edges lie in silence.

Everything here is in frames of one grid (`SECONDS` long) and pure: no audio files, no network.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ffvits.recipe import SegmentSettings

if TYPE_CHECKING:
    import numpy as np

SECONDS = 0.032
_ON, _OFF = 0.5, 0.35  # probabilities at which speech begins and ends
_BLIP = 3  # frames; shorter speech is a click, shorter silence is none
_SENTENCE = 2.0  # times `pause`: a silence this long always separates sentences
_TAIL = 10  # frames (0.32 s) that a consonant may sound before or after what the network calls speech
_ABOVE, _BELOW = 8.0, 40.0  # dB over the silence around, and under the speech, from which on a frame sounds


@dataclass(frozen=True)
class Piece:
    """Speech from frame `start` to before `end`; `forced` if an edge had to be cut where somebody speaks."""

    start: int
    end: int
    forced: bool = False

    @property
    def seconds(self) -> float:
        return (self.end - self.start) * SECONDS


def speech(probabilities: np.ndarray) -> list[Piece]:
    """The stretches of speech: from 0.5 upwards until the probability has been under 0.35 for three frames."""
    found: list[Piece] = []
    start, quiet = None, 0
    for number, probability in enumerate([*probabilities.tolist(), *[0.0] * _BLIP]):
        if start is None:
            if probability >= _ON:
                start, quiet = number, 0
        elif probability >= _OFF:
            quiet = 0
        else:
            quiet += 1
            if quiet == _BLIP:
                end = number + 1 - _BLIP
                if end - start >= _BLIP:
                    found.append(Piece(start, min(end, len(probabilities))))
                start = None
    return found


def pieces(found: Sequence[Piece], levels: np.ndarray, settings: SegmentSettings) -> list[Piece]:
    """Stretches of speech as pieces to train on, in order, without overlap.

    A silence of twice `pause` always separates; a shorter one stays inside a piece, since a voice learns its pauses
    from there, unless the piece would exceed `max_seconds`. `levels` (dB) tells, where no pause is left, the quietest
    frame. Too short a piece joins the nearer neighbour if the silence between is not above one second.
    """
    room = settings.max_seconds - 2 * settings.margin
    joined: list[Piece] = []
    for piece in found:
        if joined and (piece.start - joined[-1].end) * SECONDS < _SENTENCE * settings.pause:
            joined[-1] = replace(joined[-1], end=piece.end)
        else:
            joined.append(piece)
    short = [part for piece in joined for part in _split(piece, found, levels, settings, room)]
    return _join_short(short, settings, room)


def _split(
    piece: Piece, found: Sequence[Piece], levels: np.ndarray, settings: SegmentSettings, room: float
) -> list[Piece]:
    """The piece in parts of at most `room` seconds, cut at pauses as long and as near the middle as can be."""
    done: list[Piece] = []
    waiting = [piece]
    while waiting:
        piece = waiting.pop()
        if piece.seconds <= room:
            done.append(piece)
            continue
        pause = _best_pause(piece, found, settings.min_seconds / SECONDS)
        if pause is None:
            middle = _quietest(piece, levels, settings.min_seconds / SECONDS, room)
            waiting += [replace(piece, start=middle, forced=True), replace(piece, end=middle, forced=True)]
        else:
            waiting += [replace(piece, start=pause[1]), replace(piece, end=pause[0])]
    return done


def _best_pause(piece: Piece, found: Sequence[Piece], least: float) -> tuple[int, int] | None:
    """The pause inside of a piece (first frame, end) to cut at, `least` frames from its edges; None if there is none.

    The length of a pause counts most; balance decides between pauses that are alike.
    """
    inside = [stretch for stretch in found if piece.start <= stretch.start and stretch.end <= piece.end]
    best, score = None, 0.0
    for before, after in itertools.pairwise(inside):
        left, right = before.end - piece.start, piece.end - after.start
        worth = (after.start - before.end) * (0.5 + min(left, right) / (left + right))
        if min(left, right) >= least and worth > score:
            best, score = (before.end, after.start), worth
    return best


def _quietest(piece: Piece, levels: np.ndarray, least: float, room: float) -> int:
    """The quietest frame at which a piece without a pause can be cut, both sides being long enough."""
    import numpy as np

    longest = round(room / SECONDS)
    low = piece.start + max(round(least), min(longest, piece.end - piece.start) // 3)
    high = min(piece.start + longest, piece.end - round(least))
    if high <= low:
        return (piece.start + piece.end) // 2
    return low + int(np.argmin(levels[low:high]))


def _join_short(parts: list[Piece], settings: SegmentSettings, room: float) -> list[Piece]:
    parts = list(parts)
    number = 0
    while number < len(parts):
        piece = parts[number]
        if piece.seconds + 2 * settings.margin >= settings.min_seconds:
            number += 1
            continue
        options = []
        for left in (number - 1, number):
            if 0 <= left and left + 1 < len(parts):
                gap = (parts[left + 1].start - parts[left].end) * SECONDS
                both = (parts[left + 1].end - parts[left].start) * SECONDS
                if gap <= 1.0 and both <= room:
                    options.append((gap, left))
        if not options:
            number += 1
            continue
        _, left = min(options)
        parts[left : left + 2] = [
            Piece(parts[left].start, parts[left + 1].end, parts[left].forced or parts[left + 1].forced)
        ]
        number = left
    return parts


def edges(parts: Sequence[Piece], levels: np.ndarray, settings: SegmentSettings) -> list[tuple[int, int]]:
    """Where to cut around each piece: in silence, `margin` away from its last sound; frames, the end not included.

    The network finds a voice a little late where it begins with a hiss (s, sh, x, h): such frames, louder than the
    silence around them, are kept too, and an edge that would fall into a sound moves outwards, by 0.32 s at most.
    Neighbours too near for that are cut at the quietest frame between them. `levels` are those of the frames in dB,
    best as the ear weighs them.
    """
    import numpy as np

    margin = round(settings.margin / SECONDS)
    found = [[piece.start, piece.end] for piece in parts]
    for number in range(len(parts) + 1):
        left = parts[number - 1] if number else None
        right = parts[number] if number < len(parts) else None
        first, last = left.end if left else 0, right.start if right else len(levels)
        between = levels[first:last]
        after = _sounding(between, levels[left.start : left.end], margin) if left else 0
        before = _sounding(between[::-1], levels[right.start : right.end], margin) if right else 0
        if left and right and after + before > len(between):
            middle = first + (int(np.argmin(between)) if len(between) else 0)
            found[number - 1][1] = found[number][0] = middle
            continue
        if left:
            found[number - 1][1] = first + after
        if right:
            found[number][0] = last - before
    return [(start, end) for start, end in found]


def _sounding(outward: np.ndarray, inside: np.ndarray, margin: int) -> int:
    """How many frames next to a piece belong to it; `outward` [frames] begins at its edge.

    First what sounds on without a break, then the margin, then whatever sounds at that place until it is over.
    """
    import numpy as np

    if not len(outward) or not len(inside):
        return 0
    floor = float(outward[: 2 * _TAIL].min())
    sounds = outward >= max(floor + _ABOVE, float(inside.max()) - _BELOW)
    reached = 0
    for step in (0, margin):
        start = min(reached + step, len(outward))
        quiet = np.flatnonzero(~sounds[start : start + _TAIL])
        reached = start + (int(quiet[0]) if len(quiet) else min(_TAIL, len(outward) - start))
    return reached
