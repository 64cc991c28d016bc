"""Rules for codes of devices and people, rooms, plates, trains, flights, and what is known by its number."""

from __future__ import annotations

import re

from ffvits.text.numerals import cardinal, digits
from ffvits.text.rules.phones import coded
from ffvits.text.rules.rule import BEGIN, Rule, after, before, is_counted, rule, until

_DEVICES = (
    "端口号?|QQ号|号码|编号|QQ群?|qq号?|qq群?|Q群|微信号?|群号?|账号|帐号|卡号|工号|学号|邮编|密码|验证码|代码"
    "|订单号?|单号|证号|房间号?|房号|UID|uid|ID|id|取件码|提取码|邀请码|口令|暗号|序列号|车牌|代号|番号|警号|座位号|股票"
)

_LIVED_AT = re.compile(
    "住|地址|小区|花园|家园|公寓|新村|苑|收货|[送寄]到|快递|门牌|[栋幢座楼弄号路街]|府|物业|业主|邻居|装修|室|户"
)


def _room(m: re.Match[str]) -> str | None:
    """The room behind building and unit; 幺 as rooms are said."""
    building, unit, room = m.groups()
    if is_counted(after(m, 3)) or (after(m, 1) in ("元", "米", "人", "分") and after(m)):
        return None
    if building:
        # 3-2-2024 is a date; without an address around, the number must look like floor and door.
        if re.fullmatch(r"(?:19|20)\d\d", room):
            return None
        if not _LIVED_AT.search(before(m, 12)) and not re.fullmatch("[1-9][0-2][1-9]", room):
            return None
        return f"{cardinal(building)}杠{cardinal(unit)}杠{digits(room, phone=True)}"
    if not re.search("[栋幢座楼]$|(?:单元|小区|公寓|花园|家园|新村|苑|住在?|地址[是为：:]?)$", before(m, 3)):
        return None
    return f"{cardinal(unit)}杠{digits(room, phone=True)}"


_NUMBER_OF_A_ROAD = "|".join(rf"(?<=[路街弄巷]\d{{{count}}}号)" for count in (1, 2, 3, 4))


def _standard(m: re.Match[str]) -> str | None:
    series, number, year = m.groups()
    return f"{digits(series).replace('/', ' ')}{digits(number).replace('.', '点')}" + (
        f"杠{digits(year)}" if year else ""
    )


def _plate(m: re.Match[str]) -> str:
    return m.group(1) + digits(m.group(2) + m.group(3), phone=True)


def _numbered(m: re.Match[str]) -> str:
    phone = m.string[m.end()] in "路室房国省县次航包教宿"
    first = digits(m[1], phone=phone) + until(m) if m[1] else ""
    return first + digits(m[2], phone=phone)


