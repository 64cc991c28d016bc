"""Rules for numbers joined by a sign: scores, ratios, formations, marks, fractions, ranges."""

from __future__ import annotations

import re
from decimal import Decimal

from ffvits.text.numerals import cardinal, decimal, digits
from ffvits.text.rules.rule import NUMBER, Rule, after, before, is_counted, quantity, rule
from ffvits.text.rules.topics import in_sport

_MONTHS = frozenset(map(str, range(1, 13)))


def _fraction(m: re.Match[str]) -> str | None:
    whole, top, bottom = m.groups()
    if whole is None and (
        re.search("(?:血压|双暴).{0,5}$", before(m, 8)) or after(m, 2) in ("指数", "期货", "法则", "定律", "原则")
    ):
        return f"{cardinal(top)}、{cardinal(bottom)}"
    # Height and weight, or pressures of the blood.
    if whole is None and len(top) == 3 and len(bottom) == 2 and top < "300":
        return f"{cardinal(top)}、{cardinal(bottom)}"
    if whole is None and bottom == "1" and top in _MONTHS:
        return f"{cardinal(top)}月一日"
    if not bottom.strip("0") or (top, bottom) in (("24", "7"), ("7", "24")):
        return (
            digits(top) + ("" if (top, bottom) == ("24", "7") else "除以") + digits(bottom) if whole is None else None
        )
    return (f"{cardinal(whole)}又" if whole else "") + f"{cardinal(bottom)}分之{cardinal(top)}"


def _ratio(m: re.Match[str]) -> str:
    return "比".join(decimal(part) for part in re.split(r"\s?:\s?", m.group()))


def _score(m: re.Match[str]) -> str | None:
    # 负责3-5个 and 踢了3-5场 count.
    if is_counted(after(m, 3)) and after(m) != "球" and int(m[1]) < int(m[2]):
        return None
    return f"{cardinal(m.group(1))}比{cardinal(m.group(2))}" if in_sport(m) or _TEAM.search(before(m, 6)) else None


_TEAM = re.compile(
    "(?:中国|国足|女排|男篮|日本|韩国|巴西|德国|阿根廷|法国|英格兰|西班牙|葡萄牙|意大利|皇马"
    "|巴萨|曼联|湖人|勇士|国安|恒大|申花|泰山)队? ?$"
)


_MARKED = "评分|得分|打分|总分|均分|豆瓣|IMDb|IGN|MAL|[Bb]angumi|TapTap|大众点评|口碑"
_AVERAGE = re.compile("(?:GPA|绩点)[为是：: ]{0,2}$")


def _mark(m: re.Match[str]) -> str | None:
    """A mark and the best: behind what gives marks, with 分, or with a decimal; 3/5 alone is a fraction."""
    head, between, least, mark, unit, best, last = m.groups()
    if float(mark) > int(best) or _AVERAGE.search(before(m, 6)):
        return None
    if not (head or last or ("." in mark and not unit and not is_counted(after(m, 3)))):
        return None
    range_ = f"{cardinal(least)}到" if least else ""
    return f"{head or ''}{between or ''}{range_}{decimal(mark)}分，满分{cardinal(best)}分"


# What stands before a colon as the head of what follows, no part of a ratio.
_HEADS = ("时间", "价格", "注意", "结论", "答案", "公式", "说明", "其中", "例如", "比分", "配比", "比例", "结果")


def _ratio_of_names(m: re.Match[str]) -> str | None:
    """水:米=1.2:1: as many names as numbers; what stands before them heads them."""
    names = re.split(r" ?[:：] ?", m[1])
    count = len(m[3].split(":"))
    if len(names) < count or names[-1].endswith(("比", "例", "率")):
        return None
    if len(names) == count and names[0].endswith(_HEADS):
        return None
    head = "".join(f"{name}：" for name in names[:-count])
    return head + "比".join(names[-count:]) + ("约等于" if m[2] in ("≈", "约等于") else "等于") + m[3]


# What is numbered rather than counted, and may stand behind both ends of a range.
_ORDERED = frozenset("楼号月日点度级话回集章页期关层季卷班线排座室条款课讲节")


_SAID = {"-": "负", "+": "正", "": ""}
_BUILDINGS = frozenset("栋幢座楼厦馆")


