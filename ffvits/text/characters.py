"""Cleaning: every character of a text becomes something that can be read, or a note that says it is not spoken.

What is left afterwards: hanzi (simplified), letters, ASCII digits, the marks ，。！？、；：…—“”《》（）, single spaces
and line ends, and the symbols that the normaliser knows how to say.
"""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from ffvits.text.numerals import cardinal

MARKS = "，。！？、；：…—“”《》（）"
# Symbols that reach the normaliser. ASCII signs may be part of a number, a unit, an address.
SYMBOLS = set("+-*/=<>%$#&@~^_|.,:;'\"()[]{}\\!?`°×÷±≤≥≠≈√∞π‰‱¥€£₩₹₽฿′″→←↑↓·∶") | set(
    "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩαβγδεζηθικλμνξοπρςστυφχψω"
)


@dataclass(frozen=True)
class Note:
    """Something in the text that is not spoken as it stands: where (index from 0), what, and why."""

    position: int
    character: str
    message: str

    def __str__(self) -> str:
        return f"position {self.position}: {self.character!r} {self.message}"


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
    text, notes = _strip_markup(text, offset)
    out: list[str] = []
    for index, char in enumerate(text):
        if char == _GONE:
            continue
        mapped = _map(char)
        if mapped is None:
            if not unicodedata.combining(char) or not out:
                notes.append(Note(offset + index, char, f"({_name(char)}) is not spoken"))
            continue
        if mapped == "々":
            mapped = out[-1] if out and is_hanzi(out[-1]) else ""
        elif mapped[:1] == "½" and mapped[1:]:
            mapped = ("又" if out and out[-1].isdigit() else "") + mapped[1:]
        out.append(mapped)
    return Cleaned(_tidy("".join(out)), tuple(sorted(notes, key=lambda note: note.position)))


_GONE = "\x00"
_MARKUP = (
    # What stands in group "keep" is text; everything else of the match is markup.
    (re.compile(r"<!--.{0,2000}?-->", re.S), "a comment of the markup"),
    (re.compile(r"</?[A-Za-z][A-Za-z0-9]{0,15}(?:\s[^<>]{0,300})?/?>"), "markup"),
    (re.compile(r"!?\[(?P<keep>[^\[\]\n]{0,200})\]\((?:https?:)?[^()\s]{1,500}\)"), "the address of a link"),
    (re.compile(r"^[ \t]{0,8}(?:#{1,6}|>+)[ \t]+", re.M), "markup"),
    (re.compile(r"\*\*\*?|~~|```|(?<![A-Za-z0-9])__|__(?![A-Za-z0-9])"), "markup"),
    (
        re.compile(
            r"\[(?:doge|tv_[一-鿿]{1,4}|[一-鿿]{1,4}cry|笑哭|捂脸|大哭|大笑|微笑|偷笑|呲牙|狗头|吃瓜|滑稽|妙啊|泪目|赞|抱拳"
            r"|玫瑰|爱心|捂嘴|流泪|鼓掌|OK|支持|打call|喜欢|酸了|辣眼睛|吐|脱单doge)\]"
        ),
        "an emote",
    ),
)
# Faces drawn with marks. In brackets, two signs that no remark has; bare, only the well-known ones.
_FACE = "≧≦▽△∀ω・｡•︿￣´｀＾ᴗ❛ಠಥДд□◕‿╥﹏✧๑ﾟ☉＠∇▿◡⊙◎〃＼╯╰╭╮ᵔᴥづ"
_ARM = "ヾヽゞノﾉづつっシ彡ミ٩۶ᕦᕤᕙᕗ╭╮╯╰┐┌┛┓┻━┬┴︵︶¯☆★♡♥❤♪"
_EMOTICON = re.compile(
    rf"[{_ARM}\\_]{{0,5}}"
    rf"(?:[(（]\s?(?:[^()（）\n一-鿿]{{0,9}}[{_FACE}]){{2}}[^()（）\n一-鿿]{{0,9}}[)）]|[(（]ツ[)）]|ʕ[^ʔ\n]{{1,9}}ʔ)"
    rf"(?:[oOdbm](?![A-Za-z])|[/_\s]{{0,2}}[{_ARM}][{_ARM}\s]{{0,6}}(?<!\s))?"
    r"|(?<![A-Za-z0-9_])[(（]?(?:\^[_.oO-]?\^|T[_^]T|-_-|>[_.]<|=_=|;_;|[oO]_[oO]|@_@|[0OQ][wW][0OQ])(?![A-Za-z0-9_])"
    r"[;；]?[)）]?(?:\|{2})?"
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[A-Za-z]{2,8}\d?);")


def _strip_markup(text: str, offset: int) -> tuple[str, list[Note]]:
    """The text with markup blanked out (same length, so that positions hold) and entities resolved."""
    notes: list[Note] = []
    text = text.replace(_GONE, " ")
    if "&" in text:
        text = _ENTITY.sub(lambda m: html.unescape(m.group())[:1].ljust(len(m.group()), _GONE), text)
    if not any(sign in text for sign in "<[#>*~`_^(（ʕ") and "0w0" not in text:
        return text, notes
    for pattern, what in ((_EMOTICON, "an emoticon"), *_MARKUP):

        def blank(m: re.Match[str], what: str = what) -> str:
            notes.append(Note(offset + m.start(), m.group()[:40].replace(_GONE, ""), f"is {what} and not spoken"))
            if "keep" not in m.re.groupindex:
                return _GONE * len(m.group())
            before, after = m.start("keep") - m.start(), m.end() - m.end("keep")
            return _GONE * before + m.group("keep") + _GONE * after

        text = pattern.sub(blank, text)
    return text, notes


