"""Sentences with places that are filled: which one a text is, and what it says elsewhere."""

from __future__ import annotations

import re
from collections.abc import Mapping


def pairs(lines: str) -> dict[str, str]:
    """Two lines each: the English, and the Chinese below it."""
    told = [line.strip() for line in lines.strip().splitlines()]
    return dict(zip(told[::2], told[1::2], strict=True))


class Patterns:
    """A table of sentences; `{}` takes anything but the end of a sentence ("; ")."""

    def __init__(self, table: Mapping[str, str]) -> None:
        # The longest first, which says most.
        english = sorted(table, key=len, reverse=True)
        self._patterns = [
            (re.compile("((?:(?!; ).)*?)".join(map(re.escape, text.split("{}"))), re.DOTALL), table[text])
            for text in english
        ]

    def find(self, english: str) -> tuple[str, tuple[str, ...]] | None:
        """The line of the table for a sentence, and what stands in its places; None if there is none."""
        for pattern, chinese in self._patterns:
            if found := pattern.fullmatch(english):
                return chinese, found.groups()
        return None
