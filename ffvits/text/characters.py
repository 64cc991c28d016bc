"""Cleaning: every character of a text becomes something that can be read, or a note that says it is not spoken.

What is left afterwards: hanzi (simplified), letters, ASCII digits, the marks ，。！？、；：…—“”《》（）, single spaces
and line ends, and the symbols that the normaliser knows how to say.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from ffvits.text.inline import is_stand_in
from ffvits.text.markup import PICTURE, Note, strip_markup
from ffvits.text.numerals import cardinal

MARKS = "，。！？、；：…—“”《》（）"
# Symbols that reach the normaliser. ASCII signs may be part of a number, a unit, an address.
SYMBOLS = set("+-*/=<>%$#&@~^_|.,:;'\"()[]{}\\!?`°×÷±≤≥≠≈√∞π‰‱¥€£₩₹₽฿′″→←↑↓·∶’§") | set(
    "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩαβγδεζηθικλμνξοπρςστυφχψω⊥∠△∪∩∈∉⊂⊆∵∴∥⇒⇔∑∏∫∂∇∀∃∅∝≡≌∽⊇⊃⁄₀₁₂₃₄₅₆₇₈₉"
)


@dataclass(frozen=True)
class Cleaned:
    """Readable text, and what was set aside on the way."""

    text: str
    notes: tuple[Note, ...]


def is_hanzi(char: str) -> bool:
    """True for unified and compatibility ideographs of every plane."""
    return "\u3400" <= char <= "\u9fff" or "\uf900" <= char <= "\ufaff" or "\U00020000" <= char <= "\U000323af"


def clean(text: str, *, offset: int = 0) -> Cleaned:
    """Readable text and notes; never raises. `offset` is added to the positions of the notes."""
    source, notes = strip_markup(text, offset)
    source.replace(_AREA_BEFORE_NUMBER, lambda m: m.group() + " ")
    source.replace(_SUIT, lambda m: _SUITS[m.group()[0]])
    source.replace(_GRADE, lambda m: cardinal(str(len(re.findall("[★⭐🌟]", m.group())))) + "星")
    out: list[str] = []
    for place, char in zip(source.places, source.text, strict=True):
        mapped = "零" if char in "○◯" and out and out[-1] in _DIGITS else _map(char)
        if mapped is None:
            if not unicodedata.combining(char) or not out:
                notes.append(Note(offset + place, char, f"({_name(char)}) is not spoken"))
            if unicodedata.category(char) in _PICTURES and char not in "®©":
                out.append(_STAR if char in "⭐★🌟☆" else PICTURE)
            continue
        if mapped == "々":
            mapped = out[-1] if out and is_hanzi(out[-1]) else ""
        elif mapped[:1] == "½" and mapped[1:]:
            mapped = ("又" if out and out[-1].isdigit() else "") + mapped[1:]
        out.append(mapped)
    return Cleaned(_tidy("".join(out)), tuple(sorted(notes, key=lambda note: note.position)))


# Else 每㎡12元 has a power of 212.
_AREA_BEFORE_NUMBER = re.compile("[㎡㎥㎢㎠](?=[0-9０-９])")
# Of a playing card; elsewhere they are ornaments.
_SUITS = dict(zip("♠♤♥♡♣♧♦♢", ("黑桃", "黑桃", "红桃", "红桃", "梅花", "梅花", "方块", "方块"), strict=True))
_SUIT = re.compile(r"[♠♤♥♡♣♧♦♢]\ufe0f?(?=(?:10|[2-9AJQK])(?![\dA-Za-z.]| ?[个天次年月日号点元人岁%]))")
# Stars that grade what the word before them names, more than one (书荐★生活) or behind a colon; empty ones are not won.
_GRADED = "[度数级分荐价]"
_GRADE = re.compile(
    rf"(?:(?<={_GRADED})(?=.\ufe0f?[★⭐🌟☆])|(?<={_GRADED}[：:])|(?<={_GRADED}[：:] ))(?:[★⭐🌟]\ufe0f?)+(?:☆\ufe0f?)*"
)
# A noncharacter like PICTURE: a star, which is said behind a number.
_STAR = "\ufdd2"
_DIGITS = tuple("零一二三四五六七八九十百")
# Emoji, new ones among them, keycaps and other drawings.
_PICTURES = ("So", "Sk", "Cn", "Me")

_DIRECT = {
    "㎡": "m^2", "㎥": "m^3", "㎢": "km^2", "㎠": "cm^2",
    "'": "'", "’": "’", "‘": "‘", "‛": "“", "‚": "“", "‹": "“", "›": "”", "＇": "'", "＂": '"',
    "«": "“", "»": "”", "「": "“", "」": "”", "『": "“", "』": "”",
    "〝": "“", "〞": "”", "〟": "”", "„": "“", "【": "（", "】": "）", "〔": "（", "〕": "）", "〖": "（",
    "〗": "）", "［": "（", "］": "）", "｛": "（", "｝": "）", "〈": "《", "〉": "》", "﹙": "（", "﹚": "）",
    "｡": "。", "､": "、", "﹑": "、", "﹔": "；", "‥": "…", "⋯": "…", "︰": "：", "︙": "…",
    "–": "–", "—": "—", "―": "—", "─": "—", "━": "—", "﹣": "-", "－": "-", "‐": "-", "‑": "-", "‒": "–", "−": "-",
    "～": "~", "〜": "~", "∼": "~", "˜": "~", "•": "·", "・": "·", "‧": "·", "●": "·", "･": "·", "∙": "·",
    "ー": "ー", "￥": "¥", "￡": "£", "￦": "₩", "℃": "°C", "℉": "°F", "º": "°", "˚": "°", "∕": "/",
    "™": "", "µ": "μ", "Ω": "Ω", "K": "K", "Å": "埃", "№": "No.", "％": "%", "″": "″", "′": "′", "＝": "=",
    "∶": "∶", "⟶": "→", "➡": "→", "➔": "→", "⬆": "↑", "⬇": "↓", "⁺": "^+", "⁻": "^-", "×": "×", "✕": "×",
    "✖": "×", "╳": "×", "∗": "*", "⁎": "*", "≦": "≤", "≧": "≥", "⩽": "≤", "⩾": "≥", "≒": "≈", "ϕ": "φ",
    "∆": "△", "∛": "三次√", "∜": "四次√", "∣": "|", "⋅": "⋅",
    "々": "々", "〇": "零", "𠮷": "吉", "𝑖": "i", "ⁿ": "^n", "ⁱ": "^i", "ˣ": "^x", "ʸ": "^y",
    "，": "，", "。": "。", "！": "！", "？": "？", "；": "；", "：": "：", "（": "（", "）": "）", "、": "、",
    "ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ł": "l", "Ł": "L",
    "ı": "i", "þ": "th", "ð": "d", "\u2028": "\n", "\u2029": "\n", "\x0b": "\n", "\x0c": "\n", "\r": "\n", "\x85": "\n",
}  # fmt: skip
_SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789", strict=True))


@lru_cache(maxsize=16384)
def _map(char: str) -> str | None:
    """What stands for the character after cleaning ("" for invisible ones), or None if it cannot be spoken."""
    if (char.isascii() and char.isalnum()) or "一" <= char <= "鿿":
        return char
    if char in _DIRECT:
        return _DIRECT[char]
    if char in MARKS or char in SYMBOLS or char in (PICTURE, "\n") or is_stand_in(char):
        return char
    if char.isspace():
        return " "
    if char in _SUPERSCRIPTS:
        return "^" + _SUPERSCRIPTS[char]
    category = unicodedata.category(char)
    number = unicodedata.numeric(char, None)
    if category in ("No", "Nl") and number is not None and number == int(number) and 0 <= number <= 100:
        name = unicodedata.name(char, "")
        if "CIRCLED" in name:
            return f"({int(number)})"
        if "ROMAN NUMERAL" in name:
            return cardinal(str(int(number)))
    if category == "Nd":
        return str(unicodedata.digit(char))
    if (category in ("Cf", "Mn", "Me") and not char.isprintable()) or "\ufe00" <= char <= "\ufe0f":
        return ""
    folded = unicodedata.normalize("NFKC", char)
    if "SUBSCRIPT SMALL LETTER" in unicodedata.name(char, ""):
        return " " + folded
    if "⁄" in folded:
        return "½" + folded.replace("⁄", "/")
    if folded != char:
        parts = [_map(c) for c in folded]
        return None if None in parts else "".join(p for p in parts if p)
    if category[0] == "L":
        plain = unicodedata.normalize("NFKD", char)[0]
        return plain if plain.isascii() else char
    # Quotes, brackets and dashes of other scripts.
    return {"Pi": "“", "Pf": "”", "Ps": "（", "Pe": "）", "Pd": "—"}.get(category)


def _name(char: str) -> str:
    return unicodedata.name(char, f"U+{ord(char):04X}").capitalize()


@lru_cache(maxsize=1)
def simplifier():
    """OpenCC from Traditional to Simplified characters, loaded once."""
    from opencc import OpenCC

    return OpenCC("t2s")


_ON_THE_LINE = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789", " ")
_ALNUM = "A-Za-z0-9"
_TIDY = tuple(
    (re.compile(pattern), by)
    for pattern, by in (
        # Between digits the wide forms mean what the narrow ones mean.
        (r"(?<=\d)：(?=\d)", ":"),
        (r"∶", ":"),
        (r"(?<=N)[⋅·](?=m(?![A-Za-z]))", "·"),
        # Of names it is the dot.
        (rf"(?<=[{_ALNUM}α-ωΔ)）]) ?⋅ ?(?=[{_ALNUM}α-ωΔ√(（])", "×"),
        (r"⋅", "·"),
        (r"(?<=\d)，(?=000(?!\d))", ","),
        (rf"(?<=[{_ALNUM}%])[–—](?=[+\-]?\d)|(?<=[\d%])[–—](?=[{_ALNUM}])|(?<=[A-Za-z])–(?=[A-Za-z])", "-"),
        (r"[—–]+", "—"),
        # A picture between words stands for a mark; a star behind a number is said.
        (rf"(?<=\d){_STAR}(?=[级酒评]|好评)", "星"),
        (rf"(?:(?<=[^\d.][1-7])|(?<=^[1-7])|(?<=\d\.\d)){_STAR}(?![\d{_STAR}])", "星"),
        (rf"(?<!{_STAR}){_STAR} ?([1-7])(?=角色|武器|光锥|干员|从者|装备|英雄|圣遗物|卡)", r"\1星"),
        (_STAR, PICTURE),
        (rf"(?<=[^\W_]|[%）”》)]) ?{PICTURE}[{PICTURE} ]*(?=[^\W_]|[“《（(])", "，"),
        (PICTURE, ""),
        # Lowered digits are like others but for the base of a logarithm, which must not run into what follows.
        (
            r"(?<!log)(?<![₀-₉])[₀-₉]+|(?<=[₀-₉]) (?=[^\W\d])|(?<=log[₀-₉]) (?=\w)",
            lambda m: m.group().translate(_ON_THE_LINE),
        ),
        (r"(?<![A-Za-z\d_])([A-Za-z])_(\d{1,2})(?![A-Za-z\d_])", r"\1\2"),
        # A run of raised characters is one power.
        (r"(?<=\^[\d+-])\^(?=\d)|(?<=\^\d\d)\^(?=\d)|(?<=\^[+-]\d)\^(?=\d)", ""),
        (r"<(?=[一-鿿])([^<>=\n]{1,40})>", r"《\1》"),
        (r"。{2,}|\.{3,}|…+|·{3,}", "…"),
        (r"[ \t]+", " "),
        (r" ?\n[\s]*", "\n"),
        (r"、+", "、"),
        (r"，+", "，"),
        (r"~{2,}", "~"),
        # Many write a range with two or three hyphens.
        (r"(?<=[\d年月日号元度%])-{2,4}(?=\d)", "-"),
        (r"-{3,}|={3,}|(?<![A-Za-z\d])(?<![A-Za-z\d] )={2}(?! ?[\dA-Za-z])|\*{3,}|_{3,}", "\n"),
        (r"(?<=[\dA-Za-z)])\*\*(?=\d)|(?<=\d)\*\*(?=[a-z(])", "^"),
        (r"(?<![\w)）])\^(?!\d|[+-]\d)|\^(?![\w(（+-])|\^(?=[+-](?!\d))|\^$", ""),
    )
)


_SHOUTS = re.compile("[!?！？]{2,}")

# Taiwan writes the particle 着 as 著, which simplification leaves alone.
_ASPECT = re.compile("(?<=[看听说想走站坐躺拿带跟随望等笑哭穿吃睡抱盯追握闭睁低抬背靠围顺沿朝])著(?![名作称者述录])")


def _tidy(text: str) -> str:
    """Repeated marks once, wide forms narrow inside numbers, Traditional characters simplified."""
    if any("㐀" <= c for c in text):
        text = simplifier().convert(text)
        text = _ASPECT.sub("着", text)
    for pattern, by in _TIDY:
        text = pattern.sub(by, text)
    text = _SHOUTS.sub(lambda m: "？" if "?" in m.group() or "？" in m.group() else "！", text)
    return _pair_quotes(_single_quotes(text)).strip()


def _single_quotes(text: str) -> str:
    """‘ and ’ become “ and ”; in a word (it’s), and where none is open, they are apostrophes or minutes."""
    if "’" not in text and "‘" not in text:
        return text
    out = []
    opened = 0
    for index, char in enumerate(text):
        around = text[max(0, index - 1) : index] + text[index + 1 : index + 2]
        if char in "‘’" and len(around) == 2 and around.isascii() and around.isalpha():
            char = "'"
        elif char == "‘":
            char = "“"
        elif char == "’":
            char = "”" if opened > 0 and not around[:1].isdigit() else "'"
        opened += {"“": 1, "”": -1, "\n": -opened}.get(char, 0)
        out.append(char)
    return "".join(out)


def _pair_quotes(text: str) -> str:
    """Straight double quotes become “ and ” in turn, except inch marks after a digit."""
    if '"' not in text:
        return text
    opened = False
    out = []
    for index, char in enumerate(text):
        if char == '"':
            if text[index - 1 : index].isdigit() and not opened:
                out.append("″")
                continue
            char = "”" if opened else "“"
            opened = not opened
        elif char == "\n":
            opened = False
        out.append(char)
    return "".join(out)