_DIRECT = {
    "'": "'", "’": "'", "‘": "‘", "＇": "'", "＂": '"', "«": "“", "»": "”", "「": "“", "」": "”", "『": "“", "』": "”",
    "〝": "“", "〞": "”", "〟": "”", "„": "“", "‟": "”", "【": "（", "】": "）", "〔": "（", "〕": "）", "〖": "（",
    "〗": "）", "［": "（", "］": "）", "｛": "（", "｝": "）", "〈": "《", "〉": "》", "﹙": "（", "﹚": "）",
    "｡": "。", "､": "、", "﹑": "、", "﹔": "；", "‥": "…", "⋯": "…", "︰": "：", "︙": "…",
    "–": "–", "—": "—", "―": "—", "─": "—", "━": "—", "﹣": "-", "－": "-", "‐": "-", "‑": "-", "‒": "–", "−": "-",
    "～": "~", "〜": "~", "∼": "~", "˜": "~", "•": "·", "・": "·", "‧": "·", "●": "·", "･": "·", "∙": "·", "⋅": "·",
    "ー": "ー", "￥": "¥", "￡": "£", "￦": "₩", "℃": "°C", "℉": "°F", "º": "°", "˚": "°", "∕": "/", "⁄": "/",
    "µ": "μ", "Ω": "Ω", "K": "K", "Å": "埃", "№": "No.", "％": "%", "″": "″", "′": "′", "＝": "=",
    "∶": "∶", "⟶": "→", "➡": "→", "➔": "→", "⇒": "→", "⬆": "↑", "⬇": "↓", "⁺": "^+", "⁻": "^-", "×": "×", "✕": "×",
    "✖": "×", "╳": "×", "∗": "*", "⁎": "*", "≦": "≤", "≧": "≥", "⩽": "≤", "⩾": "≥", "≒": "≈", "∏": "π", "ϕ": "φ",
    "々": "々", "〇": "零", "𠮷": "吉", "½": "½1/2", "¼": "½1/4", "¾": "½3/4", "⅓": "½1/3", "⅔": "½2/3", "⅛": "½1/8",
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
    if char in MARKS or char in SYMBOLS or char == "\n":
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
    if folded != char:
        parts = [_map(c) for c in folded]
        return None if None in parts else "".join(p for p in parts if p)
    if category[0] == "L":
        plain = unicodedata.normalize("NFKD", char)[0]
        return plain if plain.isascii() else char
    if unicodedata.combining(char):
        return None
    return None


def _name(char: str) -> str:
    return unicodedata.name(char, f"U+{ord(char):04X}").capitalize()


@lru_cache(maxsize=1)
def _simplifier():
    from opencc import OpenCC

    return OpenCC("t2s")


_ALNUM = "A-Za-z0-9"
_TIDY = tuple(
    (re.compile(pattern), by)
    for pattern, by in (
        # Between digits the wide forms mean what the narrow ones mean.
        (r"(?<=\d)：(?=\d)", ":"),
        (r"∶", ":"),
        (r"(?<=\d)，(?=000(?!\d))", ","),
        (rf"(?<=[{_ALNUM}%])[–—](?=[+\-]?\d)|(?<=[\d%])[–—](?=[{_ALNUM}])|(?<=[A-Za-z])–(?=[A-Za-z])", "-"),
        (r"[—–]+", "—"),
        # A run of raised characters is one power.
        (r"(?<=\^[\d+-])\^(?=\d)|(?<=\^\d\d)\^(?=\d)|(?<=\^[+-]\d)\^(?=\d)", ""),
        (r"。{2,}|\.{3,}|…+|·{3,}", "…"),
        (r"[ \t]+", " "),
        (r" ?\n[\s]*", "\n"),
        (r"、+", "、"),
        (r"，+", "，"),
        (r"~{2,}", "~"),
        (r"-{3,}|={3,}|(?<![A-Za-z\d])={2}(?![\dA-Za-z])|\*{3,}|_{3,}", "\n"),
        (r"\^(?=\D)(?![+-]\d)|\^$", ""),
    )
)


_SHOUTS = re.compile("[!?！？]{2,}")

# Taiwan writes the particle 着 as 著, which simplification leaves alone.
_ASPECT = re.compile("(?<=[看听说想走站坐躺拿带跟随望等笑哭穿吃睡抱盯追握闭睁低抬背靠围顺沿朝])著(?![名作称者述录])")


def _tidy(text: str) -> str:
    """Repeated marks once, wide forms narrow inside numbers, Traditional characters simplified."""
    if any("㐀" <= c for c in text):
        text = _simplifier().convert(text)
        text = _ASPECT.sub("着", text)
    for pattern, by in _TIDY:
        text = pattern.sub(by, text)
    text = _SHOUTS.sub(lambda m: "？" if "?" in m.group() or "？" in m.group() else "！", text)
    return _pair_quotes(text).strip()


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
