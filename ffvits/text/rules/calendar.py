"""Rules for years, and for dates that have one."""

from __future__ import annotations

import re

from ffvits.text.numerals import digits
from ffvits.text.rules.clock import plain
from ffvits.text.rules.rule import RANGE, Rule, after, before, is_counted, rule, until

_YEAR = r"(?:1\d{3}|20\d\d|21\d\d)"


def is_date(month: str, day: str = "1") -> bool:
    """Whether there may be such a day in such a month."""
    return 1 <= int(month) <= 12 and 1 <= int(day) <= 31


def _ymd(m: re.Match[str]) -> str | None:
    year, month, day = m.group(1), m.group(3), m.group(4)
    if not is_date(month, day):
        return None
    said = f"{digits(year)}年{plain(month)}月{plain(day)}日"
    if m[5] and is_date(m[5], m[6]):
        return f"{said}{until(m)}{plain(m[5])}月{plain(m[6])}日"
    return said + (m.string[m.end(4) : m.end()] if m[5] else "")


_DATED = re.compile(
    "(?:日期?|时间|生日|出生|更新|发布|截[止至]|有效期至?|生产|拍摄|今天是?|(?<!达)[于自从至到])[为是于在：: ]{0,2}$"
)
_HAPPENS = re.compile(" ?(?:更新|发布|生产|出生|到期|截止|拍摄|上线|生效|日)")


def _run_of_a_date(m: re.Match[str]) -> str | None:
    """20240501: a day where the words speak of one, digits where nothing is counted."""
    if is_counted(after(m, 3)) or after(m) in tuple("元人米"):
        return None
    year, month, day = m.groups()
    if _DATED.search(before(m, 6)) or _HAPPENS.match(after(m, 3)):
        return f"{digits(year)}年{plain(month)}月{plain(day)}" + ("" if after(m) == "日" else "日")
    return digits(m.group())


def _dmy(m: re.Match[str]) -> str | None:
    first, second, year = m.group(1), m.group(3), m.group(4)
    day, month = (second, first) if int(second) > 12 else (first, second)
    return f"{digits(year)}年{plain(month)}月{plain(day)}日" if is_date(month, day) else None


def _ym(m: re.Match[str]) -> str | None:
    if is_counted(after(m, 3)) or after(m) in ("元", "米"):
        return None
    year, month = (m.group(1), m.group(2)) if m.group(1) else (m.group(4), m.group(3))
    return f"{digits(year)}年{plain(month)}月"


def _year_range(m: re.Match[str]) -> str | None:
    first, year, last, unit = m.groups()
    if not unit and (is_counted(after(m, 3)) or (after(m) in "元米人万" and after(m)) or int(first) >= int(last)):
        return None
    if not unit and not (1700 <= int(first) <= 2099 and 1700 <= int(last) <= 2099):
        return None
    # 16GB 2023-2024款: the years would run into what stands before them.
    pause = "，" if re.search("[A-Za-z\\d] $", before(m, 2)) else ""
    return f"{pause}{digits(first)}{year or ''}{until(m)}{digits(last)}{unit or ''}"


_SO_MANY_YEARS = re.compile("(?:[共历近约达]|历时|历经|长达|持续|延续|统治|国祚|享国|距今|相隔|相距|存在|整整)了?$")


def _year(m: re.Match[str]) -> str | None:
    number, rest = m.group(1), after(m, 3)
    span = re.match(
        "前|后|以前|以后|之前|之后|来|以来|间|历史|的历史|文明|的文明|之久|左右|以上|以内|内|多|不遇|时间|陈", rest
    )
    if span and (number.endswith("00") or int(number) > 2199):
        return None
    if (len(number) == 4 and (1000 <= int(number) <= 2999 or number == "9012")) or (
        len(number) == 4 and number[0] == "0"
    ):
        return digits(number) + "年"
    if _SO_MANY_YEARS.search(before(m, 3)):
        return None
    if len(number) == 3 and (re.search("公元前?$|于$|在$|（$", before(m, 3)) or (number[2] != "0" and not span)):
        return digits(number) + "年"
    return None


