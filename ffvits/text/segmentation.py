"""Words: jieba with its own dictionary, loaded once, silent, and without a cache file in a temporary folder."""

from __future__ import annotations

import logging
import re
import threading
import warnings
from collections.abc import Iterable, Iterator
from functools import lru_cache

_lock = threading.Lock()


@lru_cache(maxsize=1)
def _jieba():
    with warnings.catch_warnings():
        # Of its escapes, where no installer has compiled it: nothing that a user could do about.
        warnings.simplefilter("ignore")
        import jieba

    jieba.setLogLevel(logging.CRITICAL)
    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    return tokenizer


def tokenizer():
    """The one jieba tokenizer of ffvits, never changed after loading; safe to share between threads."""
    with _lock:
        return _jieba()


def is_word(text: str) -> bool:
    """True if jieba's dictionary has the word."""
    return bool(tokenizer().FREQ.get(text))


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
    with tokenizer().get_dict_file() as file:
        return b"\n" + file.read()


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
        for word in tokenizer().cut(text[start : start + WINDOW]):
            if used and used + len(word) > WINDOW - _LONGEST_WORD:
                break
            yield word
            used += len(word)
        start += used
    yield from tokenizer().cut(text[start:])
