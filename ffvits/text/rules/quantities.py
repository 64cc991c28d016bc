"""Rules for sums, powers, comparisons, scores, ratios, ranges, and at last plain numbers."""

from __future__ import annotations

import re

from ffvits.text.numerals import cardinal, decimal, digits
from ffvits.text.rules.clock import in_sport
from ffvits.text.rules.rule import FREE, NUMBER, Rule, after, before, is_changed, is_counted, is_weather, quantity, rule
from ffvits.text.units import UNIT, UNITS

_PART_BEFORE = "号楼栋幢座元室层区路街县市省部篇章节组队级班期版型列门院洞口桥月日年一二三四五六七八九十百千万亿"
_OPERATORS = {
    "+": "加", "-": "减", "×": "乘", "*": "乘", "x": "乘", "X": "乘", "÷": "除以", "/": "除以",
    "=": "等于", "≈": "约等于",
    "≠": "不等于", ">": "大于", "<": "小于", "≥": "大于等于", "≤": "小于等于", ">=": "大于等于", "<=": "小于等于",
    "==": "等于", "!=": "不等于", "±": "正负",
}  # fmt: skip
_TERM = rf"(?:√?{NUMBER}(?:\^[+-]?\d+)?|π|[a-zA-Zα-ω](?:\^\d+)?(?![A-Za-z]))%?"
_SUM = re.compile(rf"({_TERM})|(>=|<=|==|!=|[+\-×÷*/=≈≠><≥≤xX])|[()（）?？ ]")


def _sum(m: re.Match[str]) -> str | None:
    """A calculation: operators are named, a minus in front of a term is 负."""
    text = m.group()
    if not re.search(r"[+=×÷≈≠≥≤><*]", text) or re.fullmatch(r"\d+(?:\.\d+)?[+*]", text):
        return None
    said, want_term = [], True
    position = 0
    while position < len(text):
        part = _SUM.match(text, position)
        if part is None:
            return None
        position = part.end()
        if part.group(1):
            said.append(_term(part.group(1)))
            want_term = False
        elif part.group(2):
            op = part.group(2)
            said.append("负" if want_term and op == "-" else "正" if want_term and op == "+" else _OPERATORS[op])
            want_term = True
        elif part.group() in "?？":
            said.append("几")
            want_term = False
    return "".join(said)


# Brackets around a sum, not around a remark; it stands near.
_BRACKET_OF_A_SUM = re.compile(
    r"[(（][-+]?[\dA-Za-z.π√^]+(?: ?[-+×÷*/] ?[\dA-Za-z.π√^]+)+[)）]|\d ?[-+×÷] ?[(（]-\d+[)）]"
)


def _sum_of_fractions(m: re.Match[str]) -> str:
    return "".join(
        f"{cardinal(part.partition('/')[2])}分之{cardinal(part.partition('/')[0])}"
        if "/" in part
        else _OPERATORS.get(part) or (part if part == "乘" else cardinal(part))
        for part in re.findall(r"\d+/\d+|\d+|[-+×÷=乘]", m.group())
    )


def _term(term: str) -> str:
    if term.endswith("%"):
        return "百分之" + _term(term[:-1])
    root = term.startswith("√")
    base, _, power = term.lstrip("√").partition("^")
    said = base if not base[0].isdigit() else decimal(base)
    if power:
        said += "的" + _power(power)
    return ("根号" if root else "") + said


def _power(power: str) -> str:
    if power in ("2", "3"):
        return {"2": "平方", "3": "立方"}[power]
    return decimal(power) + "次方"


_MONTHS = frozenset(map(str, range(1, 13)))


def _fraction(m: re.Match[str]) -> str | None:
    whole, top, bottom = m.groups()
    if whole is None and (re.search("(?:血压|双暴).{0,5}$", before(m, 8)) or after(m, 2) in ("指数", "期货")):
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


def _range(m: re.Match[str]) -> str | None:
    first, last = m.group(1), m.group(2)
    rest = after(m, 4)
    if not is_counted(rest) and len(first) <= 2 and len(last) <= 2 and first.isdigit() and last.isdigit():
        if int(first) > int(last):
            return f"{cardinal(first)}比{cardinal(last)}"
    return f"{quantity(first, rest, before(m))}到{quantity(last, rest, before(m))}"


def _plain(m: re.Match[str]) -> str:
    number = m.group()
    if before(m).isascii() and before(m).isalpha() and len(number) > 2 and number.isdigit():
        return digits(number)
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


# 2、3层 may be the second and the third as well as two or three.
_IN_A_ROW = "层排站期集届章节卷册页行列栋座幢题队组手球道"


def _two_or_three(m: re.Match[str]) -> str | None:
    rest = after(m, 5)
    return "两、三" if is_counted(rest) and rest[0] not in _IN_A_ROW else None


