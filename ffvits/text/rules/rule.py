"""What a rule of the normaliser is, and the pieces its patterns are made of."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from ffvits.text.numerals import cardinal, decimal
from ffvits.text.units import MEASURES, NOT_COUNTED

# A number with thousands commas and decimals; and the places where one may begin and end.
NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?"
BEGIN = r"(?<![\dA-Za-z.,])"
FREE = r"(?<![\d.,])"  # letters may stand before
END = r"(?!\d|\.\d)"
RANGE = r"\s?(?:-|~|—|至|到)\s?"


@dataclass(frozen=True)
class Rule:
    """One line of the table: where `pattern` matches, `say` gives the spoken words (None: leave it to later rules)."""

    name: str
    pattern: re.Pattern[str]
    say: Callable[[re.Match[str]], str | None]
    examples: tuple[tuple[str, str], ...]


def rule(name: str, pattern: str, say: Callable[[re.Match[str]], str | None], **examples: str) -> Rule:
    """A rule; the keyword `examples` is a text of lines `written=>spoken` that tests check."""
    lines = [line.strip() for line in examples.get("examples", "").splitlines() if line.strip()]
    pairs = tuple((w.strip(), s.strip()) for w, _, s in (line.partition("=>") for line in lines))
    return Rule(name, re.compile(pattern), say, pairs)


def before(m: re.Match[str], count: int = 1) -> str:
    """Up to `count` characters in front of the match."""
    return m.string[max(0, m.start() - count) : m.start()]


def after(m: re.Match[str], count: int = 1) -> str:
    """Up to `count` characters behind the match."""
    return m.string[m.end() : m.end() + count]


def until(m: re.Match[str]) -> str:
    """How the sign between the two ends of a range is said: 至 as it is written, all others 到."""
    return "至" if "至" in m.group() else "到"


_COUNTED = re.compile("|".join(sorted(map(re.escape, MEASURES), key=len, reverse=True)))
_NOT_COUNTED = re.compile("|".join(sorted(map(re.escape, NOT_COUNTED), key=len, reverse=True)))


def is_counted(following: str) -> bool:
    """True if what follows a number is a measure word, so that a lone 2 is 两."""
    return bool(_COUNTED.match(following)) and not _NOT_COUNTED.match(following)


# After these a 2 names a place in a row: 第2天, 初2, 万分之2.
_ORDINAL_BEFORE = tuple("第初之")
# What is done or held so many times in a week: 每周2次 is no Tuesday.
IN_A_WEEK = "[次节场篇首集门部本件份遍顿趟名位张条](?!日)|小时|分钟"


def quantity(number: str, following: str, preceding: str = "") -> str:
    """A number as it is said before `following`: "2" is 两 before 个 and 二 before 楼, or after 第."""
    if following[:1] == " ":
        following = following[1:] if following[1:2] not in "万千百亿" else ""
    two = "两" if is_counted(following) and preceding not in _ORDINAL_BEFORE else "二"
    return decimal(number, two=two)


__all__ = [
    "BEGIN", "END", "FREE", "IN_A_WEEK", "NUMBER", "RANGE", "Rule", "after", "before", "cardinal", "decimal",
    "is_counted", "quantity", "rule", "until",
]  # fmt: skip
