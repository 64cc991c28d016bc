"""The bundled test set: 100 sentences, and how a native speaker says each syllable of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from ffvits.errors import FfvitsError


@dataclass(frozen=True)
class Sentence:
    """One sentence: its number from 1, what it tests, and its syllables as spoken (TONE3; r5 colours the one before).

    Tone sandhi is written out (ni2 hao3), and what is said without a tone has tone 5.
    """

    number: int
    category: str
    text: str
    pinyin: tuple[str, ...]


@lru_cache(maxsize=1)
def load_sentences() -> tuple[Sentence, ...]:
    """The whole set, in its order."""
    from importlib.resources import files

    lines = files("ffvits.evaluate").joinpath("data/sentences.tsv").read_text(encoding="utf-8").splitlines()[1:]
    parted = [line.split("\t") for line in lines]
    return tuple(
        Sentence(number, category, text, tuple(pinyin.split()))
        for number, (category, text, pinyin) in enumerate(parted, 1)
    )


def spread(count: int) -> tuple[Sentence, ...]:
    """A part of the set that has as many categories as it can: every n-th sentence, always the same ones.

    Raises FfvitsError for less than one.
    """
    if count < 1:
        raise FfvitsError(f"{count} sentences cannot be judged", cure="give --sentences 1 or more")
    whole = load_sentences()
    if count >= len(whole):
        return whole
    return tuple(whole[(number * len(whole)) // count] for number in range(count))
