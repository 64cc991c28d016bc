"""From what a recogniser writes to what was said: no asides, one script, names put right, the user's corrections."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

# Whisper writes sounds that are not speech in brackets, between notes or as emoji.
_ASIDE = re.compile(r"\([^()]*\)|（[^（）]*）|\[[^\[\]]*\]|【[^【】]*】|〔[^〔〕]*〕|\*[^*]*\*|<[^<>]*>")
_NOTES = re.compile(r"[♪♫♬♩🎵🎶]+")
_FULL_WIDTH = str.maketrans(",!?;:", "，！？；：")
_DIGIT = re.compile(r"\d")
_MOST = 8  # readings of a text
_STOP = "。！？"
_PAUSE = "，、；："
_HANZI = "㐀-䶿一-鿿"


def wordings(raw: str, *, vocabulary: Sequence[str] = (), corrections: Mapping[str, str] | None = None) -> list[str]:
    """What may have been said, as one reads it out: Simplified, digits as words, names put right; the likeliest first.

    "2024年" has several readings, of which at most eight are given. Asides such as "(music)" go, since nobody says
    them. The recipe's corrections have the last word.
    """
    from ffvits.text import normalize, readings

    # Chinese marks first: a normaliser may take an ASCII one for a part of a number.
    text = re.sub(
        r"(?<!\d)[,!?;:]|[,!?;:](?!\d)", lambda mark: mark.group().translate(_FULL_WIDTH), without_asides(raw)
    )
    text = named(text, vocabulary)
    forms = [normalize(text), *(readings(text, _MOST)[1:] if _DIGIT.search(text) else ())]
    return list(dict.fromkeys(corrected(punctuated(form), corrections or {}) for form in forms))


def corrected(text: str, corrections: Mapping[str, str]) -> str:
    """The text with what is written wrongly in it replaced, longer ones first."""
    for wrong, right in sorted(corrections.items(), key=lambda pair: -len(pair[0])):
        text = text.replace(wrong, right)
    return text


def simplified(text: str) -> str:
    """The text in Simplified characters, as many as before."""
    from ffvits.text.characters import simplifier

    whole = simplifier().convert(text)
    return whole if len(whole) == len(text) else "".join(simplifier().convert(char)[:1] for char in text)


def without_asides(raw: str) -> str:
    """The text without bracketed remarks, notes and everything else that no one can say."""
    text = _ASIDE.sub(" ", raw)
    text = _NOTES.sub(" ", text)
    return re.sub(r"\s+", " ", "".join(char for char in text if char.isprintable())).strip()


def punctuated(text: str) -> str:
    """Chinese marks instead of ASCII ones, never two in a row nor one at the start, no blanks beside hanzi."""
    text = text.translate(_FULL_WIDTH)
    text = re.sub(r"\.{2,}|…+|。{2,}", "…", text)
    text = re.sub(rf"(?<=[{_HANZI}])\.(?=\s|$|[{_HANZI}])", "。", text)
    marks = _STOP + _PAUSE + "…"
    text = re.sub(rf"\s*([{marks}])\s*", r"\1", text)
    text = re.sub(rf"(?<=[{_HANZI}])\s+(?=[{_HANZI}])", "，", text)
    text = re.sub(rf"\s+(?=[{_HANZI}])|(?<=[{_HANZI}])\s+", "", text)
    # Of several marks the strongest stays: "，。" is a full stop.
    text = re.sub(
        rf"[{marks}]{{2,}}", lambda run: min(run.group(), key=lambda mark: (_STOP + "…" + _PAUSE).index(mark)), text
    )
    return text.lstrip(marks).strip()


def named(text: str, vocabulary: Iterable[str]) -> str:
    """The text with names and terms written as in the vocabulary wherever it sounds the same.

    Two characters must agree in every sound but the tone; in longer names the sounds that many speakers and
    recognisers confuse (zh/z, n/l, ing/in …) count as equal.
    """
    for word in sorted(set(vocabulary), key=len, reverse=True):
        if not re.fullmatch(f"[{_HANZI}]{{2,}}", word):
            continue
        blurred = len(word) > 2
        wanted = [_sound(char, blurred) for char in word]
        start = 0
        while (found := _like(text, wanted, blurred, start)) is not None:
            text = text[:found] + word + text[found + len(word) :]
            start = found + len(word)
    return text


def _like(text: str, wanted: list[frozenset[str]], blurred: bool, start: int) -> int | None:
    for place in range(start, len(text) - len(wanted) + 1):
        if all(_sound(text[place + offset], blurred) & sounds for offset, sounds in enumerate(wanted)):
            return place
    return None


_BLUR = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ing", "in"), ("eng", "en"), ("ang", "an"), ("l", "n"))


@lru_cache(maxsize=8192)
def _sound(char: str, blurred: bool) -> frozenset[str]:
    """The readings of a character without tones; empty for what is no hanzi."""
    from pypinyin import Style, pinyin

    if not re.fullmatch(f"[{_HANZI}]", char):
        return frozenset()
    readings = set(pinyin(char, style=Style.NORMAL, heteronym=True)[0])
    if blurred:
        for fine, coarse in _BLUR:
            readings = {
                re.sub(f"{fine}$", coarse, reading) if fine.endswith("ng") else re.sub(f"^{fine}", coarse, reading)
                for reading in readings
            }
    return frozenset(readings)
