"""Readings written into the text itself: 银行{hang2}, 重{chong2}新, Genshin{gen1 shen2}."""

from __future__ import annotations

import re
from dataclasses import dataclass

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


def find_readings(text: str) -> list[InlineReading]:
    """The readings in braces, in order."""
    return [
        InlineReading(m.start(), m.end(), m.group(), tuple(tidy(s) for s in m.group(1).split()))
        for m in _INLINE.finditer(text)
    ]


def without_readings(text: str) -> str:
    """The text alone."""
    return _INLINE.sub("", text) if "{" in text else text
