"""Rules for numbers that have become words of the net: 520, 666, 88."""

from __future__ import annotations

import re

from ffvits.text.numerals import cardinal, digits
from ffvits.text.rules.rule import Rule, after, before, is_counted, rule

_BORDERS = " \n，。！？；：、"  # "" in _BORDERS as well: the start of the text
# Numbers that have become words of the net. Where something is counted they are numbers again.
_SLANG_NUMBERS = (
    "520|521|1314|5201314|1314520|666+|233+|996|955|886|555+|777+|888+|999+|484|748|087|1024|2333+|7456|9494|1551|94|88"
    "|404|250|211|985|618|315|110|711|007|119|911|918|731|8090(?=后)"
)
_SLANG = re.compile(rf"(?<![\d.,:/\-+×A-Za-z¥$第])({_SLANG_NUMBERS})(?![\d.,:/%°\-A-Za-z×+])")
# Those that are words only before these; a number that is not listed here is one wherever nothing is counted.
_SLANG_CONTEXT = {
    "996": "[和与、]?(?:007|955)|工作制|加班|公司|福报|上班|太|真|好|了|的|制|，|、|。|$|！",
    "955": "工作制|上班",
    "211": "高校|大学|院校|工程|毕业|、|和|，",
    "985": "高校|大学|院校|工程|毕业|、|和|211|，",
    "618": "、双|和双|与双|大促|活动|购物|期间|年中|全球|，|到|狂欢|预售|促销|优惠|的时候|囤|买|当天",
    "315": "晚会|曝光|打假|投诉",
    "404": "错误|了|not|页面|，|。|$|报错|未",
    "711": "便利|买|店",
    "911": "事件|恐怖|袭击",
    "918": "事变|事件|纪念",
    "731": "部队",
    "1024": "程序员|快乐|节",
    "250": "，|。|！|？|$|吧|似的|一样",
    "110": "，|。|$|！",
    "119": "，|。|$|！",
    "484": "傻|有|要|在|觉得|很|不|想|喜",
    "748": "，|。|！|$",
    "087": "，|。|！|$",
    "94": "这样|说|要|喜欢|想|是",
    "777+": "，|。|！|$",
    "999+": "，|。|！|$|了|的未读|条",
    "888+": "，|。|！|$|发",
    "521": "，|。|！|$|快乐|表白|情人",
    "1314": "，|。|！|$|一生|爱|快乐|长长",
    "520": "，|。|！|$|快乐|表白|情人|节|当天|礼物|要|爱|送|这天|怎么|给|红包|了|活动|的|！|~",
}


_GOODBYE = re.compile(
    "[了啦~～！]"
    "|[，。 ].{0,4}(?:下次|改天|回头|回聊|再聊|再见|明[天儿]见|睡了|去睡|走了|溜了|撤了|闪了|下线|下了|晚安|休息|拜拜)"
)
_LEAVING = re.compile(
    "(?:[走睡撤溜闪下聊][了吧啦]|这样[了吧]?|休息了?|再见|晚安|拜拜|[说道][了一]{0,2}声)[，。！ ~]{0,2}$"
)


def _slang(m: re.Match[str]) -> str | None:
    number = m.group(1)
    rest = after(m, 4) or "$"
    # 88 is goodbye at the start of a sentence that takes leave, or where it is said; else a number.
    if number == "88" and not (_LEAVING.search(before(m, 5)) and not is_counted(rest)):
        if not _GOODBYE.match(after(m, 9)) or (rest[0] in "，。 " and before(m) not in _BORDERS):
            return None
    if number == "618" and re.search("双十[一二][、和与及跟]$", before(m, 4)) and not is_counted(rest):
        return digits(number)
    if is_counted(rest) or rest[0] in "元米人号名点分度年月日斤公千克楼路室层":
        return None
    context = next(
        (c for key, c in _SLANG_CONTEXT.items() if number == key or (key.endswith("+") and number[:3] == key[:-1])),
        None,
    )
    if context and not re.match(context.replace("$", r"\$"), rest):
        return None
    if number in ("110", "119"):
        return digits(number, phone=True) if not before(m) or before(m) in "，。！？" else None
    if number == "250":
        return "二百五" if before(m) in "个是" and before(m) else None
    return digits(number)


SLANG_RULES: tuple[Rule, ...] = (
    rule("double eleven", r"双(1[12])(?![\d.])", lambda m: "双" + cardinal(m.group(1)), examples="双11 => 双十一"),
    rule(
        "number as a word",
        _SLANG.pattern,
        _slang,
        examples="""
        520快乐 => 五二零快乐
        666 => 六六六
        233333 => 二三三三三三
        666元 => 六百六十六元
        985高校 => 九八五高校""",
    ),
)
