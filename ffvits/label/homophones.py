"""The right character among those that sound alike: a recogniser hears 涉事 and writes 设施.

A small Whisper hears Mandarin syllables far better than it spells them, so its text is read as a row of syllables and
spelt anew: the likeliest row of dictionary words (word frequencies of jieba) in which a character may be exchanged
for one of the same sound. Each exchange has its price: higher where the tone would differ, and higher where the
recogniser was sure of what it wrote.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

# Prices in nats, chosen on 140 sentences of one speaker of AISHELL-1: 15.5 % wrong characters became 12.5 %.
_SAME_TONE, _OTHER_TONE, _SURENESS = 1.0, 4.0, 1.0
_LONGEST = 6  # characters of a word
_RARE = 5  # words seen less often in jieba's corpus are as likely noise as words
_HANZI = re.compile(r"[㐀-䶿一-鿿]+")


@dataclass(frozen=True)
class Spelling:
    """The dictionary: how often each word was seen (0: as the beginning of others), and the characters of a sound (a
    syllable without its tone).

    `following` has, for each beginning of a word that is not rare, the characters that go on with it.
    """

    frequencies: dict[str, int]
    total: int
    characters: dict[str, frozenset[str]]
    following: dict[str, set[str]]

    def respell(self, text: str, sureness: Sequence[float] = ()) -> str:
        """The text with characters exchanged for homophones where that makes likelier words.

        `sureness` is the recogniser's probability for each character of `text`; without it, one half. Everything but
        hanzi stays as it is, so the result has the length of the text.
        """
        if sureness and len(sureness) != len(text):
            raise ValueError(f"{len(sureness)} probabilities for {len(text)} characters")
        sure = list(sureness) or [0.5] * len(text)
        pieces, end = [], 0
        for run in _HANZI.finditer(text):
            pieces += [text[end : run.start()], self._run(run.group(), sure[run.start() : run.end()])]
            end = run.end()
        return "".join([*pieces, text[end:]])

    def _run(self, text: str, sure: Sequence[float]) -> str:
        sounds = _read(text)
        prices = [_SURENESS * max(0.0, math.log(p / (1 - p))) for p in (min(max(p, 1e-4), 1 - 1e-4) for p in sure)]
        # The best way to write each beginning: its log-probability, and the word that it ends with.
        best: list[tuple[float, str]] = [(0.0, ""), *[(-math.inf, "")] * len(text)]
        for start in range(len(text)):
            for word in self._words(text, sounds, start):
                stop = start + len(word)
                worth = best[start][0] + math.log(max(self.frequencies.get(word, 0), 1) / self.total)
                for place, (char, sound) in enumerate(zip(word, _read(word), strict=True), start):
                    if char != text[place]:
                        worth -= prices[place] + (_SAME_TONE if sounds[place] == sound else _OTHER_TONE)
                if worth > best[stop][0]:
                    best[stop] = (worth, word)
        words, stop = [], len(text)
        while stop:
            words.append(best[stop][1])
            stop -= len(words[-1])
        return "".join(reversed(words))

    def _words(self, text: str, sounds: Sequence[str], start: int) -> Iterator[str]:
        """The words that may stand at `start`: the character itself, and longer words that sound like the text."""
        yield text[start]
        wanted = [sound[:-1] for sound in sounds[start : start + _LONGEST]]
        beginnings = [""]
        for length, sound in enumerate(wanted, 1):
            written = text[start : start + length]
            if length > 1 and self.frequencies.get(written):
                yield written
            alike, own = self.characters.get(sound, frozenset()), written[-1]
            beginnings = [
                word + char
                for word in beginnings
                for char in sorted(self.following.get(word, frozenset()) & (alike if own in alike else alike | {own}))
            ]
            for word in beginnings if length > 1 else ():
                # A character has readings that it never has in this word: 客 is ke in 博客, which 百科 is not.
                if word != written and self.frequencies.get(word, 0) >= _RARE and _toneless(word) == wanted[:length]:
                    yield word


@lru_cache(maxsize=1)
def load() -> Spelling:
    """The spelling by jieba's dictionary and pypinyin's readings; half a second at the first call."""
    from pypinyin.constants import PINYIN_DICT

    from ffvits.text import segmentation

    dictionary = segmentation.tokenizer()  # which the marks of `pauses` go by, too: it is in memory once
    following: dict[str, set[str]] = {"": set()}
    for word, count in dictionary.FREQ.items():
        if count >= _RARE and 1 < len(word) <= _LONGEST and _HANZI.fullmatch(word):
            for length in range(len(word)):
                following.setdefault(word[:length], set()).add(word[length])
    common = {word[0] for word in dictionary.FREQ}
    characters: dict[str, set[str]] = {}
    for code in PINYIN_DICT:
        if chr(code) in common:
            for reading in _readings(chr(code)):
                characters.setdefault(reading[:-1], set()).add(chr(code))
    alike = {sound: frozenset(chars) for sound, chars in characters.items()}
    return Spelling(dictionary.FREQ, dictionary.total, alike, following)


@lru_cache(maxsize=65536)
def _read(text: str) -> tuple[str, ...]:
    """The syllables of a text of hanzi, in context, tones as a last digit."""
    from pypinyin import Style, lazy_pinyin

    return tuple(lazy_pinyin(text, style=Style.TONE3, neutral_tone_with_five=True))


def _toneless(word: str) -> list[str]:
    return [sound[:-1] for sound in _read(word)]


def _readings(char: str) -> tuple[str, ...]:
    from pypinyin.constants import PINYIN_DICT

    found = PINYIN_DICT.get(ord(char), "")
    return tuple(dict.fromkeys(_numbered(reading) for reading in found.split(",") if reading))


@lru_cache(maxsize=4096)
def _numbered(reading: str) -> str:
    """A syllable with its tone as a last digit; thousands of characters share fifteen hundred of them."""
    from pypinyin.contrib.tone_convert import to_tone3

    return to_tone3(reading, neutral_tone_with_five=True)
