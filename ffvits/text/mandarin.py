"""From a spoken sentence (hanzi, Latin words, marks) to words with readings."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ffvits.text.characters import MARKS, is_hanzi
from ffvits.text.latin import LETTERS, read_word
from ffvits.text.syllables import tidy
from ffvits.text.tokens import Mark, Piece, Token, Word

_LATIN = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)?")


def read(spoken: str, *, lexicon: Mapping[str, tuple[str, ...]], inline: Mapping[int, tuple[str, ...]]) -> list[Token]:
    """Words with readings for a normalised sentence.

    `lexicon` maps hanzi words and lower-case Latin words to syllables; `inline` maps the index of a hanzi (or the
    first letter of a Latin word) in `spoken` to what the writer put in braces.
    """
    import jieba
    from pypinyin import Style, lazy_pinyin

    jieba.setLogLevel(60)
    tokens: list[Token] = []
    position = 0
    for chunk in jieba.cut(spoken):
        start = position
        position += len(chunk)
        if len(chunk) == 1 and chunk in MARKS:
            tokens.append(Mark(chunk, start))
            continue
        pieces: list[Piece] = []
        if all(is_hanzi(c) for c in chunk):
            pinyins = lazy_pinyin(chunk, style=Style.TONE3, neutral_tone_with_five=True)
            for i, (c, p) in enumerate(zip(chunk, pinyins, strict=True)):
                given = inline.get(start + i)
                pieces.append(Piece(c, given or (tidy(p) or "",), "inline" if given else "phrase", start + i))
        else:
            for i, c in enumerate(chunk):
                if is_hanzi(c):
                    p = lazy_pinyin(c, style=Style.TONE3, neutral_tone_with_five=True)[0]
                    pieces.append(Piece(c, (tidy(p) or "",), "phrase", start + i))
                elif c.upper() in LETTERS:
                    pieces.append(Piece(c, LETTERS[c.upper()], "letter", start + i))
                elif c in MARKS:
                    if pieces:
                        tokens.append(Word(tuple(pieces)))
                        pieces = []
                    tokens.append(Mark(c, start + i))
        if pieces:
            tokens.append(Word(tuple(pieces)))
    return tokens


__all__ = ["MARKS", "is_hanzi", "read", "read_word"]
