"""Whose clips are these: the voice heard most is the character, and every clip is judged against all of its clips.

One threshold for all would not do: recordings of one person in different rooms are further apart than two similar
persons in one. So the clips are first put into heaps of like voices, and then each is compared with the largest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

FEWEST = 6  # clips; with fewer nobody can tell who is the guest
_ALIKE = 0.72  # mean likeness within a heap, below which two heaps are two voices
# Bounds of the likeness to the character's mean voice that a clip must have. Strangers had 0.76 at most to a mean of 40
# clips, and 23 of 870 had 0.78 to 0.84 to the one clip of another; the character through a telephone has 0.75 to 0.82.
STRICT, LENIENT = 0.84, 0.78
# Less than two seconds tell less of a voice: how long a clip is (s), and how like it may still be the character's.
# Of 300 short lines of one person, and 600 pieces of 30 strangers, cut to such lengths: at 1.5 to 2 s 2 of 100 of hers
# had less than 0.755, which was the most that a stranger had; at 1.25 to 1.5 s 0.70, and strangers 0.74 at most; below
# that who is who is not told by likeness (hers 0.56 to 0.78, strangers' up to 0.72).
_SHORT = ((1.1, 0.58), (1.35, 0.70), (1.7, 0.765), (2.0, LENIENT))
_SPREAD = 4.2  # robust standard deviations below the usual likeness at which a clip is a stranger's
_MOST = 1500  # clips that are put into heaps pairwise; the others join the nearest heap
_COHERENT = 0.4  # share of the time that the largest heap should have
# Likeness of two mean voices from which on they are one person's, and clips that make a mean. Of 435 pairs of people
# none had more than 0.842; of 300 means of three clips of one person each, and of three others, none less than 0.916.
_ONE_PERSON, _CLIPS = 0.88, 3


@dataclass(frozen=True)
class Voices:
    """Who speaks in each of N clips.

    `heap` numbers the voices from 0, which is the character, by how long they are heard; `likeness` is the cosine
    with the character's mean voice; `threshold` is what it had to reach. `judged` is False where there were too few
    clips to tell. `dominant` is False if no voice has a good share of the time.
    """

    heap: tuple[int, ...]
    likeness: tuple[float, ...]
    threshold: float
    judged: bool = True
    dominant: bool = True

    def name(self, number: int) -> str:
        """The voice of a clip by letter: A is the character."""
        return letter(self.heap[number])


def letter(number: int) -> str:
    """A, B … Z, AA, AB … for 0, 1 …"""
    letters, rest = "", number
    while True:
        rest, digit = divmod(rest, 26)
        letters = chr(ord("A") + digit) + letters
        if not rest:
            return letters
        rest -= 1


def tell_apart(
    voices: np.ndarray, seconds: Sequence[float], *, threshold: float = 0.0, reference: np.ndarray | None = None
) -> Voices:
    """Tells the voices [N, 256] of clips of so many `seconds` apart.

    `threshold` above 0 is taken instead of the one found from the clips; `reference` [256] is the wanted voice where
    it is known, so that it need not be the one heard most.
    """
    import numpy as np

    count, weights = len(voices), np.asarray(seconds, np.float64)
    if count == 0:
        return Voices((), (), 0.0, judged=False)
    if reference is None and count < FEWEST:
        return Voices((0,) * count, tuple((voices @ _mean(voices, weights)).tolist()), 0.0, judged=False)
    heaps = _heaps(voices, _ALIKE)
    if reference is None:
        wanted = max(set(heaps.tolist()), key=lambda heap: weights[heaps == heap].sum())
    else:
        wanted = max(set(heaps.tolist()), key=lambda heap: float(_mean(voices[heaps == heap]) @ reference))
    inside = heaps == wanted
    likeness = voices @ _mean(voices[inside], weights[inside])
    usual = float(np.median(likeness[inside]))
    spread = 1.4826 * float(np.median(np.abs(likeness[inside] - usual)))
    least = threshold or float(np.clip(usual - _SPREAD * spread, LENIENT, STRICT))
    inside = likeness >= least
    # Two of the others are called one voice only where that is as sure as for the character.
    if not inside.all():
        heaps[~inside] = _heaps(voices[~inside], STRICT)
    others = _ranked(np.where(inside, -1, heaps), weights)
    return Voices(
        tuple(others), tuple(likeness.tolist()), least, dominant=weights[inside].sum() >= _COHERENT * weights.sum()
    )


def may_be_same(likeness: float, seconds: float) -> bool:
    """Whether a clip of so many `seconds` may be the character's in a bad recording, or too short to tell."""
    import numpy as np

    return bool(likeness >= np.interp(seconds, *zip(*_SHORT, strict=True)))


def one_person(voices: np.ndarray, speakers: Sequence[str]) -> list[str]:
    """The speakers that sound like another one of them, by the voices [N, 256] of N clips, each with its speaker."""
    import numpy as np

    names = [name for name, count in Counter(speakers).items() if count >= _CLIPS]
    if len(names) < 2:
        return []
    who = np.array(speakers)
    means = np.stack([_mean(voices[who == name]) for name in names])
    alike = means @ means.T
    np.fill_diagonal(alike, 0)
    return [name for name, likest in zip(names, alike.max(axis=1), strict=True) if likest >= _ONE_PERSON]


def _heaps(voices: np.ndarray, alike: float) -> np.ndarray:
    """A heap number for each voice, by average linkage of what is `alike` so much or more."""
    import numpy as np
    from scipy.cluster.hierarchy import fcluster, linkage

    if len(voices) == 1:
        return np.zeros(1, int)
    chosen = np.unique(np.linspace(0, len(voices) - 1, min(len(voices), _MOST)).round().astype(int))
    tree = linkage(voices[chosen].astype(np.float64), method="average", metric="cosine")
    found = fcluster(np.maximum(tree, 0), 1 - alike, criterion="distance") - 1
    means = np.stack([_mean(voices[chosen][found == heap]) for heap in range(found.max() + 1)])
    heaps = np.argmax(voices @ means.T, axis=1)
    heaps[chosen] = found
    return heaps


def _ranked(heaps: np.ndarray, weights: np.ndarray) -> list[int]:
    """Heap numbers anew: -1 becomes 0, the others 1, 2 … from the longest heard to the shortest."""
    others = sorted(set(heaps.tolist()) - {-1}, key=lambda heap: -float(weights[heaps == heap].sum()))
    names = {-1: 0, **{heap: rank for rank, heap in enumerate(others, 1)}}
    return [names[heap] for heap in heaps.tolist()]


def _mean(voices: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    import numpy as np

    mean = np.average(voices, axis=0, weights=weights if weights is not None and weights.sum() > 0 else None)
    length = np.linalg.norm(mean)
    return mean / length if length else mean
