"""Rules for codes that no unit follows: numbers of documents, shares and records, hexadecimal, passwords, stages."""

from __future__ import annotations

import re

from ffvits.text.numerals import cardinal, decimal, digits
from ffvits.text.rules.rule import Rule, after, before, is_counted, rule, until
from ffvits.text.rules.topics import in_sport

_COMPASS = {"N": "北纬", "S": "南纬", "E": "东经", "W": "西经"}
_KEYS = {"#": "井号", "*": "星号", "@": "艾特", "_": "下划线", "-": "杠"}
_YEAR = r"(?:19|20)\d\d"
_BOOKS = (
    "(?:(?:马太|马可|路加|约翰)福音|创世[记纪]|出埃及记|利未记|民数记|申命记|约书亚记|士师记|路得记|约伯记|诗篇|箴言|传道书|雅歌"
    "|以赛亚书|耶利米书|以西结书|但以理书|使徒行传|罗马书|哥林多[前后]书|加拉太书|以弗所书|腓立比书|歌罗西书|希伯来书|雅各书|启示录)"
)


def _password(m: re.Match[str]) -> str:
    return m[1] + "".join(_KEYS.get(c, c) for c in digits(m[2]))


def _case(m: re.Match[str]) -> str:
    year, court, number, kind, last = m.groups()
    return f"（{digits(year)}）{court}{digits(number)}{kind}" + (digits(last) if len(last) > 3 else cardinal(last))


def _of_a_figure(m: re.Match[str]) -> str | None:
    """A chapter and a number; behind other words that end so (代表, 试图) something is counted or played.

    Exercises and annexes (选择题1-10, 附件1-3) are rows, unless the second number is no higher than the first.
    """
    if (
        (is_counted(after(m, 3)) and not re.match("所示|列[出了举]", after(m, 2)))
        or after(m) in ("元", "分")
        or in_sport(m)
        or re.search("[代老手]表|试图|方式|比例", before(m, 3))
        or (re.search("[题例件][ (（]?$", before(m, 2)) and float(m[1]) < int(m[2]))
        or re.match("分别|依次|均|都|各", after(m, 2))
    ):
        return None
    return f"{decimal(m[1])}杠{cardinal(m[2])}"


def _status(code: str) -> str:
    return cardinal(code) if code.endswith("00") else digits(code)


def _year_alone(m: re.Match[str]) -> str | None:
    return None if is_counted(after(m, 3)) else m[1] + digits(m[2])