_REIGN = re.compile(
    "民国|明治|大正|昭和|平成|令和|洪武|永乐|嘉靖|万历|崇祯|顺治|康熙|雍正|乾隆|嘉庆|道光|咸丰|同治|光绪|宣统|贞观|开元"
)


def _short_year(m: re.Match[str]) -> str | None:
    number, rest, front = m.group(1), after(m, 2), before(m)
    # 我95年的 tells an age.
    if front in tuple("我你他她") and number[0] in "6789" and re.match("的?(?:[，,。！？]|$)", rest):
        return digits(number) + "年"
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
    return (digits(number) if number == "00" else plain(number)) + "年代"


_DYNASTY = re.compile("[朝代国帝宗祖王皇后]$|(?:[唐宋元明清秦汉隋晋魏]|辽|金|商|周|齐|梁|陈|年间|时期|战争)$")
_FAMILY = (
    "李王张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾魏薛叶阎余"
    "潘杜戴夏钟汪田姜范方石姚谭廖邹熊金陆郝孔崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎武乔贺赖龚文欧诸司上"
)
_PERSON = re.compile(rf"(?:^|[，。！？、；：“《\n宗祖帝家者僧]|诗人|将军|宰相)[{_FAMILY}][一-鿿]{{1,3}}$")
_VALUES = re.compile(
    "价|元|米|里|量|值|围|参考|页|章|题|分|区间|人|资|薪|算|编号|号|房|频|速|尺|寸|距|度|重|热|血|酶|酸|率|码|库|个"
)


def _life(m: re.Match[str]) -> str | None:
    """From year to year in brackets, after a dynasty or a name; other numbers in brackets are values."""
    old, first, before_christ, last = m.groups()
    front = before(m, 8).rstrip("约")[:-1]
    from_, to = int(first), int(last)
    if old:
        if before_christ and from_ <= to:
            return None
    elif before_christ or from_ >= to or to - from_ >= 400 or to > 2099 or len(first) < 3:
        return None
    elif not _DYNASTY.search(front):
        if _VALUES.search(front) or (first[-1] == "0" and last[-1] == "0"):
            return None
        named = not front or _PERSON.search(front)
        if len(first) < 4 and (not named or to - from_ > 110):
            return None
    elif len(first) < 4 and first[-2:] == "00" and last[-2:] == "00":
        return None
    return f"{old or ''}{digits(first)}{until(m)}{before_christ or ''}{digits(last)}"


