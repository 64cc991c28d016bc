"""Rules for what is spelled out: web addresses, versions, telephone numbers, codes, plates, train numbers."""

from __future__ import annotations

import re

from ffvits.text.numerals import cardinal, decimal, digits
from ffvits.text.rules.rule import BEGIN, END, Rule, after, before, is_counted, rule, until
from ffvits.text.units import UNIT

_SIGNS = {
    ".": "点", "@": "艾特", "/": "斜杠", "-": "杠", "_": "下划线", "?": "问号", "=": "等于", "&": "和", ":": "冒号",
    "#": "井号", "%": "百分号", "+": "加", "~": "波浪线",
}  # fmt: skip


def _spell(address: str) -> str:
    """An address sign by sign: letters stay together, digits are read one by one."""
    return re.sub(r"\d+", lambda m: digits(m.group()), "".join(_SIGNS.get(c, c) for c in address))


def _url(m: re.Match[str]) -> str:
    address = re.sub(r"^[A-Za-z]+://", "", m.group())
    stop = re.search(r"[.?:/]+$", address)
    tail = m.group()[len(m.group()) - len(stop.group()) :] if stop else ""
    return _spell(address[: len(address) - len(tail)]) + tail.replace("/", "")


_SUFFIXES = (
    "com|cn|net|org|edu|gov|io|ai|tv|me|cc|top|xyz|co|uk|jp|hk|app|dev|vip|info|html?|pdf|docx?|xlsx?|pptx?|txt|exe|zip"
    "|rar|mp3|mp4|avi|mkv|wav|flac|jpe?g|png|gif|py|js|json|csv|apk|iso|pth|md|ya?ml|log"
    "|toml|ini|xml|css|sql|sh|bat|cpp|java|rs|ts|go|ipynb|onnx|ckpt|gz|tar|7z|webp|svg|bmp|ogg|m4a|srt|ass|dll"
)
_DEVICES = (
    "端口号?|QQ号|号码|编号|QQ群?|qq号?|qq群?|Q群|微信号?|群号?|账号|帐号|卡号|工号|学号|邮编|密码|验证码|代码"
    "|订单号?|单号|证号|房间号?|房号|UID|uid|ID|id|取件码|提取码|邀请码|口令|暗号|序列号|车牌|代号|番号|警号|座位号|股票"
)
_PHONES = "电话|手机号?|热线|拨打|致电|客服|分机号?|转|尾号|拨|呼叫|打给|来电|传真|TEL|Tel|tel|call|座机|号码"
# Hotlines, said with 幺. The three-digit ones only where nothing is counted.
_HOTLINES = (
    "12306|10086|10010|10000|12315|12345|12110|12320|12366|12333|12328|12348|12355|12365|12319"
    "|12318|12377|12388|12389|12395|12580|114|110|119|120|122|95\\d{3}|96\\d{3,4}|100[019]\\d"
)


def _coded(phone: bool):
    def say(m: re.Match[str]) -> str | None:
        if is_counted(after(m, 3)) and not after(m).startswith(("打", "位")):
            return None
        room = m.group(1).startswith(("房间", "房号"))
        return m.group(1) + digits(m.group(2).replace("-", "").replace(" ", ""), phone=phone or room)

    return say


def _hotline(m: re.Match[str]) -> str | None:
    number = m.group()
    if before(m) == "第":
        return None
    around = m.string[max(0, m.start() - 4) : m.end() + 4]
    called = re.search("打|拨|叫|电话|热线|急救|报警|火警|警察|医院|平台|客服|投诉|咨询|救护|抢修|指挥", around)
    if is_counted(after(m, 3)) and not re.match("打|救护|报警|热线|电话|平台|客服", after(m, 3)):
        return None
    if number in ("120", "122", "114") and not called:
        return None
    if re.match("9[56](?!5)\\d+|100[019]", number) and not called and number not in ("10086", "10010", "10000"):
        return None
    if number == "10000" and not called:
        return None
    if number == "12345" and not called:
        return None
    return digits(number, phone=True)


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


