"""What the words around a number speak of, where that decides how it is said."""

from __future__ import annotations

import re

_SPORT = re.compile(
    "比分|战胜|击败|不敌|负于|取胜|获胜|领先|落后|绝杀|逆转|打平|战平|横扫|完胜|险胜|惜败|告负"
    "|小负|大胜|惨败|淘汰|比赛|半场|全场"
    "|扳平|让[二两三1-3]追[二三四2-4]|夺冠|局分|点球|[男女][单双]|混双|[单双]打|主场|客场|胜(?!任)|(?<!肩)负(?![责担数极面荷债离])|赢|(?<![运传])输(?![入出送液血氧卵电])|爆冷"
)


def in_sport(m: re.Match[str]) -> bool:
    """True if the words around speak of a match, so that 3-2 and 21:15 are results."""
    return bool(_SPORT.search(m.string[max(0, m.start() - 14) : m.end() + 10]))


# What games and accounts add to and take from: 护甲-20 is 减, not 负.
_CHANGED = re.compile(
    "(?:攻击|防御|护甲|魔抗|抗性|生命|血量|移速|攻速|伤害|冷却|暴击|爆伤|命中|闪避|韧性|法强|穿透|吸血|消耗|费用|蓝耗|耐久"
    "|好感|经验|金币|体力|理智|精力|饱食|士气|声望|信用|力量|敏捷|智力|体质|魅力|幸运|积分|后坐|换弹|充能|怒气|法力"
    "|蓝量|射程|治疗|护盾|精通|[同环]比)(?:力|值|率|度|分|时间|量)?(?:[上下]限)?[：: ]{0,2}$"
)


def is_changed(preceding: str) -> bool:
    """True if what stands in front of a number with a minus is something that becomes less by it."""
    return bool(_CHANGED.search(preceding))


def said_sign(sign: str | None, preceding: str) -> str:
    """The sign in front of an amount: a minus is 减 where something becomes less, else 负."""
    minus = "减" if is_changed(preceding) else "负"
    return {"-": minus, "+": "加", "±": "正负"}.get(sign or "", "")


_WEATHER = re.compile(
    "(?:气温|体感|温度|(?:[今明后昨]|白)天|[今明昨][晚早]|夜[间里]|室外|户外|最[低高])[达为是到约在只有：: ]{0,3}$"
)


def is_weather(preceding: str) -> bool:
    """True if the degrees behind it are of the air: 气温-5度 is 零下."""
    return bool(_WEATHER.search(preceding))
