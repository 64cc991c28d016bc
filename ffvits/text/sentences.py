"""Long text cut into phrases that a model can speak in one breath, with the pause after each. Linear in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

MAX_CHARS = 60

# Seconds of silence after a phrase that ends so; a paragraph's end is the longest.
PAUSES = {"。": 0.5, "！": 0.5, "？": 0.5, "…": 0.6, "；": 0.4, "：": 0.3, "，": 0.25, "、": 0.15, "—": 0.3, "\n": 0.8}
_ASCII = {
    ".": "。",
    "!": "！",
    "?": "？",
    ";": "；",
    ":": "：",
    ",": "，",
    "．": "。",
    "｡": "。",
    "､": "、",
    "~": "。",
    "～": "。",
}

# A full stop inside a number, an address or an abbreviation ends nothing.
_END = re.compile(r"(?:[。！？!?…｡]|(?<![0-9A-Za-z])\.|\.(?=\s|$)|[；;]|\n)+[”’」』》）)\]\"']*")
_CLAUSE = re.compile(r"(?:[，、：—]|,(?!\d)|:(?!\d|//))+[”’」』》）)\]\"']*")
_READING = re.compile(r"\{[^{}\n]{0,60}\}")


@dataclass(frozen=True)
class Phrase:
    """A stretch of text to speak at once, and the seconds of silence after it."""

    text: str
    pause: float


def split_sentences(text: str, max_chars: int = MAX_CHARS) -> list[Phrase]:
    """Phrases of at most `max_chars` characters (a single longer word or number excepted), cut where a reader pauses.

    Sentences end at 。！？；… and at line ends. A sentence that is too long is cut at commas, then between words;
    never inside a word, a number, an address or a reading in braces. Nothing but space between phrases is lost: the
    phrases together hold every other character. The last phrase has no pause. Raises ValueError for `max_chars` < 1.
    """
    if max_chars < 1:
        raise ValueError("max_chars must be at least 1")
    phrases = [
        Phrase(piece, _pause(piece, closed))
        for sentence, closed in _sentences(text)
        for piece in _fit(sentence, max_chars)
    ]
    if phrases:
        phrases[-1] = Phrase(phrases[-1].text, 0.0)
    return phrases


def _sentences(text: str) -> Iterator[tuple[str, str]]:
    """Sentences with something in them, and "\\n" where a paragraph ends; marks alone join the sentence before."""
    start = 0
    held = ""
    for match in _END.finditer(text):
        sentence = text[start : match.end()]
        start = match.end()
        if held and not _speakable(sentence):
            held += sentence.strip()
            continue
        if held:
            yield held.strip(), "\n" if held.rstrip(" ").endswith("\n") else ""
        held = sentence
    rest = text[start:]
    if held and not _speakable(rest):
        held, rest = held + rest, ""
    for sentence in (held, rest):
        if sentence.strip():
            yield sentence.strip(), "\n" if "\n" in sentence[len(sentence.rstrip()) :] else ""


def _speakable(text: str) -> bool:
    return any(c.isalnum() for c in text)


def _fit(sentence: str, max_chars: int) -> Iterator[str]:
    """The sentence whole, or its clauses joined up to the limit, or words joined up to the limit."""
    if len(sentence) <= max_chars:
        yield sentence
        return
    held = ""
    for clause in _clauses(sentence):
        for part in (clause,) if len(clause) <= max_chars else _words(clause, max_chars):
            if held and len(held) + len(part) > max_chars and _speakable(part):
                yield held.strip()
                held = ""
            held += part
    if held.strip():
        yield held.strip()


def _clauses(sentence: str) -> Iterator[str]:
    start = 0
    for match in _CLAUSE.finditer(sentence):
        yield sentence[start : match.end()]
        start = match.end()
    if start < len(sentence):
        yield sentence[start:]


# What must stay whole besides words: numbers with their signs and units, Latin with digits, addresses.
_WHOLE = re.compile(r"(?:[0-9A-Za-z@#$¥￥€£]|(?<=[0-9A-Za-z])[.,:/+\-_%°&=?~'’](?=[0-9A-Za-z]))+[%‰°℃℉]?")


def _words(clause: str, max_chars: int) -> Iterator[str]:
    """Words joined up to the limit; a reading in braces stays with what it is for."""
    from ffvits.text.segmentation import cut

    held = ""
    for word in _atoms(clause, cut):
        if held and len(held) + len(word) > max_chars and (_speakable(word) and not word.startswith("{")):
            yield held
            held = ""
        held += word
    if held:
        yield held


def _atoms(clause: str, cut) -> Iterator[str]:
    start = 0
    for match in re.finditer(f"{_READING.pattern}|{_WHOLE.pattern}", clause):
        yield from cut(clause[start : match.start()])
        yield match.group()
        start = match.end()
    yield from cut(clause[start:])


def _pause(piece: str, closed: str) -> float:
    """By the last mark of the piece; between words of a cut sentence there is hardly a pause."""
    end = piece.rstrip("”’」』》）)]\"' ")
    mark = _ASCII.get(end[-1:], end[-1:])
    pause = PAUSES.get(mark, 0.05)
    return PAUSES["\n"] if closed and (mark in PAUSES or not closed.strip()) else pause
