"""Words: jieba with its own dictionary, read once, silent, and without a cache file in a temporary folder."""

from __future__ import annotations

import itertools
import logging
import re
import threading
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import jieba

_lock = threading.Lock()


@dataclass(frozen=True)
class _Dictionary:
    """jieba's tokenizer, which knows the words that begin with a character as soon as a text has that character.

    A text asks for none but those, and making all 500,000 entries takes a second. `waiting` has the lines of the rest
    by their first character.
    """

    tokenizer: jieba.Tokenizer
    waiting: dict[str, list[str]]

    def know(self, characters: Iterable[str]) -> None:
        known = self.tokenizer.FREQ
        for character in characters:
            words: dict[str, int] = {}
            for line in self.waiting.pop(character, ()):
                word, count, _tag = line.split(" ", 2)
                words[word] = int(count)
                for end in range(len(word) - 1, 0, -1):  # jieba goes on while what it has is the beginning of a word
                    if word[:end] in words:
                        break
                    words[word[:end]] = 0
            known.update(words)


@lru_cache(maxsize=1)
def _jieba() -> _Dictionary:
    with warnings.catch_warnings():
        # Of its escapes, where no installer has compiled it: nothing that a user could do about.
        warnings.simplefilter("ignore")
        import jieba

    jieba.setLogLevel(logging.CRITICAL)
    tokenizer = jieba.Tokenizer()
    lines = _dictionary().decode("utf-8").split("\n")[1:-1]
    waiting: dict[str, list[str]] = {}
    for first, words in itertools.groupby(lines, itemgetter(0)):
        waiting.setdefault(first, []).extend(words)
    tokenizer.FREQ = {}
    tokenizer.total = sum(map(int, re.findall(rb" (\d+) ", _dictionary())))
    tokenizer.initialized = True
    return _Dictionary(tokenizer, waiting)


def tokenizer(text: str | None = None) -> jieba.Tokenizer:
    """The one jieba tokenizer of ffvits, which knows all words of `text` (None: all that jieba knows).

    Safe to share between threads.
    """
    with _lock:
        dictionary = _jieba()
        if asked := dictionary.waiting.keys() & set(text) if text is not None else list(dictionary.waiting):
            dictionary.know(asked)
        return dictionary.tokenizer


def is_word(text: str) -> bool:
    """True if jieba's dictionary has the word."""
    return bool(tokenizer(text[:1]).FREQ.get(text))


@lru_cache(maxsize=4096)
def part_of_speech(word: str) -> str:
    """The tag that jieba's dictionary gives a word (n, v, d, …), "" for what it does not have.

    The tokenizer keeps no tags, and all of them would cost as much memory and time again: the few words that are asked
    for are looked up in the file.
    """
    lines = _dictionary()
    at = lines.find(f"\n{word} ".encode()) + 1
    return lines[at : lines.index(b"\n", at)].split()[-1].decode() if at else ""


@lru_cache(maxsize=1)
def _dictionary() -> bytes:
    """Lines of a word, how often it was seen, and its tag, with line ends around each."""
    from importlib import resources

    return b"\n" + (resources.files("jieba") / "dict.txt").read_bytes()


def cut(text: str, fixed: Iterable[str] = ()) -> Iterator[str]:
    """The words of `text` in order; their concatenation is `text`. Words in `fixed` are never cut."""
    words = sorted(fixed, key=len, reverse=True)
    if not words:
        yield from _cut(text)
        return
    at = 0
    for match in re.finditer("|".join(map(re.escape, words)), text):
        yield from _cut(text[at : match.start()])
        yield match.group()
        at = match.end()
    yield from _cut(text[at:])


# jieba's time grows with the square of a stretch without marks, so a long stretch is cut through a sliding window.
WINDOW = 240
_LONGEST_WORD = 20


def _cut(text: str) -> Iterator[str]:
    start = 0
    while len(text) - start > WINDOW:
        # Words near the window's edge may still grow: they are cut again with what follows.
        used = 0
        stretch = text[start : start + WINDOW]
        for word in tokenizer(stretch).cut(stretch):
            if used and used + len(word) > WINDOW - _LONGEST_WORD:
                break
            yield word
            used += len(word)
        start += used
    yield from tokenizer(text[start:]).cut(text[start:])