QUANTITY_RULES: tuple[Rule, ...] = (
    rule(
        "two or three",
        r"(?<![\d.,、，/第初周期拜之-])2、3(?![\d.,、])",
        _two_or_three,
        examples="2、3个人 => 两、三个人\n2、3月 => 二、三月",
    ),
    rule(
        "second of a row",
        (
            r"(?<=[\d一二三四五六七八九十][连排班营团])2(?=[排班组连](?![成人队]))"
            r"|(?<![\d.前后])2(?=排\d{1,2}[座号])|(?<=[\d一二三四五六七八九十]排)2(?=座)"
        ),
        lambda m: "二",
        examples="3连2排 => 三连二排\n2班2组 => 二班二组\n2排2座 => 二排二座",
    ),
    rule(
        "rooms of a flat",
        r"(?<![\d.])2(?=[室房]\d[厅卫])|(?<=\d[室房])2(?=厅)|(?<=[室房]\d厅)2(?=卫)|(?<=\d天)2(?=夜)",
        lambda m: "两",
        examples="3室2厅2卫 => 三室两厅两卫\n2室1厅 => 两室一厅\n3天2夜 => 三天两夜",
    ),
    rule(
        "so many bought and given",
        r"(?<=[买拍充付])2(?=[发送返得赠免减]\d)",
        lambda m: "二",
        examples="拍2发3 => 拍二发三",
    ),
    rule(
        "money off",
        r"(满\d+)[-—](?=\d+(?![\d.]|元?的))",
        lambda m: m.group(1) + "减",
        examples="满99-50 => 满九十九减五十",
    ),
    rule(
        "time of music",
        r"(?<![\d.])([2-9])/([248])(?=拍|小节)",
        lambda m: digits(m.group(2)) + digits(m.group(1)),
        examples="3/4拍 => 四三拍",
    ),
    rule(
        "sum of fractions",
        r"(?<![\d.A-Za-z/])\d+/\d+(?: ?[-+×÷=乘] ?(?:\d+/\d+|\d+)(?![\d./]))+(?![A-Za-z])",
        _sum_of_fractions,
        examples="1/3+1/6=1/2 => 三分之一加六分之一等于二分之一\n3/4×2=3/2 => 四分之三乘二等于二分之三",
    ),
    rule(
        "brackets in a calculation",
        r"(?<=[)）]) ?([-+×÷*/=^]) ?(?=[(（]?[\d(（A-Za-z])|(?<=[\dA-Za-z]) ?([-+×÷*/]) ?(?=[(（][-+]?[\da-z])",
        lambda m: (
            _OPERATORS.get(m[1] or m[2])
            if _BRACKET_OF_A_SUM.search(m.string, max(0, m.start() - 80), m.end() + 80)
            else None
        ),
        examples="""
        (1+2)*3=9 => （一加二）乘三等于九
        2×(3+4)=14 => 二乘（三加四）等于十四
        3-(-2)=5 => 三减（负二）等于五""",
    ),
    rule(
        "calculation",
        (
            rf"(?<![\dA-Za-z.])[-+]?{_TERM}(?: ?(?:>=|<=|==|!=|[+\-×÷*/=≈≠><≥≤]) ?[-+]?(?:{_TERM}"
            rf"|[?？])){{1,30}}(?![\dA-Za-z.^])"
        ),
        _sum,
        examples="""
        1+2 => 一加二
        -1+2 => 负一加二
        2 = 1 + 1 => 二等于一加一
        5-3=2 => 五减三等于二
        2 >= 1 => 二大于等于一
        3×10^8 => 三乘十的八次方""",
    ),
    rule(
        "area without number",
        r"(?<![A-Za-z\d])(k|c|d|m)?m\^([23])(?: (?=\d))?",
        lambda m: {"2": "平方", "3": "立方"}[m.group(2)] + UNITS[(m.group(1) or "") + "m"],
        examples="每m²的价格 => 每平方米的价格",
    ),
    rule(
        "power",
        rf"(?<![\d.])({NUMBER}|(?<![A-Za-z])(?:[a-z]{{1,2}}|[A-Z])|[一-鿿])\^([+-]?\d+)",
        lambda m: (decimal(m.group(1)) if m.group(1)[0].isdigit() else m.group(1)) + "的" + _power(m.group(2)),
        examples="2^10 => 二的十次方\nx² => x的平方",
    ),
    rule(
        "unit after a power",
        rf"(?:(?<=次方)|(?<=十的[平立]方))(?: ?({UNIT})(?![A-Za-z]))?(?:/({UNIT}|[平立]方米)(?![A-Za-z]))?",
        lambda m: UNITS.get(m[1], "") + ("每" + UNITS.get(m[2], m[2]) if m[2] else ""),
        examples="4.5×10^9/L => 四点五乘十的九次方每升\n3×10⁸m/s => 三乘十的八次方米每秒",
    ),
    rule(
        "metres and centimetres",
        r"(?<![\d.])(\d)米([1-9]\d?)(?![\d.米厘个条x×-])",
        lambda m: cardinal(m.group(1), two="两") + "米" + digits(m.group(2)),
        examples="身高1米65 => 身高一米六五\n1米8的个子 => 一米八的个子",
    ),
    rule(
        "inches",
        rf"(?<![\d.])({NUMBER})″",
        lambda m: decimal(m.group(1)) + "英寸",
        examples="15.6″屏幕 => 十五点六英寸屏幕",
    ),
    rule("root", rf"√ ?({NUMBER})", lambda m: "根号" + decimal(m.group(1)), examples="√2 => 根号二"),
    rule(
        "comparison",
        r"(>=|<=|[≥≤≈≠><=]) ?(?=[-+]?\d)",
        lambda m: {"=": "等于", "≈": "约等于"}.get(m.group(1)) or _OPERATORS[m.group(1)],
        examples="当场票数≥100万 => 当场票数大于等于一百万",
    ),
    rule(
        "score",
        r"(?<![\dA-Za-z.:-])(\d{1,3}) ?[-—:] ?(\d{1,3})(?![\d.:A-Za-z%-])",
        _score,
        examples="以3-2获胜 => 以三比二获胜\n比分定格在78:96 => 比分定格在七十八比九十六\n中国1-2 => 中国一比二",
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
        r"(?<=评分|得分|打分|总分|均分|豆瓣)([为是：:]{0,2} ?)(\d+(?:\.\d+)?)分? ?"
        r"/ ?(5|10|100)(?:分|(?![\d./A-Za-z的]))",
        lambda m: f"{m[1]}{decimal(m[2])}分，满分{cardinal(m[3])}分" if float(m[2]) <= int(m[3]) else None,
        examples="评分：4.5/5 => 评分：四点五分，满分五分\n豆瓣9.7/10 => 豆瓣九点七分，满分十分",
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
        r"(?<![A-Za-z])([HMSE]X?P|血量|生命值|法力值|魔力值|蓝量|体力值?|耐久度?|经验值?|弹药|能量|排名|名次|位次)"
        r"([：: ]{0,2})(\d+) ?/ ?(\d+)(?![\d./])",
        lambda m: f"{m[1]}{m[2]}{cardinal(m[3])}，共{cardinal(m[4])}" if int(m[3]) <= int(m[4]) else None,
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
        "fraction",
        r"(?<![\d./A-Za-z])(?:(\d+)又)?(\d+) ?/ ?(\d+)(?![\d./A-Za-z])",
        _fraction,
        examples="1/2 => 二分之一\n3/16 => 十六分之三\n2又1/3 => 二又三分之一",
    ),
    rule(
        "range",
        rf"(?<![\d.A-Za-z-])({NUMBER})\s?[-~—]\s?({NUMBER})(?![\d.A-Za-z-])",
        _range,
        examples="3~5天 => 三到五天\n2-3个 => 两到三个\n第2-3集 => 第二到三集",
    ),
    rule(
        "range before a letter",
        r"(?<![\d.A-Za-z=(-])(\d{1,3})[-~—](?=(\d{1,3})(?![abcnxyz])[a-z](?![A-Za-z\d=+*/^-]))",
        lambda m: cardinal(m[1], two="两") + "到" if int(m[1]) < int(m[2]) else None,
        examples="第7-9d => 第七到九d",
    ),
    rule(
        "range with measure words",
        r"(?<=\d)([一-鿿]{1,2})[-~—](?=\d)",
        lambda m: (
            m.group(1) + "到"
            if is_counted(m.group(1)) or m.group(1) in ("楼", "号", "月", "日", "点", "度", "级")
            else None
        ),
        examples="3天-5天 => 三天到五天",
    ),
    rule(
        "and more",
        rf"(?:{FREE}({NUMBER})|(?<=[\d零一二三四五六七八九十百千两][千万亿]))"
        r"\+(?=人|个|次|名|家|款|种|位|条|件|天|年|小时|元|所|项|张|座|套|部)",
        lambda m: (decimal(m[1]) if m[1] else "") + "多",
        examples="100+人 => 一百多人\n直播间1w+人在线 => 直播间一万多人在线",
    ),
    rule(
        "and more of what is not counted",
        rf"{FREE}({NUMBER})\+(?=国家|城市|地区|省份|企业|品牌|高校|学校|用户|粉丝)",
        lambda m: decimal(m[1]) + ("多个" if m[1].endswith("0") else "个以上的"),
        examples="30+国家 => 三十多个国家\n5+企业 => 五个以上的企业",
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
        2两 => 二两""",
    ),
    rule("digits", r"\d+", lambda m: digits(m.group()), examples="3.14.15 => 三点一四点一五"),
)
