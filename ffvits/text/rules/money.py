"""Rules for money, and for thousands and ten thousands as k and w, in which pay and followers are given."""

from __future__ import annotations

import re
from decimal import Decimal

from ffvits.text.numerals import decimal
from ffvits.text.rules.rule import FREE, NUMBER, RANGE, Rule, after, before, rule, until
from ffvits.text.units import CURRENCY_CODES, CURRENCY_SIGNS

_SCALE = "万亿|千万|百万|十万|万|亿|千|百|余万|多万|余|多"
_SIGN = "|".join(sorted((re.escape(s) for s in CURRENCY_SIGNS), key=len, reverse=True))
_CODE = "|".join(CURRENCY_CODES)


def _currency(name: str) -> str:
    return "人民币" if name in ("CNY", "RMB") else CURRENCY_SIGNS.get(name) or CURRENCY_CODES[name]


def _money(m: re.Match[str]) -> str:
    sign, name, number, scale = m.group(1), m.group(2), m.group(3), m.group(4) or ""
    unit = _currency(name)
    if scale.isascii() and scale:
        value = Decimal(number.replace(",", "")) * {"k": 1000, "m": 10**6, "b": 10**9, "t": 10**12}[scale[0].lower()]
        number, scale = f"{value.normalize():f}", ""
    two = "两" if scale else ("两" if unit[0] in "元美欧英日港澳" else "二")
    return ("负" if sign == "-" else "") + decimal(number, two=two) + scale + unit


def _money_range(m: re.Match[str]) -> str:
    unit = CURRENCY_SIGNS.get(m.group(1)) or CURRENCY_CODES[m.group(1)]
    return f"{decimal(m.group(2), two='两')}{until(m)}{decimal(m.group(3), two='两')}{m.group(4) or ''}{unit}"


def _money_after(m: re.Match[str]) -> str:
    number, scale, code = m.groups()
    return decimal(number, two="两") + (scale or "") + _currency(code)


# Pay and prices are given in thousands, but 4K is a screen.
_PAY = re.compile("[薪酬]|工资|收入|月入|年入|到手")
_PAID = re.compile(
    f"{_PAY.pattern}|(?:粉丝|播放|点赞|阅读|浏览|转发|收藏|销量)[量数]?[达破超过到有了：: ]{{0,3}}$|[月房年]租|租金"
    "|(?:[花赚挣]|赚到|挣到)了?$|预算|奖金|生活费|存款|报价|提成|offer"
)
# Behind these W is ten thousand, too; elsewhere watts.
_IN_TEN_THOUSANDS = re.compile(
    f"{_PAID.pattern}|(?:总价|首付|售价|房价|车价|身价|彩礼|[亏欠]了?|贷款|负债|投资|融资|估值|市值|营收|流水|票房|定金|押金|奖励)"
    "[达破超过到有了近约为是：: ]{0,3}$"
)
_SCREEN = re.compile(" ?的?(?:超?高清|画质|显示|电影|电视|投影|分辨|屏|视频)")


def _thousands(m: re.Match[str]) -> str | None:
    if _SCREEN.match(after(m, 4)) or (after(m) == "的" and not _PAY.search(before(m, 8))):
        return None
    if not _PAID.search(before(m, 8)) and not re.match("块|元|的?[月年底]薪|工资|/月|一个月|每月", after(m, 4)):
        return None
    values = [Decimal(number) * 1000 for number in (m.group(1), m.group(2)) if number]
    return until(m).join(decimal(f"{value.normalize():f}", two="两") for value in values)


_PRICED = re.compile("(?:[券折补]后|[券价卖买收出付花省]|只要|到手|包邮|不到|一共|定金|尾款)了?[：: ]?$")
_SOLD = frozenset(("包邮", "一个", "一件", "一份", "一只", "不包", "不到", "可刀", "左右"))


