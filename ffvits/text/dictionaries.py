"""What phrase dictionaries say of the polyphones in a phrase, each dictionary by itself.

Dictionaries err in different ways, so how much each is worth is left to the weights of the polyphone model. They are
stored together: one line for everything that is said alike of many phrases, with those phrases run together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

# In the order of what is stored; pypinyin's own phrases come first and are read from that package.
DICTIONARIES = ("large_pinyin", "zdic_cibs", "cc_cedict", "pinyin-pro")
LONGEST_PHRASE = 8

# What each dictionary says of one character; None where it lacks the phrase.
Said = tuple[str | None, ...]
# What they say of each character of a phrase; None for what is no polyphone.
Entry = tuple[Said | None, ...]
NOTHING: Said = (None,) * (1 + len(DICTIONARIES))


@lru_cache(maxsize=65536)
def to_tone3(marked: str) -> str:
    """Pinyin with a tone mark ("háng") as tidy TONE3."""
    from pypinyin import Style
    from pypinyin.style import convert

    plain = convert(marked, Style.TONE3, strict=False, default=marked).replace("ü", "v")
    return plain if plain[-1:].isdigit() else plain + "5"


@dataclass(frozen=True)
class Phrases:
    """Phrase dictionaries: pypinyin's own (marked pinyin), and the others shipped with ffvits, by phrase."""

    common: Mapping[str, Sequence[Sequence[str]]]
    others: Mapping[str, Entry]

    def common_reading(self, phrase: str, index: int) -> str | None:
        """What pypinyin says of a character of the phrase."""
        entry = self.common.get(phrase)
        return to_tone3(entry[index][0]) if entry and index < len(entry) else None

    def word(self, phrase: str, index: int) -> Said:
        """What pypinyin and then each of `DICTIONARIES` say of a character of the phrase."""
        others = self.others.get(phrase)
        return (self.common_reading(phrase, index), *((others and others[index]) or NOTHING[1:]))

    def covering(self, sentence: str, position: int) -> list[tuple[str | None, int]]:
        """For each dictionary the reading by its longest phrase over `position`, leftmost of equals, and its length."""
        found: list[tuple[str | None, int]] = [(None, 0)] * len(NOTHING)
        missing = len(found)
        for length in range(min(LONGEST_PHRASE, len(sentence)), 1, -1):
            for start in range(max(0, position - length + 1), min(position, len(sentence) - length) + 1):
                phrase = sentence[start : start + length]
                if phrase not in self.common and phrase not in self.others:
                    continue
                for i, reading in enumerate(self.word(phrase, position - start)):
                    if reading is not None and not found[i][1]:
                        found[i] = (reading, length)
                        missing -= 1
                if not missing:
                    return found
        return found


def pack(entries: Mapping[str, Entry]) -> str:
    """Entries as text: what is said (`-` for nothing, `/` between dictionaries, a space between characters), a tab, and
    all phrases of which it is said."""
    groups: dict[str, list[str]] = {}
    for phrase, entry in sorted(entries.items()):
        said = " ".join("-" if one is None else "/".join(reading or "-" for reading in one) for one in entry)
        groups.setdefault(said, []).append(phrase)
    return "".join(f"{said}\t{''.join(phrases)}\n" for said, phrases in sorted(groups.items()))


def unpack(text: str) -> dict[str, Entry]:
    """The entries that `pack` wrote; what is said alike is one object."""
    entries: dict[str, Entry] = {}
    for line in text.splitlines():
        said, run = line.split("\t")
        entry = tuple(_said(one) for one in said.split(" "))
        size = len(entry)
        entries.update(dict.fromkeys((run[i : i + size] for i in range(0, len(run), size)), entry))
    return entries


@lru_cache(maxsize=65536)
def _said(text: str) -> Said | None:
    if text == "-":
        return None
    return tuple(None if reading == "-" else reading for reading in text.split("/"))
