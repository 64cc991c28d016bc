"""Rules for numbers in names: Lv.99, No.1, AK-47, RTX4090, 1v1, Roman numerals."""

from __future__ import annotations

import re

from ffvits.text.numerals import cardinal, decimal, digits, roman
from ffvits.text.rules.rule import NUMBER, Rule, after, before, is_counted, quantity, rule, until
from ffvits.text.units import CURRENCY_CODES, UNIT, UNITS

# Latin names of quantities: what stands behind them is counted (IQ 140), no number of a model.
_QUANTITIES = frozenset("AQI IQ EQ BMI ELO MMR FPS BPM DPS".split())


def _model(m: re.Match[str]) -> str | None:
    """A Latin name with a number glued or hyphened to it."""
    name, hyphen, number, tail = m.groups()
    if name in CURRENCY_CODES or (before(m) == "/" and name + number in UNITS):
        return None
    if "." in number:
        return f"{name}{decimal(number)}{tail}"
    if hyphen and name.upper() in ("HP", "MP", "SP", "EXP", "ATK", "DEF", "CD", "LV", "UTC", "GMT"):
        return f"{name}减{cardinal(number)}{tail}"
    if hyphen and name in ("T", "D", "L") and re.match("[天日小分秒]", after(m)):
        return f"{name}减{cardinal(number)}{tail}"  # before a launch
    if name in _QUANTITIES:
        return f"{name}{cardinal(number)}{tail}"
    if len(number) >= 3:
        round_ = (number.endswith("00") and len(number) == 3) or number.endswith("000")
        return f"{name}{cardinal(number) if round_ and number[0] != '0' else digits(number)}{tail}"
    military = (len(name) <= 3 and hyphen) or name in ("AK", "CR")
    # 32B counts parameters.
    parameters = tail in ("B", "b") and not re.fullmatch("[A-Z]{1,2}", name)
    if len(number) == 2 and military and not parameters and name not in ("GPT", "GTA", "PS", "XP"):
        return f"{name}{digits(number)}{tail}"
    return f"{name}{cardinal(number)}{tail}"


# Before a dot and a number these end a sentence, or are something else.
_NOT_VARIANTS = frozenset("OK NO PS AM PM YES HI BYE NB GG LOL OMG".split())


def _variant(m: re.Match[str]) -> str | None:
    """BA.5, XBB.1.5; a single letter may mark an answer (A.3), so it needs more points or words that tell."""
    name, number = m.groups()
    if name in _NOT_VARIANTS or is_counted(after(m, 3)):
        return None
    if len(name) == 1 and number.count(".") < 2:
        around = before(m, 8) + " " + after(m, 6)
        if not re.search("变异|毒株|亚型|谱系|分支|新冠|(?:附录|[图表式节]) ? ", around):
            return None
    return f"{name}点{decimal(number)}"


def _pages(m: re.Match[str]) -> str | None:
    page, first, last, word = m.groups()
    if int(first) >= int(last):
        return None
    said = cardinal(first) + until(m) + cardinal(last)
    return f"第{said}页" if page.lower() == "pp" else f"{page.upper()}{said}{word or ''}"


# Arms that are known by the year of their type alone; other numbers need the arm beside them.
_TYPES = frozenset("38 51 53 54 56 59 62 63 64 69 77 79 81 86 89 91 92 95 96 97 99 03 04 05 06 08 09".split())
_ARM = re.compile(
    "[一-鿿]{0,4}?(?:步枪|手枪|机枪|冲锋枪|狙击|枪|炮|坦克|战车|战斗车|导弹|火箭|步战|装甲|鱼雷|地雷|手榴弹|军刀|飞机|战机|战斗机|轰炸机)"
)
_EXERCISE = re.compile("太极|[拳剑掌招功操]|[枪刀棍]法|瑜伽|动作|套路|简化|陈式|杨式|吴式|孙式")


def _type(m: re.Match[str]) -> str | None:
    number, version, letter = m.groups()
    if _EXERCISE.search(before(m, 5) + " " + after(m, 5)):
        return None
    if not _ARM.match(after(m, 8)) and (version or (number not in _TYPES and not letter)):
        return None
    return digits(number) + (f"杠{digits(version)}" if version else "") + f"{letter}式"


_ARMS = (
    "歼|运|直|轰|强|教|苏|米格|图|安|东风|红旗|长征|神舟|嫦娥|天宫|天问|北斗|波音|空客"
    "|鹰击|巨浪|霹雳|天舟|米|阿波罗|联盟"
)