MONEY_RULES: tuple[Rule, ...] = (
    rule(
        "no cents",
        rf"((?:{_SIGN}|(?<![\d.,])) ?(?:\d{{1,3}}(?:,\d{{3}})+|\d+))\.00(?=元|美元|万|块|/|[，。；）)]|$)",
        lambda m: m.group(1) if re.search(r",|^\D", m.group(1)) or after(m) in ("元", "美", "块") else None,
        examples="1,000,000.00元 => 一百万元\n¥6,500.00 => 六千五百元\n成绩是9.00 => 成绩是九点零零",
    ),
    rule(
        "amount for a time",
        rf"(?<![\d.,¥$€£])({NUMBER})/(月|年|天|小时|周|晚)(?![一-鿿])",
        lambda m: f"{decimal(m.group(1))}每{m.group(2)}",
        examples="6,500.00/月 => 六千五百每月",
    ),
    rule(
        "so many months of pay",
        r"(?<=\d[kKwW]) ?[*×x] ?(?=1\d薪)",
        lambda m: "乘",
        examples="工资20K*16薪 => 工资两万乘十六薪",
    ),
    rule(
        "thousands for a time",
        r"(?<=\d[kKwW])/(?=月|年|天|小时|周)",
        lambda m: "每",
        examples="工资25k/月 => 工资两万五千每月",
    ),
    rule(
        "yuan as r",
        r"(?<![\dA-Za-z.])(\d+(?:\.\d+)?)[rR](?![A-Za-z\d])",
        lambda m: decimal(m[1], two="两") + "元" if _PRICED.search(before(m, 6)) or after(m, 2) in _SOLD else None,
        examples="券后59.9r => 券后五十九点九元\n5r包邮 => 五元包邮",
    ),
    rule(
        "pair of currencies",
        rf"(?<![A-Za-z])({_CODE})/({_CODE})(?![A-Za-z])",
        lambda m: f"{_currency(m[1])}兑{_currency(m[2])}",
        examples="USD/CNY报7.25 => 美元兑人民币报七点二五",
    ),
    rule(
        "money range",
        rf"({_SIGN}|(?<![A-Za-z])(?:{_CODE})) ?({NUMBER}){RANGE}(?:(?:{_SIGN}) ?)?({NUMBER})({_SCALE})?(?!\d)",
        _money_range,
        examples="¥100-200 => 一百到两百元",
    ),
    rule(
        "money",
        rf"([-+])?({_SIGN}|(?<![A-Za-z])(?:{_CODE})) ?({NUMBER}) ?"
        rf"({_SCALE}|(?:[bm]n|[kKmMBbT])(?![A-Za-z]))?(?:元(?!素))?(?!\d)",
        _money,
        examples="""
        ￥1.25 => 一点二五元
        价格是$13.5 => 价格是十三点五美元
        价格是A$13.5 => 价格是十三点五澳元
        CNY 1.25 => 一点二五人民币
        ¥3.5万 => 三点五万元
        $2M => 两百万美元
        $3T => 三万亿美元
        ¥3.5bn => 三十五亿元""",
    ),
    rule(
        "money after",
        rf"{FREE}({NUMBER}) ?({_SCALE})?({_CODE}|\$|€|£|¥)(?![A-Za-z\d])",
        _money_after,
        examples="100RMB => 一百人民币\n5万USD => 五万美元\n20€ => 二十欧元",
    ),
    rule(
        "thousands as k",
        r"(?<![\dA-Za-z.])(?:(\d{1,3}(?:\.\d)?)[kK]?[-~—到至])?(\d{1,3}(?:\.\d)?)[kK](?![A-Za-z\d])",
        _thousands,
        examples="工资3k => 工资三千\n月薪8k-12k => 月薪八千到一万二千\n4k显示器 => 四k显示器",
    ),
    rule(
        "ten thousand five thousand",
        r"(?<![\dA-Za-z.])(\d{1,3})([wWk])([1-9])(?![\dA-Za-z.])",
        lambda m: (
            decimal(m.group(1), two="两") + {"w": "万", "k": "千"}[m.group(2).lower()] + decimal(m.group(3))
            if m.group(2) == "w" or _IN_TEN_THOUSANDS.search(before(m, 8))
            else None
        ),
        examples="2w5 => 两万五\n工资3k5 => 工资三千五",
    ),
    rule(
        "ten thousand as w",
        rf"{FREE}(?:({NUMBER})[wW]?[-~—到至])?({NUMBER})([wW])(?![A-Za-z\d])",
        lambda m: (
            (decimal(m[1], two="两") + until(m) if m[1] else "") + decimal(m[2], two="两") + "万"
            if m[3] == "w"
            or _IN_TEN_THOUSANDS.search(before(m, 8))
            or re.match(
                r"\+|人|粉|播放|元|块|次|票|字|个|多|左右|阅读|点赞|张|年薪|浏览|存款|关注|彩礼|奖"
                r"|像素|[日月]活|用户|下载|销量",
                after(m, 2),
            )
            else None
        ),
        examples="""
        独得300w张 => 独得三百万张
        播放量破100W+ => 播放量破一百万加
        年薪16-18w => 年薪十六到十八万
        总价500W => 总价五百万""",
    ),
)
