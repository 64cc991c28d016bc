"""Every stage of the text path in words, for `ffvits text --explain`."""

from __future__ import annotations

from dataclasses import dataclass

from ffvits.text.characters import clean
from ffvits.text.frontend import FrontEnd


@dataclass(frozen=True)
class ExplainStep:
    """One stage: its name, what it gave, and how it came to it."""

    stage: str
    result: str
    details: tuple[str, ...] = ()


def explain(text: str, front_end: FrontEnd) -> list[ExplainStep]:
    """The stages of `front_end.encode(text)`. Raises TextError as encode does."""
    encoded = front_end.encode(text)
    return [
        ExplainStep("clean", clean(text).text, tuple(n.message for n in encoded.notes)),
        ExplainStep("normalize", encoded.spoken),
        ExplainStep(
            "pinyin", " ".join(encoded.pinyin), tuple(f"{s.hanzi} {s.pinyin} ({s.source})" for s in encoded.syllables)
        ),
        ExplainStep("symbols", " ".join(encoded.symbols)),
        ExplainStep("ids", " ".join(map(str, encoded.ids))),
    ]
