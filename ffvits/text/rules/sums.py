"""Rules for sums, powers, roots and comparisons."""

from __future__ import annotations

import re
from decimal import Decimal

from ffvits.text.numerals import cardinal, decimal
from ffvits.text.rules.rule import NUMBER, Rule, rule
from ffvits.text.units import UNIT, UNITS

_OPERATORS = {
    "+": "加", "-": "减", "×": "乘", "*": "乘", "x": "乘", "X": "乘", "÷": "除以", "/": "除以",
    "=": "等于", "≈": "约等于",
    "≠": "不等于", ">": "大于", "<": "小于", "≥": "大于等于", "≤": "小于等于", ">=": "大于等于", "<=": "小于等于",
    "==": "等于", "!=": "不等于", "±": "正负",
}  # fmt: skip
_TERM = rf"(?:√?{NUMBER}(?:\^[+-]?\d+)?|π|[a-zA-Zα-ω](?:\^\d+)?(?![A-Za-z]))%?"
_SUM = re.compile(rf"({_TERM})|(>=|<=|==|!=|[+\-×÷*/=≈≠><≥≤xX])|[()（）?？ ]")


def _sum(m: re.Match[str]) -> str | None:
    """A calculation: operators are named, a minus in front of a term is 负."""
    text = m.group()
    if not re.search(r"[+=×÷≈≠≥≤><*]", text) or re.fullmatch(r"\d+(?:\.\d+)?[+*]", text):
        return None
    said, want_term = [], True
    position = 0
    while position < len(text):
        part = _SUM.match(text, position)
        if part is None:
            return None
        position = part.end()
        if part.group(1):
            said.append(_term(part.group(1)))
            want_term = False
        elif part.group(2):
            op = part.group(2)
            said.append("负" if want_term and op == "-" else "正" if want_term and op == "+" else _OPERATORS[op])
            want_term = True
        elif part.group() in "?？":
            said.append("几")
            want_term = False
    return "".join(said)


# Brackets around a sum, not around a remark; it stands near.
_BRACKET_OF_A_SUM = re.compile(
    r"[(（][-+]?[\dA-Za-z.π√^]+(?: ?[-+×÷*/] ?[\dA-Za-z.π√^]+)+[)）]|\d ?[-+×÷] ?[(（]-\d+[)）]"
)


def _sum_of_fractions(m: re.Match[str]) -> str | None:
    tops_and_bottoms = re.findall(r"(\d+)/(\d+)", m.group())
    # Decimal: an int of more than 4,300 digits is an error.
    values = [(Decimal(top), Decimal(bottom)) for top, bottom in tops_and_bottoms]
    if len(tops_and_bottoms) == 2 and re.fullmatch(r"\d+/\d+ ?- ?\d+/\d+", m.group()):
        (top, bottom), (last_top, last_bottom) = tops_and_bottoms
        if values[0][0] * values[1][1] < values[1][0] * values[0][1]:
            return f"{cardinal(bottom)}分之{cardinal(top)}到{cardinal(last_bottom)}分之{cardinal(last_top)}"
    # 10/2=5 divides.
    if len(values) == 1 and values[0][0] >= values[0][1]:
        return None
    return "".join(
        f"{cardinal(part.partition('/')[2])}分之{cardinal(part.partition('/')[0])}"
        if "/" in part
        else _OPERATORS.get(part) or (part if part == "乘" else decimal(part))
        for part in re.findall(r"\d+/\d+|\d+(?:\.\d+)?|[-+×÷=乘≈≠<>≤≥]", m.group())
    )


def _term(term: str) -> str:
    if term.endswith("%"):
        return "百分之" + _term(term[:-1])
    root = term.startswith("√")
    base, _, power = term.lstrip("√").partition("^")
    said = base if not base[0].isdigit() else decimal(base)
    if power:
        said += "的" + _power(power)
    return ("根号" if root else "") + said


def _power(power: str) -> str:
    if power in ("2", "3"):
        return {"2": "平方", "3": "立方"}[power]
    return decimal(power) + "次方"


