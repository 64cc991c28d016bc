"""Rules for dates and times of day."""

from __future__ import annotations

import re

from ffvits.text.numerals import cardinal, digits
from ffvits.text.rules.rule import RANGE, Rule, after, before, is_counted, rule

_YEAR = r"(?:1\d{3}|20\d\d|21\d\d)"
_SPORT = re.compile(
    "比分|战胜|击败|不敌|负于|取胜|获胜|领先|落后|绝杀|逆转|打平|战平|横扫|完胜|险胜|惜败|告负"
    "|小负|大胜|惨败|淘汰|比赛|半场|全场"
    "|扳平|夺冠|局分|点球|主场|客场|胜|负|赢|输|爆冷"
)


def in_sport(m: re.Match[str]) -> bool:
    """True if the words around speak of a match, so that 3-2 and 21:15 are results."""
    return bool(_SPORT.search(m.string[max(0, m.start() - 14) : m.end() + 10]))


def _valid(month: str, day: str = "1") -> bool:
    return 1 <= int(month) <= 12 and 1 <= int(day) <= 31


def _n(number: str) -> str:
    return cardinal(str(int(number)))


def _ymd(m: re.Match[str]) -> str | None:
    year, month, day = m.group(1), m.group(3), m.group(4)
    if not _valid(month, day):
        return None
    return f"{digits(year)}年{_n(month)}月{_n(day)}日"


def _dmy(m: re.Match[str]) -> str | None:
    first, second, year = m.group(1), m.group(3), m.group(4)
    day, month = (second, first) if int(second) > 12 else (first, second)
    return f"{digits(year)}年{_n(month)}月{_n(day)}日" if _valid(month, day) else None


def _ym(m: re.Match[str]) -> str | None:
    if is_counted(after(m, 3)) or after(m) in ("元", "米"):
        return None
    year, month = (m.group(1), m.group(2)) if m.group(1) else (m.group(4), m.group(3))
    return f"{digits(year)}年{_n(month)}月"


def _year_range(m: re.Match[str]) -> str | None:
    first, year, last, unit = m.groups()
    if not unit and (is_counted(after(m, 3)) or (after(m) in "元米人万" and after(m)) or int(first) >= int(last)):
        return None
    if not unit and not (1700 <= int(first) <= 2099 and 1700 <= int(last) <= 2099):
        return None
    return f"{digits(first)}{year or ''}到{digits(last)}{unit or ''}"


def _year(m: re.Match[str]) -> str | None:
    number, rest = m.group(1), after(m, 3)
    span = re.match(
        "前|后|以前|以后|之前|之后|来|以来|间|历史|的历史|文明|的文明|之久|左右|以上|以内|内|多|不遇|时间|陈", rest
    )
    if span and (number.endswith("00") or int(number) > 2199):
        return None
    if (len(number) == 4 and 1000 <= int(number) <= 2999) or (len(number) == 4 and number[0] == "0"):
        return digits(number) + "年"
    if len(number) == 3 and (re.search("公元前?$|于$|在$|（$", before(m, 3)) or (number[2] != "0" and not span)):
        return digits(number) + "年"
    return None


_REIGN = re.compile(
    "民国|明治|大正|昭和|平成|令和|洪武|永乐|嘉靖|万历|崇祯|顺治|康熙|雍正|乾隆|嘉庆|道光|咸丰|同治|光绪|宣统|贞观|开元"
)


def _short_year(m: re.Match[str]) -> str | None:
    number, rest, front = m.group(1), after(m, 2), before(m)
    dated = re.match(
        (
            r"\d{1,2}月|[春夏秋冬][天季]?|初|底|末|款|版|出生|生人|生的|毕业|入学|入伍|世界杯|奥运"
            r"|欧洲杯|年初|暑假|寒假|上半|下半|国庆|春节|的时候"
        ),
        rest + after(m, 5)[2:],
    )
    if (
        number[0] == "0"
        or dated
        or (number[0] in "89" and not re.match("前|后|来|间|内|的|之|以|多|了|过|没|时间|左右", rest))
    ):
        if front == "第" or _REIGN.search(before(m, 2)) or (number[0] != "0" and is_counted(rest)):
            return None
        return digits(number) + "年"
    return None


def _decade(m: re.Match[str]) -> str:
    number = m.group(1)
    if len(number) == 4:
        return digits(number) + "年代"
    return (digits(number) if number == "00" else _n(number)) + "年代"


