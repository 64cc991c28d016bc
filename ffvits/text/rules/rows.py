"""Rules for numbers in a row: sets of a match, hours and places that follow one another, parts of a second."""

from __future__ import annotations

import re

from ffvits.text.numerals import cardinal, decimal
from ffvits.text.rules.rule import Rule, after, before, rule, until
from ffvits.text.rules.topics import in_sport

_SET = r"\d{1,2}-\d{1,2}(?:[(（]\d{1,2}[)）])?"


def _won_and_lost(games: str) -> tuple[int, int]:
    first, last = (int(n) for n in games.partition("(")[0].partition("（")[0].split("-"))
    return max(first, last), min(first, last)


def _is_a_set(games: str) -> bool:
    won, lost = _won_and_lost(games)
    return (won == 6 and lost <= 4) or (won == 7 and lost in (5, 6)) or (won == 10 and lost <= 8)


def _is_a_game(points: str) -> bool:
    """True for the end of a game of table tennis or badminton: 11 or 21, or two ahead beyond."""
    won, lost = _won_and_lost(points)
    return (won in (11, 21) and won - lost >= 2) or (won > 11 and won - lost == 2)


_OF_A_BOOK = re.compile("(?:[第图表题式例页章节]|习题|练习) ?$")


def _sets(m: re.Match[str]) -> str | None:
    sets = re.findall(_SET, m.group())
    if _OF_A_BOOK.search(before(m, 4)) or re.match("[页章节题图表]|所示", after(m, 2)):
        same_chapter = len({one.partition("-")[0] for one in sets}) == 1
        return re.sub(r"\d+", lambda n: cardinal(n.group()), m.group().replace("-", "杠")) if same_chapter else None
    if not all(map(_is_a_set, sets)):
        # 9-11、19-21、29-31 are pages.
        falls = any(int(first) > int(last) for first, last in re.findall(r"(\d+)-(\d+)", m.group()))
        if not (falls and all(map(_is_a_game, sets)) and (len(sets) > 2 or in_sport(m))):
            return None
    said = [re.sub(r"\d+", lambda n: cardinal(n.group()), one.replace("-", "比")) for one in sets]
    return "，".join(one.replace("(", "（").replace(")", "）") for one in said)


# What is numbered, not counted.
_NUMBERED = "车道|号线|号楼|楼|层|排|站|单元|年级|班|栋|车厢|等奖|级|线|军|师|团|营|连"


def _places(m: re.Match[str]) -> str | None:
    if not m[1] and not re.match(_NUMBERED, after(m, 2)):
        return None
    return m[1] + re.sub(r"\d+", lambda n: cardinal(n.group()), m[2])


def _may_end_sets(text: str) -> bool:
    """True if each pair can be the end of a set: somebody has 15 or 25, or is two ahead. 25:40 of a film is none."""
    pairs = [(int(a), int(b)) for a, b in re.findall(r"(\d+):(\d+)", text)]
    return all(max(pair) in (15, 25) or abs(pair[0] - pair[1]) == 2 for pair in pairs)


_TERM_OF_A_RATIO = r"(?:\d+(?:\.\d+)?|(?<![A-Za-z])[A-Za-z](?![A-Za-z]))"
_RATIO = rf"{_TERM_OF_A_RATIO} ?: ?{_TERM_OF_A_RATIO}"


def _proportion(m: re.Match[str]) -> str:
    said = re.sub(r"\d+(?:\.\d+)?", lambda n: decimal(n[0]), m.group())
    return re.sub(" ?= ?", "等于", re.sub(" ?: ?", "比", said))


