"""How well words lie over a sound, by who knows how syllables sound, and no language.

So it has no opinion of what people are likely to say, which a recogniser makes up for short and unclear sounds with;
the two together are right more often than either.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from ffvits.audio.sound import Sound

if TYPE_CHECKING:
    from ffvits.label.second_opinion import Reading

# How well each of several rows of syllables fits a sound: a log-likelihood for each row.
Likelihoods = Callable[[Sequence[tuple[str, ...]]], Sequence[float]]

# Of the aligner: log-likelihood per frame against the recogniser's confidence. Of ten people whom it had never heard,
# with music and noise at 5 to 15 dB and without, 12.6 % of the syllables of 130 recordings were wrong by confidence
# alone, 11.4, 10.9, 11.0, 11.1 and 11.3 % with 0.3, 0.5, 0.7, 1 and 1.4 times the likelihood: of five guesses at each
# another was taken 13 times for the better and 2 times for the worse with this one, 16 and 9 times with 1.4.
_TRUST = 0.5
# Of what the encoder read, among guesses: of the same people (other mixes, an earlier training of it) 0.3, 0.5,
# 0.7, 1 and 1.5 left 20.5, 19.9, 20.0, 19.4 and 19.5 % of the characters wrong, and confidence alone 23.0 %. Among
# hearings of cleaned clips 0.5 did best of it, too: 23.8 %, and 23.9, 24.0, 24.3 and 24.4 % with 0.3, 0.7, 1 and 1.5.
_TRUST_IN_READING = 1.0


def lay(sound: Sound, texts: Sequence[str], reading: Reading | None = None) -> tuple[float, ...]:
    """The mean log-likelihood of a frame under each text, to compare them with; empty if one is no readable Chinese."""
    syllables = [_syllables(text) for text in texts]
    if not all(syllables):
        return ()
    found = _of_each(_fit(sound, reading), syllables)
    return tuple(round(found[one], 3) for one in syllables)


def worth(confidence: float, laid: float) -> float:
    """How much there is to be said for a text that a recogniser is so sure of, and that lies so over the sound."""
    return confidence + _TRUST * laid


def likeliest(sound: Sound, texts: Sequence[str], confidences: Sequence[float], reading: Reading | None = None) -> int:
    """Which of a recogniser's guesses at one sound was said; its surest one if that is no readable Chinese."""
    surest = max(range(len(texts)), key=confidences.__getitem__)
    if len(texts) == 1:
        return surest
    syllables = {number: read for number, text in enumerate(texts) if (read := _syllables(text))}
    if surest not in syllables or len(set(syllables.values())) == 1:
        return surest
    found = _of_each(_fit(sound, reading), syllables.values())
    trust = _TRUST if reading is None else _TRUST_IN_READING
    return max(syllables, key=lambda number: confidences[number] + trust * found[syllables[number]])


def _fit(sound: Sound, reading: Reading | None) -> Likelihoods:
    """How well syllables fit a sound: by what the recogniser's encoder read in it, if that is there, or the aligner."""
    return reading.likelihoods if reading is not None else partial(_aligned, sound)


def _aligned(sound: Sound, rows: Sequence[tuple[str, ...]]) -> list[float]:
    from ffvits.evaluate.aligner import load_aligner

    return load_aligner().likelihoods(sound, rows)


def _of_each(likelihoods: Likelihoods, rows: Iterable[tuple[str, ...]]) -> dict[tuple[str, ...], float]:
    """How well each different row fits."""
    different = list(dict.fromkeys(rows))
    return dict(zip(different, likelihoods(different), strict=True))


def _syllables(text: str) -> tuple[str, ...]:
    """As they are said; empty where a text has none, or something in it cannot be read."""
    from ffvits.errors import TextError
    from ffvits.evaluate.syllables import intended

    try:
        return tuple(intended(text))
    except TextError:
        return ()
