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


_COUNTED = re.compile("|".join(sorted(map(re.escape, MEASURES), key=len, reverse=True)))
_NOT_COUNTED = re.compile("|".join(sorted(map(re.escape, NOT_COUNTED), key=len, reverse=True)))


def is_counted(following: str) -> bool:
    """True if what follows a number is a measure word, so that a lone 2 is 两."""
    return bool(_COUNTED.match(following)) and not _NOT_COUNTED.match(following)


# What games and accounts add to and take from: 护甲-20 is 减, not 负.
_CHANGED = re.compile(
    "(?:攻击|防御|护甲|魔抗|抗性|生命|血量|移速|攻速|伤害|冷却|暴击|爆伤|命中|闪避|韧性|法强|穿透|吸血|消耗|费用|蓝耗|耐久"
    "|好感|经验|金币|体力|理智|精力|饱食|士气|声望|信用|[同环]比)(?:力|值|率|度|分|时间)?[：: ]{0,2}$"
)


def is_changed(preceding: str) -> bool:
    """True if what stands in front of a number with a minus is something that becomes less by it."""
    return bool(_CHANGED.search(preceding))


_WEATHER = re.compile(
    "(?:气温|体感|温度|(?:[今明后昨]|白)天|[今明昨][晚早]|夜[间里]|室外|户外|最[低高])[达为是到约在只有：: ]{0,3}$"
)


def is_weather(preceding: str) -> bool:
    """True if the degrees behind it are of the air: 气温-5度 is 零下."""
    return bool(_WEATHER.search(preceding))


# After these a 2 names a place in a row: 第2天, 初2, 周2, 万分之2.
_ORDINAL_BEFORE = tuple("第初周期拜之")


def quantity(number: str, following: str, preceding: str = "") -> str:
    """A number as it is said before `following`: "2" is 两 before 个 and 二 before 楼, or after 第."""
    if following[:1] == " ":
        following = following[1:] if following[1:2] not in "万千百亿" else ""
    two = "两" if is_counted(following) and preceding not in _ORDINAL_BEFORE else "二"
    return decimal(number, two=two)


__all__ = [
    "BEGIN", "END", "FREE", "NUMBER", "RANGE", "Rule", "after", "before", "cardinal", "decimal", "is_changed",
    "is_counted", "is_weather", "quantity", "rule",
]  # fmt: skip
