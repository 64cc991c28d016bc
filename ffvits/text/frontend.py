"""The one path from written Chinese to symbol ids, used for training, speech, evaluation and export alike."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ffvits.errors import TextError
from ffvits.text.characters import Note, clean, is_hanzi
from ffvits.text.inline import InlineReading, find_readings
from ffvits.text.mandarin import read
from ffvits.text.normalizer import normalize_clean
from ffvits.text.sandhi import apply_erhua, apply_sandhi
from ffvits.text.spelling import (
    Speller,
    spell_bopomofo,
    spell_cjke,
    spell_initials_finals,
    spell_mandarin_lite,
    spell_pinyin_letters,
    spell_vits_chinese,
    spell_zh_ja,
)
from ffvits.text.syllables import tidy
from ffvits.text.symbols import TABLES, SymbolTable
from ffvits.text.tokens import Token, Word


@dataclass(frozen=True)
class Syllable:
    """One spoken syllable: the character it comes from, its pinyin, and its symbols `[start, end)` before blanks.

    `source` names who decided the reading (see `Piece`), `at` is the index in the spoken text.
    """

    hanzi: str
    pinyin: str
    start: int
    end: int
    source: str
    at: int


@dataclass(frozen=True)
class Encoded:
    """A sentence on its whole way from text to what the model gets."""

    text: str
    spoken: str
    pinyin: tuple[str, ...]
    symbols: tuple[str, ...]
    ids: tuple[int, ...]
    syllables: tuple[Syllable, ...]
    notes: tuple[Note, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Kind:
    table: str
    speller: Speller
    add_blank: bool
    sandhi: bool
    erhua: bool


_KINDS: Mapping[str, _Kind] = {
    "mandarin-lite": _Kind("mandarin-lite", spell_mandarin_lite, True, False, False),
    "pinyin-letters": _Kind("pinyin-letters", spell_pinyin_letters, True, False, False),
    "bopomofo": _Kind("bopomofo", spell_bopomofo, True, False, False),
    "zh_ja_mixture": _Kind("zh_ja_mixture", spell_zh_ja, True, False, False),
    "cjke": _Kind("cjke", spell_cjke, True, False, False),
    "vits_chinese": _Kind("vits_chinese", spell_vits_chinese, False, True, False),
    "initials-finals": _Kind("initials-finals", spell_initials_finals, True, True, True),
}
FRONT_ENDS: tuple[str, ...] = tuple(_KINDS)


def front_end_names() -> tuple[str, ...]:
    """The names that `front_end` takes."""
    return FRONT_ENDS


def front_end(
    name: str,
    *,
    symbols: Sequence[str] | None = None,
    add_blank: bool | None = None,
    lexicon: Mapping[str, str] | None = None,
) -> FrontEnd:
    """The front end a base was trained with.

    `symbols` is the base's own table (another order or more symbols than the usual one), `add_blank` its setting,
    `lexicon` maps hanzi or Latin words to pinyin ("yin2 hang2"). Raises TextError for an unknown name, a reading that
    is no pinyin, or a number of syllables that does not fit the word.
    """
    kind = _KINDS.get(name)
    if kind is None:
        raise TextError(f"there is no front end {name!r}", cure=f"choose one of {', '.join(FRONT_ENDS)}")
    return FrontEnd(
        name,
        SymbolTable(TABLES[kind.table] if symbols is None else symbols),
        kind.add_blank if add_blank is None else add_blank,
        read_lexicon(lexicon or {}),
    )


def read_lexicon(entries: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """A user lexicon checked and taken apart. Raises TextError naming the entry that is wrong."""
    lexicon = {}
    for word, reading in entries.items():
        syllables = tuple(tidy(s) for s in reading.split())
        wrong = next((s for s, t in zip(reading.split(), syllables, strict=True) if t is None), None)
        if wrong is not None or not syllables:
            raise TextError(
                f"lexicon: {word!r} has the reading {reading!r}; {wrong or 'nothing'!r} is no pinyin syllable",
                text=reading,
                cure="write syllables with tone digits, as in yin2 hang2",
            )
        if any(is_hanzi(c) for c in word) and len(syllables) != len(word):
            raise TextError(
                f"lexicon: {word!r} has {len(word)} characters and {len(syllables)} syllables",
                text=reading,
                cure="write one syllable for each character",
            )
        lexicon[word if any(is_hanzi(c) for c in word) else word.lower()] = syllables
    return lexicon


class FrontEnd:
    """Text to symbol ids for one kind of base. Made by `front_end`; safe to share between threads."""

    def __init__(self, name: str, table: SymbolTable, add_blank: bool, lexicon: Mapping[str, tuple[str, ...]]) -> None:
        self.name = name
        self.table = table
        self.add_blank = add_blank
        self.lexicon = dict(lexicon)
        self._kind = _KINDS[name]

    def __repr__(self) -> str:
        return f"FrontEnd({self.name!r}, {self.table!r}, add_blank={self.add_blank})"

    def encode(self, text: str, *, file: str | Path | None = None, line: int | None = None) -> Encoded:
        """The ids of `text`, with every stage kept.

        Raises TextError, with position, character and cure, if something in it cannot be spoken or written in the
        table, or if there is nothing to speak.
        """
        try:
            return self._encode(text)
        except TextError as error:
            error.file = str(file) if file is not None else None
            error.line = line
            if not error.text:
                error.text = text
                error.position = _place_in(text, error.character)
            raise

    def _encode(self, text: str) -> Encoded:
        spoken, inline, notes = self._spoken(text)
        tokens = self.tokens(spoken, inline)
        pieces = [piece for token in tokens if isinstance(token, Word) for piece in token.pieces]
        if not pieces:
            raise TextError(
                "there is nothing to speak in this text", text=text, position=0, character=text[:1], cure="write words"
            )
        spelled = self._kind.speller(tokens)
        ids = []
        for index, symbol in enumerate(spelled.symbols):
            if symbol not in self.table:
                raise self._unknown(symbol, index, spelled.spans, pieces, text)
            ids.append(self.table.id(symbol))
        flat = [(piece, syllable) for piece in pieces for syllable in piece.pinyin]
        syllables = tuple(
            Syllable(piece.text, pinyin, start, end, piece.source, piece.start)
            for (piece, pinyin), (start, end) in zip(flat, spelled.spans, strict=True)
        )
        if self.add_blank:
            spaced = [0] * (2 * len(ids) + 1)
            spaced[1::2] = ids
            ids = spaced
        return Encoded(
            text,
            spoken,
            tuple(s.pinyin for s in syllables),
            spelled.symbols,
            tuple(ids),
            syllables,
            tuple(notes),
            tuple(token.text for token in tokens),
        )

    def tokens(self, spoken: str, inline: Mapping[int, tuple[str, ...]]) -> list[Token]:
        """Words and marks with the readings this front end writes (sandhi and erhua where its base has them)."""
        tokens = read(spoken, lexicon=self.lexicon, inline=inline)
        if self._kind.erhua:
            tokens = apply_erhua(tokens)
        return apply_sandhi(tokens) if self._kind.sandhi else tokens

    def _spoken(self, text: str) -> tuple[str, dict[int, tuple[str, ...]], list[Note]]:
        """The normalised text, the inline readings by index in it, and what cleaning noted."""
        given = find_readings(text)
        if not given:
            cleaned = clean(text)
            return normalize_clean(cleaned.text), {}, list(cleaned.notes)
        spoken, inline, notes, at = "", {}, [], 0
        for reading in given:
            cleaned = clean(text[at : reading.start], offset=at)
            notes.extend(cleaned.notes)
            spoken += normalize_clean(cleaned.text)
            inline.update(_place(reading, spoken, text))
            at = reading.end
        cleaned = clean(text[at:], offset=at)
        # A mark right behind the braces would be trimmed as if it opened the sentence.
        lead = "，" if cleaned.text[:1] in _PAUSES else ""
        rest = normalize_clean(cleaned.text)
        return spoken + (_PAUSES.get(cleaned.text[:1], lead) + rest), inline, [*notes, *cleaned.notes]

    def _unknown(self, symbol, index, spans, pieces, text) -> TextError:
        flat = [piece for piece in pieces for _ in piece.pinyin]
        owner = next((p for p, (start, end) in zip(flat, spans, strict=True) if start <= index < end), None)
        character = owner.text if owner else symbol
        position = text.find(character)
        return TextError(
            f"the symbol {symbol!r} (of {character!r}) is not in the table {self.table!r}",
            text=text,
            position=position if position >= 0 else 0,
            character=character,
            cure=f"the table does not fit the front end {self.name!r}; use the base's own front end",
        )


def _place_in(text: str, character: str) -> int:
    """Where `character` of the spoken text came from in the text as given (0 where that cannot be told)."""
    if character in text:
        return text.index(character)
    return next((i for i, c in enumerate(text) if character and character in clean(c).text), 0)


# Marks that may follow a reading in braces, narrow and wide.
_PAUSES = dict(zip(",.!?，。！？、；：…—”》）", "，。！？，。！？、；：…—”》）", strict=True))


def _place(reading: InlineReading, spoken: str, text: str) -> dict[int, tuple[str, ...]]:
    """Which characters of `spoken` (which ends at the brace) the inline reading is for."""
    cure = "write pinyin with tone digits after the characters, as in 银行{hang2} or 银行{yin2 hang2}"
    syllables = [s for s in reading.syllables if s]
    if len(syllables) < len(reading.syllables):
        raise TextError(
            f"{reading.written!r} is no reading", text=text, position=reading.start, character="{", cure=cure
        )
    latin = re.search("[A-Za-z]+$", spoken)
    if latin:
        return {latin.start(): tuple(syllables)}
    count = len(syllables)
    if len(spoken) < count or not all(is_hanzi(c) for c in spoken[-count:]):
        raise TextError(
            f"{reading.written!r} has {count} syllables but fewer characters stand before it",
            text=text,
            position=reading.start,
            character="{",
            cure=cure,
        )
    return {len(spoken) - count + i: (s,) for i, s in enumerate(syllables)}
