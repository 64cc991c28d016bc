"""The one path from written Chinese to symbol ids, used for training, speech, evaluation and export alike."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ffvits.errors import TextError
from ffvits.language import counted
from ffvits.text.characters import clean, is_hanzi
from ffvits.text.inline import Given, Held, InlineReading, find_readings, is_stand_in, place_of, stand_in
from ffvits.text.mandarin import read
from ffvits.text.markup import Note
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
from ffvits.text.unreadable import as_typed


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
        syllables = tuple(tidy(s) if _has_tone(s) else None for s in reading.split())
        wrong = next((s for s, t in zip(reading.split(), syllables, strict=True) if t is None), None)
        if wrong is not None or not syllables:
            raise TextError(
                f"lexicon: {word!r} has the reading {reading!r}; "
                f"{wrong or 'nothing'!r} is no pinyin syllable with a tone",
                text=reading,
                cure="write syllables with tone digits, as in yin2 hang2",
            )
        key = word.strip()
        if not key:
            raise TextError(
                f"lexicon: the reading {reading!r} is for no word",
                text=reading,
                cure="write the word before it, as in 银行: yin2 hang2",
            )
        if all(is_hanzi(c) for c in key):
            key = clean(key).text
            if len(syllables) != len(key):
                raise TextError(
                    f"lexicon: {word!r} has {counted(len(key), 'character')} and {counted(len(syllables), 'syllable')}",
                    text=reading,
                    cure="write one syllable for each character",
                )
        lexicon[key.lower()] = tuple(s for s in syllables if s)
    return lexicon


def _has_tone(syllable: str) -> bool:
    return syllable[-1].isdigit() or not syllable.isascii()


def _as_written(lexicon: Mapping[str, tuple[str, ...]]) -> re.Pattern[str] | None:
    """The words of the lexicon that rules would change or segmentation would cut (T1, 66, AK-47, T恤, hello world)."""
    words = [word for word in lexicon if not re.fullmatch("[a-z]+", word) and not all(map(is_hanzi, word))]
    if not words:
        return None
    each = (
        (r"(?<![A-Za-z\d])(?<!\d[.,:/])" if word[0].isascii() and word[0].isalnum() else "")
        + (_NO_SIGN_BEFORE if word.isdigit() else "")
        + re.escape(word)
        + (r"(?![A-Za-z\d]|[.,:/]\d)" if word[-1].isascii() and word[-1].isalnum() else "")
        + (_NO_SIGN_BEHIND if word.isdigit() else "")
        for word in sorted(words, key=len, reverse=True)
    )
    return re.compile("|".join(each), re.IGNORECASE)


# Digits with these are an amount, a share or a range, and no word.
_NO_SIGN_BEFORE = r"(?<![¥￥$€£~～–-])"
_NO_SIGN_BEHIND = r"(?!\s?[%％‰°℃℉]|[~～–-]\d)"


class FrontEnd:
    """Text to symbol ids for one kind of base. Made by `front_end`; safe to share between threads."""

    def __init__(self, name: str, table: SymbolTable, add_blank: bool, lexicon: Mapping[str, tuple[str, ...]]) -> None:
        self.name = name
        self.table = table
        self.add_blank = add_blank
        self.lexicon = dict(lexicon)
        self._written = _as_written(lexicon)
        self._kind = _KINDS[name]

    def __repr__(self) -> str:
        return f"FrontEnd({self.name!r}, {self.table!r}, add_blank={self.add_blank})"

    def encode(self, text: str, *, file: str | Path | None = None, line: int | None = None) -> Encoded:
        """The ids of `text`, with every stage kept.

        Raises TextError, with position, character, cure and what else is wrong, if something in it cannot be spoken or
        written in the table, or if there is nothing to speak.
        """
        try:
            return self._encode(text)
        except TextError as error:
            if file is not None:  # or what the error names by itself: a network's table, a lexicon
                error.file, error.line = str(file), line
            if not error.text:
                as_typed(error, text)
            raise

    def _encode(self, text: str) -> Encoded:
        spoken, inline, given, notes = self._spoken(text)
        tokens = self.tokens(spoken, inline, given)
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

    def tokens(
        self, spoken: str, inline: Mapping[int, tuple[str, ...]], given: Mapping[int, Given] | None = None
    ) -> list[Token]:
        """Words and marks with the readings this front end writes (sandhi and erhua where its base has them)."""
        tokens = read(spoken, lexicon=self.lexicon, inline=inline, given=given)
        if self._kind.erhua:
            tokens = apply_erhua(tokens)
        return apply_sandhi(tokens) if self._kind.sandhi else tokens

    def _spoken(self, text: str) -> tuple[str, dict[int, tuple[str, ...]], dict[int, Given], list[Note]]:
        """The normalised text, the readings in braces and the given words by index in it, and what cleaning noted."""
        bare, held = self.set_aside(text)
        cleaned = clean(bare)
        spoken, inline, given = "", {}, {}
        for char in normalize_clean(cleaned.text):
            what = held[place_of(char)].what if is_stand_in(char) else None
            if what is None:
                spoken += char
            elif isinstance(what, Given):
                given[len(spoken)] = what
                spoken += what.text
            else:
                inline.update(_place(what, spoken, text))
        notes = [replace(note, position=_place_before(note.position, held)) for note in cleaned.notes]
        notes += [Note(i, c, f"(U+{ord(c):X}) is not spoken") for i, c in enumerate(text) if is_stand_in(c)]
        return spoken, inline, given, sorted(notes, key=lambda note: note.position)

    def set_aside(self, text: str) -> tuple[str, list[Held]]:
        """The text with stand-ins for what rules must not see, and these things in their order."""
        held = self._hold(text)
        # A sign that the writer set would be taken for a thing of ours.
        text = "".join(" " if is_stand_in(c) else c for c in text)
        parts, at = [], 0
        for index, one in enumerate(held):
            parts += [text[at : one.start], stand_in(index)]
            at = one.end
        return "".join([*parts, text[at:]]), held

    def _hold(self, text: str) -> list[Held]:
        """What rules must not see: words of the lexicon as written, and readings in braces, by their place in the text.

        A reading behind a number or a name with digits is for the whole of it: T1{ti4 wan1}.
        """
        held: list[Held] = []
        for reading in find_readings(text):
            run = _WITH_DIGITS.search(text, max(0, reading.start - 40), reading.start)
            if run and None not in reading.syllables:
                syllables = tuple(s for s in reading.syllables if s)
                held.append(Held(run.start(), reading.end, Given(run.group(), syllables, "inline")))
            else:
                held.append(Held(reading.start, reading.end, reading))
        if self._written:
            taken = [(one.start, one.end) for one in held]
            for m in self._written.finditer(text):
                # For a pattern ſ is an s and the sign of kelvin a k; they are none here.
                syllables = self.lexicon.get(m.group().lower())
                if syllables and all(m.end() <= start or m.start() >= end for start, end in taken):
                    held.append(Held(*m.span(), Given(m.group(), syllables, "lexicon")))
        return sorted(held, key=lambda one: one.start)

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


def _place_before(position: int, held: Sequence[Held]) -> int:
    """The index in the text as given of what stands at `position` beside stand-ins of one character each."""
    for one in held:
        if position <= one.start:
            break
        position += one.end - one.start - 1
    return position


# A number, or a name with digits, right before braces.
_WITH_DIGITS = re.compile(r"(?=[A-Za-z.,:/+-]*\d)[A-Za-z\d](?:[A-Za-z\d.,:/+-]*[A-Za-z\d])?%?$")


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
            f"{reading.written!r} has {counted(count, 'syllable')} but fewer characters stand before it",
            text=text,
            position=reading.start,
            character="{",
            cure=cure,
        )
    return {len(spoken) - count + i: (s,) for i, s in enumerate(syllables)}
