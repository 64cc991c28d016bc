"""Where another voice begins inside a recording: a clip must hold one speaker."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ffvits.audio.sound import Sound
from ffvits.label.cuts import SECONDS, Piece

if TYPE_CHECKING:
    import numpy as np

# Likeness of what is left and right of a pause, below which two people speak: with the least that is listened to on
# each side, and with enough. One real speaker followed by another after 0.2 s was cut for 20 to 22 of 25 others, two
# sentences of one speaker 2 times in 30 with 1.6 s of each, never with 2.5, 4 or 6 s.
_OTHER = (0.60, 0.74)
_LEAST, _SURE, _MOST = 1.5, 4.0, 6.0  # seconds on each side of a pause: to tell who speaks, to be sure, and looked at


def parted(
    pieces: Sequence[Piece], found: Sequence[Piece], sound: Sound, voice: Callable[[Sound], np.ndarray]
) -> list[Piece]:
    """The pieces cut at each pause where another voice begins; `found` are the stretches of speech in `sound`.

    `voice` is the encoder, which is asked only where both sides of a pause are long enough to tell. A change without
    a pause of a tenth of a second is not noticed.
    """
    return [part for piece in pieces for part in _parted(piece, found, sound, voice)]


def _parted(
    piece: Piece, found: Sequence[Piece], sound: Sound, voice: Callable[[Sound], np.ndarray]
) -> Iterator[Piece]:
    inside = [stretch for stretch in found if piece.start <= stretch.start and stretch.end <= piece.end]
    best, most = None, 0.0
    for before, after in itertools.pairwise(inside):
        left, right = replace(piece, end=before.end), replace(piece, start=after.start)
        # As much of either side: what is far from the pause may be a third person, or the first one again.
        size = min(left.seconds, right.seconds, _MOST)
        if size < _LEAST:
            continue
        end, start = before.end * SECONDS, after.start * SECONDS
        one, two = voice(sound.cut(end - size, end)), voice(sound.cut(start, start + size))
        known = (min(size, _SURE) - _LEAST) / (_SURE - _LEAST)
        lacking = _OTHER[0] + known * (_OTHER[1] - _OTHER[0]) - float(one @ two)
        if lacking > most:
            best, most = (left, right), lacking
    if best is None:
        yield piece
        return
    for side in best:
        yield from _parted(side, found, sound, voice)