SUM_RULES: tuple[Rule, ...] = (
    rule(
        "players who wait for others",
        r"(?<![\d.A-Za-z=+×*/-])([1-9])=([1-9])(?=速来|速度?，|来人|来个|缺)",
        lambda m: f"{cardinal(m[1])}等{cardinal(m[2])}" if m[1] != m[2] else None,
        examples="3=1速来 => 三等一速来",
    ),
    rule(
        "agreeing again",
        r"(?<![\dA-Za-z.）)])\+1(?: ?\+1)+(?![\d.])",
        lambda m: "，".join(["加一"] * m.group().count("+")),
        examples="+1 +1 +1 => 加一，加一，加一",
    ),
    rule(
        "sum of fractions",
        r"(?<![\d.A-Za-z/])\d+/\d+(?: ?[-+×÷=乘≈≠<>≤≥] ?(?:\d+/\d+|\d+(?:\.\d+)?)(?![\d./]))+(?![A-Za-z])",
        _sum_of_fractions,
        examples="""
        1/3+1/6=1/2 => 三分之一加六分之一等于二分之一
        3/4×2=3/2 => 四分之三乘二等于二分之三
        1/2≠0.6 => 二分之一不等于零点六
        10/2=5 => 十除以二等于五
        1/3-1/2 => 三分之一到二分之一""",
    ),
    rule(
        "brackets in a calculation",
        r"(?<=[)）]) ?([-+×÷*/=^]) ?(?=[(（]?[\d(（A-Za-z])|(?<=[\dA-Za-z]) ?([-+×÷*/]) ?(?=[(（][-+]?[\da-z])",
        lambda m: (
            _OPERATORS.get(m[1] or m[2])
            if _BRACKET_OF_A_SUM.search(m.string, max(0, m.start() - 80), m.end() + 80)
            else None
        ),
        examples="""
        (1+2)*3=9 => （一加二）乘三等于九
        2×(3+4)=14 => 二乘（三加四）等于十四
        3-(-2)=5 => 三减（负二）等于五""",
    ),
    rule(
        "calculation",
        (
            rf"(?<![\dA-Za-z.])[-+]?{_TERM}(?: ?(?:>=|<=|==|!=|[+\-×÷*/=≈≠><≥≤]) ?[-+]?(?:{_TERM}"
            rf"|[?？])){{1,30}}(?![\dA-Za-z.^])"
        ),
        _sum,
        examples="""
        1+2 => 一加二
        -1+2 => 负一加二
        2 = 1 + 1 => 二等于一加一
        5-3=2 => 五减三等于二
        2 >= 1 => 二大于等于一
        3×10^8 => 三乘十的八次方""",
    ),
    rule(
        "area without number",
        r"(?<![A-Za-z\d])(k|c|d|m)?m\^([23])(?: (?=\d))?",
        lambda m: {"2": "平方", "3": "立方"}[m.group(2)] + UNITS[(m.group(1) or "") + "m"],
        examples="每m²的价格 => 每平方米的价格",
    ),
    rule(
        "power",
        rf"(?<![\d.])({NUMBER}|(?<![A-Za-z])(?:[a-z]{{1,2}}|[A-Z])|[一-鿿])\^([+-]?\d+)",
        lambda m: (decimal(m.group(1)) if m.group(1)[0].isdigit() else m.group(1)) + "的" + _power(m.group(2)),
        examples="2^10 => 二的十次方\nx² => x的平方",
    ),
    rule(
        "unit after a power",
        rf"(?:(?<=次方)|(?<=十的[平立]方))(?: ?({UNIT})(?![A-Za-z]))?(?:/({UNIT}|[平立]方米)(?![A-Za-z]))?",
        lambda m: UNITS.get(m[1], "") + ("每" + UNITS.get(m[2], m[2]) if m[2] else ""),
        examples="4.5×10^9/L => 四点五乘十的九次方每升\n3×10⁸m/s => 三乘十的八次方米每秒",
    ),
    rule("root", rf"√ ?({NUMBER})", lambda m: "根号" + decimal(m.group(1)), examples="√2 => 根号二"),
    rule(
        "comparison",
        r"(>=|<=|[≥≤≈≠><=]) ?(?=[-+]?\d)",
        lambda m: {"=": "等于", "≈": "约等于"}.get(m.group(1)) or _OPERATORS[m.group(1)],
        examples="当场票数≥100万 => 当场票数大于等于一百万",
    ),
)
