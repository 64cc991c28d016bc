"""Cleaning: every character of a text becomes something that can be read, a note, or an error with its position."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True)
class Note:
    """Something in the text that is not spoken, and where it stood."""

    position: int
    character: str
    message: str


@dataclass(frozen=True)
class Cleaned:
    """Readable text, and what was set aside on the way."""

    text: str
    notes: tuple[Note, ...]


@lru_cache(maxsize=1)
def _simplifier():
    from opencc import OpenCC

    return OpenCC("t2s")


def clean(text: str, *, offset: int = 0) -> Cleaned:
    """Readable text; `offset` is added to the positions of the notes."""
    notes, out = [], []
    for i, c in enumerate(text):
        for d in unicodedata.normalize("NFKC", c):
            d = {",": "，", "!": "！", "?": "？", ";": "；", "(": "（", ")": "）"}.get(d, d)
            if d.isalnum() or d in "，。！？、；：…—“”《》（）.%+-~:/= ":
                out.append(d)
            elif d.isspace():
                out.append(" ")
            else:
                notes.append(Note(offset + i, c, "not spoken"))
    return Cleaned(re.sub(r"\s+", " ", _simplifier().convert("".join(out))), tuple(notes))
