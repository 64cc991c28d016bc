"""Rules for ions, blood groups, grades, and powers whose superscript was lost on the way."""

from __future__ import annotations

import re

from ffvits.text.numerals import decimal
from ffvits.text.rules.rule import NUMBER, Rule, after, before, rule
from ffvits.text.units import UNITS

_IONS = {
    "Li": "锂", "Na": "钠", "K": "钾", "H": "氢", "Mg": "镁", "Ca": "钙", "Ba": "钡", "Al": "铝", "Zn": "锌",
    "Ag": "银", "Pb": "铅", "Mn": "锰", "Cr": "铬", "Hg": "汞", "Cu": "铜", "Fe": "铁", "F": "氟", "Cl": "氯",
    "Br": "溴", "I": "碘", "S": "硫", "OH": "氢氧根", "NO3": "硝酸根", "NO2": "亚硝酸根", "SO4": "硫酸根",
    "SO3": "亚硫酸根", "CO3": "碳酸根", "HCO3": "碳酸氢根", "PO4": "磷酸根", "NH4": "铵根", "MnO4": "高锰酸根",
    "CH3COO": "醋酸根",
}  # fmt: skip
_LOWER_CHARGE = {("Fe", "2"): "亚铁", ("Cu", ""): "亚铜", ("Hg", ""): "亚汞"}
_UNIT = "|".join(sorted((re.escape(u) for u in UNITS), key=len, reverse=True))
_GRADE = re.compile(r"(?<![A-Za-z\d])[A-FS][+](?![A-Za-z\d])|评级|等级|成绩|得分|级")
_NAMES = "|".join(sorted(_IONS, key=len, reverse=True))
_CHARGE = r"\^?\(?([1-3]?)([+-])\)?"
_OF_IONS = re.compile(rf"离子|浓度|通道|交换|泵|电解|溶液|(?<![A-Za-z\d])(?:{_NAMES})\^?\(?[1-3]?[+-]")


def _ion(m: re.Match[str]) -> str | None:
    symbol, charge, _ = m.groups()
    # K+ may be a grade and H- a model; two letters and a sign are nothing else.
    around = before(m, 12) + " " + after(m, 12)
    if len(symbol) == 1 and not _OF_IONS.search(around):
        return None
    name = _LOWER_CHARGE.get((symbol, charge)) or _IONS[symbol]
    return name + ("" if after(m, 2) == "离子" else "离子")


def _rhesus(m: re.Match[str]) -> str:
    kind = "阴性" if m.group(1) == "-" else "阳性"
    return "Rh" + ("" if re.match(r"[)）]?(?:阴|阳)性?", after(m, 3)) else kind)


def _lost_power(m: re.Match[str]) -> str:
    number, power, unit, per = m.groups()
    said = f"{decimal(number)}乘十的负{decimal(power)}次方{UNITS.get(unit, '')}"
    return f"{said}每{UNITS[per]}" if per else said


CHEMISTRY_RULES: tuple[Rule, ...] = (
    rule(
        "ion",
        rf"(?<![A-Za-z\d])({_NAMES}){_CHARGE}(?![A-Za-z\d+=-])",
        _ion,
        examples="""
        Na+和Cl- => 钠离子和氯离子
        SO4^2-与Ba2+结合 => 硫酸根离子与钡离子结合
        Fe2+离子 => 亚铁离子
        K+通道 => 钾离子通道""",
    ),
    rule(
        "rhesus factor",
        r"(?<![A-Za-z])Rh[(（]?([+-])[)）]?(?![A-Za-z\d])",
        _rhesus,
        examples="Rh- => Rh阴性\nRh(-)血 => Rh阴性血",
    ),
    rule(
        "grade with a minus",
        r"(?<![A-Za-z\d])([A-FS])-(?![A-Za-z\d一-鿿-])",
        lambda m: m.group(1) + "减" if _GRADE.search(before(m, 12) + " " + after(m, 12)) else None,
        examples="A+、B- => A加、B减\n评级B- => 评级B减",
    ),
    rule(
        "lost power of ten",
        (
            rf"(?<![\dA-Za-z.])({NUMBER}) ?[×x*] ?10-(\d{{1,2}})(?: ?({_UNIT})(?:/({_UNIT}))?(?![A-Za-z\d]))?"
            r"(?![\d.]| ?[-+×÷*/=])"
        ),
        _lost_power,
        examples="1×10-3 => 一乘十的负三次方\n6.02×10-5mol/L => 六点零二乘十的负五次方摩尔每升",
    ),
)
