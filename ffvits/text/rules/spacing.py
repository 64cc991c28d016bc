"""Rules for the spaces that many set around numbers between hanzi (共 40 min 到), which are no pauses."""

from __future__ import annotations

import re

from ffvits.text.numerals import digits
from ffvits.text.rules.rule import Rule, after, before, is_counted, rule

_HAN = "\u3400-\u9fff"
_DIGIT = "零一二三四五六七八九十两"
_NUMERAL = _DIGIT + "百千万亿"
# A number with what belongs to it: a sign, a unit, another number.
_RUN = (
    r"(?:[A-Za-z]{1,3} ?[=≈] ?)?[¥$€£#+-]?\d(?:[\d.,:%°/~^×-]|[xX](?=\d)| : (?=\d))*"
    r"(?: ?[A-Za-zμΩ%°/]{1,5}(?:\^?[23])?(?![A-Za-z\d]))?"
)
# Who sets spaces between clauses of hanzi means pauses before numbers, too.
_SPACED_CLAUSES = re.compile(f"[{_HAN}] [{_HAN}]")
# So does who lists numbers with what they count (36氪 58同城), or names somebody (@派蒙 50%off).
_LISTED = re.compile(r"[@\d][^\s，。！？、；：和与或及跟]*$")
# These go on with what follows, in a list as well.
_GOES_ON = frozenset("的是在为了到于约达共每第至近超按由从用有")


def _no_pause(m: re.Match[str]) -> str | None:
    if _SPACED_CLAUSES.search(before(m, 60) + m.group() + after(m, 60)):
        return None
    return None if _LISTED.search(before(m, 20)) and before(m) not in _GOES_ON else ""


# A number in groups of three, and what is counted or paid behind it: 1 000 000元.
_GROUPS = r"(?<![\dA-Za-z.,:/%°~^×)）-])(?<![\dA-Za-z.,] )\d{1,3}(?:(?: \d{3}){2,4}|(?: 000))(?![\d.,]| \d)"

SPACING_RULES: tuple[Rule, ...] = (
    rule(
        "comma before a number",
        # An ASCII comma between two digits may group them, so all other rules take none before a number.
        rf"(?<=[{_HAN}”）》%‰°]) ?,(?=[¥$€£+-]?\d)|(?<=[A-Za-z]{{2}}),(?=\d)"
        rf"|(?<=[A-Za-z]),(?=\d[\d.]{{0,9}} ?[{_HAN}])",
        lambda m: "，",
        examples="走,15分钟后到 => 走，十五分钟后到\n一共,3,200元 => 一共，三千二百元\nNBA,20支球队 => NBA，二十支球队",
    ),
    rule(
        "colon beside a number",
        # Two colons are a time or a ratio only where they stand between digits.
        rf"(?<=[{_HAN}]):(?=\d)|(?<=[A-Za-z]):(?=\d{{1,2}}:\d)|(?<=\d):(?= ?(?:[{_HAN}“《（\n]|$))",
        lambda m: "：",
        examples="时间:5-6点 => 时间：五到六点\n12:30:开会 => 十二点三十分：开会",
    ),
    rule(
        "full stop before a number",
        # Of a section it is none: 二.1.
        rf"(?<=[{_HAN}])(?<![{_NUMERAL}第图表率值约达])\.(?=\d)(?!\d+口径|7z|3gp)",
        lambda m: "。",
        examples="好.22个人到了 => 好。二十二个人到了",
    ),
    rule(
        "calibre",
        r"(?<![\dA-Za-z])\.(\d{2,3})(?=口径)",
        lambda m: "点" + digits(m[1]),
        examples=".50口径 => 点五零口径",
    ),
    rule(
        "decimals without their nought",
        r"(?<=[率值约达<>=≈≤≥±])( ?-?)\.(?=\d{1,6}(?![\d.]))",
        lambda m: m[1] + "0.",
        examples="胜率.625 => 胜率零点六二五\np<.05 => p小于零点零五",
    ),
    rule(
        "space behind the number of a chapter",
        rf"(第[\d零一二三四五六七八九十百千]{{1,6}}[章节回卷幕篇集话讲课]) (?=[{_HAN}“《])",
        lambda m: m[1] + "，",
        examples="第1章 概述 => 第一章，概述",
    ),
    rule(
        "spaces between groups of three",
        rf"{_GROUPS} ?(?=[一-鿿]|km|m(?![A-Za-z])|[$€¥])",
        lambda m: (
            m.group().replace(" ", "") if m.string[m.end()] in "元人万公千米美欧日港名件个台辆户平次km$€¥" else None
        ),
        examples="共1 000 000元 => 共一百万元\n售价12 000元 => 售价一万二千元",
    ),
    rule(
        "space before a numbered clause",
        rf"(?<=[{_HAN}])(?<![{_NUMERAL}第]) (?=[一二三四五六七八九十]{{1,3}}、(?![一二三四五六七八九十第]))",
        lambda m: "，",
        examples="一、总则 二、范围 => 一、总则，二、范围",
    ),
    rule(
        "spaces on both sides of a number",
        rf"(?<=[{_HAN}])(?<![{_NUMERAL}]) ({_RUN}) (?=[{_HAN}])(?![{_DIGIT}])",
        lambda m: m[1],
        examples="""
        打车约 40 min 到 => 打车约四十分钟到
        以 3 : 1 的比分战胜对手 => 以三比一的比分战胜对手
        检查第 42 行的代码 => 检查第四十二行的代码
        死了 1000 万人，放在 8x8 英寸的盘里 => 死了一千万人，放在八乘八英寸的盘里
        康宁玻璃 5 的 5.8英寸屏 => 康宁玻璃五的五点八英寸屏
        今天多云 25度 东南风3级 => 今天多云，二十五度，东南风三级""",
    ),
    rule(
        "space behind a number that counts",
        rf"(?<![\w.,:/%°~^×)）-])(?<![\w.] )({_RUN}) (?=[{_HAN}])",
        lambda m: (
            m[1] if is_counted(m.string[m.end() : m.end() + 3]) or m.string[m.end()] in "年月日号点时前后起内" else None
        ),
        examples="3 天 2 晚的行程 => 三天两晚的行程\n2026 年 5 月 1 日 => 二零二六年五月一日",
    ),
    rule(
        "space before a number",
        rf"(?<=[{_HAN}])(?<![{_NUMERAL}]) (?=[¥$€£#-]?\d)",
        _no_pause,
        examples="不要超过 20MB。 => 不要超过二十兆。\n今天营业到 17:30 => 今天营业到十七点三十分",
    ),
)