def _range(m: re.Match[str]) -> str | None:
    first, last = m.group(1), m.group(2)
    rest = after(m, 4)
    if not is_counted(rest) and len(first) <= 2 and len(last) <= 2 and first.isdigit() and last.isdigit():
        if int(first) > int(last):
            return f"{cardinal(first)}比{cardinal(last)}"
    if rest[:1] == "层" and before(m) in _BUILDINGS:
        return f"{cardinal(first)}到{cardinal(last)}"
    return f"{quantity(first, rest, before(m))}到{quantity(last, rest, before(m))}"


PAIR_RULES: tuple[Rule, ...] = (
    rule(
        "time of music",
        r"(?<![\d.])([2-9])/([248])(?=拍|小节)",
        lambda m: digits(m.group(2)) + digits(m.group(1)),
        examples="3/4拍 => 四三拍",
    ),
    rule(
        "score",
        r"(?<![\dA-Za-z.:-])(\d{1,3}) ?[-—:] ?(\d{1,3})(?![\d.:A-Za-z%-])",
        _score,
        examples="以3-2获胜 => 以三比二获胜\n比分定格在78:96 => 比分定格在七十八比九十六\n中国1-2 => 中国一比二",
    ),
    rule(
        "ratio of names and numbers",
        rf"((?:[一-鿿]{{1,6}} ?[:：] ?){{1,5}}[一-鿿]{{1,6}}?) ?"
        rf"([=≈]|约?等于) ?({NUMBER}(?: ?: ?{NUMBER}){{1,4}})(?![\d:])",
        _ratio_of_names,
        examples="水:米=1.2:1 => 水比米等于一点二比一\n配比：水泥:沙=1:2 => 配比：水泥比沙等于一比二",
    ),
    rule(
        "ratio",
        rf"(?<![\d:.]){NUMBER}(?:\s?:\s?{NUMBER})+(?![\d:])",
        _ratio,
        examples="1:1000 => 一比一千\n16:9 => 十六比九",
    ),
    rule(
        "formation",
        r"(?<![\d.A-Za-z-])\d(?:-\d){2,3}(?![\d.-])",
        lambda m: digits(m.group().replace("-", "")),
        examples="4-3-3阵型 => 四三三阵型",
    ),
    rule(
        "three numbers with hyphens",
        r"(?<![\dA-Za-z./-])\d{1,5}(?:-\d{1,5}){2,5}(?![\d.A-Za-z/-])",
        lambda m: "杠".join(map(cardinal, m.group().split("-"))),
        examples="尺寸12-03-15 => 尺寸十二杠零三杠十五",
    ),
    rule(
        "formation without hyphens",
        # Ten players stand before the goalkeeper.
        r"(?<![\d.A-Za-z-])[1-6]{3,4}(?=阵[型形容]|站位)|(?<=[排踢摆]出)[1-6]{3,4}(?![\d.]|[一-鿿]?[个元人分米])",
        lambda m: digits(m.group()) if sum(map(int, m.group())) == 10 else None,
        examples="442阵型 => 四四二阵型\n4231阵型 => 四二三一阵型",
    ),
    rule(
        "marks out of the best",
        rf"(?:({_MARKED})([为是：:]{{0,2}} ?)|(?<![\d./A-Za-z~-]))(?:(\d)[-~])?(\d+(?:\.\d+)?)(分?) ?"
        r"/ ?(5|10|100)(?:(分)|(?![\d./A-Za-z的]))",
        _mark,
        examples="""
        评分：4.5/5 => 评分：四点五分，满分五分
        豆瓣9.7/10 => 豆瓣九点七分，满分十分
        给8/10分 => 给八分，满分十分
        疼痛3-4/10分 => 疼痛三到四分，满分十分""",
    ),
    rule(
        "average of marks",
        r"(GPA|绩点)([为是：: ]{0,2})(\d\.\d+) ?/ ?(4|5|4\.[03]|5\.0)(?![\d.])",
        lambda m: f"{m[1]}{m[2]}{decimal(m[3])}，满分{decimal(m[4])}",
        examples="GPA 3.8/4.0 => GPA三点八，满分四点零",
    ),
    rule(
        "step of steps",
        r"步骤 ?(\d{1,2})/(\d{1,2})(?![\d./])",
        lambda m: f"步骤{cardinal(m[1])}，共{cardinal(m[2], two='两')}步",
        examples="步骤1/3：填写信息 => 步骤一，共三步：填写信息",
    ),
    rule(
        "part of a bar",
        r"(?<![A-Za-z])([HMSE]X?P|血量|生命值|法力值|魔力值|蓝量|体力值?|耐久度?|经验值?|弹药|能量|排名|名次|位次|进度|签到|收集|楼层|成就|名额|人数|席位|负重|层数|队伍上限)"
        r"([：: ]{0,2})(\d+) ?/ ?(\d+)(?![\d./])",
        lambda m: f"{m[1]}{m[2]}{cardinal(m[3])}，共{cardinal(m[4])}" if Decimal(m[3]) <= Decimal(m[4]) else None,
        examples="""
        HP 320/450 => HP三百二十，共四百五十
        体力：120/160 => 体力：一百二十，共一百六十
        排名5/120 => 排名五，共一百二十""",
    ),
    rule(
        "blood pressure",
        r"(?<![\d./A-Za-z])(\d{2,3}) ?/ ?(\d{2,3}) ?mmHg",
        lambda m: f"{cardinal(m[1])}、{cardinal(m[2])}毫米汞柱",
        examples="血压180/110mmHg => 血压一百八十、一百一十毫米汞柱",
    ),
    rule(
        "shots that went in",
        r"(?<=罚球|三分|投篮)(：?|: ?| )(\d{1,2})/(\d{1,2})(?![\d./])",
        lambda m: f"{m[1]}{cardinal(m[3])}中{cardinal(m[2])}" if int(m[2]) <= int(m[3]) else None,
        examples="罚球10/12 => 罚球十二中十",
    ),
    rule(
        "seven or eight hundred",
        r"(?<![\d./A-Za-z])([1-8])/([2-9])(00{1,2})(?![\d./])",
        lambda m: digits(m[1]) + cardinal(m[2] + m[3], two="两") if int(m[2]) == int(m[1]) + 1 else None,
        examples="一晚7/800 => 一晚七八百",
    ),
    rule(
        "fraction",
        r"(?<![\d./A-Za-z])(?:(\d+)又)?(\d+) ?/ ?(\d+)(?![\d./]|(?!(?:tsp|tbsp|cups?|oz|lb)(?![A-Za-z]))[A-Za-z])",
        _fraction,
        examples="1/2 => 二分之一\n3/16 => 十六分之三\n2又1/3 => 二又三分之一",
    ),
    rule(
        "range to a plus",
        rf"(?<![\dA-Za-z.])([-+]?)({NUMBER})\s?[~至到]\s?\+({NUMBER})(?![\d.])",
        lambda m: f"{_SAID[m[1]]}{decimal(m[2])}到正{decimal(m[3])}",
        examples="-1~+1 => 负一到正一",
    ),
    rule(
        "range",
        rf"(?<![\d.A-Za-z])(?<![\dA-Za-z)）-]-)({NUMBER})\s?[-~—]\s?({NUMBER})(?![\d.A-Za-z-])",
        _range,
        examples="-5-6度 => 负五到六度\n3~5天 => 三到五天\n2-3个 => 两到三个\n第2-3集 => 第二到三集",
    ),
    rule(
        "range before a letter",
        r"(?<![\d.A-Za-z=(-])(\d{1,3})[-~—](?=(\d{1,3})(?:(?![abcnxyz])[a-z]|[A-Za-z]{2,4})(?![A-Za-z\d=+*/^-]))",
        lambda m: cardinal(m[1], two="两") + "到" if int(m[1]) < int(m[2]) else None,
        examples="第7-9d => 第七到九d\n80-100pp => 八十到一百pp",
    ),
    rule(
        "range of so many K",
        r"(?<![\d.A-Za-z])(\d{1,4}(?:\.\d)?)([KkGMT])[-~—](?=\d{1,4}(?:\.\d)?\2(?![A-Za-z\d]))",
        lambda m: f"{decimal(m[1])}{m[2]}到",
        examples="6K-8K的 => 六K到八K的",
    ),
    rule(
        "range with measure words",
        r"(?<=\d)([一-鿿]{1,2})[-~—](?=\d)",
        lambda m: m.group(1) + "到" if is_counted(m.group(1)) or m.group(1) in _ORDERED else None,
        examples="3天-5天 => 三天到五天\n01话-12话 => 零一话到十二话",
    ),
)