CODE_RULES: tuple[Rule, ...] = (
    rule(
        "place on the globe",
        r"(?<![\dA-Za-z.])(?:([NSEW]) ?)?(\d{1,3}(?:\.\d+)?°(?: ?\d{1,2}(?:\.\d+)?[′'])?(?: ?\d{1,2}(?:\.\d+)?[″\"”])?)"
        r"(?:([NSEW])(?![A-Za-z]))?",
        lambda m: _COMPASS[m[1] or m[3]] + m[2] if m[1] or m[3] else None,
        examples="39°54′N，116°24′E => 北纬三十九度五十四分，东经一百一十六度二十四分",
    ),
    rule(
        "airliner",
        r"(?<![\d.A-Za-z-])(7[0-8]7)-([1-9]00)(?![\d.-])",
        lambda m: None if is_counted(after(m, 3)) or after(m) in ("字", "元") else f"{digits(m[1])}杠{cardinal(m[2])}",
        examples="737-800 => 七三七杠八百\n写707-800字 => 写七百零七到八百字",
    ),
    rule(
        "status of an answer",
        r"((?:HTTP|状态码|错误码|返回码|[Ee]rror) ?[是为：:]? ?)([1-5]\d\d)(?![\d.])"
        r"|(?<![\d.第])(4(?:0[0-9]|29)|50[0-4])"
        r"(?=表示| (?:Not|Bad|Forbidden|Internal|Too|Gateway|Unauthorized|Service)(?![A-Za-z]))",
        lambda m: (m[1] or "") + _status(m[2] or m[3]),
        examples="""
        HTTP 429 => HTTP四二九
        状态码200 => 状态码两百
        404表示未找到 => 四零四表示未找到""",
    ),
    rule(
        "number of an error",
        r"((?<![A-Za-z])(?:ERROR|[Ee]rror|errno|ERR|错误代?码?)[是为：:]? ?)(\d{4,5})(?![\d.,%]|[次个条处种年])",
        lambda m: m[1] + digits(m[2]),
        examples="ERROR 1045 => ERROR一零四五",
    ),
    rule(
        "password with signs",
        r"((?:密码|口令|暗号|验证码|指令|拨)(?:[是为：:]| |是：|为：)?)"
        r"(?=[\dA-Za-z*#@_]*\d)([\dA-Za-z]*(?:[#*@_][\dA-Za-z]*)+)",
        _password,
        examples="密码是0#1357* => 密码是零井号一三五七星号",
    ),
    rule(
        "hexadecimal",
        r"(?<![A-Za-z\d])0[xX](?=\d*[\dA-Fa-f])([\dA-Fa-f]{2,16})(?![A-Za-z\d])",
        lambda m: "零X" + digits(m[1].upper()),
        examples="错误0x80070005 => 错误零X八零零七零零零五",
    ),
    rule(
        "number of a case",
        rf"[（(\[]({_YEAR})[)）\]] ?([一-鿿]{{1,6}}?)(\d{{0,6}})([一-鿿]{{1,6}})(\d{{1,6}})(?=号)",
        _case,
        examples="""
        （2023）京0105民初12345号 => （二零二三）京零一零五民初一二三四五号
        (2022)最高法民终123号 => （二零二二）最高法民终一百二十三号""",
    ),
    rule(
        "number of a document",
        rf"(?<=[一-鿿])[（(\[]({_YEAR})[)）\]](?=第?\d{{1,5}}号)",
        lambda m: f"（{digits(m[1])}）",
        examples="国发〔2023〕12号 => 国发（二零二三）十二号\n国发[2024]12号 => 国发（二零二四）十二号",
    ),
    rule(
        "sign of a section",
        r"(》?)§{1,2} ?(\d+(?:\.\d+)*)(?![\d.])",
        lambda m: f"{m[1]}第{decimal(m[2])}" + ("条" if m[1] else "节"),
        examples="《民法典》§1024 => 《民法典》第一千零二十四条\n见§3.2 => 见第三点二节",
    ),
    rule(
        "article of a law",
        # Laws write 第二百六十四条, not 两百.
        r"(?<=第)(2\d\d)(?=条)",
        lambda m: "二" + cardinal(m[1])[1:],
        examples="第264条 => 第二百六十四条",
    ),
    rule(
        "number of a record",
        # What is only 备案 or 许可证 may be counted: 备案12000家.
        r"((?:备案|许可证)(?=第| ?\d+号)|备案号|许可证号|[IC]CP(?:备案?|证)|安备案?)"
        r"(第| ?)(\d{4,})(?:(号)(?:-(\d{1,3}))?)?",
        lambda m: f"{m[1]}{m[2]}{digits(m[3])}{m[4] or ''}" + (f"杠{digits(m[5])}" if m[5] else ""),
        examples="""
        京ICP备12345678号-1 => 京ICP备一二三四五六七八号杠一
        京公网安备11010802020088号 => 京公网安备一一零一零八零二零二零零八八号""",
    ),
    rule(
        "tumour marker",
        r"(?<![A-Za-z\d])(CA) ?(\d\d)-(\d)(?![\d.%-])",
        lambda m: m[1] + digits(m[2] + m[3], phone=True),
        examples="CA19-9偏高 => CA幺九九偏高",
    ),
    rule(
        "size of a tyre",
        r"(?<![\d./])(\d{3})/(\d\d) ?(Z?R)(\d\d)(?!\d)",
        lambda m: f"{digits(m[1])}、{digits(m[2])}{m[3]}{cardinal(m[4])}",
        examples="轮胎205/55R16 => 轮胎二零五、五五R十六",
    ),
    rule(
        "chapter and verse",
        rf"({_BOOKS}) ?(\d{{1,3}})[:：](\d{{1,3}})(?:([-~—至到])(\d{{1,3}}))?(?![\d:])",
        lambda m: f"{m[1]}{cardinal(m[2])}章{cardinal(m[3])}" + (f"{until(m)}{cardinal(m[5])}" if m[5] else "") + "节",
        examples="约翰福音3:16 => 约翰福音三章十六节",
    ),
    rule(
        "wireless standard",
        r"(?<![\d.])802\.(\d{1,2})(?=[a-z]{1,2}(?![a-z])|协议|标准)",
        lambda m: "八零二点" + digits(m[1], phone=True),
        examples="802.11ax => 八零二点幺幺ax",
    ),
    rule(
        "fund in brackets",
        r"(?:(?<=ETF)|(?<=LOF)|(?<=基金))[(（](\d{6})[)）]",
        lambda m: f"（{digits(m[1])}）",
        examples="沪深300ETF（510300） => 沪深三百ETF（五一零三零零）",
    ),
    rule(
        "chip",
        r"(?<=天玑|骁龙|麒麟|锐龙|玄戒) ?(\d{3,4})(?![\d.]|[元块米万多])",
        lambda m: cardinal(m[1]) if m[1].endswith("000") else digits(m[1]),
        examples="天玑9300和麒麟9000S => 天玑九三零零和麒麟九千S",
    ),
    rule(
        "seat of a carriage",
        r"(?<!\d)0(\d)车0?(\d{1,2})(?=[A-F]号?(?![A-Za-z\d]))",
        lambda m: f"{cardinal(m[1])}车{cardinal(m[2])}",
        examples="07车05F => 七车五F",
    ),
    rule(
        "share of an exchange",
        r"(?<![\d.A-Za-z])(\d{6}|\d{4,5}(?=\.HK))\.(SH|SZ|BJ|SS|HK)(?![A-Za-z])",
        lambda m: f"{digits(m[1])}点{m[2]}",
        examples="(600519.SH) => （六零零五一九点SH）",
    ),
    rule(
        "share in brackets",
        r"(?<=[一-鿿A-Z])(?<!人数)(?<!人口)(?<!数量)[（(]((?:60[0135]|68[89]|00[0123]|30[01]|83\d|87\d|43\d|92\d)\d{3})[)）]",
        lambda m: f"（{digits(m[1])}）",
        examples="贵州茅台（600519） => 贵州茅台（六零零五一九）",
    ),
    rule(
        "year without its word",
        (
            r"((?:今年|明年|去年|前年|那年|那一年|时间|年份)(?:就?是|为|：)|(?:出生|生|毕业|成立|创立|创建|始建|建成|诞生|发表|发布|发行"
            rf"|去世|逝世|卒|入学|结婚)于|[我他她你](?:是|生于))({_YEAR})"
            r"(?=$|[，。！？；、）)]|的(?![一-鿿])|的[人属宝，。]|了|[吧呢啊吗])"
        ),
        _year_alone,
        examples="""
        今年是2024 => 今年是二零二四
        出生于1998 => 出生于一九九八
        我是2003的 => 我是二零零三的""",
    ),
    rule(
        "year of an era",
        r"(?:(?<=[甲乙丙丁戊己庚辛壬癸][子丑寅卯辰巳午未申酉戌亥]年)|(?<=[一二三四五六七八九十元]年))[(（](\d{3,4})[)）]",
        lambda m: f"（{digits(m[1])}）",
        examples="戊戌年(1898)和康熙二十三年（1684） => 戊戌年（一八九八）和康熙二十三年（一六八四）",
    ),
    rule(
        "year of a book",
        rf"(?:(?<=出版社)|(?<=第[\d一二三四五六七八九]版))[，,] ?({_YEAR})(?![\d年多余个人])",
        lambda m: "，" + digits(m[1]),
        examples="清华大学出版社, 2020 => 清华大学出版社，二零二零\n第2版,2019 => 第二版，二零一九",
    ),
    rule(
        "number of a figure",
        r"(?:(?<=[图表式题例])|(?<=[图表式题例][ (（])|(?<=附[录件图表]))"
        r"(\d{1,2}(?:\.\d{1,2})?)-(\d{1,2})(?![\d.-]|[、，,/] ?\d)",
        _of_a_figure,
        examples="""
        如图6-1所示 => 如图六杠一所示
        表3-1 => 表三杠一
        表2.1-1 => 表二点一杠一
        由式（3-5）可得 => 由式（三杠五）可得
        代表3-5人 => 代表三到五人""",
    ),
    rule(
        "number of a table in three parts",
        r"(?<=[图表])(\d{1,2})-(\d{1,2})-(\d{1,2})(?![\d.-])",
        lambda m: "杠".join(map(cardinal, m.groups())),
        examples="表1-3-2 => 表一杠三杠二",
    ),
    rule(
        "telephone abroad",
        r"(?<![\dA-Za-z.])(?:\+|[(（]\+?)86[)）]?[- ]?(?:0?(10|2\d|[3-9]\d\d)[- ])(\d{3,4})[- ]?(\d{4})(?![\d.])",
        lambda m: "八六" + digits(m[1] + m[2] + m[3], phone=True),
        examples="+86-10-88889999 => 八六幺零八八八八九九九九\n+86 10 8888 9999 => 八六幺零八八八八九九九九",
    ),
    rule(
        "stage of a game",
        r"(?:(?<=方舟)|(?<=主线)|(?<=深渊)|(?<=螺旋)|(?<=关卡)|(?<=推图)) ?(\d{1,2})-(\d{1,2})(?![\d.-])"
        r"|(?<![\d第.-])(\d{1,2})-(\d{1,2})(?=突袭|磨难|险地|碎石|关卡?攻略)",
        lambda m: f"{cardinal(m[1] or m[3])}杠{cardinal(m[2] or m[4])}",
        examples="明日方舟8-8突袭 => 明日方舟八杠八突袭\n主线1-7 => 主线一杠七",
    ),
)
