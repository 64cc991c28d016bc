"""Rules for times of day, how long something took, and results of races."""

from __future__ import annotations

import re

from ffvits.text.numerals import cardinal, digits
from ffvits.text.rules.rule import IN_A_WEEK, Rule, after, before, rule, until
from ffvits.text.rules.topics import in_sport


def plain(number: str) -> str:
    """A number as it is counted, without zeros in front."""
    return cardinal(str(int(number)))


def _clock(hour: str, minute: str, second: str | None) -> str:
    said = cardinal(str(int(hour)), two="两") + "点"
    if int(minute):
        said += ("零" if minute[0] == "0" else "") + plain(minute) + "分"
    elif second and int(second):
        said += "零分"
    if second and int(second):
        said += ("零" if second[0] == "0" else "") + plain(second) + "秒"
    return said


def _half(noon: str | None) -> str:
    if not noon:
        return ""
    return "上午" if noon[0] in "aA" else "下午"


def _range_before_noon(m: re.Match[str]) -> str | None:
    """Hours with am or pm behind the second only: it is that of the first as well, unless noon lies between."""
    first, minute, last, last_minute, noon = m.groups()
    if int(first) > 12 or int(last) > 12:
        return None
    half = _half(noon)
    if int(first) % 12 > int(last) % 12:
        other = "上午" if half == "下午" else "下午"
        return f"{other}{_clock(first, minute or '00', None)}{until(m)}{half}{_clock(last, last_minute or '00', None)}"
    if not minute and not last_minute:
        return f"{half}{cardinal(first, two='两')}{until(m)}{cardinal(last, two='两')}点"
    return f"{half}{_clock(first, minute or '00', None)}{until(m)}{_clock(last, last_minute or '00', None)}"


def _duration(m: re.Match[str]) -> str:
    """Hours, minutes and seconds, or minutes and seconds; what is nought in front is not said."""
    parts = [part for part in m.groups()[1:] if part is not None]
    named = list(zip(parts, ("小时", "分", "秒")[3 - len(parts) :], strict=True))
    while len(named) > 1 and not int(named[0][0]):
        named.pop(0)
    said = [
        cardinal(str(int(part)), two="二" if place else "两") + name
        for place, (part, name) in enumerate(named)
        if int(part) or len(named) == 1
    ]
    return m.group(1) + "".join(said)


_OF_A_RACE = re.compile("成绩(?!公布|发布)|用时|耗时|马拉松|全程|完赛|(?<![A-Za-z])[PS]B(?![A-Za-z])")
_AT_A_TIME = re.compile("(?:于|在|午|晨|早上|晚上?|[日号天]|开始|到|(?<!完赛)时间[为是：:]?) ?$")
_THEN = re.compile(
    "[，,]?(?:正式|准时)?(?:开|鸣枪|起跑|出发|举行|发令|发枪|发射|结束|公布|集合|发布"
    "|起飞|降落|着陆|起床|睡|到达|抵达|发车|到站|进站|打烊|下班|上班|上线|更新|发生|入睡|醒)"
)


_RECORDED = re.compile("视频|录像|片段|影片|电影|音频|录音|进度")


def _race(m: re.Match[str]) -> str | None:
    """Hours, minutes and seconds of a race; a clock beside the same words is left to the time of day."""
    run = re.search("(?:跑[出进]了?|用了|仅用)$", before(m, 4)) or (before(m) == "以" and in_sport(m))
    if (
        not run
        and not _OF_A_RACE.search(before(m, 10))
        and not re.match("的?(?:[半全]?马拉?松?)?(?:成绩|完赛)|跑完|完成(?:全程|了?[首全半人])", after(m, 8))
    ):
        return None
    if _AT_A_TIME.search(before(m, 5)) or _THEN.match(after(m, 6)):
        return None
    hour, minute, second = m.groups()
    said = cardinal(str(int(hour)), two="两") + "小时" if int(hour) else ""
    for part, name in ((minute, "分"), (second, "秒")):
        if int(part):
            said += (
                ("零" if said and (part[0] == "0" or (name == "秒" and minute == "00")) else "") + plain(part) + name
            )
    return said or None


_LAP = re.compile(
    "圈速|单圈|用时|成绩|纪录|落后|领先|快|慢|[跑游]出|配速|杆位"
    r"|接力|\d米|[自蛙仰蝶混][由合]?泳|短道|速滑|[预决半]赛"
)
_AHEAD = re.compile("[落领先后快慢差]")


