"""A text without times, shared among the clips in which it is said, by what was heard in each."""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Iterator, Sequence

_PIN = 5  # letters in a row that stand once in what was heard and once in the text pin both together
_UNSAID = 6  # letters between two such places; of a text that has so many more there than were heard some are unsaid
_UNSURE = 3  # letters in a row that are alike by chance where some are unsaid
_FAR = 200  # letters; beyond that much of a book nothing is sought
# Letters by which a cut goes to the next mark, where they were heard otherwise than written. Of 1,506 clips of a 25 min
# recording, whose text lacks one sentence in twenty, 57 got other words than were read without it, 40 with 1, 19 with 2
_TO_MARK = 2
_SCRAP = 3  # times fewer letters than were heard are none of a clip's words: right ones were 0.78 of them at least
_OPENING = "“‘「『《〈（("
_ENDS, _PAUSES = "。！？.!?", "，、；：,;: \n\t"


def share(whole: str, heard: Sequence[str]) -> list[str]:
    """One text in as many parts as clips were heard: cut where, by the likest letters, the next clip begins.

    What was heard in none of them, the title of a book or what is said in a clip that is left out, is in no part. Takes
    about as long as both texts, also where one is a novel (unless they have nothing in common); a refrain leads nobody
    astray.
    """
    if len(heard) == 1:
        return [whole]
    places = [place for place, char in enumerate(whole) if char.isalnum()]
    written = "".join(whole[place] for place in places)
    lengths = [sum(map(str.isalnum, text)) for text in heard]
    said = "".join(char for text in heard for char in text if char.isalnum())
    alike = _alike(said, written)
    edges = [_edge(alike, place) for place in itertools.accumulate(lengths, initial=0)]
    marks, certain = _behind_marks(whole, places), _certain(alike, said, written)
    found, reached = [], 0
    for ((_, first), (last, _)), length in zip(itertools.pairwise(edges), lengths, strict=True):
        start = max(reached, _start(whole, places, _at_mark(first, marks, certain)))
        reached = max(start, _start(whole, places, _at_mark(last, marks, certain)))
        part = whole[start:reached]
        scrap = _SCRAP * sum(map(str.isalnum, part)) < length
        found.append("" if scrap else part.lstrip(_ENDS + _PAUSES).rstrip(_PAUSES))
    return found


def _start(whole: str, places: Sequence[int], letter: int) -> int:
    """Where in a text its letter of that number begins, with what opens before it."""
    if letter >= len(places):
        return len(whole)
    place = places[letter]
    while place and whole[place - 1] in _OPENING:
        place -= 1
    return place


def _edge(alike: Sequence[tuple[int, int]], place: int) -> tuple[int, int]:
    """The letters of the text before which one clip ends, and with which the next begins, by a place of what was heard.

    They differ where something between them was not said.
    """
    low, high = bisect.bisect_left(alike, (place,)), bisect.bisect_left(alike, (place + 1,))
    before, after = alike[max(0, low - 1)], alike[min(high, len(alike) - 1)]
    here = alike[low:high]
    if not here:
        if _unsaid(before, after):
            return before[1] + place - before[0], after[1] - (after[0] - place)
        guess = before[1] + round((place - before[0]) / (after[0] - before[0]) * (after[1] - before[1]))
        return guess, guess
    end, begin = here[0][1], here[-1][1]
    if _unsaid(before, here[0]):
        end = before[1] + place - before[0]
    if _unsaid(here[-1], after):
        begin = after[1] - (after[0] - place)
    return end if begin - end > _UNSAID else begin, begin


def _behind_marks(whole: str, places: Sequence[int]) -> set[int]:
    """The letters of a text, by number, before which a mark or a blank stands; none within a Latin word or a number."""
    found = {0, len(places)}
    for letter, (before, here) in enumerate(itertools.pairwise(places), 1):
        between = whole[before + 1 : here]
        if any(char in _ENDS + _PAUSES for char in between) and not (whole[before] + whole[here]).isascii():
            found.add(letter)
    return found


def _certain(alike: Sequence[tuple[int, int]], said: str, written: str) -> set[int]:
    """The letters of the text, by number, that were heard as they are written."""
    return {
        letter
        for left, right in itertools.pairwise(alike)
        if said[left[0] : right[0]] == written[left[1] : right[1]]
        for letter in range(left[1], right[1])
    }


def _at_mark(letter: int, marks: set[int], certain: set[int]) -> int:
    """The nearest letter behind a mark, no further than `_TO_MARK`, if what lies between was not heard so; or itself.

    Clips begin and end at pauses, and which of them a letter belongs to that was misheard no letter tells.
    """
    near = (letter + step for away in range(_TO_MARK + 1) for step in (away, -away))
    return next(
        (
            place
            for place in near
            if place in marks and certain.isdisjoint(range(min(letter, place), max(letter, place)))
        ),
        letter,
    )


def _unsaid(left: tuple[int, int], right: tuple[int, int]) -> bool:
    return (right[1] - left[1]) - (right[0] - left[0]) > _UNSAID


def _alike(said: str, written: str) -> list[tuple[int, int]]:
    """Which places of two strings are the same one, in order, with both beginnings and both ends."""
    from difflib import SequenceMatcher

    corners = [(0, 0), *_pins(said, written), (len(said), len(written))]
    found = corners[:1]
    for left, right in itertools.pairwise(corners):
        between = said[left[0] : right[0]], written[left[1] : right[1]]
        if not _unsaid(left, right) or len(between[1]) < 3 * len(between[0]) + _FAR:
            least = _UNSURE if _unsaid(left, right) else 1
            for block in SequenceMatcher(None, *between, autojunk=False).get_matching_blocks():
                if block.size >= least:
                    start = left[0] + block.a, left[1] + block.b
                    found += [start, (start[0] + block.size, start[1] + block.size)]
        found.append(right)
    return list(dict.fromkeys(found))


def _pins(said: str, written: str) -> list[tuple[int, int]]:
    """The most places, in order, at which letters begin that stand once in each of two strings."""
    here, there = _once(said), _once(written)
    pairs = [(place, there[text]) for text, place in here.items() if text in there]
    tails: list[int] = []  # of the rows of 1, 2, ... pairs that end lowest, the place where each ends
    ends: list[int] = []  # and the number of the pair there
    before: list[int] = []
    for number, (_, place) in enumerate(pairs):
        row = bisect.bisect_left(tails, place)
        before.append(ends[row - 1] if row else -1)
        tails[row : row + 1], ends[row : row + 1] = [place], [number]
    return [pairs[number] for number in _back(before, ends[-1] if ends else -1)][::-1]


def _back(before: Sequence[int], number: int) -> Iterator[int]:
    while number >= 0:
        yield number
        number = before[number]


def _once(text: str) -> dict[str, int]:
    """Where the stretches of `_PIN` letters begin that a text has only once, in order."""
    found: dict[str, int] = {}
    again = set()
    for place in range(len(text) - _PIN + 1):
        stretch = text[place : place + _PIN]
        if stretch in found:
            again.add(stretch)
        found.setdefault(stretch, place)
    return {stretch: place for stretch, place in found.items() if stretch not in again}
