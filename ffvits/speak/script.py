"""What a text asks for beside its words: phrases, the silence after each, and breaks written into it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ffvits.errors import FfvitsError, TextError
from ffvits.text.sentences import PAUSES, has_words, split_sentences

LONGEST_BREAK = 60.0  # seconds

_BREAK = re.compile(r"<break\b([^<>]{0,100}?)/?>(?:\s*</break>)?", re.IGNORECASE)
_SPEAK = re.compile(r"</?speak\b[^<>]{0,300}>", re.IGNORECASE)
_TIME = re.compile(r"""\btime\s*=\s*["']?\s*\+?(\d{1,6}(?:\.\d{0,6})?|\.\d{1,6})\s*(ms|s)\b""", re.IGNORECASE)
_STRENGTH = re.compile(r"""\bstrength\s*=\s*["']?\s*([a-z-]{1,10})""", re.IGNORECASE)
# Seconds for the words of SSML 1.1, section 3.2.3; an element without any attribute is medium.
_STRENGTHS = {"none": 0.0, "x-weak": 0.1, "weak": 0.25, "medium": 0.5, "strong": 0.8, "x-strong": 1.2}


@dataclass(frozen=True)
class Line:
    """A phrase to speak at once ("" where a text begins with a break), and the seconds of silence after it."""

    text: str
    pause: float


def script(text: str, *, pause: float | None = None, speed: float = 1.0) -> list[Line]:
    """The phrases of a text in order, with their silences.

    `pause` is the silence after a sentence in seconds (other marks in proportion); it shrinks with `speed`.
    `<break time="500ms"/>` and `<break strength="weak"/>` last as long as they say and take the place of the mark's
    own silence. Raises TextError if nothing is to be said or a break is none, FfvitsError for an impossible pause.
    """
    if pause is not None and not 0 <= pause <= LONGEST_BREAK:
        raise FfvitsError(f"pause cannot be {pause}", cure=f"it goes from 0 to {LONGEST_BREAK:g} seconds")
    factor = (1.0 if pause is None else pause / PAUSES["。"]) / speed
    lines: list[Line] = []
    for stretch, silence in _stretches(text):
        phrases = [phrase for phrase in split_sentences(stretch) if has_words(phrase.text)]
        lines += [Line(phrase.text, phrase.pause * factor) for phrase in phrases]
        if silence and lines and (phrases or lines[-1].text):
            lines[-1] = Line(lines[-1].text, lines[-1].pause + silence)
        elif silence:
            lines.append(Line("", silence))
    if not any(line.text for line in lines):
        raise TextError("there is nothing to say in this text", text=text, cure="give some Chinese words")
    return lines


def asked_silence(text: str) -> float:
    """Seconds of all the breaks that are written into a text. Raises TextError if a break is none."""
    return sum(seconds for _, seconds in _stretches(text))


def _stretches(text: str) -> Iterator[tuple[str, float]]:
    """The text between breaks, and the seconds of the break that follows."""
    text = _SPEAK.sub(" ", text)
    start = 0
    for match in _BREAK.finditer(text):
        yield text[start : match.start()], _seconds(match, text)
        start = match.end()
    yield text[start:], 0.0


def _seconds(match: re.Match[str], text: str) -> float:
    time, strength = _TIME.search(match[1]), _STRENGTH.search(match[1])
    if time:
        seconds = float(time[1]) / (1000 if time[2].lower() == "ms" else 1)
    elif strength and strength[1].lower() in _STRENGTHS:
        seconds = _STRENGTHS[strength[1].lower()]
    elif not match[1].strip(" /"):
        seconds = _STRENGTHS["medium"]
    else:
        seconds = -1.0
    if not 0 <= seconds <= LONGEST_BREAK:
        raise TextError(
            f"{match[0]} is no break",
            text=text,
            position=match.start(),
            character="<",
            cure=f'write <break time="500ms"/> or <break time="1.5s"/>, at most {LONGEST_BREAK:g} s',
        )
    return seconds
