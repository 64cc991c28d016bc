"""Rules for the first of two numbers where the second is no plain one: 2-4点, 75-85折, 80-90年代, 周1-5, S-XL码.

They come before the rules that know the second number, which would leave the first and its hyphen behind.
"""

from __future__ import annotations

import re
from decimal import Decimal

from ffvits.text.numerals import cardinal, digits
from ffvits.text.rules.rule import IN_A_WEEK, NUMBER, Rule, before, rule, until

_TO = "[-~—至到、]"
_BORN = frozenset("50 55 60 65 70 75 80 85 90 95 00 05 10".split())


def _joint(m: re.Match[str]) -> str:
    """What is said between the two: 、 stays."""
    return "、" if "、" in m.group() else until(m)


def _grown(m: re.Match[str]) -> str | None:
    """The first number and 到 or 、, where the second is higher."""
    return cardinal(m[1]) + _joint(m) if int(m[1]) < int(m[2]) else None


def _born(m: re.Match[str]) -> str | None:
    return f"{digits(m[1])}{_joint(m)}{digits(m[2])}" if {m[1], m[2]} <= _BORN else None


def _same_unit(m: re.Match[str]) -> str | None:
    """From so many to more of the same; 5x-3x is a sum, 5元-3元 takes away."""
    first, unit, last = m.groups()
    if len(unit) == 1 and unit.isascii() and unit.islower():
        return None
    return f"{first}{unit}到" if Decimal(first.replace(",", "")) < Decimal(last.replace(",", "")) else None


RANGE_RULES: tuple[Rule, ...] = (
    rule(
        "range with the unit twice",
        rf"(?<![\d.A-Za-z])({NUMBER})([一-鿿A-Za-zμΩ/·°^]{{1,8}}?)[-~—]{{1,2}}(?=({NUMBER})\2(?![A-Za-z]))",
        _same_unit,
        examples="""
        5米-6米 => 五米到六米
        5元/kg-6元/kg => 五元每千克到六元每千克
        2个小时—3个小时 => 两个小时到三个小时
        5x-3x=2x => 五x减三x等于二x""",
    ),
    rule(
        "range of hours",
        r"(?<![\d.:-])(?<!\d/)(\d{1,2})\s?[-~—至到、]+\s?(?=\d{1,2}(?:点(?![球数名赞评击餐位])|时(?![间候代光尚装])))",
        lambda m: cardinal(m[1], two="二" if before(m) == "第" else "两") + _joint(m) if int(m[1]) <= 24 else None,
        examples="""
        下午2-4点有空 => 下午两到四点有空
        晚上8-10点 => 晚上八到十点
        3、4点到 => 三、四点到
        第2-4点 => 第二到四点""",
    ),
    rule(
        "range of grades and days",
        rf"([初高大])(\d{{1,2}}){_TO}(?=\1\d)",
        lambda m: m[1] + cardinal(m[2]) + _joint(m),
        examples="初1-初3 => 初一到初三",
    ),
    rule(
        "range of heights",
        rf"(\d米\d{{1,2}}){_TO}(?=\d米)",
        lambda m: m[1] + _joint(m),
        examples="1米6-1米7 => 一米六到一米七",
    ),
    rule(
        "range of discounts",
        rf"(?<![\d.])([1-9]\d){_TO}([1-9]\d)(?=折)",
        lambda m: digits(m[1]) + _joint(m) + digits(m[2]),
        examples="75-85折 => 七五到八五折",
    ),
    rule(
        "range of weekdays",
        rf"(周|星期|礼拜)([1-6]){_TO}([2-7])(?![\d.:个天周]|{IN_A_WEEK})",
        lambda m: m[1] + digits(m[2]) + _joint(m) + ("日" if m[3] == "7" else digits(m[3])) if m[2] < m[3] else None,
        examples="周1-5上课 => 周一到五上课",
    ),
    rule(
        "range of short years",
        # 10-20年 is so many years.
        rf"(?<![\d.第])([089]\d){_TO}([0-29]\d)(?=年(?![代级龄期间]|左右|历史|寿命|以[上下内]))",
        lambda m: digits(m[1]) + _joint(m) + digits(m[2]),
        examples="95-99年生产 => 九五到九九年生产\n10-20年 => 十到二十年",
    ),
    rule(
        "range of decades",
        rf"(?<!\d)([1-9]0){_TO}(?=([1-9]0)年代)",
        _grown,
        examples="80-90年代 => 八十到九十年代",
    ),
    rule(
        "range of those born",
        rf"(?<![\d.])(\d[05]){_TO}(\d[05])(?=后(?![天年面来续半]))",
        _born,
        examples="60-70后 => 六零到七零后",
    ),
    rule(
        "range of ages in months",
        rf"(?<![\d.])(\d{{1,2}}){_TO}(?=(\d{{1,2}})月龄)",
        _grown,
        examples="6-8月龄 => 六到八月龄",
    ),
    rule(
        "range before a capital",
        r"(?<![\d.A-Za-z=(-])(\d{1,3})[-~—](?=(\d{1,3})[KGMTBD](?![A-Za-z\d=+*/^-]))",
        _grown,
        examples="2-3K分辨率 => 二到三K分辨率",
    ),
    rule(
        "range of sizes and grades",
        r"(?<![A-Za-z\d])([A-Z]|X{1,3}[SL])[-~—](?=(?:[A-Z]|\d?X{1,3}L)(?:码|档|级|区|座|班|组|栋|列|轮|等))",
        lambda m: m[1] + _joint(m),
        examples="S-XL码 => S到XL码\nA-F档 => A到F档",
    ),
)
