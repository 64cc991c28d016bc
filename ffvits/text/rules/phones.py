"""Rules for telephone numbers, hotlines, cards and last digits."""

from __future__ import annotations

import re
from collections.abc import Callable

from ffvits.text.numerals import digits
from ffvits.text.rules.rule import BEGIN, Rule, after, before, is_counted, rule
from ffvits.text.units import UNIT

_PHONES = "电话|手机号?|热线|拨打|致电|客服|分机号?|转|尾号|拨|呼叫|打给|来电|传真|TEL|Tel|tel|call|座机|号码"
# Hotlines, said with 幺. The three-digit ones only where nothing is counted.
_HOTLINES = (
    "12306|10086|10010|10000|12315|12345|12110|12320|12366|12333|12328|12348|12355|12365|12319"
    "|12318|12377|12388|12389|12395|12580|114|110|119|120|122|95\\d{3}|96\\d{3,4}|100[019]\\d"
)


# 3-4级转5-6级: no number that is called has two digits and a hyphen.
_SHORT_RANGE = re.compile("[0-9]{1,2}[- ][0-9]{1,2}")


def coded(phone: bool) -> Callable[[re.Match[str]], str | None]:
    """Says a word and the digits behind it, 1 as 幺 with `phone` and for rooms; where something is counted, nothing."""

    def say(m: re.Match[str]) -> str | None:
        if _SHORT_RANGE.fullmatch(m.group(2)):
            return None
        if after(m) in tuple("多余元块"):
            return None
        if is_counted(after(m, 3)) and not after(m).startswith(("打", "位")):
            return None
        room = m.group(1).startswith(("房间", "房号"))
        return m.group(1) + digits(m.group(2).replace("-", "").replace(" ", ""), phone=phone or room)

    return say


def _hotline(m: re.Match[str]) -> str | None:
    number = m.group()
    if before(m) == "第":
        return None
    around = m.string[max(0, m.start() - 4) : m.end() + 4]
    called = re.search("打|拨|叫|电话|热线|急救|报警|火警|警察|医院|平台|客服|投诉|咨询|救护|抢修|指挥", around)
    if is_counted(after(m, 3)) and not re.match("打|救护|报警|热线|电话|平台|客服", after(m, 3)):
        return None
    if number in ("120", "122", "114") and not called:
        return None
    if re.match("9[56](?!5)\\d+|100[019]", number) and not called and number not in ("10086", "10010", "10000"):
        return None
    if number == "10000" and not called:
        return None
    if number == "12345" and not called:
        return None
    return digits(number, phone=True)


_PLACES = dict(zip("三四五六七八345678", (3, 4, 5, 6, 7, 8) * 2, strict=True))


def _last_digits(m: re.Match[str]) -> str | None:
    if _PLACES[m.group(2)] != len(m.group(4)):
        return None
    return f"{m.group(1)}{m.group(2)}{m.group(3)}{digits(m.group(4), phone=True)}"


PHONE_RULES: tuple[Rule, ...] = (
    rule(
        "mobile phone",
        r"(?<![\dA-Za-z.])(?:(?:\+?|[(（]\+?)(86)[)）]?[- ]?)?(1[3-9]\d[- ]?\d{4}[- ]?\d{4})(?![\d.])",
        lambda m: ("八六" if m.group(1) else "") + digits(re.sub("[- ]", "", m.group(2)), phone=True),
        examples="""
        可以打我手机13501234567 => 可以打我手机幺三五零幺二三四五六七
        +86 138-1234-5678 => 八六幺三八幺二三四五六七八""",
    ),
    rule(
        "number with stars",
        r"(?<![\d.])(\d{2,6})星号(\d{2,4})(?!\d)",
        lambda m: f"{digits(m[1], phone=True)}星号{digits(m[2], phone=True)}",
        examples="手机138****5678 => 手机幺三八星号五六七八",
    ),
    rule(
        "telephone",
        r"(?<![\dA-Za-z.])(?:\(?(0\d{2,3})\)?[- ]?(\d{7,8})|([48]00)[- ]?(\d{3})[- ]?(\d{4}))(?:-(\d{1,5}))?(?![\d.])",
        lambda m: (
            digits("".join(g for g in m.groups()[:5] if g), phone=True)
            + (f"转{digits(m.group(6), phone=True)}" if m.group(6) else "")
        ),
        examples="""
        010-64035547 => 零幺零六四零三五五四七
        400-820-8820 => 四零零八二零八八二零
        (021)12345678-801 => 零二幺幺二三四五六七八转八零幺""",
    ),
    rule(
        "telephone in parts",
        r"(?<![\dA-Za-z.-])(?:[(（](0\d{2,3})[)）][- ]?|(0\d{2,3})[- ])(\d{3,4})[- ](\d{4})(?![\d.-])",
        lambda m: (
            digits("".join(g for g in m.groups() if g), phone=True)
            if re.fullmatch(r"010|02\d|0[3-9]\d\d", m.group(1) or m.group(2))
            else None
        ),
        examples="""
        (010)8888-6666 => 零幺零八八八八六六六六
        021-5555-1234 => 零二幺五五五五幺二三四""",
    ),
    rule(
        "card number",
        r"(?<![\d.])\d{4}(?:[ -]\d{4}){2,}(?:[ -]\d{1,4})?(?![\d.])",
        lambda m: digits(re.sub("[ -]", "", m.group())),
        examples="6222 0212 3456 7890 => 六二二二零二一二三四五六七八九零",
    ),
    rule(
        "called number",
        rf"((?:{_PHONES})(?:[是为：:]| |是：|为：)?)(\d[\d\- ]{{1,}}\d)(?![\d.%年月])",
        coded(True),
        examples="""
        尾号1702 => 尾号幺七零二
        尾号是3385 => 尾号是三三八五
        电话：12345678 => 电话：幺二三四五六七八
        3-4级转5-6级 => 三到四级转五到六级""",
    ),
    rule(
        "last digits",
        r"([后末前尾])([三四五六七八3-8])(位(?:数字?|号码)?(?:[是为：:]| |是：|为：)?)(\d{3,8})(?![\d.%])",
        _last_digits,
        examples="后四位1234 => 后四位幺二三四",
    ),
    rule(
        "hotline",
        rf"{BEGIN}(?:{_HOTLINES})(?![\d.%:：°-]| ?(?:{UNIT})(?![A-Za-z]))",
        _hotline,
        examples="""
        可以拨打12306来咨询 => 可以拨打幺二三零六来咨询
        快打120 => 快打幺二零
        报警打110 => 报警打幺幺零
        跑了110米 => 跑了一百一十米
        水110ml => 水一百一十毫升""",
    ),
    rule(
        "group of a messenger in parts",
        r"((?:QQ群?号?|qq群?号?|Q群|群号?)[是为：: ]{0,2})(\d{3,4}(?:-\d{3,4}){1,3})(?![\d.-])",
        lambda m: m[1] + digits(m[2].replace("-", "")),
        examples="QQ群：123-456-789 => QQ群：一二三四五六七八九",
    ),
)