_PLACES = dict(zip("三四五六七八345678", (3, 4, 5, 6, 7, 8) * 2, strict=True))


def _last_digits(m: re.Match[str]) -> str | None:
    if _PLACES[m.group(2)] != len(m.group(4)):
        return None
    return f"{m.group(1)}{m.group(2)}{m.group(3)}{digits(m.group(4), phone=True)}"


_NUMBER_OF_A_ROAD = "|".join(rf"(?<=[路街弄巷]\d{{{count}}}号)" for count in (1, 2, 3, 4))


def _standard(m: re.Match[str]) -> str | None:
    series, number, year = m.groups()
    return f"{digits(series).replace('/', ' ')}{digits(number).replace('.', '点')}" + (
        f"杠{digits(year)}" if year else ""
    )


def _plate(m: re.Match[str]) -> str:
    return m.group(1) + digits(m.group(2) + m.group(3), phone=True)


ADDRESS_RULES: tuple[Rule, ...] = (
    rule(
        "web address",
        r"(?:https?|ftp)://[A-Za-z0-9.@/\-_?=&:#%+~]+|www\.[A-Za-z0-9.@/\-_?=&:#%+~]+",
        _url,
        examples="""
        访问https://www.example.com/a1就行 => 访问www点example点com斜杠a一就行
        www.12306.cn => www点一二三零六点cn""",
    ),
    rule(
        "e-mail",
        # What ends in a number is the address of a machine, which may have a port.
        r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,7}"
        r"\.(?!\d+(?![A-Za-z0-9-]))[A-Za-z0-9-]{1,63}",
        lambda m: _spell(m.group()),
        examples="""
        发到abc123@qq.com吧 => 发到abc一二三艾特qq点com吧
        root@192.168.0.1:8080 => root艾特一九二点一六八点零点一冒号八零八零""",
    ),
    rule(
        "drive of Windows",
        r"(?<![A-Za-z])([A-Z]):(?=[\\/](?!/))",
        lambda m: f"{m[1]}盘，",
        examples=r"打开D:\games => 打开D盘，games",
    ),
    rule(
        "dot before a name",
        rf"(?<![A-Za-z0-9.…)\]~/])\.(?=NET(?![A-Za-z])|(?:{_SUFFIXES})(?:文件|格式|后缀|结尾|压缩|图片?|音频|视频|字幕|脚本|[、和或]|扩展名))",
        lambda m: "点",
        examples="用.NET 8写 => 用点NET八写\n支持.mp3和.wav格式 => 支持点mp三和点wav格式",
    ),
    rule(
        "domain or file",
        rf"(?<![A-Za-z0-9.@_-])(?:[A-Za-z0-9_-]{{1,63}}/){{0,8}}[A-Za-z0-9_-]{{1,63}}(?:\(\d{{1,2}}\))?"
        rf"(?:\.[A-Za-z0-9_-]{{1,63}}){{0,8}}\.(?:{_SUFFIXES})(?![A-Za-z0-9])",
        lambda m: None if re.fullmatch(r"[\d.]+", m.group()) else _spell(m.group()),
        examples="""
        bilibili.com => bilibili点com
        打开setup.exe => 打开setup点exe
        写到logs/2026-11-27.log => 写到logs斜杠二零二六杠一一杠二七点log
        把论文v2(1).docx发我 => 把论文v二（一）点docx发我""",
    ),
    rule(
        "IP address",
        rf"{BEGIN}(\d{{1,3}}(?:\.\d{{1,3}}){{3}})(?::(\d{{1,5}}))?{END}",
        lambda m: digits(m.group(1)).replace(".", "点") + (f"冒号{digits(m.group(2))}" if m.group(2) else ""),
        examples="""
        127.0.0.1 => 一二七点零点零点一
        192.168.1.1:8080 => 一九二点一六八点一点一冒号八零八零""",
    ),
    rule(
        "port of a machine",
        r"(?<=localhost):(\d{2,5})(?!\d)",
        lambda m: "冒号" + digits(m[1]),
        examples="localhost:3000打不开 => localhost冒号三零零零打不开",
    ),
    rule("version of HTTP", r"(?<=HTTP)/(?=\d)", lambda m: "", examples="HTTP/2更快 => HTTP二更快"),
    rule(
        "version",
        r"(?<![A-Za-z])(?:(版本号?[：: ]{0,2})?[Vv]er(?:sion)?\.? ?|(版本号?) ?)(\d+(?:\.\d+)*)(?![\d])",
        lambda m: (m[1] or m[2] or "版本").strip() + decimal(m[3]),
        examples="""
        Ver2.0 => 版本二点零
        更新到version 1.2.3了 => 更新到版本一点二点三了
        当前版本Ver.4.2.1 => 当前版本四点二点一""",
    ),
    rule(
        "version with v",
        r"(?<![A-Za-z0-9])([Vv])\.? ?(\d+(?:\.\d+)+|\d{1,2}(?=版))(?!\d)",
        lambda m: m.group(1).upper() + decimal(m.group(2)),
        examples="v1.2.3 => V一点二点三",
    ),
    rule(
        "version of a package",
        r"(?<=[A-Za-z]) ?(==|>=|<=|~=) ?(\d+(?:\.\d+)+)(?![\d.])",
        lambda m: {"==": "等于", ">=": "大于等于", "<=": "小于等于", "~=": "约等于"}[m.group(1)] + decimal(m.group(2)),
        examples="torch==2.1.0 => torch等于二点一点零",
    ),
    rule(
        "numbers of three parts",
        rf"{BEGIN}\d{{1,3}}(?:\.\d{{1,4}}){{2,}}(?![\d.])",
        lambda m: None if re.fullmatch(r"(?:19|20)\d\d\..*|\d{1,2}\.\d{1,2}\.\d{4}", m.group()) else decimal(m.group()),
        examples="iOS 17.5.1 => iOS十七点五点一",
    ),
    rule(
        "mobile phone",
        r"(?<![\dA-Za-z.])(?:(?:\+?|[(（]\+?)(86)[)）]?[- ]?)?(1[3-9]\d[- ]?\d{4}[- ]?\d{4})(?![\d.])",
        lambda m: ("八六" if m.group(1) else "") + digits(re.sub("[- ]", "", m.group(2)), phone=True),
        examples="""
        可以打我手机13501234567 => 可以打我手机幺三五零幺二三四五六七
        +86 138-1234-5678 => 八六幺三八幺二三四五六七八""",
    ),
    rule(
        "number with stars",
        r"(?<![\d.])(\d{2,6})星号(\d{2,4})(?!\d)",
        lambda m: f"{digits(m[1], phone=True)}星号{digits(m[2], phone=True)}",
        examples="手机138****5678 => 手机幺三八星号五六七八",
    ),
    rule(
        "telephone",
        r"(?<![\dA-Za-z.])(?:\(?(0\d{2,3})\)?[- ]?(\d{7,8})|([48]00)[- ]?(\d{3})[- ]?(\d{4}))(?:-(\d{1,5}))?(?![\d.])",
        lambda m: (
            digits("".join(g for g in m.groups()[:5] if g), phone=True)
            + (f"转{digits(m.group(6), phone=True)}" if m.group(6) else "")
        ),
        examples="""
        010-64035547 => 零幺零六四零三五五四七
        400-820-8820 => 四零零八二零八八二零
        (021)12345678-801 => 零二幺幺二三四五六七八转八零幺""",
    ),
    rule(
        "telephone in parts",
        r"(?<![\dA-Za-z.-])(?:[(（](0\d{2,3})[)）][- ]?|(0\d{2,3})[- ])(\d{3,4})[- ](\d{4})(?![\d.-])",
        lambda m: (
            digits("".join(g for g in m.groups() if g), phone=True)
            if re.fullmatch(r"010|02\d|0[3-9]\d\d", m.group(1) or m.group(2))
            else None
        ),
        examples="""
        (010)8888-6666 => 零幺零八八八八六六六六
        021-5555-1234 => 零二幺五五五五幺二三四""",
    ),
    rule(
        "card number",
        r"(?<![\d.])\d{4}(?:[ -]\d{4}){2,}(?:[ -]\d{1,4})?(?![\d.])",
        lambda m: digits(re.sub("[ -]", "", m.group())),
        examples="6222 0212 3456 7890 => 六二二二零二一二三四五六七八九零",
    ),
    rule(
        "called number",
        rf"((?:{_PHONES})(?:[是为：:]| |是：|为：)?)(\d[\d\- ]{{1,}}\d)(?![\d.%年月])",
        _coded(True),
        examples="""
        尾号1702 => 尾号幺七零二
        尾号是3385 => 尾号是三三八五
        电话：12345678 => 电话：幺二三四五六七八""",
    ),
    rule(
        "last digits",
        r"([后末前尾])([三四五六七八3-8])(位(?:数字?|号码)?(?:[是为：:]| |是：|为：)?)(\d{3,8})(?![\d.%])",
        _last_digits,
        examples="后四位1234 => 后四位幺二三四",
    ),
    rule(
        "hotline",
        rf"{BEGIN}(?:{_HOTLINES})(?![\d.%:：°-]| ?(?:{UNIT})(?![A-Za-z]))",
        _hotline,
        examples="""
        可以拨打12306来咨询 => 可以拨打幺二三零六来咨询
        快打120 => 快打幺二零
        报警打110 => 报警打幺幺零
        跑了110米 => 跑了一百一十米
        水110ml => 水一百一十毫升""",
    ),
    rule(
        "code with hyphens",
        r"((?:取件码|提货码|编号|房号|座位号?)(?:[是为：:]| |是：|为：)?)(\d{1,4}(?:-\d{1,5})+)(?![\d.])",
        lambda m: m.group(1) + digits(m.group(2)).replace("-", "杠"),
        examples="取件码8-2-3021 => 取件码八杠二杠三零二一",
    ),
    rule(
        "code",
        rf"((?:{_DEVICES})(?:[是为：:]| |是：|为：)?)(\d{{3,4}}(?: \d{{3,4}})+(?![一-鿿])|\d{{3,}})(?![\d.%年月])",
        _coded(False),
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
        "standard without a year",
        r"(?<![A-Za-z\d])(ISO|IEC|IEEE|RFC|IP(?=[56]\d(?!\d))) ?(\d{2,5})(?![\d.:-])",
        lambda m: m[1] + (cardinal if m[2].endswith("00") else digits)(m[2]),
        examples="ISO 9001认证 => ISO九零零一认证\nIP68防水 => IP六八防水",
    ),
    rule(
        "lane",
        r"(?<![\d.])(\d{3,4})(?=弄(?:\d|[，。、；]|$|小区|口))",
        lambda m: digits(m.group(1), phone=True),
        examples="张江路1888弄12号 => 张江路幺八八八弄十二号",
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
        "number of a building",
        r"(\d{1,3})#(?=(?:[、，和及与至到~-]\d{1,3}#){0,9}(?:楼|栋|幢|座|机组|生产线|车间|厂房|门|井|炉|泊位|地块))",
        lambda m: cardinal(m[1]) + "号",
        examples="3#、5#、12#楼停水 => 三号、五号、十二号楼停水",
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
            r"|1688(?=[网上平])|163(?=邮箱|网)|126(?=邮箱)|51(?=Talk|talk|job)|98(?=[Kk](?![A-Za-z]))|7-11(?=便利|买|店|门)|(?<=便利店)7-11|500(?=彩)|(?<=台北)101|985/211)(?!\d)"
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
            rf"{BEGIN}(\d{{3,4}})(?=路(?!人|程)|室|房|号房|国道|省道|县道|次列车|次航班|航班|医院|高校"
            rf"|院校|部队|胶水|艺术区|错误码|宿舍|包厢|教室|会议室|病房|寝室|展厅|公交)"
        ),
        lambda m: digits(m.group(1), phone=m.string[m.end() : m.end() + 1] in "路室房国省县次航包教宿"),
        examples="""
        坐302路车 => 坐三零二路车
        住在1203室 => 住在幺二零三室
        301医院 => 三零一医院""",
    ),
)