def _arms(m: re.Match[str]) -> str | None:
    name, hyphen, number = m.groups()
    if not hyphen and name not in ("波音", "空客", "东风", "红旗", "歼", "神舟", "长征"):
        return None
    if (len(number) == 2 and name in ("苏", "米格", "图", "安")) or len(number) > 2:
        return name + digits(number)
    return name + cardinal(number)


_ROMAN_PLAIN = "XVIII|XVII|XVI|XIII|XIV|XIX|XII|XI|XV|VIII|VII|VI|IV|IX|III|II"


def _roman(m: re.Match[str]) -> str | None:
    value = roman(m.group(1))
    if value is None or (m.group(1) == "VI" and re.match("设计|系统|手册", after(m, 2))):
        return None
    return cardinal(str(value))


_LABELS = {
    "lv": "等级", "level": "等级", "no": "第", "vol": "第|卷", "ep": "第|集", "ch": "第|章",
    "chapter": "第|章", "part": "第|部分",
    "fig": "图", "page": "第|页", "pp": "第|页", "season": "第|季", "day": "第|天",
    "episode": "第|集", "round": "第|轮",
    "step": "第|步", "top": "前", "act": "第|幕",
}  # fmt: skip


def _label(m: re.Match[str]) -> str | None:
    number, rest = decimal(m.group(2)), ""
    if m.group(3):
        if float(m.group(2)) < int(m.group(4)):
            number += "到" + cardinal(m.group(4))
        else:
            rest = m.group(3) + m.group(4)
    if m.group(1).lower() in ("lv", "level"):
        if before(m, 2) in ("等级", "级别"):
            return number + rest
        if re.search("(?:等级|级别)[^，。！？；]{1,5}$|(?:升|达|练|冲|回)[到至上]了? ?$", before(m, 8)):
            return number + "级" + rest
    head, _, tail = _LABELS[m.group(1).lower()].partition("|")
    if m.group(1).lower() == "no" and m.group(1)[0] == "n":
        return None
    if m.group(1) == "CH" and m.group()[2] not in ". ":
        return None  # methane
    return head + number + tail + rest


_GRADE = re.compile(r"(?<![A-Za-z\d])[A-FS][+](?![A-Za-z\d])|评级|等级|成绩|得分|级")


