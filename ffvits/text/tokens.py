"""What a sentence is between the characters and the symbols: words made of pieces, and marks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Piece:
    """Something with its own reading: one hanzi, one spelled letter or one Latin word.

    `pinyin` are tidy TONE3 syllables; `source` says who decided the reading ("phrase", "model", "lexicon", "inline",
    "letter", "english", ...); `start` is the index of `text` in the spoken sentence.
    """

    text: str
    pinyin: tuple[str, ...]
    source: str
    start: int


@dataclass(frozen=True)
class Word:
    """A word as the segmenter cut it."""

    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True)
class Mark:
    """A punctuation mark of the canonical set ，。！？、；：…—“”《》（）."""

    text: str
    start: int


# The r that colours the syllable before it, as the erhua rule writes it (never pinyin of its own).
ERHUA = "r5"

Token = Word | Mark
