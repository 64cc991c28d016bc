"""Polyphones that the words around them decide, where the model goes by what it has read most.

A rule is a pattern that matches one character, and the reading it has there; a later rule stands above an earlier one.
Every rule has sentences that it is for, and others that it must leave alone, in `tests/text/data/polyphones.tsv`.

Patterns are regular expressions in which § opens a clause and ¶ ends one, and what must stand before the character
may be listed in several lengths: `(?<=很|油锅)`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import pairwise

_OPENS = "(?:^|(?<=[，。！？、；：…—“《（]))"
_ENDS = "(?:$|[，。！？、；：…—”》）])"


def ruled(spoken: str) -> Iterator[tuple[int, str]]:
    """Places in `spoken` and the readings that rules give there; of one place the last counts."""
    written = _written()
    for char in dict.fromkeys(spoken):
        if char not in written:
            continue
        for rule, reading in _compiled(char):
            for match in rule.finditer(spoken):
                yield match.start(), reading


@lru_cache(maxsize=1)
def _written() -> dict[str, tuple[tuple[str, str], ...]]:
    """The rules of each character in order, as they are written."""
    from ffvits.text.polyphone_rules import body, dealings, deeds, degree, hands, kitchen, measures, particles, things

    modules = (degree, particles, things, measures, hands, kitchen, body, dealings, deeds)
    return {char: rules for module in modules for char, rules in module.RULES.items()}


@cache
def _compiled(char: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """The rules of one character; all of them would cost the first sentence half a second."""
    return tuple((re.compile(expand(pattern)), reading) for pattern, reading in _written()[char])


def expand(pattern: str) -> str:
    """A pattern as `re` understands it, whose lookbehinds have one length each."""
    pattern = pattern.replace("§", _OPENS).replace("¶", _ENDS)
    out, at = [], 0
    for opening in re.finditer(r"\(\?<[=!]", pattern):
        if opening.start() < at:
            continue
        end, borders = _closing(pattern, opening.end())
        edges = [opening.end() - 1, *borders, end]
        each = [f"{opening.group()}{pattern[a + 1 : b]})" for a, b in pairwise(edges)]
        out.append(pattern[at : opening.start()])
        out.append("".join(each) if opening.group() == "(?<!" else f"(?:{'|'.join(each)})")
        at = end + 1
    return "".join(out) + pattern[at:]


def _closing(pattern: str, at: int) -> tuple[int, list[int]]:
    """Where the group that is open at `at` closes, and the bars between its alternatives."""
    depth, inside_class, bars = 0, False, []
    while True:
        char = pattern[at]
        if char in "[]":
            inside_class = char == "["
        elif not inside_class:
            if char == ")" and not depth:
                return at, bars
            depth += (char == "(") - (char == ")")
            if char == "|" and not depth:
                bars.append(at)
        at += 1