ROW_RULES: tuple[Rule, ...] = (
    rule(
        "proportion",
        rf"(?<![\d:.A-Za-z]){_RATIO} ?= ?{_RATIO}(?![\d:.A-Za-z])",
        _proportion,
        examples="1:2=2:4 => 一比二等于二比四\na:b=3:4 => a比b等于三比四",
    ),
    rule(
        "sides of a screen",
        # 16:10 is an hour as well.
        r"(?<![\d:.])16:10(?=的?(?:[物液]|宽[屏幕]|屏|画|比例|分辨|显示|\d{3,4}[xX×*]))|(?<=屏幕是)16:10(?![:\d])",
        lambda m: "十六比十",
        examples="16:10的屏幕 => 十六比十的屏幕",
    ),
    rule(
        "remainder",
        r"(÷ ?\d{1,9} ?= ?\d{1,9}) ?…+ ?(?=\d)",
        lambda m: m[1] + "余",
        examples="10÷3=3……1 => 十除以三等于三余一",
    ),
    rule(
        "two of what is numbered",
        r"(?<![\d./])([1-9])/([2-9])(?=年级|号线|号楼|单元|车道)",
        lambda m: f"{cardinal(m[1])}、{cardinal(m[2])}",
        examples="3/4年级 => 三、四年级",
    ),
    rule(
        "right and wrong",
        r"(?<=[(（]\d[)）]) ?([√×])(?= *(?:$|[\n，。；、]|[(（]\d[)）] ?[√×]))",
        lambda m: "对" if m[1] == "√" else "错",
        examples="（1）√ （2）× => 一，对，二，错",
    ),
    rule(
        "opening of a lens",
        r"(?<![A-Za-z])([fF])/(?=\d\.\d)",
        lambda m: m[1],
        examples="50mm f/1.4镜头 => 五十毫米f一点四镜头",
    ),
    rule(
        "from one with a letter to the next",
        r"(?<![A-Za-z\d.-])([A-Z])(\d{1,2})[-~—](\1?)(\d{1,2})(?![A-Za-z\d.-])",
        lambda m: f"{m[1]}{cardinal(m[2])}到{m[3]}{cardinal(m[4])}" if int(m[2]) < int(m[4]) else None,
        examples="地下B1-B2层 => 地下B一到B二层\nA1-A3 => A一到A三\n腰椎L3-4 => 腰椎L三到四",
    ),
    rule(
        "diameter",
        r"(?<![A-Za-zα-ωΑ-Ω])[Φφ] ?(?=\d{1,4}(?:\.\d+)? ?(?:[μmc]?m(?![A-Za-z])|[×xX]))",
        lambda m: "直径",
        examples="Φ50mm钢管 => 直径五十毫米钢管",
    ),
    rule(
        "steel and its distance",
        r"[Φφ] ?(\d{1,2})@(\d{2,3})(?!\d)",
        lambda m: f"直径{cardinal(m[1])}间距{cardinal(m[2])}",
        examples="Φ12@200 => 直径十二间距两百",
    ),
    rule("plus or minus", r"\+/- ?", lambda m: "正负", examples="误差+/-3 => 误差正负三\n+/-值 => 正负值"),
    rule(
        "score between teams",
        r"(?<=[A-Z]{2} )(\d{1,2})-(\d{1,2})(?= [A-Z][A-Z\d])",
        lambda m: f"{cardinal(m[1])}比{cardinal(m[2])}",
        examples="BLG 3-1 T1 => BLG三比一T一",
    ),
    rule(
        "sets of a match",
        rf"(?<![\d.-]){_SET}(?:[/，,、 ]{{1,2}}{_SET}){{1,6}}(?![\d.-])",
        _sets,
        examples="""
        6-4/7-6(5)/6-3 => 六比四，七比六（五），六比三
        6-4，3-6，7-6(4) => 六比四，三比六，七比六（四）
        11-7、9-11、11-8 => 十一比七，九比十一，十一比八
        如图6-1、6-2所示 => 如图六杠一、六杠二所示""",
    ),
    rule(
        "sets of volleyball",
        r"(?<![\d:.])\d{1,2}:\d\d(?:[、，, ]{1,2}\d{1,2}:\d\d){1,4}(?![\d:])",
        lambda m: (
            re.sub(r"\d+", lambda n: cardinal(n.group()), m.group().replace(":", "比"))
            if any(int(n) > 24 for n in re.findall(r"(\d+):", m.group())) and _may_end_sets(m.group())
            else None
        ),
        examples="25:22、23:25、25:18 => 二十五比二十二、二十三比二十五、二十五比十八",
    ),
    rule(
        "games of a match",
        r"(?<![\d:.])\d{1,2}:\d{1,2}(?:[、，, ]{1,2}\d{1,2}:\d{1,2}){1,6}(?![\d:])",
        lambda m: (
            re.sub(r"\d+", lambda n: cardinal(n.group()), m.group().replace(":", "比"))
            if re.search(r":\d(?!\d)", m.group())
            and all(map(_is_a_game, re.findall(r"\d+-\d+", m.group().replace(":", "-"))))
            else None
        ),
        examples="11:9、8:11、11:7 => 十一比九、八比十一、十一比七",
    ),
    rule(
        "hours one after the other",
        r"(?<=[点时半刻分钟\d])\s?[-~—]+\s?(?=(?:次日|第二天|凌晨|早上?|上午|中午|下午|晚上?)?\d{1,2}(?:点|时(?!间)|:\d\d))",
        lambda m: "到" if re.search(r"\d(?:[点时](?:\d{1,2}分?|半|钟|[一三]刻)?|:\d\d)$", before(m, 8)) else None,
        examples="8点30-9点 => 八点三十到九点\n9:00-11点 => 九点到十一点\n早上8点半-晚上9点 => 早上八点半到晚上九点",
    ),
    rule(
        "hours of two parts of a day",
        r"((?:早上?|上午|中午|下午|凌晨)\d{1,2})[-~—至到]+(?=(?:次日|凌晨|上午|中午|下午|晚上?)\d{1,2}[点时:])",
        lambda m: m[1] + until(m),
        examples="上午9-下午5点 => 上午九到下午五点",
    ),
    rule(
        "places one after the other",
        r"(?<![\d.、])(第?)(\d{1,2}(?:、\d{1,2})+)(?=[一-鿿])",
        _places,
        examples="第1、2名 => 第一、二名\n占用1、2车道 => 占用一、二车道\n1、2个 => 一、两个",
    ),
    rule(
        "part of a second",
        r"(?<![\d/.])1/(\d{1,5}) ?(?:s(?![A-Za-z])|秒)",
        lambda m: cardinal(m[1]).replace("两", "二") + "分之一秒",
        examples="快门1/250s => 快门二百五十分之一秒",
    ),
    rule(
        "for each kilometre",
        r"(?<=[\d″'\"”秒分]) ?/ ?(?:km|KM|公里)(?![A-Za-z])",
        lambda m: "每公里" if re.search(r"\d(?:″|''|[\"”秒分])$", before(m, 3)) else None,
        examples="配速4'15\"/km => 配速四分十五秒每公里",
    ),
)