ADDRESS_RULES: tuple[Rule, ...] = (
    rule(
        "code with hyphens",
        r"((?:取件码|提货码|编号|房号|座位号?)(?:[是为：:]| |是：|为：)?)(\d{1,4}(?:-\d{1,5})+)(?![\d.])",
        lambda m: m.group(1) + digits(m.group(2)).replace("-", "杠"),
        examples="取件码8-2-3021 => 取件码八杠二杠三零二一",
    ),
    rule(
        "code",
        rf"((?:{_DEVICES})(?:[是为：:]| |是：|为：)?)(\d{{3,4}}(?: \d{{3,4}})+(?![一-鿿])|\d{{3,}})(?![\d.%年月])",
        coded(False),
        examples="""
        QQ号12345678 => QQ号一二三四五六七八
        验证码是884213 => 验证码是八八四二一三
        邮编100080 => 邮编一零零零八零
        验证码：836 215 => 验证码：八三六二一五""",
    ),
    rule(
        "ISBN",
        r"(ISBN)[ :：]?(\d[\d-]{8,16}[\dXx])(?![\dA-Za-z])",
        lambda m: m.group(1) + digits(m.group(2).replace("-", "")),
        examples="ISBN 978-7-111-12345-6 => ISBN九七八七一一一一二三四五六",
    ),
    rule(
        "standard",
        (
            r"(?<![A-Za-z\d])(?=(?:GB|DB\d\d|[A-Z]{2,3}/[TZ]|ISO|IEC|JGJ|JJ[GF]|CJJ|HJ|JTG))"
            r"((?:[A-Z]{2,3}|DB\d\d)(?:/[TZ])?) ?(\d{1,6}(?:\.\d{1,2})?)"
            r"(?:-((?:19|20)\d\d)(?![\d.-])|(?<=/[TZ] \d{4})(?![\d.-])|(?<=/[TZ]\d{4})(?![\d.-]))"
        ),
        _standard,
        examples="""
        GB 2760-2014 => GB二七六零杠二零一四
        GB/T 7714-2015 => GB T七七一四杠二零一五""",
    ),
    rule(
        "year of a standard",
        r"(?<![A-Za-z\d])((?:ISO|IEC|EN|IEEE)(?:/IEC)? ?\d{3,5}(?:-\d)?)[:：]((?:19|20)\d\d)(?!\d)",
        lambda m: f"{m[1]}，{digits(m[2])}",
        examples="ISO9001:2015 => ISO九零零一，二零一五",
    ),
    rule(
        "standard without a year",
        r"(?<![A-Za-z\d])(ISO|IEC|IEEE|RFC|IP(?=[56]\d(?!\d))) ?(\d{2,5})(?![\d.:-])",
        lambda m: m[1] + (cardinal if m[2].endswith("00") else digits)(m[2]),
        examples="ISO 9001认证 => ISO九零零一认证\nIP68防水 => IP六八防水",
    ),
    rule(
        "lane",
        r"(?<![\d.])(\d{3,4})(?=弄(?:\d|[，。、；]|$|小区|口))",
        lambda m: cardinal(m[1]) if m[1].endswith("00") else digits(m[1], phone=True),
        examples="张江路1888弄12号 => 张江路幺八八八弄十二号\n南京东路300弄5号 => 南京东路三百弄五号",
    ),
    rule(
        "hyphen behind a building",
        r"(?<=[栋幢座楼])-(?=\d{1,2}-\d{3,4}(?![\d.-]))",
        lambda m: "",
        examples="6号楼-2-301 => 六号楼二杠三零幺",
    ),
    rule(
        "room with hyphens",
        r"(?<![\dA-Za-z.:/-])(?:(\d{1,2})-)?(\d{1,2})-(\d{3,4})(?![\d.%:/A-Za-z-])",
        _room,
        examples="""
        5栋3-201 => 五栋三杠二零幺
        3-2-501 => 三杠二杠五零幺""",
    ),
    rule(
        "room after a building",
        rf"(?:(?<=[栋幢座楼层])|(?<=单元)|(?<=\d[Ff])(?=-)|{_NUMBER_OF_A_ROAD})-?(\d{{3,4}})(?:[-~至到](\d{{3,4}}))?(?![\d.]|[米个元人层户平家间年])",
        lambda m: (
            digits(m.group(1), phone=True) + (f"{until(m)}{digits(m.group(2), phone=True)}" if m.group(2) else "")
        ),
        examples="""
        5栋301 => 五栋三零幺
        5栋301-305 => 五栋三零幺到三零五
        张江路88弄12号601 => 张江路八十八弄十二号六零幺""",
    ),
    rule(
        "number behind a number of a road",
        r"([路街道巷弄村]\d{1,4}号)-(\d{1,3})(?![\d.]|[号栋楼幢])",
        lambda m: f"{m[1]}杠{cardinal(m[2])}",
        examples="人民路100号-1 => 人民路一百号杠一",
    ),
    rule(
        "number of a building",
        r"(\d{1,3})#(?=(?:[、，和及与至到~-]\d{1,3}#){0,9}(?:楼|栋|幢|座|机组|生产线|车间|厂房|门|井|炉|泊位|地块))",
        lambda m: cardinal(m[1]) + "号",
        examples="3#、5#、12#楼停水 => 三号、五号、十二号楼停水",
    ),
    rule(
        "from one kilometre stone to the next",
        r"(K\d{1,4}\+\d{3})[-~—至到](?=K\d{1,4}\+\d{3})",
        lambda m: m[1] + until(m),
        examples="K0+500~K1+200段 => K零加五百到K一加两百段",
    ),
    rule(
        "kind of petrol",
        r"(?<![\d.])(9[2358]|0)#(?=[汽柴]?油)|(?<=油)(9[2358])#|(?<=油价)(9[2358]|0)#",
        lambda m: cardinal(m[1] or m[2] or m[3]) + "号",
        examples="油价92#涨 => 油价九十二号涨\n95#汽油 => 九十五号汽油",
    ),
    rule(
        "digits after an underscore",
        r"_(\d+)",
        lambda m: "下划线" + digits(m.group(1)),
        examples="abc_123 => abc下划线一二三",
    ),
    rule(
        "number of a brand",
        (
            r"(?<![\d.A-Za-z])(58(?=同城|到家)|36(?=氪)|360(?=安全|卫士|浏览器|搜索|公司|杀毒|手机)|4399"
            r"|1688(?=[网上平])|163(?=邮箱|网)|126(?=邮箱)|51(?=Talk|talk|job)|147(?=满分|杆)|88(?=VIP)|98(?=[Kk](?![A-Za-z]))|7-11(?=便利|买|店|门)|(?<=便利店)7-11|500(?=彩)|(?<=台北)101|985[/、和与]211|211[/、和与]985)(?!\d)"
        ),
        lambda m: digits(m.group(), phone=m.group() == "7-11").replace("-", "").replace("/", "、"),
        examples="58同城 => 五八同城\n7-11便利店 => 七幺幺便利店\n98K => 九八K\n台北101大楼 => 台北一零一大楼",
    ),
    rule(
        "licence plate",
        r"([京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使])([A-HJ-NP-Z])[·\s]?([A-HJ-NP-Z0-9]{4,6}[A-HJ-NP-Z0-9挂学警港澳]?)(?![A-Za-z0-9])",
        lambda m: _plate(m) if re.search(r"\d", m.group(3)) else None,
        examples="京A12345 => 京A幺二三四五",
    ),
    rule(
        "train",
        r"(?<![A-Za-z0-9])([GDCZTKYLS])(\d{1,4})(?=次|列车|号列车|高铁|动车)",
        lambda m: m.group(1) + digits(m.group(2), phone=len(m.group(2)) > 1),
        examples="乘坐G1024次列车 => 乘坐G幺零二四次列车",
    ),
    rule(
        "flight",
        (
            r"(?<![A-Za-z0-9])(CA|MU|CZ|HU|MF|ZH|3U|FM|SC|9C|MH|CX|KA|KE|NH|JL|SQ|UA|AA|BA|LH|AF|EK"
            r"|QR)(\d{3,4})(?![\dA-Za-z.])"
        ),
        lambda m: digits(m.group(1)) + digits(m.group(2), phone=True),
        examples="CA1831航班 => CA幺八三幺航班",
    ),
    rule(
        "numbered thing",
        (
            rf"{BEGIN}(?:(\d{{3,4}})[-~—至到])?(\d{{3,4}})(?=路(?!人|程)|室|房|号房|国道|省道|县道|次列车|次航班|航班|医院|高校"
            rf"|院校|部队|胶水|艺术区|错误码|宿舍|包厢|教室|会议室|病房|寝室|展厅|公交|端口(?!数))"
        ),
        _numbered,
        examples="""
        坐302路车 => 坐三零二路车
        住在1203室 => 住在幺二零三室
        301医院 => 三零一医院
        301-305室 => 三零幺到三零五室""",
    ),
)