def _clock(hour: str, minute: str, second: str | None) -> str:
    said = cardinal(str(int(hour)), two="两") + "点"
    if int(minute):
        said += ("零" if minute[0] == "0" else "") + _n(minute) + "分"
    elif second and int(second):
        said += "零分"
    if second and int(second):
        said += ("零" if second[0] == "0" else "") + _n(second) + "秒"
    return said


def _half(noon: str | None) -> str:
    if not noon:
        return ""
    return "上午" if noon[0] in "aA" else "下午"


def _duration(m: re.Match[str]) -> str:
    """Hours, minutes and seconds, or minutes and seconds; what is nought in front is not said."""
    parts = [part for part in m.groups()[1:] if part is not None]
    named = list(zip(parts, ("小时", "分", "秒")[3 - len(parts) :], strict=True))
    while len(named) > 1 and not int(named[0][0]):
        named.pop(0)
    return m.group(1) + "".join(_n(part) + name for part, name in named if int(part) or len(named) == 1)


def _time(m: re.Match[str]) -> str | None:
    hour, minute, second, noon = m.groups()
    if in_sport(m) and not second and not noon:
        return None
    if int(hour) > 24 or re.search("比例|比值|配比|比为|赔率", before(m, 6)):
        return None
    return _half(noon) + _clock(hour, minute, second)