def _lap(m: re.Match[str]) -> str | None:
    """Minutes, seconds and parts of them: thousandths, or with words of a race, or a plus (how far behind)."""
    plus, minutes, seconds, parts = m.groups()
    front = before(m, 10)
    if not (plus or len(parts) == 3 or _LAP.search(front)):
        return None
    behind = "加" if plus and not _AHEAD.search(front) else ""
    return f"{behind}{cardinal(str(int(minutes)), two='两')}分{plain(seconds)}秒{digits(parts)}"


_COMPARED = re.compile("(?:比例|比值|配比|比为|赔率).{0,4}$|(?<!时间)[:：][一-鿿]{1,6} ?[=≈] ?$")


def _time(m: re.Match[str]) -> str | None:
    hour, minute, second, noon = m.groups()
    if in_sport(m) and not second and not noon:
        return None
    if int(hour) > 24 or _COMPARED.search(before(m, 12)):
        return None
    # A film or a recording counts from nought; nobody gives the seconds of midnight.
    happens = (before(m) == "从" or _THEN.match(after(m, 6))) and not _RECORDED.search(before(m, 8))
    at_a_time = happens or _AT_A_TIME.search(before(m, 5))
    if hour == "00" and second and not noon and not at_a_time:
        return "".join(plain(n) + name for n, name in ((minute, "分"), (second, "秒")) if int(n)) or "零秒"
    return _half(noon) + _clock(hour, minute, second)


_IN_THE_MINUTE = re.compile(" ?(?:进球|破门|换人|[黄红]牌)")


