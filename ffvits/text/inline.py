"""Readings written into the text itself: 银行{hang2}, 重{chong2}新, Genshin{gen1 shen2}, T1{ti4 wan1}."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ffvits.errors import TextError
from ffvits.text.syllables import tidy

# Braces are a reading if what stands in them looks like pinyin with tone digits; else they are brackets.
_INLINE = re.compile(r"\{\s*([A-Za-zÜüêÊ:]{1,7}[0-9](?:\s+[A-Za-zÜüêÊ:]{1,7}[0-9])*)\s*\}")


@dataclass(frozen=True)
class InlineReading:
    """A reading in braces: its place in the text and its syllables (None where one is no pinyin)."""

    start: int
    end: int
    written: str
    syllables: tuple[str | None, ...]


@dataclass(frozen=True)
class Given:
    """A word that is read as a whole as it was given, whatever stands in it; `source` is "lexicon" or "inline"."""

    text: str
    syllables: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class Held:
    """What was taken out of a text, and the span where it stood."""

    start: int
    end: int
    what: Given | InlineReading


# The signs of the last private plane stand for what was taken out of a text while rules go over it.
_FIRST, _LAST = 0x100000, 0x10FFFD


def stand_in(index: int) -> str:
    """The sign that stands for the thing with this index. Raises TextError where the plane ends."""
    if _FIRST + index > _LAST:
        raise TextError(
            f"more than {_LAST - _FIRST + 1:,} words of the lexicon and readings in braces are in one text",
            cure="give the text in parts",
        )
    return chr(_FIRST + index)


def place_of(sign: str) -> int:
    """The index that `stand_in` was given."""
    return ord(sign) - _FIRST


def is_stand_in(char: str) -> bool:
    """True for the signs of `stand_in`."""
    return _FIRST <= ord(char) <= _LAST


# Behind these, braces hold an argument of LaTeX: \\ce{CO2}, x^{a1}, \\frac{a1}{b2}.
_ARGUMENT = re.compile(r"(?:\\[A-Za-z]{1,20}|[_^]|\\[A-Za-z]{1,20}\{[^{}\n]{0,60}\})$")


def find_readings(text: str) -> list[InlineReading]:
    """The readings in braces, in order."""
    return [
        InlineReading(m.start(), m.end(), m.group(), tuple(tidy(s) for s in m.group(1).split()))
        for m in _INLINE.finditer(text)
        if not _ARGUMENT.search(text, max(0, m.start() - 85), m.start())
    ]


def without_readings(text: str) -> str:
    """The text alone."""
    if "{" not in text:
        return text
    at, rest = 0, []
    for reading in find_readings(text):
        rest.append(text[at : reading.start])
        at = reading.end
    return "".join(rest) + text[at:]
