"""Long text cut into phrases that a model can speak in one breath."""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_CHARS = 60


@dataclass(frozen=True)
class Phrase:
    """A stretch of text to speak at once, and the seconds of silence after it."""

    text: str
    pause: float


def split_sentences(text: str, max_chars: int = MAX_CHARS) -> list[Phrase]:
    """Phrases of at most about `max_chars` characters, cut at marks."""
    return [Phrase(s.strip(), 0.4) for s in re.findall(r"[^。！？!?\n]+[。！？!?\n]*", text) if s.strip()]
