"""A Mandarin syllable in TONE3 pinyin ("hang2", neutral tone 5, ü as v), its parts, and its spelling in bopomofo."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

INITIALS = tuple("b p m f d t n l g k h j q x zh ch sh r z c s".split())
_BY_LENGTH = tuple(sorted(INITIALS, key=len, reverse=True))

# Syllables without an initial are spelled with y and w, which stand for the medials i, u and ü.
_GLIDES = {
    "yi": "i", "ya": "ia", "yao": "iao", "ye": "ie", "you": "iou", "yan": "ian", "yin": "in", "yang": "iang",
    "ying": "ing", "yong": "iong", "yo": "io", "yai": "iai",
    "wu": "u", "wa": "ua", "wo": "uo", "wai": "uai", "wei": "uei", "wan": "uan", "wen": "uen", "wang": "uang",
    "weng": "ueng", "wong": "ong",
    "yu": "v", "yue": "ve", "yuan": "van", "yun": "vn",
}  # fmt: skip
_SHORTENED = {"iu": "iou", "ui": "uei", "un": "uen", "ue": "ve"}

_TONE_MARKS = {
    mark: (letter, tone)
    for letter, marks in {"a": "āáǎà", "e": "ēéěè", "i": "īíǐì", "o": "ōóǒò", "u": "ūúǔù", "v": "ǖǘǚǜ"}.items()
    for tone, mark in enumerate(marks, start=1)
} | {"ń": ("n", 2), "ň": ("n", 3), "ǹ": ("n", 4), "ḿ": ("m", 2)}

_FINAL_TO_BOPOMOFO = {
    "a": "ㄚ", "o": "ㄛ", "e": "ㄜ", "ê": "ㄝ", "ai": "ㄞ", "ei": "ㄟ", "ao": "ㄠ", "ou": "ㄡ", "an": "ㄢ",
    "en": "ㄣ", "ang": "ㄤ", "eng": "ㄥ", "er": "ㄦ", "ong": "ㄨㄥ",
    "i": "ㄧ", "ia": "ㄧㄚ", "io": "ㄧㄛ", "ie": "ㄧㄝ", "iai": "ㄧㄞ", "iao": "ㄧㄠ", "iou": "ㄧㄡ",
    "ian": "ㄧㄢ", "in": "ㄧㄣ", "iang": "ㄧㄤ", "ing": "ㄧㄥ", "iong": "ㄩㄥ",
    "u": "ㄨ", "ua": "ㄨㄚ", "uo": "ㄨㄛ", "uai": "ㄨㄞ", "uei": "ㄨㄟ", "uan": "ㄨㄢ", "uen": "ㄨㄣ",
    "uang": "ㄨㄤ", "ueng": "ㄨㄥ",
    "v": "ㄩ", "ve": "ㄩㄝ", "van": "ㄩㄢ", "vn": "ㄩㄣ",
    "m": "ㄇㄨ", "n": "ㄣ", "ng": "ㄋㄍ",
}  # fmt: skip
_INITIAL_TO_BOPOMOFO = dict(zip(INITIALS, "ㄅㄆㄇㄈㄉㄊㄋㄌㄍㄎㄏㄐㄑㄒㄓㄔㄕㄖㄗㄘㄙ", strict=True))
TONE_TO_BOPOMOFO = {1: "ˉ", 2: "ˊ", 3: "ˇ", 4: "ˋ", 5: "˙"}


@dataclass(frozen=True)
class Parts:
    """One syllable taken apart: `final` is the full form (iou, uei, uen, v), apical `i` stays `i`."""

    initial: str
    final: str
    tone: int


def tidy(pinyin: str) -> str | None:
    """TONE3 pinyin with tone 1-5 and ü as v ("lü4", "lǜ", "lu:4" become "lv4"), or None if it is no syllable."""
    text = pinyin.strip().lower().replace("u:", "v").replace("ü", "v")
    tone = 0
    if text and text[-1] in "012345":
        tone = int(text[-1]) or 5
        text = text[:-1]
    letters = []
    for letter in text:
        if letter in _TONE_MARKS:
            plain, marked = _TONE_MARKS[letter]
            if tone and tone != marked:
                return None
            tone = marked
            letters.append(plain)
        else:
            letters.append(letter)
    base = re.sub(r"^([jqxy])v", r"\1u", "".join(letters))
    base = {"lue": "lve", "nue": "nve", "eh": "ê"}.get(base, base)
    whole = f"{base}{tone or 5}"
    return whole if base in _known_bases() else None


@lru_cache(maxsize=4096)
def parts(pinyin: str) -> Parts:
    """Initial, full final and tone of a tidy TONE3 syllable. Raises ValueError if it is none."""
    base, tone = pinyin[:-1], pinyin[-1:]
    if tone not in "12345" or not tone or base not in _known_bases():
        raise ValueError(f"{pinyin!r} is not a TONE3 pinyin syllable")
    return _split(base, int(tone))


def _split(base: str, tone: int) -> Parts:
    if base in _GLIDES:
        return Parts("", _GLIDES[base], tone)
    if base in ("m", "n", "ng", "ê"):
        return Parts("", base, tone)
    if base in ("hm", "hng"):
        return Parts("h", base[1:], tone)
    initial = next((i for i in _BY_LENGTH if base.startswith(i)), "")
    final = base[len(initial) :]
    if initial in ("j", "q", "x") and final.startswith("u"):
        final = "v" + final[1:]
    if initial and final in _SHORTENED:
        final = _SHORTENED[final]
    return Parts(initial, final, tone)


@lru_cache(maxsize=4096)
def bopomofo(pinyin: str) -> str:
    """The syllable in bopomofo with its tone mark, first tone ˉ and neutral ˙ written out: "hang2" is ㄏㄤˊ."""
    p = parts(pinyin)
    apical = p.final == "i" and p.initial in ("zh", "ch", "sh", "r", "z", "c", "s")
    final = "" if apical else _FINAL_TO_BOPOMOFO[p.final]
    return _INITIAL_TO_BOPOMOFO.get(p.initial, "") + final + TONE_TO_BOPOMOFO[p.tone]


_BASES_BY_INITIAL = {
    "": "a o e ê ai ei ao ou an en ang eng er m n ng " + " ".join(_GLIDES),
    "b": "a o ai ei ao an en ang eng ong i ia iu ie iao ian in ing u e iang",
    "p": "a o ai ei ao ou an en ang eng i ie iao ian in ing u e ia",
    "m": "a o e ai ei ao ou an en ang eng i ie iao iu ian in ing u ia",
    "f": "a o ei ou an en ang eng u iao ai ong",
    "d": "a e ai ei ao ou an en ang eng ong i ia ie iao iu ian ing u uo ui uan un in",
    "t": "a e ai ei ao ou an en ang eng ong i ie iao ian ing u uo ui uan un",
    "n": "a e ai ei ao ou an en ang eng ong i ia ie iao iu ian in iang ing u uo uan un v ve",
    "l": "a o e ai ei ao ou an en ang eng ong i ia ie iao iu ian in iang ing u uo uan un v ve van vn",
    "g": "a e ai ei ao ou an en ang eng ong ing u ua uo uai ui uan un uang",
    "k": "a e ai ei ao ou an en ang eng ong u ua uo uai ui uan un uang iu",
    "h": "a e ai ei ao ou an en ang eng ong u ua uo uai ui uan un uang m ng",
    "j": "i ia ie iao iu ian in iang ing iong u ue uan un",
    "q": "i ia ie iao iu ian in iang ing iong u ue uan un",
    "x": "i ia ie iao iu ian in iang ing iong u ue uan un",
    "zh": "i a e ai ei ao ou an en ang eng ong u ua uo uai ui uan un uang",
    "ch": "i a e ai ao ou an en ang eng ong u ua uo uai ui uan un uang",
    "sh": "i a e ai ei ao ou an en ang eng ong u ua uo uai ui uan un uang",
    "r": "i e ao ou an en ang eng ong u ua uo ui uan un ai",
    "z": "i a e ai ei ao ou an en ang eng ong u uo ui uan un",
    "c": "i a e ai ei ao ou an en ang eng ong u uo ui uan un",
    "s": "i a e ai ei ao ou an en ang eng ong u uo ui uan un",
}


@lru_cache(maxsize=1)
def _known_bases() -> frozenset[str]:
    return frozenset(initial + final for initial, finals in _BASES_BY_INITIAL.items() for final in finals.split())


def known_bases() -> frozenset[str]:
    """Every toneless syllable that can be written, rare and colloquial ones (fiao, rua, hng) included."""
    return _known_bases()
