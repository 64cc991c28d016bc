"""Rules for what marks the items of a list: 1. 2、 3) (4) A. B."""

from __future__ import annotations

import re

from ffvits.text.numerals import cardinal
from ffvits.text.rules.rule import Rule, after, before, rule

_GROUPED = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?")
_BORDERS = " \n，。！？；：、）"  # "" in _BORDERS as well: the start of the text
_ITEM = (
    r"(?<![\d.第(（])(\d{1,2})[.、)）] ?(?=[一-鿿“《]|[A-Za-z]{2})"
    r"(?![一二三四五六七八九十]{1,2}月(?![一二三四五六七八九十]))"
)
_ITEM_PATTERN = re.compile(_ITEM)
_LETTER = r"(?<![A-Za-z.、])([A-H]|[a-h](?=[)）]))[.、)）．] ?(?=[一-鿿“《\d]|[-√]\d)"
_LETTER_PATTERN = re.compile(rf"(?:^|(?<=[{_BORDERS}])){_LETTER}")


def _counts_up(m: re.Match[str], item: re.Pattern[str], number: int, borders: bool) -> bool:
    """True if the markers before this one count up to it, or if it is the first and the second follows."""
    front = before(m, 600)
    if number == 1:
        following = item.search(after(m, 80))
        return front[-1:] in _BORDERS and following is not None and _value(following.group(1)) == 2
    expected = 1
    for one in item.finditer(front):
        at_border = front[max(0, one.start() - 1) : one.start()] in _BORDERS
        if _value(one.group(1)) == expected and (at_border or (expected > 1 and not borders)):
            expected += 1
    return expected == number


def _value(marker: str) -> int:
    return int(marker) if marker.isdigit() else ord(marker.upper()) - ord("A") + 1


def _numbered(m: re.Match[str]) -> str | None:
    if not _counts_up(m, _ITEM_PATTERN, int(m.group(1)), borders=False):
        return None
    return ("" if before(m) in _BORDERS else "。") + cardinal(m.group(1)) + "，"


def _lettered(m: re.Match[str]) -> str | None:
    if not _counts_up(m, _LETTER_PATTERN, _value(m.group(1)), borders=True):
        return None
    return ("" if before(m) in _BORDERS else "。") + m.group(1) + "，"


def _named_together(m: re.Match[str]) -> str:
    """The numbers without their brackets; those that touch are a row."""
    text = re.sub(r"[)）](?=[(（])", "、", m.group())
    text = re.sub("[()（）]", "", text)
    return re.sub(r"\d+|[~-]", lambda n: cardinal(n[0]) if n[0].isdigit() else "到", text)


LIST_RULES: tuple[Rule, ...] = (
    rule(
        "numbers with commas between",
        r"(?<![\d.,])\d+(?:\.\d+)?(?:,\d+(?:\.\d+)?)+(?![\d.,])",
        # Groups of three are one number: 12,345,678.
        lambda m: None if _GROUPED.fullmatch(m.group()) else m.group().replace(",", "，"),
        examples="""
        选12,15,18号 => 选十二，十五，十八号
        坐标(12,25) => 坐标（十二，二十五）
        12,345 => 一万二千三百四十五""",
    ),
    rule(
        "markers named together",
        r"(?<![A-Za-z])[(（]\d{1,2}[)）](?:[、和及与至~-]?[(（]\d{1,2}[)）])+(?! ?[.．=])"
        r"|(?<![\d(（])\d{1,2}[)）](?:[、和及与]\d{1,2}[)）])+",
        _named_together,
        examples="(1)、(2)两问 => 一、二两问\n1)和2)都对 => 一和二都对\n(1)-(3)题 => 一到三题\n①②都选 => 一、二都选",
    ),
    rule(
        "list marker inside a line",
        f" ?{_ITEM}",
        _numbered,
        examples="1.苹果 2.香蕉 3.橘子 => 一，苹果。二，香蕉。三，橘子\n1)打开 2)关闭 => 一，打开。二，关闭",
    ),
    rule(
        "letter of an item",
        rf"(?:(?m:^)|(?<=[{_BORDERS}])| ){_LETTER}",
        _lettered,
        examples="A. 苹果 B. 香蕉 C. 橘子 => A，苹果。B，香蕉。C，橘子\na)苹果；b)香蕉 => a，苹果；b，香蕉",
    ),
    rule(
        "list marker",
        r"(?m)^ ?(\d{1,2})(?:[.、)）](?!\d|[一二三四五六七八九十]{1,2}月(?![一二三四五六七八九十]))|\.\s) ?(?=\S)",
        lambda m: cardinal(m.group(1)) + "，",
        examples="1. 打开 => 一，打开\n2、关闭 => 二，关闭",
    ),
    rule(
        "number in a circle",
        r"(?<=第)[(（](\d{1,2})[)）](?=[步题类问种名组关章个行列段句号])|(?<!\d)[(（](\d{1,2})[)）](?=号)",
        lambda m: cardinal(m[1] or m[2]),
        examples="第①步 => 第一步\n①号选手 => 一号选手",
    ),
    rule(
        "class of a school",
        r"(?:(?<=[一-鿿])|(?<=[高初]\d))[(（](\d{1,2})[)）](?=班)",
        lambda m: cardinal(m.group(1)),
        examples="高三（2）班 => 高三二班\n高1(3)班 => 高一三班",
    ),
    rule(
        "clause of a law",
        r"(?:第|(?<=[条款]))[(（](\d{1,2}|[一二三四五六七八九十]{1,3})[)）](?=[条款项目点节部])",
        lambda m: "第" + (cardinal(m[1]) if m[1].isdigit() else m[1]),
        examples="第3条第(2)款 => 第三条第二款\n第17条（三）项 => 第十七条第三项",
    ),
    rule(
        "list marker in brackets",
        r"(?<![A-Za-z])[(（](\d{1,2})[)）] ?(?=[一-鿿A-Za-z“])",
        lambda m: (
            ("" if before(m) in ("", "\n", "。", "；", "：", "，", "、", "，") else "，") + cardinal(m.group(1)) + "，"
        ),
        examples="(1)打开 => 一，打开\n求f(3)的值 => 求f（三）的值",
    ),
)