NAME_RULES: tuple[Rule, ...] = (
    rule("C++", r"(?<![A-Za-z])C\+\+", lambda m: "C加加", examples="学C++ => 学C加加\nC++17 => C加加十七"),
    rule(
        "page of pages",
        r"第(\d+)/(\d+)([页关集话章课题期回天周局轮])",
        lambda m: f"第{cardinal(m[1])}{m[3]}，共{quantity(m[2], m[3])}{m[3]}",
        examples="第1/3页 => 第一页，共三页\n第5/12关 => 第五关，共十二关",
    ),
    rule(
        "season and episode",
        r"(?<![A-Za-z\d])[Ss](\d{1,2})[Ee](\d{1,3})(?!\d)",
        lambda m: f"第{cardinal(str(int(m.group(1))))}季第{cardinal(str(int(m.group(2))))}集",
        examples="S01E05 => 第一季第五集",
    ),
    rule(
        "business letters",
        r"(?<![A-Za-z\d])([A-Z])2([A-Z])(?![A-Za-z\d])",
        lambda m: None if m.group() == "H2O" else f"{m.group(1)} to {m.group(2)}",
        examples="B2B => B to B\nO2O => O to O",
    ),
    rule(
        "pages",
        r"(?<![A-Za-z\d])([Pp]{1,2})\.? ?(\d{1,4}) ?[-~—至到] ?(\d{1,4})(页)?(?![\d.A-Za-z%-])",
        _pages,
        examples="P12-15 => P十二到十五\npp. 3-9 => 第三到九页",
    ),
    rule(
        "label",
        rf"(?<![A-Za-z])((?i:{'|'.join(sorted(_LABELS, key=len, reverse=True))}))(?:\.? ?)"
        r"(\d+(?:\.\d+)?)(?:([-~—])(\d{1,4})(?![\d.:/-]))?(?![\d.]*[A-Za-z])",
        _label,
        examples="""
        Lv.99 => 等级九十九
        等级提升到Lv.15 => 等级提升到十五级
        升到Lv60了 => 升到六十级了
        No.1 => 第一
        Vol.3 => 第三卷
        TOP10 => 前十
        EP1-3 => 第一到三集
        EP5 => 第五集
        CH4 => CH四
        """,
    ),
    rule(
        "one against one",
        r"(?<![A-Za-z\d])(\d{1,2}) ?[vV][sS]?\.? ?(\d{1,2})(?:v(\d))?(?![A-Za-z\d.])",
        lambda m: "V".join(cardinal(side) for side in m.groups() if side),
        examples="1v1 => 一V一\n1v1v1 => 一V一V一\n5V5 => 五V五",
    ),
    rule(
        "English ordinal",
        r"(?<![\dA-Za-z.])(\d{1,3})(?:st|nd|rd|th)(?![A-Za-z])",
        lambda m: "第" + cardinal(m.group(1)),
        examples="21st Century => 第二十一Century\n5th => 第五",
    ),
    rule(
        "number that is a title",
        r"(?<=《)((?:1[89]|20)\d\d)(?=》|太空漫游|[：:])",
        lambda m: digits(m.group(1)),
        examples="《1984》 => 《一九八四》\n《2001太空漫游》 => 《二零零一太空漫游》",
    ),
    rule(
        "letter, point, number",
        r"(?<![A-Za-z.\d])([HGN])\.(\d{3})(?![\d.])",
        lambda m: f"{m.group(1)}点{digits(m.group(2))}",
        examples="H.265编码 => H点二六五编码",
    ),
    rule(
        "letters, point, number",
        r"(?<![A-Za-z\d.])([A-Z]{1,4})\.(\d{1,3}(?:\.\d{1,3}){0,5})(?![\d.]{0,9}[\dA-Za-z]|[年月日号点时])",
        _variant,
        examples="""
        变异株BA.5 => 变异株BA点五
        XBB.1.5 => XBB点一点五
        详见附录A.2 => 详见附录A点二
        A.3 => A。三""",
    ),
    rule(
        "opus and its like",
        r"(?<![A-Za-z\d.])(Op|Sec|Eq|Tab|Chap|Ref|Rev|BWV)\. ?(?=\d)",
        lambda m: m.group(1),
        examples="Op.27 => Op二十七",
    ),
    rule(
        "weapon or craft",
        rf"({_ARMS})(-)?(\d{{1,3}})(?![\d.]|[年月日个])",
        _arms,
        examples="歼-20 => 歼二十\n波音747 => 波音七四七\n苏-27 => 苏二七",
    ),
    rule(
        "times that many",
        r"(?<=[一-鿿）])(?<![设求和若则当令根解与为是的])(?:(?<!对)|(?<=\d对))"
        rf"[x×*] ?({NUMBER})(?!\.?\d|[A-Za-z%‰]| ?[+=<>≤≥])",
        lambda m: "乘" + decimal(m.group(1)),
        examples="鸡蛋x2 => 鸡蛋乘二",
    ),
    rule(
        "times so much",
        rf"(?<=[一-鿿）])[x×*](?= ?{NUMBER} ?(?:{UNIT}|[%‰])(?![A-Za-z\d]))",
        lambda m: "乘",
        examples="大米x2.5kg => 大米乘二点五千克\n伤害*150% => 伤害乘百分之一百五十",
    ),
    rule(
        "letter less a number",
        r"(?<=[(（])([a-z])([-+])(\d{1,2})(?=[)）])",
        lambda m: m.group(1) + ("减" if m.group(2) == "-" else "加") + cardinal(m.group(3)),
        examples="(n-1) => （n减一）",
    ),
    rule(
        "grade with a minus",
        r"(?<![A-Za-z\d])([A-FS])-(?![A-Za-z\d一-鿿-])",
        lambda m: m.group(1) + "减" if _GRADE.search(before(m, 12) + " " + after(m, 12)) else None,
        examples="A+、B- => A加、B减\n评级B- => 评级B减",
    ),
    rule(
        "tank",
        r"(?<![\d.])(99|96)(?=[A-G]?(?:式|型)?(?:主战)?坦克)",
        lambda m: digits(m.group(1)),
        examples="99A坦克 => 九九A坦克",
    ),
    rule(
        "type of a year",
        r"(?<![\d.第-])(\d\d)(?:-([1-9]))?([A-G]?)式(?!微)",
        _type,
        examples="95式步枪 => 九五式步枪\n99A式 => 九九A式\n24式太极拳 => 二十四式太极拳",
    ),
    rule(
        "car of three digits",
        r"(?<![\dA-Za-z.])([1-8]\d[058])(?=Li(?![A-Za-z]))"
        r"|(?:(?<=宝马)|(?<=[1-8]系)) ?([1-8]\d[058])(?=[ied]?(?![A-Za-z\d]))",
        lambda m: digits(m[1] or m[2]),
        examples="宝马325Li => 宝马三二五Li\n530Li => 五三零Li",
    ),
    rule(
        "memory with its speed",
        r"(?<![A-Za-z])(LP)?(DDR)(\dX?)-(\d{4,5})(?!\d)",
        lambda m: f"{m[1] or ''}{m[2]}{digits(m[3])}{digits(m[4])}",
        examples="DDR5-6400内存 => DDR五六四零零内存",
    ),
    rule(
        "graphics card or processor",
        r"(?<![A-Za-z])(G?[RG]TX|GT|RX|HD|R[3579]) (\d{3,4})(?![\d.])",
        lambda m: None if re.match("[元块米万多]", after(m)) else f"{m[1]}{digits(m[2])}",
        examples="RTX 3060 12GB => RTX三零六零，十二G\nR7 7800X3D => R七七八零零X三D",
    ),
    rule(
        "graphics card without its name",
        r"(?<![\dA-Za-z.])(1[06][5-8]0|[2-5]0[5-9]0)(?= ?(?:Ti|Super|SUPER)(?![A-Za-z])|显卡|独显)",
        lambda m: digits(m[1]),
        examples="1080Ti还能战 => 一零八零Ti还能战",
    ),
    rule(
        "model name",
        r"(?<![A-Za-zα-ωΑ-Ω\d])([A-Za-zα-ωΑ-Ω]+)([- ]?)(?<![a-zA-Z] )(?<!^ )(\d+(?:\.\d+)?)([A-Za-z]*)(?![\d.]*\d|%)",
        lambda m: None if m.group(2) == " " else _model(m),
        examples="""
        T-34 => T三四
        T-3天 => T减三天
        AK-47 => AK四七
        H2O => H二O
        iPhone15 => iPhone十五
        RTX4090 => RTX四零九零
        COVID-19 => COVID十九
        PM2.5 => PM二点五
        CPI-0.1% => CPI负百分之零点一
        QwQ-32B => QwQ三十二B
        i7-13700K => i七一三七零零K""",
    ),
    rule(
        "hyphened number after letters",
        r"(?<=[一二三四五六七八九十零])-(\d{3,})(?=[A-Za-z一-鿿，。！？]|$)",
        lambda m: digits(m.group(1)),
        examples="i7-13700 => i七一三七零零",
    ),
    rule(
        "model with a space",
        r"(?<=[A-Za-z]) (\d{1,2}|[1-9]\d{2,3})(?![\d.%:/]|[一-鿿]?(?:元|个|年|月|日|点))"
        r"(?=\s?(?:Pro|Max|Plus|Ultra|Ti|系列|手机|显卡|代|，|。|$))",
        lambda m: (
            None
            if re.search(rf"(?<![A-Za-z])(?:{'|'.join(CURRENCY_CODES)})$", before(m, 4))
            else (
                digits if len(m[1]) > 2 and re.search("[A-Za-z]*$", before(m, 8))[0] not in _QUANTITIES else cardinal
            )(m[1])
        ),
        examples="RTX 4090显卡 => RTX四零九零显卡\nAQI 156，轻度污染 => AQI一百五十六，轻度污染",
    ),
    rule(
        "Roman numeral with a word",
        r"(?<=第)([IVXLC]+)(?=[章节卷部篇集回条款期幕届世])|(?<![A-Za-z])([IVX]+)(?=[型级度期章节卷部篇集回](?![A-Za-z]))",
        lambda m: cardinal(str(roman(m.group(1) or m.group(2)))) if roman(m.group(1) or m.group(2)) else None,
        examples="第III章 => 第三章\nII型糖尿病 => 二型糖尿病",
    ),
    rule(
        "Roman numeral of a stage",
        r"(?<![A-Za-z])(IV|I{1,3})([abcABC])(\d?)(?=期)",
        lambda m: cardinal(str(roman(m[1]))) + m[2] + m[3],
        examples="IIIb期 => 三b期",
    ),
    rule(
        "Roman numeral", rf"(?<![A-Za-z'’])({_ROMAN_PLAIN})(?![A-Za-z'’])", _roman, examples="最终幻想VII => 最终幻想七"
    ),
    rule(
        "hash and number",
        r"#(\d+)(?:[-~—](\d{1,3}))?(?!\d|#|\.\d)",
        lambda m: (
            (digits if len(m[1]) > 2 else cardinal)(m[1])
            + (f"到{cardinal(m[2])}" if m[2] else "")
            + ("" if after(m) == "号" else "号")
        ),
        examples="#1 => 一号\n#2号 => 二号\n#3-5 => 三到五号",
    ),
    rule("discount", r"(?<![\d.])([1-9]\d)折", lambda m: digits(m.group(1)) + "折", examples="85折 => 八五折"),
)
