"""Rules for small numbers whose neighbours tell how they are counted: 2、3个, 3室2厅, 1米65."""

from __future__ import annotations

import re

from ffvits.text.numerals import cardinal, decimal, digits
from ffvits.text.rules.rule import NUMBER, Rule, after, before, is_counted, rule

# 2、3层 may be the second and the third as well as two or three.
_IN_A_ROW = "层排站期集届章节卷册页行列栋座幢题队组手球道"

_COUPON = re.compile("券|价|优惠|满减|返现|入手|京东|淘宝")


def _two_or_three(m: re.Match[str]) -> str | None:
    rest = after(m, 5)
    return "两、三" if is_counted(rest) and rest[0] not in _IN_A_ROW else None


COUNT_RULES: tuple[Rule, ...] = (
    rule(
        "two or three",
        r"(?<![\d.,、，/第初之-])2、3(?![\d.,、])",
        _two_or_three,
        examples="2、3个人 => 两、三个人\n2、3月 => 二、三月",
    ),
    rule(
        "second of a row",
        (
            r"(?<=[\d一二三四五六七八九十][连排班营团])2(?=[排班组连](?![成人队]))"
            r"|(?<![\d.前后])2(?=排\d{1,2}[座号])|(?<=[\d一二三四五六七八九十]排)2(?=座)"
        ),
        lambda m: "二",
        examples="3连2排 => 三连二排\n2班2组 => 二班二组\n2排2座 => 二排二座",
    ),
    rule(
        "rooms of a flat",
        r"(?<![\d.])2(?=[室房]\d[厅卫]|大\d小)|(?<=\d[室房])2(?=厅)|(?<=[室房]\d厅)2(?=卫)|(?<=\d天)2(?=夜)",
        lambda m: "两",
        examples="3室2厅2卫 => 三室两厅两卫\n2室1厅 => 两室一厅\n2大1小 => 两大一小\n3天2夜 => 三天两夜",
    ),
    rule(
        "so many bought and given",
        r"(?<=[买拍充付])2(?=[发送返得赠免减]\d)",
        lambda m: "二",
        examples="拍2发3 => 拍二发三",
    ),
    rule(
        "money off",
        r"(满\d+)[-—](?=\d+(?![\d.]|元?的))",
        lambda m: m.group(1) + "减",
        examples="满99-50 => 满九十九减五十",
    ),
    rule(
        "money off what is bought",
        r"(?<![\d.-])(\d{3,5})-(\d{2,3})(?=(?: ?的?[东优]?惠?券| ?的?价|入手|[，。！]|$))",
        lambda m: f"{cardinal(m[1])}减{cardinal(m[2])}" if _COUPON.search(before(m, 12) + " " + after(m, 12)) else None,
        examples="用了2000-100的券 => 用了两千减一百的券\n2699-100的价格 => 两千六百九十九减一百的价格",
    ),
    rule(
        "metres and centimetres",
        r"(?<![\d.])(\d)米([1-9]\d?)(?![\d.米厘个条x×-])",
        lambda m: cardinal(m.group(1), two="两") + "米" + digits(m.group(2)),
        examples="身高1米65 => 身高一米六五\n1米8的个子 => 一米八的个子",
    ),
    rule(
        "m between metres and centimetres",
        r"(?<![\d.A-Za-z])(\d)m(\d\d)(?![\d.A-Za-z]|秒)",
        lambda m: (
            cardinal(m[1], two="两") + "米" + digits(m[2])
            if m[1] in "12" or re.search("[高长宽深跳远展]", before(m, 4))
            else None
        ),
        examples="身高1m65，臂展2m06 => 身高一米六五，臂展两米零六",
    ),
    rule(
        "inches",
        rf"(?<![\d.])(?:({NUMBER})[-~—])?({NUMBER})″",
        lambda m: (f"{decimal(m[1])}到" if m[1] else "") + decimal(m[2]) + "英寸",
        examples="15.6″屏幕 => 十五点六英寸屏幕\n12-15″ => 十二到十五英寸",
    ),
)