CALENDAR_RULES: tuple[Rule, ...] = (
    rule(
        "date with time",
        r"(?<=\d)T(?=\d\d:\d\d)|(?<=\d\d:\d\d)Z|(?<=:\d\d)(?:\.\d+)?Z",
        lambda m: "，" if m.group() == "T" else "",
        examples="2024-05-01T08:30:00Z => 二零二四年五月一日，八点三十分",
    ),
    rule(
        "to another date",
        r"(?<!\d)((?:19|20)\d\d([-/.])\d{1,2}\2\d{1,2})\s?[-~—]+\s?(?=(?:19|20)\d\d\2\d{1,2}\2\d)",
        lambda m: m[1] + until(m),
        examples="2008/02/29 -2008/08/30 => 二零零八年二月二十九日到二零零八年八月三十日",
    ),
    rule(
        "year month day",
        r"(?<!\d)(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?![\d])日?(?:\s?[-~—至到]\s?(\d{1,2})\2(\d{1,2})(?![\d.:/-])日?)?",
        _ymd,
        examples="""
        2002/01/28 => 二零零二年一月二十八日
        2008.8.8 => 二零零八年八月八日
        2024.5.1-5.3 => 二零二四年五月一日到五月三日""",
    ),
    rule(
        "day month year",
        r"(?<![\d.])(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?![\d])",
        _dmy,
        examples="08-08-2008 => 二零零八年八月八日",
    ),
    rule(
        "years of a life or a dynasty",
        r"(?:(?<=[(（])|(?<=[(（]约))((?:公元)?前)?(\d{2,4})\s?[-~—至到]\s?((?:公元)?前)?(\d{1,4})(?=[)）])",
        _life,
        examples="""
        明朝（1368—1644） => 明朝（一三六八到一六四四）
        李世民（598-649） => 李世民（五九八到六四九）
        尿酸（208-428） => 尿酸（两百零八到四百二十八）""",
    ),
    rule(
        "range of years",
        (
            rf"(?<![\d.])({_YEAR}|\d{{3}}(?=年?{RANGE}\d{{3,4}}年))(年)?{RANGE}({_YEAR}|\d{{3}}(?=年))(年"
            rf"|赛季|学年|财年|款)?(?![\d.])"
        ),
        _year_range,
        examples="""
        2020-2023年 => 二零二零到二零二三年
        （1881—1936） => （一八八一到一九三六）
        2023-2024款 => 二零二三到二零二四款""",
    ),
    rule(
        "season",
        rf"(?<!\d)({_YEAR})[-/](\d\d)(?=赛季|学年|财年|年度)",
        lambda m: digits(m.group(1) + m.group(2)),
        examples="2020/21赛季 => 二零二零二一赛季",
    ),
    rule(
        "quarter or half of a year",
        r"(?<![\dA-Za-z.])(?:((?:19|20)?\d\d)(?=(?:Q[1-4]|H[12])(?![\dA-Za-z]))|([1-4]Q|[12]H)([12]\d)(?![\dA-Za-z.]))",
        lambda m: digits(m[1] or m[2] + m[3]),
        examples="2024Q3 => 二零二四Q三\n24H1 => 二四H一\n1Q24 => 一Q二四",
    ),
    rule(
        "year that is estimated",
        r"(?<![\dA-Za-z.])(20\d\d)(?=[EF](?![A-Za-z\d]))",
        lambda m: digits(m[1]),
        examples="2025E => 二零二五E",
    ),
    rule(
        "months of two years",
        r"(?<![\d.])((?:19|20)\d\d)\.(0?[1-9]|1[0-2])\s?[-~—至到]\s?((?:19|20)\d\d)\.(0?[1-9]|1[0-2])(?![\d.])",
        lambda m: f"{digits(m.group(1))}年{plain(m.group(2))}月{until(m)}{digits(m.group(3))}年{plain(m.group(4))}月",
        examples="1990.1-1995.12 => 一九九零年一月到一九九五年十二月",
    ),
    rule(
        "year and month",
        r"(?<![\d.])(?:((?:19|20)\d\d)[-/.](0[1-9]|1[0-2])|(0[1-9]|1[0-2])[-/.]((?:19|20)\d\d))(?![\d.%\-/])",
        _ym,
        examples="2008/08 => 二零零八年八月\n08.2008 => 二零零八年八月",
    ),
    rule(
        "decade in English",
        r"(?<![\dA-Za-z.])((?:1[5-9]|20)\d0)s(?![A-Za-z])([-~—](?=\d{4}s))?",
        lambda m: digits(m[1]) + "年代" + ("到" if m[2] else ""),
        examples="1990s的老歌 => 一九九零年代的老歌\n1980s-1990s => 一九八零年代到一九九零年代",
    ),
    rule(
        "date without signs",
        r"(?<![\dA-Za-z.,])((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?![\d.,]|期)",
        _run_of_a_date,
        examples="""
        更新日期20240501 => 更新日期二零二四年五月一日
        文件20240501 => 文件二零二四零五零一
        销量20240501件 => 销量两千零二十四万零五百零一件""",
    ),
    rule(
        "decade",
        r"(?<!\d)(\d{4}|\d0)年代",
        _decade,
        examples="20世纪80年代 => 二十世纪八十年代\n1990年代 => 一九九零年代",
    ),
    rule(
        "short years in a range",
        # 60-70级 of a game are levels.
        r"(?<!\d)(\d\d)[-~—到至](\d\d)(?=赛季|学年|(?<=[089]\d.\d\d)届"
        r"|[级届](?:学生|本科|硕士|研究生|校友|毕业|同学|新生|师[兄姐]|高[中考]))",
        lambda m: digits(m.group(1)) + until(m) + digits(m.group(2)),
    ),
    rule(
        "year",
        r"(?<!\d)(?<!\d[.,])(\d{3,4})年(?!级|代)",
        _year,
        examples="""
        2024年 => 二零二四年
        2000年前的事 => 两千年前的事
        明朝共276年 => 明朝共两百七十六年
        5000年文明 => 五千年文明
        1,234年 => 一千二百三十四年""",
    ),
    rule(
        "year with an apostrophe",
        r"(?<![A-Za-z\d])(?:['’](?:(\d\d)(?=年|[届级款])|(\d0)s)|([5-9]0)['’]s)(?![A-Za-z])",
        lambda m: digits(m[1]) if m[1] else (plain(m[2] or m[3]) if m[2] != "00" else "零零") + "年代",
        examples="'98年的老酒 => 九八年的老酒\n'90s的歌 => 九十年代的歌\n90's风 => 九十年代风",
    ),
    rule(
        "number of an issue",
        r"(?<!\d)(?!\d*000)((?:19|20)\d{5,7}|2\d[0-3]\d\d)(?=期)",
        lambda m: digits(m[1]),
        examples="第2024050期开奖 => 第二零二四零五零期开奖",
    ),
    rule(
        "short year",
        r"(?<![\d.第])(\d\d)年(?!级|代)",
        _short_year,
        examples="""
        98年出生 => 九八年出生
        08年奥运会 => 零八年奥运会
        23年5月 => 二三年五月
        20年后 => 二十年后
        我95年的 => 我九五年的""",
    ),
    rule(
        "year of a model or a class",
        (
            rf"(?<![\d.])({_YEAR}|(?<!第)[089]\d|(?<!第)[12]\d)(?=款|版(?!本)|届|级(?!别|以|地震|台风|大风|考)|世界杯|新年|元旦|跨年|春节"
            rf"|奥运|欧洲杯|亚运|亚洲杯|春晚|赛季|学年|财年|高考|考研|新版|春夏|秋冬|毕业生|毕业)"
        ),
        lambda m: (
            digits(m.group(1))
            if len(m.group(1)) == 4
            or (after(m) in "款届级" and m.group(1)[0] in "089")
            or re.match("届(?:本科|硕士)?(?:毕业(?!典礼)|校招|考生|应届|高考|秋招|春招|高三)", after(m, 5))
            else None
        ),
        examples=(
            "2024款 => 二零二四款\n2022世界杯 => 二零二二世界杯\n1998级 => 一九九八级\n98级 => "
            "九八级\n18级大风 => 十八级大风\n24届毕业生 => 二四届毕业生"
        ),
    ),
    rule(
        "born in, and which sex",
        r"(?:^|(?<=[，。！ ]))([6-9]\d|0\d)(?=[女男](?:[，,。！ ]|$))",
        lambda m: digits(m[1]),
        examples="坐标上海，95女，找队友 => 坐标上海，九五女，找队友",
    ),
    rule(
        "born in",
        r"(?<!\d)(?<!\d:)(\d[05])(后(?![天年面来续半])|(?=[、和]\d[05]后(?![天年面来续半])))",
        lambda m: (
            digits(m[1]) + m[2]
            if m[1] in {"50", "60", "70", "80", "90", "95", "00", "05", "10", "85", "75", "65"}
            else None
        ),
        examples="90后 => 九零后\n00后 => 零零后\n10后 => 一零后\n80、90后 => 八零、九零后",
    ),
)