CLOCK_RULES: tuple[Rule, ...] = (
    rule(
        "noon behind a range of times",
        r"(?<![\d:.])(\d{1,2})(?::([0-5]\d))?\s?[-~—至到]\s?(\d{1,2})(?::([0-5]\d))?\s?([AaPp])\.?[Mm]\.?(?![A-Za-z])",
        _range_before_noon,
        examples="""
        2-4pm => 下午两到四点
        2:30-4:00PM => 下午两点三十分到四点
        11-1pm => 上午十一点到下午一点""",
    ),
    rule(
        "range of times",
        (
            r"(?:(?<=:\d\d)|(?<=:\d\d [AaPp][Mm])|(?<=:\d\d[AaPp][Mm]))\s?[-~—至到]+\s?"
            r"(?=(?:[AaPp]\.?[Mm]\.? ?|次日|第二天|翌日|当天|凌晨|早上|上午|中午|下午|晚上)?\d{1,2}:\d\d)"
        ),
        until,
        examples="""
        9:00-18:00 => 九点到十八点
        20:00-次日8:00 => 二十点到次日八点
        10:00 AM - 6:00 PM => 上午十点到下午六点""",
    ),
    rule(
        "noon before the hour",
        r"(?<![A-Za-z\d])([AaPp])\.?[Mm]\.? ?(\d{1,2}):([0-5]\d)(?![\d:])",
        lambda m: _half(m.group(1)) + _clock(m.group(2), m.group(3), None) if int(m.group(2)) <= 12 else None,
        examples="AM 8:00 => 上午八点\nPM 5:30-6:00 => 下午五点三十分到六点",
    ),
    rule(
        "time of a race",
        r"(?<![\d:.])(\d{1,2}):([0-5]\d):([0-5]\d)(?![\d:]|\.\d| ?[AaPp]\.?[Mm])",
        _race,
        examples="""
        马拉松成绩2:05:30 => 马拉松成绩两小时零五分三十秒
        全马PB 3:28:15 => 全马PB三小时二十八分十五秒
        马拉松于7:30:00鸣枪 => 马拉松于七点三十分鸣枪""",
    ),
    rule(
        "what is left of a clock",
        (
            r"((?:剩余|还剩|剩下|倒计时|时长|长度|片长|用时|耗时|进度条?[到在]?|空降(?:指路)?|快进到|拖到|拉到|跳到|倒回|看到(?=\d{1,2}:\d\d:\d\d)|半马|全马|马拉松|完赛成绩|配速)"
            r"(?:时间)?[为：: ]{0,2})"
            r"(\d{1,2}):([0-5]\d)(?::([0-5]\d))?(?![\d:])"
        ),
        _duration,
        examples="""
        剩余时间00:03:25 => 剩余时间三分二十五秒
        时长1:02:03 => 时长一小时二分三秒
        用时12:30 => 用时十二分三十秒
        空降03:25 => 空降三分二十五秒
        半马1:05:30 => 半马一小时五分三十秒
        看到1:23:45那里 => 看到一小时二十三分四十五秒那里""",
    ),
    rule(
        "place in a recording",
        r"()(?<![\d:.])(\d{1,3}):([0-5]\d)(?::([0-5]\d))?"
        r"(?=处(?![理分罚于在境])|的?(?:画面|镜头|那段|片段|位置)|那一?[段句幕])",
        _duration,
        examples="视频03:14处 => 视频三分十四秒处",
    ),
    rule(
        "time of a lap",
        r"(?<![\d:.])(\+ ?)?(\d{1,2}):([0-5]\d)\.(\d{1,3})(?![\d:.])",
        _lap,
        examples="""
        圈速1:32.456 => 圈速一分三十二秒四五六
        落后冠军+3:25.6 => 落后冠军三分二十五秒六
        接力2:58.36 => 接力两分五十八秒三六
        比例为1:10.5 => 比例为一比十点五""",
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
        1:02:36 am => 上午一点零二分三十六秒
        00:03:25 => 三分二十五秒""",
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
            + plain(m.group(3))
            + (m.group(4) or "")
            + (plain(m.group(5)) + "秒" if m.group(5) else "")
            if int(m.group(1)) <= 24 and int(m.group(3)) < 60
            else None
        ),
        examples="14时30分 => 十四时三十分\n2点05分 => 两点零五分",
    ),
    rule(
        "hour",
        (
            r"(?<![\d.第])(\d{1,2})([点时])(?=钟|半|整|多|左右|前|后|许|一刻|三刻|的|到|至|[-~—]"
            r"|[，。！？、；：]|$|[^\d])(?!间|候|代|光|尚|装|球)"
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
        rf"(周|星期|礼拜)([1-7])(?![\d.个天]|,\d{{3}}|{IN_A_WEEK}|[-~—至到、]\d{{1,2}}(?:{IN_A_WEEK}|[天个]))",
        lambda m: m.group(1) + ("日" if m.group(2) == "7" else digits(m.group(2))),
        examples="周5见 => 周五见\n上周1,234人 => 上周一千二百三十四人\n每周2次 => 每周两次",
    ),
    rule(
        "feet and inches",
        r"(?<![\d.A-Za-z])([3-8])['′]([1-9]|1[01])(?:''|″|\"|”)?(?![\d.])",
        lambda m: (
            f"{cardinal(m.group(1))}英尺{cardinal(m.group(2), two='两')}英寸"
            if re.search("(?:身高|个头|个子|身长).{0,4}$", before(m, 8))
            or re.match("的?(?:身高|个头|个子|大高个)", after(m, 5))
            else None
        ),
        examples="5'8\"的身高 => 五英尺八英寸的身高",
    ),
    rule(
        "minutes and seconds",
        r"(?<![\d.A-Za-z])(\d{1,3})['′](\d{1,2}(?:\.\d+)?)(?:''|″|\"|”)(\d\d(?![\d.A-Za-z]))?",
        lambda m: (
            f"{cardinal(m.group(1), two='两')}分{cardinal(m.group(2).split('.')[0])}"
            + (f"点{digits(m.group(2).split('.')[1])}" if "." in m.group(2) else "")
            + "秒"
            + digits(m.group(3) or "")
        ),
        examples="3'25''刷新纪录 => 三分二十五秒刷新纪录\n1'52\"88 => 一分五十二秒八八",
    ),
    rule(
        "minutes with a stroke",
        r"(?<![\d.A-Za-z°])(\d{1,3}(?:\+\d{1,2})?)['′](?![\dA-Za-z'′″\"”’])",
        lambda m: (
            m[1] + "分钟"
            if re.search("[烤煮蒸焖炖炸煎泡腌酵置藏第]$", before(m)) or _IN_THE_MINUTE.match(after(m, 3))
            else None
        ),
        examples="180℃烤20' => 一百八十摄氏度烤二十分钟\n第75'破门 => 第七十五分钟破门",
    ),
    rule(
        "seconds and hundredths",
        # Inches are followed by a word or a resolution, not by two digits alone.
        r"(?<![\d.A-Za-z′'])([1-5]?\d)(?:″|'')(\d\d)(?![\d.A-Za-z″'′\"”×*%]|[寸英屏个元台块])",
        lambda m: cardinal(m.group(1)) + "秒" + digits(m.group(2)),
        examples='以12"88的成绩夺冠 => 以十二秒八八的成绩夺冠\n27"4K => 二十七英寸四K',
    ),
)
