"""Where in a text what cannot be read stands: of one sentence as it was typed, of a long text by line."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from ffvits.errors import Place, TextError
from ffvits.text.characters import clean


def as_typed(error: TextError, text: str) -> None:
    """Makes the error about the text as given; it was met in the spoken one. What stands together is named at once."""
    error.text, error.position = text, 0
    lost = {error.character, *(place.what for place in error.others)} - {""}
    runs = list(_runs(text, lost)) if lost else []
    error.others = tuple(runs[1:])
    if runs:
        error.message = error.message.replace(repr(error.character), repr(runs[0].what))
        error.position, error.character = runs[0].position, runs[0].what


def _runs(text: str, lost: set[str]) -> Iterator[Place]:
    """What became one of the characters `lost` by cleaning, or is one."""
    start = None
    for i in range(len(text) + 1):
        found = i < len(text) and (text[i] in lost or not lost.isdisjoint(clean(text[i]).text))
        if found and start is None:
            start = i
        elif not found and start is not None:
            yield Place(text[start:i], start)
            start = None


def together(text: str, phrases: Sequence[str], problems: Sequence[tuple[int, TextError]]) -> TextError:
    """The first of the errors, with what all of them are about, each by its place in a line of `text`.

    `problems` are indices of `phrases`, which stand in `text` in this order, and what is wrong there.
    """
    starts = list(_starts(text, phrases[: problems[-1][0] + 1]))
    breaks = [i for i, char in enumerate(text) if char == "\n"]
    places = []
    for number, error in problems:
        for place in (Place(error.character, error.position or 0), *error.others):
            at = _counted(text, starts[number], len("".join(phrases[number][: place.position].split())))
            line = bisect_right(breaks, at - 1)
            places.append(Place(place.what, at - (breaks[line - 1] + 1 if line else 0), line + 1))
    first = problems[0][1]
    first.line, first.others = places[0].line, tuple(places[1:])
    return first


def _starts(text: str, phrases: Sequence[str]) -> Iterator[int]:
    """Where each phrase begins; its spaces may be any blanks in the text, line ends too."""
    end = 0
    for phrase in phrases:
        found = re.compile(r"\s+".join(map(re.escape, phrase.split()))).search(text, end)
        start, end = found.span() if found else (end, end)
        yield start


def _counted(text: str, start: int, marks: int) -> int:
    """The index of the character before which, from `start`, so many others stand that are no blanks."""
    at = start
    while at < len(text) and (marks or text[at].isspace()):
        marks -= not text[at].isspace()
        at += 1
    return at
