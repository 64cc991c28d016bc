"""Rules for percentages, temperatures and units."""

from __future__ import annotations

import re

from ffvits.text.numerals import decimal, digits
from ffvits.text.rules.rule import NUMBER, RANGE, Rule, after, before, quantity, rule, until
from ffvits.text.rules.topics import is_weather, said_sign
from ffvits.text.units import CAPITALS_THAT_ARE_NAMES, TIME_UNITS, UNIT, UNITS

_SIGNED = rf"[-+]?{NUMBER}"


def _percent(m: re.Match[str]) -> str:
    sign, number, kind = m.groups()
    base = {"%": "百分之", "‰": "千分之", "‱": "万分之"}[kind]
    said = "百" if number == "100" and kind == "%" else decimal(number)
    return said_sign(sign, before(m, 8)) + base + said


_FINANCE = re.compile(
    "利率|收益率|[降加]息|[息利]差|LPR|MLF|[国债]债|央行|美联储|[上下]行|毛利|净利|费率|[同环]比|基点"
)


def _points(m: re.Match[str]) -> str | None:
    """Points of a percent, and hundredths of them; elsewhere pp and bp are letters (500bp of a gene)."""
    first, sign, number, unit = m.groups()
    if unit[:3].lower() != "pct" and not _FINANCE.search(before(m, 14) + " " + after(m, 14)):
        return None
    name = "个基点" if unit[0] in "bB" else "个百分点"
    if first:
        return f"{decimal(first)}{until(m)}{decimal(number)}{name}"
    return said_sign(sign, before(m, 8)) + quantity(number, "个") + name


_ZOOM = re.compile(" ?(?:光学|数码|混合|无损)?(?:变焦|加速|速)")
_MULTIPLIED = re.compile("PE|PB|PS|市[盈净销]率|估值|放大|变焦|倍[速率数]|加速|提速|杠杆|快了?|[EBS][)）]$")


def _percent_range(m: re.Match[str]) -> str:
    first, last = m.group(1), m.group(3)
    base = {"%": "百分之", "‰": "千分之"}[m.group(4)]

    def one(value: str) -> str:
        sign = "正" if value[0] == "+" else said_sign("-", before(m, 8)) if value[0] == "-" else ""
        return f"{sign}{base}{decimal(value.lstrip('+-'))}"

    return one(first) + until(m) + one(last)


def _celsius(m: re.Match[str]) -> str:
    sign, number, scale = m.groups()
    unit = {"°C": "摄氏度", "°c": "摄氏度", "°F": "华氏度", "°f": "华氏度"}[scale]
    return (
        ("零下" if sign == "-" and unit[0] == "摄" else {"-": "负", "+": "正", None: ""}[sign]) + decimal(number) + unit
    )


def _celsius_range(m: re.Match[str]) -> str:
    def one(value: str) -> str:
        return ("零下" if value[0] == "-" else "") + decimal(value.lstrip("+-"))

    return f"{one(m.group(1))}{until(m)}{one(m.group(2))}{'摄氏度' if m.group(3) else '度'}"


_RESULT = re.compile("= ?$")  # of a formula: its number has a unit


_SIZED = re.compile(r"\d\s?(?:[a-zμ]{1,2}|[μmd]?L|米|厘米|毫?升|千?克|[片粒支袋瓶])?$")
_VOLTS = re.compile("(?:电压|电源|[供充]电|输[入出]|伏[、，/到至~-]|V ?[/、])[达为是：: ]{0,2}$")
_BELOW_ZERO = re.compile("(?:[压位势流差]|为|是|[达到至在约])[：:= ]?$|[=＝]$")
_BEHIND_VOLTS = re.compile(r"\dV ?[/×xX*、]? ?$")
_VOLTS_AFTER = re.compile(r"的?(?:[供充]?电|输[入出]|快充|电源)|/\dA")


_NUMERALS = frozenset("零一二三四五六七八九十")
_STORED = re.compile("(?:内存|显存|硬盘|流量|空间|[UC]盘)(?:条|大小)?[为是只有才了：: ]{0,3}$")
_STORES = re.compile("(?:/\\dg)? ?的?(?:内存|显存|硬盘|流量|空间|[UC]盘|网[速络卡]?|上网|信号|手机|独显|固态|带宽)")
_HEART = re.compile("(?:胎心|心[率跳]|脉搏|脉率)[达为是约：: ]{0,2}$")


