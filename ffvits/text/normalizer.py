"""Numbers and signs become the words a reader would say, by the rules of `ffvits.text.rules`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ffvits.text.characters import clean
from ffvits.text.inline import without_readings

if TYPE_CHECKING:
    from ffvits.text.rules import Rule


@dataclass(frozen=True)
class Change:
    """One thing a rule turned into words."""

    rule: str
    written: str
    spoken: str


def normalize(text: str) -> str:
    """The text as it is spoken: cleaned, with numbers and signs in words; no digit and no ASCII sign is left.

    Normalising twice changes nothing more. Never raises: characters of other scripts stay, for the reader to report.
    """
    return normalize_clean(clean(without_readings(text)).text)


def normalize_clean(text: str) -> str:
    """`normalize` for text that is already clean."""
    return trace(text)[0]


def trace(text: str) -> tuple[str, list[Change]]:
    """The spoken form of clean text and every change on the way, in the order of the rules."""
    changes: list[Change] = []
    # What one rule says can complete the context of another (第 II 章), so Latin is looked at until nothing moves.
    for _ in range(_PASSES):
        if _PLAIN.fullmatch(text):
            break
        settled = _settle(_apply(text, changes))
        if settled == text:
            break
        text = settled
    return _settle(text), changes


_PASSES = 6


def _apply(text: str, changes: list[Change]) -> str:
    from ffvits.text.rules import RULES  # some 140 patterns: compiled with the first text, not with the import

    for rule in RULES:
        if rule.pattern.search(text) is None:
            continue

        def say(m: re.Match[str], rule: Rule = rule) -> str:
            spoken = rule.say(m)
            if spoken is None or spoken == m.group():
                return m.group()
            changes.append(Change(rule.name, m.group(), spoken))
            return spoken

        text = rule.pattern.sub(say, text)
    return text


_HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_SPOKEN = f"[{_HAN}，。！？、；：…—“”《》）]*"
# But for （三）项 of a law, nothing is left to say.
_PLAIN = re.compile(f"{_SPOKEN}(?:（(?![一二三四五六七八九十]{{1,3}}）[条款项目]){_SPOKEN})*")


def _strongest(marks: re.Match[str]) -> str:
    """Of marks that touch, the one that a reader would heed."""
    return next((mark for mark in "？！…。" if mark in marks.group()), marks.group()[0])


_SETTLE = tuple(
    (re.compile(pattern), by)
    for pattern, by in (
        (r"[ \t]*\n\s*", "\n"),
        # A space is a pause between clauses of hanzi, a border between Latin words, and nothing elsewhere.
        (f"(?<=[{_HAN}]{{3}}) (?=[{_HAN}]{{3}})", "，"),
        # So it is behind a word that ends a clause, and between numbers, which would run into one.
        (f"(?<=[{_HAN}][吧吗啊呢嘛呀啦哈了])(?<![网酒贴书]吧)(?<![为除]了) (?=[{_HAN}]{{2}})", "，"),
        ("(?<=[零一二三四五六七八九十百千万亿幺]) (?=[零一两二三四五六七八九十百千幺])", "，"),
        ("(?<=[A-Za-z]) +(?=[A-Za-z])", "\x01"),
        (" ", ""),
        ("\x01", " "),
        (r"—{2,}", "—"),
        (r"[，、；：。！？…]{2,}", _strongest),
        (r"^[，、；：。！？…—）”》\n]+", ""),
        (r"[\n，、；：—（“《]+$", ""),
        (r"(?<=[，。！？、；：…—])\n", ""),
        (r"\n", "。"),
        (r"（）|“”|《》", ""),
    )
)


def _settle(text: str) -> str:
    """Spaces, line ends and marks that the rules left beside one another."""
    for _ in range(4):
        settled = text
        for pattern, by in _SETTLE:
            settled = pattern.sub(by, settled)
        if settled == text:
            break
        text = settled
    return text