CALENDAR_RULES: tuple[Rule, ...] = (
    rule(
        "date with time",
        r"(?<=\d)T(?=\d\d:\d\d)|(?<=\d\d:\d\d)Z|(?<=:\d\d)(?:\.\d+)?Z",
        lambda m: "，" if m.group() == "T" else "",
        examples="2024-05-01T08:30:00Z => 二零二四年五月一日，八点三十分",
    ),
    rule(
        "year month day",
        r"(?<!\d)(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?![\d])日?",
        _ymd,
        examples="""
        2002/01/28 => 二零零二年一月二十八日
        2008.8.8 => 二零零八年八月八日""",
    ),
    rule(
        "day month year",
        r"(?<![\d.])(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?![\d])",
        _dmy,
        examples="08-08-2008 => 二零零八年八月八日",
    ),
    rule(
        "range of years",
        (
            rf"(?<![\d.])({_YEAR}|\d{{3}}(?=年?{RANGE}\d{{3,4}}年))(年)?{RANGE}({_YEAR}|\d{{3}}(?=年))(年"
            rf"|赛季|学年|财年)?(?![\d.])"
        ),
        _year_range,
        examples="""
        2020-2023年 => 二零二零到二零二三年
        （1881—1936） => （一八八一到一九三六）""",
    ),
    rule(
        "season",
        rf"(?<!\d)({_YEAR})[-/](\d\d)(?=赛季|学年|财年|年度)",
        lambda m: digits(m.group(1) + m.group(2)),
        examples="2020/21赛季 => 二零二零二一赛季",
    ),
    rule(
        "quarter or half of a year",
        r"(?<![\dA-Za-z.])((?:19|20)?\d\d)(?=(?:Q[1-4]|H[12])(?![\dA-Za-z]))",
        lambda m: digits(m.group(1)),
        examples="2024Q3 => 二零二四Q三\n24H1 => 二四H一",
    ),
    rule(
        "months of two years",
        r"(?<![\d.])((?:19|20)\d\d)\.(0?[1-9]|1[0-2])\s?[-~—至到]\s?((?:19|20)\d\d)\.(0?[1-9]|1[0-2])(?![\d.])",
        lambda m: f"{digits(m.group(1))}年{_n(m.group(2))}月到{digits(m.group(3))}年{_n(m.group(4))}月",
        examples="1990.1-1995.12 => 一九九零年一月到一九九五年十二月",
    ),
    rule(
        "year and month",
        r"(?<![\d.])(?:((?:19|20)\d\d)[-/.](0[1-9]|1[0-2])|(0[1-9]|1[0-2])[-/.]((?:19|20)\d\d))(?![\d.%\-/])",
        _ym,
        examples="2008/08 => 二零零八年八月\n08.2008 => 二零零八年八月",
    ),
    rule(
        "decade",
        r"(?<!\d)(\d{4}|\d0)年代",
        _decade,
        examples="20世纪80年代 => 二十世纪八十年代\n1990年代 => 一九九零年代",
    ),
    rule(
        "short years in a range",
        r"(?<!\d)(\d\d)[-~—到至](\d\d)(?=级|届|赛季|学年)",
        lambda m: f"{digits(m.group(1))}到{digits(m.group(2))}",
    ),
    rule(
        "year",
        r"(?<!\d)(\d{3,4})年(?!级|代)",
        _year,
        examples="""
        2024年 => 二零二四年
        2000年前的事 => 两千年前的事
        5000年文明 => 五千年文明""",
    ),
    rule(
        "short year",
        r"(?<![\d.第])(\d\d)年(?!级|代)",
        _short_year,
        examples="98年出生 => 九八年出生\n08年奥运会 => 零八年奥运会\n23年5月 => 二三年五月\n20年后 => 二十年后",
    ),
    rule(
        "year of a model or a class",
        (
            rf"(?<![\d.])({_YEAR}|[089]\d|[12]\d)(?=款|版(?!本)|届|级(?!别|以|地震|台风|大风|考)|世界杯"
            rf"|奥运|欧洲杯|亚运|亚洲杯|春晚|赛季|学年|财年|高考|考研|新版|春夏|秋冬|毕业生|毕业)"
        ),
        lambda m: (
            digits(m.group(1))
            if len(m.group(1)) == 4 or (before(m) != "第" and after(m) in "款届级" and m.group(1)[0] in "089")
            else None
        ),
        examples=(
            "2024款 => 二零二四款\n2022世界杯 => 二零二二世界杯\n1998级 => 一九九八级\n98级 => "
            "九八级\n18级大风 => 十八级大风"
        ),
    ),
    rule(
        "born in",
        r"(?<!\d)(\d[05])后(?![天年面来续半])",
        lambda m: (
            digits(m.group(1)) + "后"
            if m.group(1) in {"50", "60", "70", "80", "90", "95", "00", "05", "10", "85", "75", "65"}
            else None
        ),
        examples="90后 => 九零后\n00后 => 零零后\n10后 => 一零后",
    ),
    rule(
        "range of months",
        r"(?<![\d.])(\d{1,2})月?[-~—至到](\d{1,2})(?=月份?)(?!月龄)",
        lambda m: f"{_n(m.group(1))}到{_n(m.group(2))}" if _valid(m.group(1)) and _valid(m.group(2)) else None,
        examples="3-5月 => 三到五月",
    ),
    rule(
        "month and day",
        rf"(?<![\d.])(\d{{1,2}})月(?:(\d{{1,2}})(?:[日号]?{RANGE}(?:(\d{{1,2}})月)?(\d{{1,2}}))?([日号]))?(?!\d)",
        lambda m: (
            None
            if int(m.group(1)) > 12
            else _n(m.group(1))
            + "月"
            + (_n(m.group(2)) if m.group(2) else "")
            + ((m.group(5) or "日") if m.group(4) else "")
            + (f"到{_n(m.group(3)) + '月' if m.group(3) else ''}{_n(m.group(4))}" if m.group(4) else "")
            + (m.group(5) or "")
        ),
        examples="""
        5月1日 => 五月一日
        2月 => 二月
        10月1-7日 => 十月一日到七日
        3月5日至4月2日 => 三月五日到四月二日""",
    ),
    rule(
        "month before a word",
        r"(?<=[一二三四五六七八九十]月)(\d{1,2})(?!\d|[.:%个天])",
        lambda m: _n(m.group(1)),
        examples="5月1 => 五月一",
    ),
    rule(
        "month and day with zeros",
        r"(?<![\d./-])(0\d)([-/.])([0-3]\d)(?![\d./-])|(?<![\d./-])(1[0-2])([-/])(0[1-9])(?![\d./-])",
        lambda m: (
            f"{_n(m.group(1) or m.group(4))}月{_n(m.group(3) or m.group(6))}日"
            if _valid(m.group(1) or m.group(4), m.group(3) or m.group(6)) and not in_sport(m)
            else None
        ),
        examples="08-08 => 八月八日\n08/08 => 八月八日",
    ),
    rule(
        "day of a sale or a feast",
        r"(?<![\d.])(11\.11|12\.12|6\.18|3\.8|3\.15|9\.9)(?=大促|购物|狂欢|节|晚会|活动|妇女|女神|女王)",
        lambda m: digits(m.group(1).replace(".", "")),
        examples="3.8节快乐 => 三八节快乐\n6.18大促 => 六一八大促",
    ),
    rule(
        "day that has a name",
        r"(?<![\d.])(\d{1,2})·(\d{1,2})(?![\d.])",
        lambda m: digits(m.group(1)) + digits(m.group(2)),
        examples="3·15晚会 => 三一五晚会\n9·11事件 => 九一一事件",
    ),
    rule(
        "range of times",
        (
            r"(?<=:\d\d)\s?[-~—至到]+\s?"
            r"(?=(?:[AaPp]\.?[Mm]\.? ?|次日|第二天|翌日|当天|凌晨|早上|上午|中午|下午|晚上)?\d{1,2}:\d\d)"
        ),
        lambda m: "到",
        examples="9:00-18:00 => 九点到十八点\n20:00-次日8:00 => 二十点到次日八点",
    ),
    rule(
        "noon before the hour",
        r"(?<![A-Za-z\d])([AaPp])\.?[Mm]\.? ?(\d{1,2}):([0-5]\d)(?![\d:])",
        lambda m: _half(m.group(1)) + _clock(m.group(2), m.group(3), None) if int(m.group(2)) <= 12 else None,
        examples="AM 8:00 => 上午八点\nPM 5:30-6:00 => 下午五点三十分到六点",
    ),
    rule(
        "what is left of a clock",
        (
            r"((?:剩余|倒计时|时长|用时|耗时|总时长|进度|半马|全马|马拉松|完赛成绩|配速)(?:时间)?[为：: ]{0,2})"
            r"(\d{1,2}):([0-5]\d)(?::([0-5]\d))?(?![\d:])"
        ),
        _duration,
        examples="""
        剩余时间00:03:25 => 剩余时间三分二十五秒
        时长1:02:03 => 时长一小时二分三秒
        用时12:30 => 用时十二分三十秒
        半马1:05:30 => 半马一小时五分三十秒""",
    ),
    rule(
        "time of day",
        r"(?<![\d:.])(\d{1,2}):([0-5]\d)(?::([0-5]\d))?(?:\s?([AaPp])\.?[Mm]\.?(?![A-Za-z]))?(?![\d:])",
        _time,
        examples="""
        12:30 => 十二点三十分
        2:02 => 两点零二分
        于5:35:36发射 => 于五点三十五分三十六秒发射
        8:00 a.m.准时开会 => 上午八点准时开会
        1:02:36 am => 上午一点零二分三十六秒""",
    ),
    rule(
        "hour with am or pm",
        r"(?<![\d.])(\d{1,2})\s?([AaPp])\.?[Mm]\.?(?![A-Za-z])",
        lambda m: _half(m.group(2)) + cardinal(m.group(1), two="两") + "点" if 1 <= int(m.group(1)) <= 12 else None,
        examples="8 p.m. => 下午八点",
    ),
    rule(
        "hour and minute",
        r"(?<![\d.])(\d{1,2})([点时])(\d{1,2})(分)?(?:(\d{1,2})(秒))?(?![\d.个])",
        lambda m: (
            cardinal(m.group(1), two="两")
            + m.group(2)
            + ("零" if len(m.group(3)) == 2 and m.group(3)[0] == "0" and m.group(3) != "00" else "")
            + _n(m.group(3))
            + (m.group(4) or "")
            + (_n(m.group(5)) + "秒" if m.group(5) else "")
            if int(m.group(1)) <= 24 and int(m.group(3)) < 60
            else None
        ),
        examples="14时30分 => 十四时三十分\n2点05分 => 两点零五分",
    ),
    rule(
        "hour",
        (
            r"(?<![\d.第])(\d{1,2})([点时])(?=钟|半|整|多|左右|前|后|许|一刻|三刻|的|到|至|[-~—]"
            r"|[，。！？、；：]|$|[^\d])(?!间|候|代|光|尚|装)"
        ),
        lambda m: cardinal(m.group(1), two="两") + m.group(2),
        examples="下午2点半 => 下午两点半\n12点 => 十二点",
    ),
    rule(
        "seconds of a race",
        r"(?<![\d.])(\d{1,2})(秒)(\d{1,3})(?![\d.个])",
        lambda m: cardinal(m.group(1)) + "秒" + digits(m.group(3)),
        examples="9秒83 => 九秒八三",
    ),
    rule(
        "weekday",
        r"(周|星期|礼拜)([1-7])(?![\d.个天])",
        lambda m: m.group(1) + ("日" if m.group(2) == "7" else digits(m.group(2))),
        examples="周5见 => 周五见",
    ),
    rule(
        "minutes and seconds",
        r"(?<![\d.A-Za-z])(\d{1,3})['′](\d{1,2}(?:\.\d+)?)(?:''|″|\"|”)",
        lambda m: (
            f"{cardinal(m.group(1), two='两')}分{cardinal(m.group(2).split('.')[0])}"
            + (f"点{digits(m.group(2).split('.')[1])}" if "." in m.group(2) else "")
            + "秒"
        ),
        examples="3'25''刷新纪录 => 三分二十五秒刷新纪录",
    ),
)
