"""Tone sandhi and erhua, for the bases that were trained with them written out.

Third tones: the first of two is said with the second tone, inside words first, then across words in short groups.
一 is yí before a fourth tone and yì before the others, 不 is bú before a fourth tone; neither changes in numbers, at
the end, or as an ordinal. (Chao Yuen Ren, A Grammar of Spoken Chinese, 1968, sections 1.3.2 to 1.3.4.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ffvits.text.tokens import ERHUA, Mark, Piece, Token, Word

_DIGITS = frozenset("零一二两三四五六七八九十百千万亿点幺")
# 儿 that is a syllable of its own.
_CHILD = frozenset("婴幼孤女男胎育健宠生少托混")
_FULL_ER = frozenset({"儿子", "儿童", "儿女", "儿媳", "儿科", "儿孙", "儿歌", "儿戏", "儿时", "儿化", "儿郎"})


def apply_erhua(tokens: Sequence[Token]) -> list[Token]:
    """The r of 花儿, 一点儿, 哪儿 written as `ERHUA`; 儿 in 儿子, 婴儿, 女儿 stays a syllable."""
    out: list[Token] = []
    previous = ""
    for index, token in enumerate(tokens):
        if isinstance(token, Mark):
            out.append(token)
            previous = ""
            continue
        pieces: list[Piece] = []
        for at, piece in enumerate(token.pieces):
            following = token.pieces[at + 1].text if at + 1 < len(token.pieces) else _first(tokens, index + 1)
            rhotic = (
                piece.text == "儿"
                and piece.source not in ("inline", "lexicon")
                and previous
                and previous not in _CHILD
                and piece.text + following not in _FULL_ER
            )
            pieces.append(replace(piece, pinyin=(ERHUA,), source="erhua") if rhotic else piece)
            previous = piece.text
        out.append(Word(tuple(pieces)))
    return out


def _first(tokens: Sequence[Token], index: int) -> str:
    if index < len(tokens) and isinstance(tokens[index], Word):
        return tokens[index].text[:1]
    return ""


def apply_sandhi(tokens: Sequence[Token]) -> list[Token]:
    """一, 不 and third tones as they are said; marks end the reach of every rule."""
    out: list[Token] = []
    group: list[Word] = []
    for token in [*tokens, None]:
        if isinstance(token, Word):
            group.append(token)
            continue
        out.extend(_group(group))
        group = []
        if token is not None:
            out.append(token)
    return out


def _group(words: Sequence[Word]) -> list[Word]:
    """One stretch between marks."""
    syllables = [list(piece.pinyin) for word in words for piece in word.pieces]
    pieces = [piece for word in words for piece in word.pieces]
    fixed = [piece.source in ("inline", "lexicon", "letter", "english") for piece in pieces]
    for i, piece in enumerate(pieces):
        following = next((s for later in syllables[i + 1 : i + 2] for s in later[:1]), "")
        if fixed[i] or len(syllables[i]) != 1 or not following:
            continue
        if piece.text == "一" and syllables[i] == ["yi1"]:
            syllables[i] = [_yi(pieces, i, following)]
        elif piece.text == "不" and syllables[i] == ["bu4"] and following.endswith("4"):
            syllables[i] = ["bu2"]
    borders = []
    for word in words:
        borders.extend([False] * (len(word.pieces) - 1) + [True])
    _third_tones(syllables, fixed, borders)
    changed = iter(zip(pieces, syllables, strict=True))
    return [
        Word(
            tuple(
                replace(piece, pinyin=tuple(said)) if tuple(said) != piece.pinyin else piece
                for piece, said in (next(changed) for _ in word.pieces)
            )
        )
        for word in words
    ]


def _yi(pieces: Sequence[Piece], i: int, following: str) -> str:
    before = pieces[i - 1].text if i else ""
    after = pieces[i + 1].text
    if (
        before in _DIGITS
        or before in ("第", "初", "周", "期", "拜", "十")
        or after in _DIGITS - {"百", "千", "万", "亿"}
    ):
        return "yi1"
    if after in ("月", "日", "号", "楼", "班", "级", "等", "号线"):
        return "yi1"
    if before and before == after:
        return "yi5"  # 看一看
    return "yi2" if following[-1] == "4" or following == "ge5" else "yi4"


def _third_tones(syllables: list[list[str]], fixed: Sequence[bool], borders: Sequence[bool]) -> None:
    """Third before third becomes second: inside words first, then over borders from the right, in place."""

    def third(i: int) -> bool:
        return len(syllables[i]) == 1 and syllables[i][0].endswith("3")

    def raise_(i: int) -> None:
        syllables[i] = [syllables[i][0][:-1] + "2"]

    count = len(syllables)
    start = 0
    for end in range(count):
        if borders[end]:
            # Inside a word every third tone but the last of a run rises: 展览馆 zhan2 lan2 guan3.
            for i in range(start, end):
                if third(i) and third(i + 1) and not fixed[i]:
                    raise_(i)
            start = end + 1
    for i in range(count - 2, -1, -1):
        if borders[i] and third(i) and third(i + 1) and not fixed[i]:
            raise_(i)