def _unit(m: re.Match[str]) -> str | None:
    sign, number, unit, per = m.group(1), m.group(2), m.group(3), m.group(4)
    if unit in CAPITALS_THAT_ARE_NAMES and not per:
        follow = after(m, 3)
        said = {
            "V": "伏" if len(number) > 1 or _VOLTS_AFTER.match(follow) or _VOLTS.search(before(m, 8)) else None,
            "A": "安" if re.match("电流|保险|插|充电|的电流", follow) or _BEHIND_VOLTS.search(before(m, 4)) else None,
            "U": "单位" if re.search("素|注射|剂量|皮下", before(m, 8)) else None,
            "N": "牛" if re.match("的力|推力", follow) else None,
        }.get(unit)
        if not said and _RESULT.search(before(m, 2)) and not re.match(r"[-+×*/^=(（\w]", follow):
            said = {"J": "焦耳", "N": "牛", "A": "安", "V": "伏", "T": "特斯拉"}.get(unit)
        if not said:
            return None
        # 锂电池-3.7V: a hyphen behind anything else parts a name from its number.
        below = sign == "-" and _BELOW_ZERO.search(before(m, 4))
        return ("负" if below else "") + decimal(number) + said
    if unit == "g" and (_STORED.search(before(m, 6)) or _STORES.match(after(m, 8))):
        return f"{decimal(number)}G"
    if unit in ("bpm", "BPM") and _HEART.search(before(m, 8)):
        return f"{decimal(number)}次每分"
    if unit == "m" and after(m) == "b":
        return None
    name = UNITS[unit]
    two = (
        "两"
        if not re.match("[A-Z兆吉纳皮毫微千]", name) or name in ("千克", "毫升", "毫米", "千米", "千瓦", "兆")
        else "二"
    )
    # A5-6kg: the first number is in words already.
    to = sign == "-" and before(m) in _NUMERALS
    said = ("到" if to else said_sign(sign, before(m, 8))) + decimal(number, two=two)
    if per is None:
        return said + name
    below = UNITS.get(per) or per
    if per == "s^2" or per == "s2":
        return f"{said}{name}每二次方秒"
    if below in TIME_UNITS and name.endswith(("里", "米", "海里")):
        # "时速350km/h" already says per what.
        return said + name if re.search("时速[达到为约高近超过]{0,3}$", before(m, 6)) else f"每{below}{said}{name}"
    return f"{said}{name}每{below}"


def _unit_alone(number: str, unit: str) -> str:
    """The unit as `_unit` says it where nothing around tells more."""
    if unit in CAPITALS_THAT_ARE_NAMES:
        return "伏" if unit == "V" and len(number) > 1 else unit
    return UNITS.get(unit, "")


# What a dose, a speed or a price may be for, in hanzi; other words behind a stroke are something else (1.85m/体重78kg).
_SHARE = (
    "(?:小时|分钟?|秒钟?|[天日次周晚季]|[年月](?!龄)|[人个只头株户台辆片粒支瓶袋盒箱罐件杯碗份颗枚张剂克斤两吨亩升米帧度圈]"
    "|公[斤里顷]|千[克米瓦]|[毫分]升|毫克|平方?米|平|立方厘?米|平方公里|百公里|百克|百毫升|[车套组层])"
)
# Units that are nothing else where they stand alone.
_WRITTEN_OUT = "|".join(
    re.escape(u)
    for u in sorted(
        "kg mg μg km cm mm nm mL ml kPa MPa kHz MHz GHz kW kWh mAh dB cm^2 m^2 km^2 cm^3 m^3".split(), key=len
    )
)

# Behind ten thousands nearly all are; in, us and PS are words as well.
_BEHIND_SCALE = "|".join(
    re.escape(u) for u in sorted(UNITS, key=len, reverse=True) if len(u) > 1 and u not in ("in", "mu", "us", "ps", "PS")
)


def _per(m: re.Match[str]) -> str | None:
    below = m.group(2)
    return f"{m.group(1)}每{UNITS.get(below, below)}"


