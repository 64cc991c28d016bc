"""A pronunciation dictionary for programs that look words up instead of reading sentences (sherpa-onnx)."""

from __future__ import annotations

import re
import string
from collections.abc import Container, Iterator
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING

from ffvits import console
from ffvits.errors import TextError
from ffvits.text.characters import MARKS, is_hanzi

if TYPE_CHECKING:
    from ffvits.text import Encoded, FrontEnd

# A lexicon separates tokens by spaces, so the space symbol goes by a name of its own.
SPACE = "<space>"
# Where a front end writes its space: behind every word, or before it.
_SPACES = {"pinyin-letters": "after", "bopomofo": "before", "zh_ja_mixture": "before", "cjke": "before"}
COMMON = 20  # words seen less often in jieba's corpus are left to their characters
LONGEST = 8
REACH = 10  # characters that sherpa-onnx looks at for its longest match
LAST_NUMBER = 2100  # numbers are words, too; from 1900 they are years


def tokens_file(symbols: tuple[str, ...]) -> str:
    """tokens.txt: a symbol and its id on each line. Of a symbol that stands twice the later id counts."""
    ids = {symbol: index for index, symbol in enumerate(symbols)}
    return "".join(f"{SPACE if symbol == ' ' else symbol} {index}\n" for symbol, index in ids.items())


def lexicon_file(reader: FrontEnd, *, common: int = COMMON, words: bool = True) -> str:
    """lexicon.txt: characters, words whose reading their characters do not give, letters, numbers and marks.

    Words are read alone; jieba's words of at least `common` occurrences are looked at, and those of the user's own
    lexicon. Kept are those that hold a character of several readings, or are read otherwise than their characters.
    Before them stand the contexts of `text/data/contexts.txt`: stretches of sentences that the words alone would
    get wrong, and characters that are read otherwise between words than as a text of their own. `words=False` leaves
    out all but characters; each then has its commonest reading, in words or between them.
    """
    seen: dict[str, list[str]] = {}
    for word, marked in _words(reader, common) if words else _characters("characters.txt"):
        spelled = _spelled(reader, marked) if word not in seen else []
        if spelled:
            seen[word] = spelled
    return "".join(f"{word} {' '.join(tokens)}\n" for word, tokens in seen.items())


def longest_match(text: str, words: Container[str], beginnings: Container[str] = ()) -> Iterator[str]:
    """The pieces in which sherpa-onnx looks up `text`: from the left the longest of `words`, or one character.

    After its phrase-matcher.cc (version 2.0), for hanzi and marks; of marks that touch it knows only the first.
    `beginnings`, where given, are the first two characters of all longer words: much is then never looked up.
    """
    start = 0
    while start < len(text):
        end = min(start + REACH, len(text))
        if beginnings and text[start : start + 2] not in beginnings:
            end = start + 1
        while end > start + 1 and text[start:end] not in words:
            end -= 1
        yield text[start:end]
        start = end


def _words(reader: FrontEnd, common: int) -> Iterator[tuple[str, str]]:
    """What stands in the lexicon, and the text that says how it is read; of equals the first counts."""
    yield from ((word.lower(), word.lower()) for word in reader.lexicon)
    yield from _characters("contexts.txt")
    known = [(word, count) for word, count in _jieba() if count >= common]
    words = [word for word, _ in known if len(word) > 1 and _telling(word)]
    # 一 and 不 change their tone with what follows, in a word of the dictionary or not.
    words += [first + second for first in "一不" for second, _ in known if len(second) == 1 and not _telling(second)]
    contexts = _listed("contexts.txt")
    with console.progress("lexicon", total=len(contexts) + len(words), unit="words") as bar:
        for context, readings in contexts.items():
            # A word of the user's stands above what was found in other people's sentences.
            if not any(word in context for word in reader.lexicon):
                yield context, _marked(context, readings)
            bar.advance()
        for word in words:
            yield word, word
            bar.advance()


def _telling(word: str) -> bool:
    """True if a character of the word has several readings, or pypinyin reads the word otherwise than its parts."""
    from ffvits.text.mandarin import word_readings
    from ffvits.text.polyphones import model

    if not model().candidates.keys().isdisjoint(word) or (len(word) > 1 and "子" in word):
        return True
    return len(word) > 1 and word_readings(word) != tuple(word_readings(char)[0] for char in word)


def _characters(listed: str) -> Iterator[tuple[str, str]]:
    """`_single`, and the text that says how each is read: as the list has it, or else as a text of its own."""
    readings = _listed(listed)
    yield from ((word, _marked(word, readings[word]) if word in readings else word) for word in _single())


@lru_cache(maxsize=2)
def _listed(name: str) -> dict[str, tuple[str, ...]]:
    from ffvits.text.polyphones import data_text, read_phrases

    return read_phrases(data_text(name))


def _marked(context: str, readings: tuple[str, ...]) -> str:
    """The context with readings in braces where it would be read otherwise alone, so that sandhi keeps its way."""
    from ffvits.text.mandarin import character_readings

    alone = (own or char for own, char in zip(character_readings(context), context, strict=True))
    return "".join(
        char if own == said else f"{char}{{{said}}}" for char, own, said in zip(context, alone, readings, strict=True)
    )


def _single() -> Iterator[str]:
    """Marks, letters, numbers and every character that has a reading."""
    from pypinyin.constants import PINYIN_DICT

    yield from MARKS + string.ascii_lowercase
    yield from map(str, range(LAST_NUMBER + 1))
    yield from (chr(code) for code in sorted(PINYIN_DICT) if 0x4E00 <= code <= 0x9FFF)


@lru_cache(maxsize=1)
def _jieba() -> tuple[tuple[str, int], ...]:
    lines = (resources.files("jieba") / "dict.txt").read_text(encoding="utf-8").splitlines()
    rows = (line.split(" ") for line in lines)
    return tuple((word, int(count)) for word, count, *_ in rows if len(word) <= LONGEST and all(map(is_hanzi, word)))


def _spelled(reader: FrontEnd, word: str) -> list[str]:
    """The tokens of a word, without what a sentence adds at its end; [] for what the voice cannot say."""
    parts = [part for part in re.split(f"([{MARKS}])", word) if part]
    if len(parts) > 1:
        spelled = [_spelled(reader, part) for part in parts]
        return [token for tokens in spelled for token in tokens] if all(spelled) else []
    try:
        if word in MARKS:
            encoded = reader.encode(f"一{word}一")
            first, last = encoded.syllables
            between = encoded.symbols[first.end : last.start]
            return [symbol for symbol in between if symbol != " "]
        if word.isascii() and word.isdigit() and len(word) == 4 and word >= "1900":
            encoded = reader.encode("".join("零一二三四五六七八九"[int(digit)] for digit in word))
        else:
            encoded = reader.encode(word.upper() if len(word) == 1 else word)
    except TextError:
        return []
    tokens = [SPACE if symbol == " " else symbol for symbol in _said(encoded)]
    side = _SPACES.get(reader.name)
    return [*([SPACE] if side == "before" else []), *tokens, *([SPACE] if side == "after" else [])]


def _said(encoded: Encoded) -> tuple[str, ...]:
    return encoded.symbols[encoded.syllables[0].start : encoded.syllables[-1].end]
