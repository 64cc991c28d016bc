"""Rules for days and months without a year, or with one of two digits."""

from __future__ import annotations

import re

from ffvits.text.numerals import cardinal, digits
from ffvits.text.rules.calendar import is_date
from ffvits.text.rules.clock import plain
from ffvits.text.rules.rule import RANGE, Rule, after, before, rule, until
from ffvits.text.rules.topics import in_sport

# Days that are known by their date, or are written beside it: how the day is said, the names, other words that follow.
_NAMED_DAYS: dict[tuple[int, int], tuple[str, str, str]] = {
    (1, 1): ("一月一日", "元旦", ""),
    (2, 14): ("二月十四", "情人节", ""),
    (3, 8): ("三八", "国际妇女节|妇女节|女神节|女王节", ""),
    (3, 12): ("三一二", "植树节", ""),
    (3, 15): ("三一五", "消费者权益日", "晚会|打假"),
    (4, 1): ("四月一日", "愚人节", ""),
    (5, 1): (
        "五一",
        "国际劳动节|劳动节",
        "放假|假期|小长假|长假|黄金周|调休|期间|快乐|出行|出游|高速免费"
        "|[、和与及]10\\.1(?=国庆|黄金周|小?长假|放假|假期)",
    ),
    (5, 4): ("五四", "青年节", "运动|精神|爱国"),
    (5, 12): ("五一二", "护士节|国际护士节", "汶川|大?地震"),
    (5, 20): ("五二零", "情人节", "表白|告白|快乐|求婚|领证|的?礼物|[，！]?我?爱你"),
    (6, 1): ("六一", "国际儿童节|儿童节", "快乐|文艺汇演|汇演|的?礼物"),
    (7, 1): ("七一", "建党节|建党|党的生日", "讲话"),
    (7, 7): ("七七", "事变", "卢沟桥"),
    (8, 1): ("八一", "建军节|建军", "南昌起义"),
    (9, 10): ("九月十日", "教师节", ""),
    (9, 18): ("九一八", "事变", "不能忘|不敢忘|不忘|勿忘|纪念|国耻|防空警报"),
    (10, 1): ("十一", "国庆", "黄金周|小长假|长假|放假|假期"),
    (10, 31): ("十月三十一", "万圣", ""),
    (11, 11): ("十一月十一", "光棍节", ""),
    (12, 9): ("一二九", "学生运动", "运动"),
    (12, 24): ("十二月二十四", "平安夜", ""),
    (12, 25): ("十二月二十五", "圣诞", "平安夜"),
}


def _named_day(m: re.Match[str]) -> str | None:
    said, names, more = _NAMED_DAYS.get((int(m.group(1)), int(m.group(2))), ("", "", ""))
    if not said or re.search("里氏|震级|版本|评分|得分|第$", before(m, 4)):
        return None
    if re.match(f" ?(?:{names}{'|' + more if more else ''})", after(m, 7)):
        return said
    ends = re.match("[)），。！？]|$|[那这当]天|放假|[前后到]", after(m, 2))
    if ends and re.search(f"(?:{names})节?(?:[是在为：:])?[(（]?$", before(m, 9)):
        return f"{plain(m.group(1))}月{plain(m.group(2))}日"
    return None


_DAY_BEFORE = re.compile(
    "(?:截止|截至|截止[到至]|截至到|定于|订于|将于|拟于|已于|于|自|本月|今年|明年|去年|[日号][至到~-])$"
)
_DAY_AFTER = re.compile(
    "之?前(?!后)|起|放假|开始|早|晚|上午|中午|下午|凌晨|截止|到期|开奖|开售|上线|发布|开业|考试|出发|那天|当天"
    r"|[(（]?(?:周|星期)[一二三四五六日1-7]|[至到~-]\d{1,2}\.\d{1,2}[日号]"
)


def _dotted_day(m: re.Match[str]) -> str | None:
    """12.5日: half a day is seldom written so, but it is; the words around must speak of a date."""
    month, day, unit = m.groups()
    if not is_date(month, day) or not (_DAY_BEFORE.search(before(m, 4)) or _DAY_AFTER.match(after(m, 9))):
        return None
    return f"{plain(month)}月{plain(day)}{unit}"


