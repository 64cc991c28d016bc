"""Every stage of the text path in words, for `ffvits text --explain`."""

from __future__ import annotations

from dataclasses import dataclass

from ffvits.errors import Place
from ffvits.text.characters import clean
from ffvits.text.frontend import FrontEnd
from ffvits.text.inline import Given, InlineReading, stand_in
from ffvits.text.normalizer import trace


@dataclass(frozen=True)
class ExplainStep:
    """One stage: its name, what it gave, and how it came to it, a line a detail."""

    stage: str
    result: str
    details: tuple[str, ...] = ()


_SOURCES = {
    "inline": "written in braces",
    "lexicon": "your lexicon",
    "reading list": "the list of readings",
    "surname": "a family name",
    "model": "the polyphone model",
    "g2pW": "g2pW",
    "phrase": "the phrase dictionary",
    "character": "the character's only or first reading",
    "letter": "a letter's name",
    "english": "a Latin word, read",
    "suffix 子": "the suffix 子",
    "erhua": "erhua",
}


def explain(text: str, front_end: FrontEnd) -> list[ExplainStep]:
    """The stages of `front_end.encode(text)` from the text to the ids. Raises TextError as encode does."""
    encoded = front_end.encode(text)
    bare, held = front_end.set_aside(text)
    cleaned = clean(bare).text
    _, changes = trace(cleaned)
    given = tuple(
        f"{Place(text[one.start : one.end], one.start)}: {_SOURCES['inline']}"
        for one in held
        if isinstance(one.what, InlineReading) or one.what.source == "inline"
    )
    for index, one in enumerate(held):
        cleaned = cleaned.replace(stand_in(index), one.what.text if isinstance(one.what, Given) else "")
    return [
        ExplainStep("text", text, given),
        ExplainStep("clean", cleaned, tuple(str(note) for note in encoded.notes)),
        ExplainStep("normalize", encoded.spoken, tuple(f"{c.rule}: {c.written} → {c.spoken}" for c in changes)),
        ExplainStep("words", " ".join(encoded.words)),
        ExplainStep(
            "pinyin",
            " ".join(encoded.pinyin),
            tuple(f"{s.hanzi} {s.pinyin}: {_SOURCES.get(s.source, s.source)}" for s in encoded.syllables),
        ),
        ExplainStep(
            "symbols",
            " ".join(repr(s) if s.isspace() else s for s in encoded.symbols),
            tuple(
                f"{s.hanzi} {s.pinyin} → {' '.join(encoded.symbols[s.start : s.end]) or '(in the symbols before)'}"
                for s in encoded.syllables
            ),
        ),
        ExplainStep(
            "ids",
            " ".join(map(str, encoded.ids)),
            (
                f"front end {front_end.name}, table {front_end.table.name or 'of the base'} "
                f"({len(front_end.table)} symbols, {front_end.table.fingerprint}), "
                + ("a blank (id 0) before, between and after" if front_end.add_blank else "no blanks"),
            ),
        ),
    ]
