"""Rules for units made of several: N·m²/kg², W/(m·K)."""

from __future__ import annotations

import re

from ffvits.text.rules.rule import Rule, rule
from ffvits.text.units import UNITS

_FACTORS = UNITS | {"K": "开尔文", "°C": "摄氏度"}
_NAMES = "|".join(re.escape(name) for name in sorted(_FACTORS, key=len, reverse=True) if name[-1] not in "23")
_FACTOR = rf"(?:{_NAMES})(?:\^-?[1-4])?(?![A-Za-z\d])"
_PRODUCT = rf"{_FACTOR}(?:[·⋅]{_FACTOR})+"
_DENOMINATOR = rf"(?:{_FACTOR}|\((?:{_PRODUCT})\))"
# One unit by another is left to the rule for units (km/h).
_COMPOUND = rf"(?:{_PRODUCT}(?:/{_DENOMINATOR})?|{_FACTOR}/\({_PRODUCT}\))(?![A-Za-z\d^])"
_POWERS = {"1": "", "2": "二次方", "3": "三次方", "4": "四次方"}


def _factor(written: str) -> str:
    if written in UNITS:
        return UNITS[written]
    name, _, power = written.partition("^")
    per = "每" if power.startswith("-") else ""
    return per + _POWERS.get(power.lstrip("-"), "") + _FACTORS[name]


def _product(written: str) -> str:
    if written in UNITS:
        return UNITS[written]
    return "".join(map(_factor, re.split("[·⋅]", written.strip("()"))))


def _compound(m: re.Match[str]) -> str:
    top, _, bottom = m[1].partition("/")
    return _product(top) + (f"每{_product(bottom)}" if bottom else "")


COMPOUND_RULES: tuple[Rule, ...] = (
    rule(
        "unit of several",
        rf"(?:(?<=\d)|(?<=次方)|(?<=单位[是为：:])|(?<=单位)|(?<=[(（])) ?({_COMPOUND})",
        _compound,
        examples="""
        6.67×10⁻¹¹N·m²/kg² => 六点六七乘十的负十一次方牛平方米每二次方千克
        力矩(N·m) => 力矩（牛米）
        导热系数0.58W/(m·K) => 导热系数零点五八瓦每米开尔文
        比热容4.2kJ/(kg·℃) => 比热容四点二千焦每千克摄氏度""",
    ),
)