MEASURE_RULES: tuple[Rule, ...] = (
    rule(
        "percent range",
        rf"(?<![\d.])({_SIGNED})([%‰])?{RANGE}({_SIGNED})([%‰])",
        _percent_range,
        examples="5%-10% => 百分之五到百分之十\n10~20% => 百分之十到百分之二十\n3-5‰ => 千分之三到千分之五",
    ),
    rule(
        "times so many percent",
        rf"(?<=\d) ?[×x*] ?(?={NUMBER}[%‰])",
        lambda m: "乘",
        examples="500*15% => 五百乘百分之十五",
    ),
    rule(
        "percent",
        rf"(?<![\d.])([-+±])?({NUMBER})\s?([%‰‱])",
        _percent,
        examples="""
        2% => 百分之二
        HP+30% => HP加百分之三十
        -13% => 负百分之十三
        100% => 百分之百
        3‰ => 千分之三""",
    ),
    rule(
        "points of a percent",
        rf"(?<![\dA-Za-z.])(?:({NUMBER}){RANGE})?([-+±])?({NUMBER}) ?(pcts?|PCTS?|pp|PP|bps?|BPs?)(?![A-Za-z\d])",
        _points,
        examples="""
        毛利率同比-0.5pct => 毛利率同比减零点五个百分点
        加息25-50bp => 加息二十五到五十个基点
        央行降息10bp => 央行降息十个基点
        全长500bp => 全长五百bp""",
    ),
    rule(
        "times as x",
        rf"(?<![\dA-Za-z.])({NUMBER})[xX×](倍?)(?![\dA-Za-z+=*/^-]| ?[+=*/<>≤≥-])",
        lambda m: (
            decimal(m[1], two="两") + "倍"
            if m[2] or _MULTIPLIED.search(before(m, 8)) or _ZOOM.match(after(m, 4))
            else None
        ),
        examples="市盈率15.6x => 市盈率十五点六倍\n光学变焦5x => 光学变焦五倍\n比4G快10× => 比四G快十倍",
    ),
    rule(
        "temperature range",
        rf"(?<![\d.])([-+]?{NUMBER})(?:(?:°C?)?{RANGE}|/(?=-?\d{{1,2}}°C))([-+]?{NUMBER})°(C)?",
        _celsius_range,
        examples="-5°C~3°C => 零下五到三摄氏度\n-8~-2℃ => 零下八到零下二摄氏度\n晴，-3/8℃ => 晴，零下三到八摄氏度",
    ),
    rule(
        "temperature",
        rf"(?<![\d.])([-+])?({NUMBER})\s?(°[CFcf])(?![A-Za-z])",
        _celsius,
        examples="最高气温38°C => 最高气温三十八摄氏度\n-5℃ => 零下五摄氏度",
    ),
    rule(
        "angle",
        rf"(?<![\d.])([-+])?({NUMBER})°(?:\s?(\d+)[′'])?(?:\s?(\d+(?:\.\d+)?)″)?",
        lambda m: (
            {"-": "零下" if is_weather(before(m, 8)) else "负", "+": "正", None: ""}[m.group(1)]
            + decimal(m.group(2))
            + "度"
            + (decimal(m.group(3)) + "分" if m.group(3) else "")
            + (decimal(m.group(4)) + "秒" if m.group(4) else "")
        ),
        examples="北纬39°54′20″ => 北纬三十九度五十四分二十秒\n旋转90° => 旋转九十度\n体感-3° => 体感零下三度",
    ),
    rule(
        "scientific notation",
        rf"(?<![\dA-Za-z.])({NUMBER})[eE]([+-]?\d+)(?![\dA-Za-z])",
        lambda m: f"{decimal(m.group(1))}乘以十的{decimal(m.group(2).lstrip('+'))}次方",
        examples="1e10 => 一乘以十的十次方\n2.5E-3 => 二点五乘以十的负三次方",
    ),
    rule(
        "rate of a screen",
        r"(?<=[\dPpKkFX])@(?=\d{1,4}(?:\.\d+)? ?(?:[GM]?[Hh][Zz]|fps|FPS)(?![A-Za-z]))",
        lambda m: "，",
        examples="1920x1080@60Hz => 一九二零乘一零八零，六十赫兹\ni5-12400F@4.4GHz => i五一二四零零F，四点四吉赫",
    ),
    rule(
        "pixels",
        r"(?<![\d.A-Za-z])(\d{3,4}) ?[xX×*] ?(\d{3,4})(?![\d.]| ?[a-z米厘毫])",
        lambda m: f"{digits(m.group(1))}乘{digits(m.group(2))}",
        examples="1920x1080 => 一九二零乘一零八零",
    ),
    rule(
        "size",
        r"(?<=[\da-zA-Z米升克片粒支袋瓶])\s?[×xX*]\s?(?=\d)",
        lambda m: "乘" if _SIZED.search(before(m, 5)) else None,
        examples="3×4 => 三乘四\n10cm×20cm => 十厘米乘二十厘米",
    ),
    rule(
        "days and hours",
        r"(?<![\dA-Za-z.])(\d{1,3})d(\d{1,2})h(?![A-Za-z\d])",
        lambda m: f"{decimal(m[1], two='两')}天{decimal(m[2], two='两')}小时",
        examples="还剩2d3h => 还剩两天三小时",
    ),
    rule(
        "hours and minutes",
        (
            r"(?<![\dA-Za-z.])(?:(\d{1,3})(?:h|hr|hrs))(\d{1,2})(?:m|min|mins)(?:(\d{1,2})(?:s|sec))?(?![A-Za-z\d])"
            r"|(?<![\dA-Za-z.])(\d{1,3})(?:m|min)(\d{1,2})(?:s|sec)(?![A-Za-z\d])"
        ),
        lambda m: (
            f"{decimal(m.group(1), two='两')}小时{decimal(m.group(2))}"
            + (f"分{decimal(m.group(3))}秒" if m.group(3) else "分钟")
            if m.group(1)
            else f"{decimal(m.group(4), two='两')}分{decimal(m.group(5))}秒"
        ),
        examples="全程1h30min => 全程一小时三十分钟\n5m30s => 五分三十秒",
    ),
    rule(
        "unit range",
        rf"(?<![\d.])({NUMBER})(?: ?({UNIT}))?{RANGE}(?={NUMBER} ?(?:{UNIT})(?![A-Za-z\d]))",
        lambda m: f"{decimal(m.group(1), two='两')}{_unit_alone(m.group(1), m.group(2) or '')}{until(m)}",
        examples="5-10km => 五到十公里\n3kg~5kg => 三千克到五千克\n从7B到405B => 从七B到四百零五B",
    ),
    rule(
        "video size",
        r"(?<![\dA-Za-z])(2160|1440|1080|720|540|480|360|240)([pPiI])(?![A-Za-z])",
        lambda m: digits(m.group(1), phone=m.group(1) == "1080") + m.group(2).upper(),
        examples="1080P => 幺零八零P",
    ),
    rule(
        "so much for so many",
        rf"(?:(?<=[元块])|(?<![\dA-Za-z.])({NUMBER} ?(?:kcal|k?J|[mμu]?g|L|kWh|kW·h)))"
        r"/(?=百(?:万|公里)|千|万|\d+ ?(?:[mk]?g|m?[Ll]|km|克|千克|斤|毫升|升|公里|千?字)(?![A-Za-z]))",
        # 100g/200g are two sizes.
        lambda m: None if (m[1] or "")[-1:] == "g" and not after(m, 3) == "100" else (m[1] or "") + "每",
        examples="""
        350kcal/100g => 三百五十千卡每一百克
        油耗7.2L/100km => 油耗七点二升每一百公里
        $2.5/百万tokens => 二点五美元每百万tokens""",
    ),
    rule(
        "unit",
        rf"(?<![\dA-Za-z.^])(?<!\^[-+])([-+±])?({NUMBER}) ?({UNIT})(?:/(s\^2|s2|{UNIT}|{_SHARE}))?(?![A-Za-z\d])",
        _unit,
        examples="""
        1kg => 一千克
        10km/h => 每小时十公里
        实际面积120m² => 实际面积一百二十平方米
        2kg => 两千克
        血糖5.6mmol/L => 血糖五点六毫摩尔每升
        重力加速度9.8m/s^2 => 重力加速度九点八米每二次方秒
        220V => 两百二十伏
        I=5A，W=400J => I等于五安，W等于四百焦耳
        攻速-0.15s => 攻速减零点一五秒
        2g内存和3g网速 => 二G内存和三G网速
        胎心145bpm => 胎心一百四十五次每分
        充电20V/5A => 充电二十伏、五安
        电压-5V => 电压负五伏
        电位差为-12V => 电位差为负十二伏
        锂电池-3.7V => 锂电池三点七伏
        3.3V/5V供电 => 三点三伏、五伏供电""",
    ),
    rule(
        "unit for one",
        (
            rf"(?<=[\d一-鿿])(元|块|人|次|分钟|小时|帧|步|圈|下|台|页|发|拍|张|米|公里|千米|吨|千克|克|毫克|升|毫升|件|字|美元|万|转|度"
            rf"|分)/(盎司|加仑|英里|公里|公斤|小时|分钟|平方米|(?:{UNIT}|斤|公斤|吨|个|人|次|天|日|年|月|周|小时|分钟|分|秒|平方米|平米|平|升|克|瓶"
            rf"|盒|件|亩|千克|股|桶|晚|位|条|套|户|台|度|公里|千米|课时|节|[捆把串扎箱袋包罐双本块支打颗粒碗份杯只张辆头间枚])(?:(?<=[A-Za-z23])(?![A-Za-z0-9])|(?![A-Za-z一-鿿]{{2}})))"
        ),
        _per,
        examples="""
        5元/斤 => 五元每斤
        60次/分 => 六十次每分
        从3.2万/㎡涨到 => 从三点二万每平方米涨到
        0.5元/度 => 零点五元每度
        3.5元/捆 => 三点五元每捆""",
    ),
    rule(
        "so many in one",
        r"(?<=\d)(瓶|盒|包|袋|片|支|粒|只|枚|张|颗|罐|听|个|块|滴|喷)/(?=(?:箱|盒|包|袋|板|瓶|件|提|条|组|桶|次|[天日])(?![一-鿿]))",
        lambda m: m[1] + "每",
        examples="12瓶/箱 => 十二瓶每箱",
    ),
    rule(
        "for each day",
        r"(?<=每平方米)·(?=[天月日年])",
        lambda m: "每",
        examples="25元/m²·月 => 二十五元每平方米每月",
    ),
    rule("each second", r"(?<=[a-z])/s(?![A-Za-z\d])", lambda m: "每秒", examples="25 tokens/s => 二十五tokens每秒"),
    rule(
        "days as d",
        r"(?:(?<=[服程续共每隔×乘])|(?<=连用|术后|药后))(\d{1,3})d(?![A-Za-z\d])(?!打印|建?模|软件|动画|渲染)"
        r"|(?<![A-Za-z\d.])(?:(\d{1,3})[-~—])?(\d{1,3})d(?=后(?!期)|内(?!容)|复[诊查])",
        lambda m: (f"{decimal(m[2], two='两')}到" if m[2] else "") + decimal(m[1] or m[3], two="两") + "天",
        examples="每8h一次，连用3d => 每八小时一次，连用三天\n3-5d后复诊 => 三到五天后复诊\n用3d打印 => 用三d打印",
    ),
    rule(
        "unit behind ten thousands",
        rf"(?<=\d)([百千万亿]{{1,2}}) ?({_BEHIND_SCALE}|[hLtm])(?:/({UNIT}))?(?![A-Za-z\d^/])",
        lambda m: m[1] + UNITS[m[2]] + (f"每{UNITS[m[3]]}" if m[3] else ""),
        examples="跑了10万km => 跑了十万公里\n5万kWh => 五万千瓦时\n3千m/s => 三千米每秒",
    ),
    rule(
        "unit in brackets",
        rf"(?<=[(（])({_WRITTEN_OUT})(?=[)）])|(?<=\d[)）]) ?({_WRITTEN_OUT})(?![A-Za-z\d/])",
        lambda m: UNITS[m[1] or m[2]],
        examples="体重(kg) => 体重（千克）\n(3.2±0.1)mm => （三点二正负零点一）毫米",
    ),
    rule(
        "unit that is named",
        # One letter before hanzi is a name: 单位A座.
        rf"(单位(?:是|为|[：:])? ?)({_WRITTEN_OUT}|N·m|(?:{UNIT})(?![一-鿿]))(?![A-Za-z\d/])",
        lambda m: m[1] + UNITS[m[2]],
        examples="单位N⋅m => 单位牛米\n单位：mg => 单位：毫克",
    ),
)
