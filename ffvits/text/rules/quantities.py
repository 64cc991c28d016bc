"""Rules for numbers that stand alone: with a sign, with more, very long, and at last all others."""

from __future__ import annotations

import re

from ffvits.text.numerals import decimal, digits
from ffvits.text.rules.rule import FREE, NUMBER, Rule, after, before, is_counted, quantity, rule
from ffvits.text.rules.topics import is_changed, is_weather
from ffvits.text.units import UNITS

_PART_BEFORE = "号楼栋幢座元室层区路街县市省部篇章节组队级班期版型列门院洞口桥月日年一二三四五六七八九十百千万亿"
_HUNDRED_AND = frozenset(step + "零" for step in "百千万亿")


def _plain(m: re.Match[str]) -> str:
    number = m.group()
    if before(m).isascii() and before(m).isalpha() and len(number) > 2 and number.isdigit():
        return digits(number)
    if number == "2" and before(m, 2) in _HUNDRED_AND:
        return "二"
    return quantity(number, after(m, 5), before(m))


def _signed_number(m: re.Match[str]) -> str | None:
    sign, number = m.groups()
    front = before(m)
    said = quantity(number, after(m, 5))
    if sign == "±":
        return "正负" + said
    if sign == "+":
        return "加" + said
    if sign == "-" and (before(m, 2) in ("平方", "立方", "次方") or is_changed(before(m, 8))):
        return "减" + said
    if sign == "-" and after(m) == "度" and is_weather(before(m, 8)):
        return "零下" + said
    # Between the parts of an address or a series a hyphen is no minus: 3号楼-2单元.
    return "，" + said if front and front in _PART_BEFORE else "负" + said


_UNITS = "|".join(re.escape(u) for u in sorted(UNITS, key=len, reverse=True) if len(u) > 1)

SIGNED_RULES: tuple[Rule, ...] = (
    rule(
        "and more",
        rf"(?:{FREE}({NUMBER})|(?<=[\d零一二三四五六七八九十百千两][千万亿]))"
        r"\+(?=人|个|次|名|家|款|种|位|条|件|天|年|岁|小时|元|所|项|张|座|套|部|播放|观看|点赞|收藏|评论|转发|下载|阅读|浏览)",
        lambda m: (decimal(m[1]) if m[1] else "") + "多",
        examples="100+人 => 一百多人\n直播间1w+人在线 => 直播间一万多人在线",
    ),
    rule(
        "and more of what is not counted",
        rf"{FREE}({NUMBER})\+(?=国家|城市|地区|省份|企业|品牌|高校|学校|用户|粉丝)",
        lambda m: decimal(m[1]) + ("多个" if m[1].endswith("0") else "个以上的"),
        examples="30+国家 => 三十多个国家\n5+企业 => 五个以上的企业",
    ),
    rule(
        "and more of a unit",
        rf"{FREE}({NUMBER})\+ ?({_UNITS})(?![A-Za-z\d])",
        lambda m: f"{decimal(m[1])}多{UNITS[m[2]]}",
        examples="延迟200+ms => 延迟两百多毫秒",
    ),
    rule("and up", rf"{FREE}({NUMBER})\+(?![\d])", lambda m: decimal(m.group(1)) + "加", examples="18+ => 十八加"),
    rule(
        "signed number",
        rf"(?<![\dA-Za-z.）)])([-+±]) ?({NUMBER})(?!\d)",
        _signed_number,
        examples="""
        计算-2的绝对值是2 => 计算负二的绝对值是二
        ±2的平方都是4 => 正负二的平方都是四
        护甲-20 => 护甲减二十
        最低气温-5度 => 最低气温零下五度""",
    ),
    rule("plus before a number", r"\+(?=\d)", lambda m: "加", examples="攻击力+5 => 攻击力加五"),
)


def _long(m: re.Match[str]) -> str | None:
    number = m.group()
    if len(number) >= 9 or number[0] == "0":
        if (
            number[0] != "0"
            and len(number) <= 16
            and (is_counted(after(m, 3)) or after(m) in ("余", "多") or number.endswith("0000"))
        ):
            return None
        return digits(number, phone=len(number) in (11, 18) and number[0] == "1")
    return None


PLAIN_RULES: tuple[Rule, ...] = (
    rule(
        "long number",
        (
            r"(?<![\dA-Za-z.,])\d+(?![\d.,%:/°A-Za-z-]|年|月|日|号|点|时)"
            r"|(?<![\dA-Za-z.,])0\d+(?![\d.,:/%°-]|年|月|日|号|点|时)|(?<![\dA-Za-z.,])\d{13,}(?=号)"
        ),
        _long,
        examples="""
        IMEI：861234567890123 => IMEI：八六一二三四五六七八九零一二三
        1234567890123456789 => 一二三四五六七八九零一二三四五六七八九
        特工007 => 特工零零七""",
    ),
    rule(
        "number",
        rf"{FREE}{NUMBER}(?![\d])",
        _plain,
        examples="""
        2个 => 两个
        第2个 => 第二个
        2楼 => 二楼
        1,234,567元 => 一百二十三万四千五百六十七元
        2000个 => 两千个
        1.5倍 => 一点五倍
        2两 => 二两
        两百零2元 => 两百零二元""",
    ),
    rule("digits", r"\d+", lambda m: digits(m.group()), examples="3.14.15 => 三点一四点一五"),
)
