"""Sentences with places that are filled: which one a text is, and what it says elsewhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache


def pairs(lines: str) -> dict[str, str]:
    """Two lines each: the English, and the Chinese below it."""
    told = [line.strip() for line in lines.strip().splitlines()]
    return dict(zip(told[::2], told[1::2], strict=True))


class Patterns:
    """A table of sentences; `{}` takes anything but the end of a sentence ("; ")."""

    def __init__(self, table: Mapping[str, str]) -> None:
        self._table = table
        # The longest first, which says most; with what stands around its places.
        filled = sorted((text for text in table if "{}" in text), key=len, reverse=True)
        self._filled = [(text, text.split("{}")) for text in filled]

    def __contains__(self, english: str) -> bool:
        """Whether a sentence without places stands in the table."""
        return english in self._table

    def find(self, english: str) -> tuple[str, tuple[str, ...]] | None:
        """The line of the table for a sentence, and what stands in its places; None if there is none."""
        if english in self._table:
            return self._table[english], ()
        for text, around in self._filled:
            if not (english.startswith(around[0]) and english.endswith(around[-1])):
                continue
            if not all(words in english for words in around[1:-1]):  # else it is looked for wherever it could begin
                continue
            if found := _pattern(text).fullmatch(english):
                return self._table[text], found.groups()
        return None


@cache  # few of a table are ever said
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile("((?:(?!; ).)*?)".join(map(re.escape, text.split("{}"))), re.DOTALL)
