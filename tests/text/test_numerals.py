"""Digits in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ffvits.text.numerals import cardinal, decimal, digits, roman

CARDINALS = """
0 零 | 2 二 | 10 十 | 12 十二 | 20 二十 | 22 二十二 | 100 一百 | 101 一百零一 | 110 一百一十 | 200 两百
202 两百零二
1000 一千 | 1001 一千零一 | 1010 一千零一十 | 2002 两千零二
10000 一万 | 10010 一万零一十 | 20000 两万 | 22000 两万二千
120000 十二万 | 2000000 两百万 | 100000000 一亿 | 200000002 两亿零二
10001000 一千万一千 | 1000000000000 一万亿 | 3500000000000 三万五千亿 | 30005000000000 三十万零五十亿
20000000000001 二十万亿零一
007 零零七
123456789012345678901 一二三四五六七八九零一二三四五六七八九零一
"""


@pytest.mark.parametrize(
    "number, spoken", [entry.split() for line in CARDINALS.strip().splitlines() for entry in line.split("|")]
)
def test_cardinal(number, spoken):
    assert cardinal(number) == spoken


def _value(spoken: str) -> int:
    """The number that the words name, read back by the arithmetic of the words alone."""
    total = section = digit = 0
    for char in spoken:
        if char in "零一二三四五六七八九":
            digit = "零一二三四五六七八九".index(char)
        elif char == "两":
            digit = 2
        elif char in "十百千":
            section += (digit or 1) * {"十": 10, "百": 100, "千": 1000}[char]
            digit = 0
        elif char == "万":
            total += (section + digit) * 10**4
            section = digit = 0
        else:
            total = (total + section + digit) * 10**8
            section = digit = 0
    return total + section + digit


@given(st.integers(0, 10**16 - 1))
def test_words_name_the_number(number):
    assert _value(cardinal(str(number))) == number


def test_decimal_sign_and_commas():
    assert decimal("-1,234.50") == "负一千二百三十四点五零"
    assert decimal("2", two="两") == "两"
    assert decimal("1.2.3") == "一点二点三"
    assert digits("110", phone=True) == "幺幺零"


@pytest.mark.parametrize(
    "letters, value", [("IV", 4), ("XIX", 19), ("XC", 90), ("IIII", None), ("", None), ("VX", None)]
)
def test_roman(letters, value):
    assert roman(letters) == value
