"""The ways a text with numbers may have been spoken, for a label to be matched with its recording.

A recogniser writes "2024年" for èr líng èr sì nián and for liǎng qiān èr shí sì nián alike; only the audio knows.
"""

from __future__ import annotations

import itertools
import re

from ffvits.text.characters import clean
from ffvits.text.inline import without_readings
from ffvits.text.normalizer import Change, trace
from ffvits.text.numerals import cardinal, decimal, digits

LIMIT = 16


def readings(text: str, limit: int = LIMIT) -> list[str]:
    """Plausible spoken forms of `text`, the likeliest (what `normalize` gives) first; at most `limit`.

    Each number may be read as a quantity or digit by digit, with 一 or 幺, 二 or 两, 二百 or 两百; forms that change
    fewer numbers come first.
    """
    spoken, changes = trace(clean(without_readings(text)).text)
    spots = _spots(spoken, changes)
    if not spots:
        return [spoken]
    ranked: list[tuple[tuple[int, int], str]] = []
    options = [[original, *others] for _, original, others in spots]
    # Bounded before it is sorted: a text with forty numbers has more forms than anybody can align.
    for choice in itertools.islice(_by_distance(options), limit * 4):
        said, at = [], 0
        for (start, original, _), forms, picked in zip(spots, options, choice, strict=True):
            said.append(spoken[at:start] + forms[picked])
            at = start + len(original)
        ranked.append(((sum(p > 0 for p in choice), sum(choice)), "".join(said) + spoken[at:]))
    ranked.sort(key=lambda entry: entry[0])
    return list(dict.fromkeys(form for _, form in ranked))[:limit]


def _by_distance(options: list[list[str]]):
    """Choices of one option for each place, those that leave most places alone first."""
    places = range(len(options))
    for changed in range(len(options) + 1):
        for chosen in itertools.combinations(places, changed):
            for picks in itertools.product(*(range(1, len(options[i])) for i in chosen)):
                choice = [0] * len(options)
                for place, pick in zip(chosen, picks, strict=True):
                    choice[place] = pick
                yield tuple(choice)


def _spots(spoken: str, changes: list[Change]) -> list[tuple[int, str, list[str]]]:
    """Where in the spoken text a number stands, how it was said, and how else it may be said."""
    spots = []
    taken: list[tuple[int, int]] = []
    for change in changes:
        others = [o for o in _others(change) if o != change.spoken]
        if not others:
            continue
        for match in re.finditer(re.escape(change.spoken), spoken):
            if all(match.end() <= a or match.start() >= b for a, b in taken):
                taken.append(match.span())
                spots.append((match.start(), change.spoken, list(dict.fromkeys(others))))
                break
    return sorted(spots)


def _others(change: Change) -> list[str]:
    """Other ways to say what a rule said: every number of `written` swapped inside `spoken`."""
    others: list[str] = []
    for number in re.findall(r"\d+(?:\.\d+)?", change.written):
        forms = _forms(number)
        current = max((f for f in forms if f in change.spoken), key=len, default=None)
        if current is None:
            continue
        others.extend(change.spoken.replace(current, form, 1) for form in forms if form != current)
    return others


def _forms(number: str) -> list[str]:
    """A number as quantity (with 两 and with 二) and digit by digit (with 一 and with 幺)."""
    if "." in number:
        return [decimal(number)]
    plain = str(int(number)) if len(number) <= 8 else number
    quantity = cardinal(plain)
    forms = [quantity]
    if number == "2":
        forms.append("两")
    if "两" in quantity:
        forms.append(quantity.replace("两", "二"))
    if len(number) > 1:
        forms.append(digits(number))
        if "1" in number and len(number) > 2:
            forms.append(digits(number, phone=True))
    return list(dict.fromkeys(forms))
