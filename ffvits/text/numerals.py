"""Digits in Chinese words: as a quantity (两千零三), digit by digit (二零零三, 幺幺零), with sign and decimals."""

from __future__ import annotations

import re

DIGITS = "零一二三四五六七八九"
_DIGIT = str.maketrans("0123456789", DIGITS)
_PHONE = str.maketrans("0123456789", "零幺二三四五六七八九")
# One step is ten thousand; what lies beyond 亿亿 is read digit by digit.
_STEPS = ("", "万", "亿", "万亿", "亿亿")
LONGEST = 4 * len(_STEPS)


def digits(number: str, *, phone: bool = False) -> str:
    """Digit by digit: "2024" is 二零二四; with `phone`, 1 is 幺. Anything but digits stays."""
    return number.translate(_PHONE if phone else _DIGIT)


def cardinal(number: str, *, two: str = "二") -> str:
    """A whole number as a quantity: "2003" is 两千零三, "12" 十二, "0" 零.

    `two` is how a lone 2 is said ("两" before measure words). Zeros in front, or more digits than language has
    names for, are read digit by digit.
    """
    if len(number) > LONGEST or (len(number) > 1 and number[0] == "0"):
        return digits(number)
    if number == "2":
        return two
    if not number.strip("0"):
        return "零"
    padded = number.zfill(-(-len(number) // 4) * 4)
    groups = [padded[i : i + 4] for i in range(0, len(padded), 4)]
    said = ""
    gap = False
    for step, group in zip(range(len(groups) - 1, -1, -1), groups, strict=True):
        if not group.strip("0"):
            gap = bool(said)
            continue
        if said and (gap or group[0] == "0"):
            said += "零"
        gap = False
        # 三万五千亿 says its 亿 once.
        shared = step == 3 and groups[-3].strip("0")
        said += _group(group, head=not said, named=step > 0) + ("万" if shared else _STEPS[step])
    # 一十二 opens a number as 十二.
    return re.sub("^一十", "十", said)


def _group(group: str, *, head: bool, named: bool) -> str:
    """Up to 9999 without its zeros in front; `head` is the start of the number, `named` if 万 or more follows."""
    said = ""
    gap = False
    for place, digit in zip("千百十 ", group, strict=True):
        if digit == "0":
            gap = bool(said)
            continue
        if gap:
            said += "零"
            gap = False
        lone = head and not said
        two = lone and digit == "2" and (place in "千百" or (named and place == " "))
        said += ("两" if two else DIGITS[int(digit)]) + place.strip()
    return said


def decimal(number: str, *, two: str = "二") -> str:
    """A number with sign, thousands commas and decimals: "-1,234.50" is 负一千二百三十四点五零.

    Full stops after the first are read as well (versions: "1.2.3" is 一点二点三).
    """
    sign = {"-": "负", "+": "正"}.get(number[:1], "")
    whole, *rest = number.lstrip("+-").replace(",", "").split(".")
    if not rest:
        return sign + cardinal(whole, two=two)
    return sign + "点".join([cardinal(whole or "0"), *(digits(part) for part in rest if part)])


_ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}


def roman(letters: str) -> int | None:
    """The value of a well-formed Roman numeral up to 399, or None."""
    if not re.fullmatch(r"C{0,3}(XC|XL|L?X{0,3})(IX|IV|V?I{0,3})", letters) or not letters:
        return None
    values = [_ROMAN[letter] for letter in letters]
    return sum(-v if any(w > v for w in values[i + 1 : i + 2]) else v for i, v in enumerate(values))