_AMOUNT = re.compile("[重温量度价值率分长高宽数压糖额][为是达约：:]? ?$")
_STROKE_BEFORE = re.compile(
    "(?:预计|截止|截至|截止[到至于]|定于|订于|(?:改|推迟|延期?|提前|调整)[到至成为]了?|[定改约安排]在了?|日期[是为：:]?|[今明后]天[是(（]"
    "|(?:[Dd]eadline|DDL|ddl|死线|生日|婚期|档期|面试|笔试|开学)[是在为：: ]{1,2}"
    "|(?:周|星期)[一二三四五六日天][(（])$"
)
_STROKE_AFTER = re.compile(
    "[日号](?![线楼机店])|(?:送达|到货|发货|发布|开奖|截止|上线|开售|放假|到期|[(（]?(?:周|星期)[一二三四五六日]"
    "|入住|离店|退房|到店|到达|下单|除夕|早[上晨]|凌晨|上午|中午|下午|晚上|当[天晚]|的?[订定]单| ?房价"
    "|起(?:停服|开[始放服售]|正式|执行|实施|施行|生效|限行|恢复|调整|[，。、）)]|$))"
)


def _stroke_day(m: re.Match[str]) -> str | None:
    if not is_date(m[1], m[2]) or re.match("的|以[上下内]|左右|多|班|[)）]的", after(m, 2)):
        return None
    if not (_STROKE_BEFORE.search(before(m, 10)) or _STROKE_AFTER.match(after(m, 5))):
        return None
    return f"{plain(m[1])}月{plain(m[2])}" + ("" if after(m) in tuple("日号") else "日")


def _short_date(m: re.Match[str]) -> str | None:
    """A date where a nought is written, nothing else is said, or the words are of dates; else 20/10/15 of a game."""
    year, month, day = (part for part in m.groups() if part)
    if not is_date(month, day):
        return None
    if year[0] != "0" and "0" not in (month[0], day[0]) and (before(m, 9) + after(m, 9)).strip():
        dates = "日期|时间|截[至止]|更新|发布|生产|有效期|到期|下单|拍摄|签到|记录|生日|出生"
        if not re.search(f"{dates}|于", before(m, 8)) and not re.match(dates, after(m, 2)):
            return None
    return f"{digits(year)}年{plain(month)}月{plain(day)}日"


_FREE = r"(?<![\d.:/A-Za-z¥$+-])"


def _days(m: re.Match[str]) -> str | None:
    month, _, day, last_month, last, unit = m.groups()
    if not (is_date(month, day) and is_date(last_month, last)):
        return None
    unit = unit or "日"
    return f"{plain(month)}月{plain(day)}{unit}{until(m)}{plain(last_month)}月{plain(last)}{unit}"


def _after_on(m: re.Match[str]) -> str | None:
    """A day behind a word for on, whose number seldom divides anything."""
    seldom = int(m[2]) > 12 and int(m[2]) not in (15, 16, 20, 24, 25, 30)
    return f"{plain(m[1])}月{plain(m[2])}日" if seldom and is_date(m[1], m[2]) else None


def _month_and_day(m: re.Match[str]) -> str | None:
    """10-3号: no range goes down."""
    return f"{plain(m[1])}月{plain(m[2])}" if int(m[1]) > int(m[2]) and is_date(m[1], m[2]) else None


DAY_RULES: tuple[Rule, ...] = (
    rule(
        "range of months",
        r"(?<![\d.])(\d{1,2})(月?)([-~—至到])(\d{1,2})(?=月份?)(?!月龄)",
        lambda m: (
            plain(m[1]) + (m[2] if m[3] == "至" else "") + until(m) + plain(m[4])
            if is_date(m[1]) and is_date(m[4])
            else None
        ),
        examples="3-5月 => 三到五月",
    ),
    rule(
        "month and day",
        rf"(?<![\d.])(\d{{1,2}})月(?:(\d{{1,2}})(?:[日号]?{RANGE}(?:(\d{{1,2}})月)?(\d{{1,2}}))?([日号]))?(?!\d)",
        lambda m: (
            None
            if int(m.group(1)) > 12
            else plain(m.group(1))
            + "月"
            + (plain(m.group(2)) if m.group(2) else "")
            + ((m.group(5) or "日") if m.group(4) else "")
            + (f"{until(m)}{plain(m.group(3)) + '月' if m.group(3) else ''}{plain(m.group(4))}" if m.group(4) else "")
            + (m.group(5) or "")
        ),
        examples="""
        5月1日 => 五月一日
        2月 => 二月
        10月1-7日 => 十月一日到七日
        3月5日至4月2日 => 三月五日至四月二日""",
    ),
    rule(
        "month before a word",
        r"(?<=[一二三四五六七八九十]月)(\d{1,2})(?!\d|[.:%个天])",
        lambda m: plain(m.group(1)),
        examples="5月1 => 五月一",
    ),
    rule(
        "month and day with zeros",
        r"(?<![\d./-])(0\d)([-/.])([0-3]\d)(?![\d./-])|(?<![\d./-])(1[0-2])([-/])(0[1-9])(?![\d./-])",
        lambda m: (
            f"{plain(m.group(1) or m.group(4))}月{plain(m.group(3) or m.group(6))}日"
            if is_date(m.group(1) or m.group(4), m.group(3) or m.group(6)) and not in_sport(m)
            else None
        ),
        examples="08-08 => 八月八日\n08/08 => 八月八日",
    ),
    rule(
        "day of a sale or a feast",
        r"(?<![\d.])(11\.11|12\.12|6\.18|3\.8|3\.15|9\.9)(?=大促|购物|狂欢|节|晚会|活动|妇女|女神|女王)",
        lambda m: {"11.11": "双十一", "12.12": "双十二"}.get(m[1]) or digits(m[1].replace(".", "")),
        examples="3.8节快乐 => 三八节快乐\n6.18大促 => 六一八大促\n11.11大促 => 双十一大促",
    ),
    rule(
        "days of a holiday",
        (
            r"(?<![\d.:/A-Za-z¥$+-])(\d{1,2})([./])(\d{1,2})日?[-~—至到](\d{1,2})\2(\d{1,2})日?"
            r"(?=[，]?(?:全[国体校]|统一|元旦|春节|清明节?|劳动节|五一|端午节?|中秋节?|国庆节?)?(?:放假|调休|休息|休假|假期|期间))"
        ),
        lambda m: (
            f"{plain(m[1])}月{plain(m[3])}日{until(m)}{plain(m[4])}月{plain(m[5])}日"
            if is_date(m[1], m[3]) and is_date(m[4], m[5])
            else None
        ),
        examples="""
        5/1-5/5放假 => 五月一日到五月五日放假
        4.29-5.3放假 => 四月二十九日到五月三日放假
        1.1-1.3元旦放假 => 一月一日到一月三日元旦放假""",
    ),
    rule(
        "days of a stay",
        rf"{_FREE}(\d{{1,2}})([./])(\d{{1,2}})[日号]? ?[-~—至到] ?"
        r"(\d{1,2})\2(\d{1,2})([日号]|(?= ?(?:入住|离店|出差|出行)))",
        _days,
        examples="7/22-7/24入住 => 七月二十二日到七月二十四日入住\n5/30-6/1日 => 五月三十日到六月一日",
    ),
    rule(
        "days of what is announced",
        r"((?:春运|放假|假期|展期|报名|活动|时间|日期|期限|有效期|限时"
        r"|(?:元旦|春节|清明节?|劳动节|五一|端午节?|中秋节?|国庆节?|寒假|暑假)(?=[：:]|期间|时间))"
        r"(?:时间|期间|日期)?[为是：: ]{0,2})"
        r"(\d{1,2})([./])(\d{1,2})日?[-~—至到](\d{1,2})\3(\d{1,2})日?(?![\d.%]|[个小万亿倍元℃°hms年月周天米])",
        lambda m: (
            f"{m[1]}{plain(m[2])}月{plain(m[4])}日{until(m)}{plain(m[5])}月{plain(m[6])}日"
            if is_date(m[2], m[4]) and is_date(m[5], m[6])
            else None
        ),
        examples="""
        春运2.1-3.12 => 春运二月一日到三月十二日
        春节：1.28-2.4 => 春节：一月二十八日到二月四日
        活动时间1.5-2.5小时 => 活动时间一点五到二点五小时""",
    ),
    rule(
        "from a day with its weekday",
        r"([日号][(（](?:周|星期)[一二三四五六日天][)）]) ?[-—~至到] ?(?=(?:\d{1,2}月)?\d{1,2}[日号])",
        lambda m: m[1] + until(m),
        examples="5月1日（周四）—5日（周一） => 五月一日（周四）到五日（周一）",
    ),
    rule(
        "day beside its name",
        r"(?<![\d.:/A-Za-z¥$+-])(\d{1,2})[./](\d{1,2})(?![\d./%])",
        _named_day,
        examples="""
        5.1劳动节 => 五一劳动节
        12.25圣诞节 => 十二月二十五圣诞节
        2/14情人节 => 二月十四情人节
        5.1声道 => 五点一声道""",
    ),
    rule(
        "short year with strokes",
        r"(?<![\d./A-Za-z-])(?:(0\d)/(\d{1,2})/(\d{1,2})(?= \d{1,2}:\d\d)"
        r"|(0\d)\.(1?\d)\.([1-3]?\d)(?=[入到去在刚，日])"
        r"|(2\d)/(0[1-9]|1[0-2])/(0[1-9]|[12]\d|3[01])"
        r"|(2\d|[5-9]\d|0\d)-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]))(?![\d./%A-Za-z-])",
        _short_date,
        examples="日期：25/11/24 => 日期：二五年十一月二十四日\n战绩20/10/15 => 战绩二十、十、十五",
    ),
    rule(
        "day with a stroke",
        r"(?<![\d.:/A-Za-z¥$+-])(\d{1,2})/(\d{1,2})(?![\d./%])",
        _stroke_day,
        examples="""
        改到了12/3，也就是周四 => 改到了十二月三日，也就是周四
        预计11/28送达 => 预计十一月二十八日送达
        3/5截止 => 三月五日截止
        deadline是5/20 => deadline是五月二十日
        3/5的人 => 五分之三的人""",
    ),
    rule(
        "day behind on",
        r"(?<=[于在自从])(\d{1,2})/(\d{1,2})(?![\d./%]|的人|英寸|处)",
        _after_on,
        examples="于10/26 入住 => 于十月二十六日入住\n在9/17的定单 => 在九月十七日的定单",
    ),
    rule(
        "month and day with a hyphen",
        r"(?<![\d.:/A-Za-z-])(\d{1,2})-(\d{1,2})(?=[号日](?![线楼机店]))",
        _month_and_day,
        examples="10-3号入住 => 十月三号入住\n7-10号 => 七到十号",
    ),
    rule(
        "day with a point",
        (
            r"(?<![\d.:/A-Za-z¥$第+])(\d{1,2})\.(\d{1,2})([日号])"
            r"(?!线|楼|字|电池|鞋|钢|球|桌|房|元|针|机|院|店|均|龄|内|以内)"
        ),
        _dotted_day,
        examples="截止到12.5日 => 截止到十二月五日\n平均住院8.5日 => 平均住院八点五日",
    ),
    rule(
        "day whose hours are spoken of",
        r"(?<![\d.:/A-Za-z¥$第+])(\d{1,2})\.(\d{1,2})(?=当[天日晚]|那[天晚])",
        lambda m: f"{plain(m[1])}月{plain(m[2])}日" if is_date(m[1], m[2]) else None,
        examples="11.11当天付尾款 => 十一月十一日当天付尾款",
    ),
    rule(
        "day on which something begins",
        # What has versions (公测, 更新) begins with 4.2 as well.
        r"(?<![\d.:/A-Za-z¥$第+-])(\d{1,2})\.(\d{1,2})(?=开学|阅兵|开工|复工|返校|放榜|出成绩|首播|开播|上映|入职|离职"
        r"|面试|笔试|领证|结婚|出院)",
        lambda m: f"{plain(m[1])}月{plain(m[2])}日" if is_date(m[1], m[2]) else None,
        examples="9.1开学 => 九月一日开学",
    ),
    rule(
        "day before its hour",
        r"(?<![\d.:/A-Za-z¥$第+-])(\d{1,2})\.(\d{1,2})"
        r"(?= ?(?:凌晨|早上|上午|中午|下午|晚上?)?\d{1,2}:[0-5]\d(?![\d:]))",
        lambda m: (
            f"{plain(m[1])}月{plain(m[2])}日" if is_date(m[1], m[2]) and not _AMOUNT.search(before(m, 4)) else None
        ),
        examples="ddl是11.30 23:59 => ddl是十一月三十日，二十三点五十九分\n体重11.2 8:30 => 体重十一点二，八点三十分",
    ),
    rule(
        "weeks before a birth",
        r"(孕期?|妊娠)(\d{1,2})[wW](?:\+([0-6])[dD]?)?(?![A-Za-z\d])",
        lambda m: f"{m[1]}{plain(m[2])}周" + (f"加{cardinal(m[3], two='两')}天" if m[3] else ""),
        examples="孕8w+3d => 孕八周加三天\n孕32W => 孕三十二周",
    ),
    rule(
        "day that has a name",
        r"(?<![\d.])(\d{1,2})·(\d{1,2})(?![\d.])",
        lambda m: digits(m.group(1)) + digits(m.group(2)),
        examples="3·15晚会 => 三一五晚会\n9·11事件 => 九一一事件",
    ),
)
