"""Formulas: powers of letters and brackets, fractions of sums, absolute values, factorials, roots, functions."""

from __future__ import annotations

import re
from math import factorial

from ffvits.text.numerals import decimal, digits
from ffvits.text.rules.rule import NUMBER, Rule, before, rule
from ffvits.text.units import UNITS

_FUNCTIONS = "arcsin|arccos|arctan|sin|cos|tan|cot|sec|csc|lim|max|min|gcd|exp|log|ln|lg"
_BINARY = {
    "+": "加", "-": "减", "×": "乘", "*": "乘", "·": "乘", "÷": "除以", "=": "等于", "==": "等于", "≈": "约等于",
    "≠": "不等于", "!=": "不等于", ">": "大于", "<": "小于", "≥": "大于等于", "≤": "小于等于", ">=": "大于等于",
    "<=": "小于等于", "±": "加减", "→": "趋于", "∈": "属于", "∉": "不属于", "∪": "并", "∩": "交", "⊂": "包含于",
    "⊆": "包含于", "∝": "正比于", "≡": "恒等于", "⇒": "推出", "⇔": "等价于", "/": "除以",
}  # fmt: skip
_PREFIX = {"+": "正", "-": "负", "±": "正负"}
# Of the units those that are nothing else behind a number.
_UNITS = "|".join(
    re.escape(u) for u in sorted(UNITS, key=len, reverse=True) if len(u) > 1 and (u[-1] not in "23" or "^" in u)
)
_BASE = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_TOKEN = re.compile(
    rf"(?P<number>{NUMBER})"
    rf"|(?P<unit>(?<=\d)(?:(?:{_UNITS})(?![A-Za-z^/])| ?(?:k?m|L|k?g|J)/(?:s|h|min|kg|L|mol)(?![A-Za-z^])))"
    rf"|(?P<function>{_FUNCTIONS})|(?P<letter>[A-Za-zΑ-ωπ∞∅∑∏∫∂])|(?P<base>[₀-₉]+)"
    r"|(?P<operator>>=|<=|==|!=|[+\-×*·÷=≈≠><≥≤±→∈∉∪∩⊂⊆∝≡⇒⇔/⁄])|(?P<sign>[()|√^!%°′',?])|(?P<space>[ ]+)"
)


# What stands behind the number that a formula comes to is its unit: =400J.
_RESULT_UNITS = {"J": "焦耳", "N": "牛", "W": "瓦", "A": "安", "V": "伏"}
# Brackets and roots inside one another; nobody could follow more.
_DEEPEST = 16


class _NoFormula(Exception):
    """What looked like a formula is none."""


class _Reader:
    """One formula read from left to right; each method says what it took, or raises _NoFormula."""

    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, str]] = []
        at = 0
        while at < len(text):
            m = _TOKEN.match(text, at)
            if m is None:
                raise _NoFormula
            at = m.end()
            if m.lastgroup == "operator" and m.group() == "!=" and self._is_factorial(text[m.end() :]):
                self.tokens += [("sign", "!"), ("operator", "=")]
            elif m.lastgroup != "space":
                self.tokens.append((m.lastgroup or "", m.group()))
        self.at = 0
        self.depth = 0
        self.letters = any(kind in ("letter", "function") for kind, _ in self.tokens)

    def _is_factorial(self, rest: str) -> bool:
        kind, last = self.tokens[-1] if self.tokens else ("", "")
        return last in ("n", "m", ")") or (kind == "number" and _equals_factorial(last, rest))

    def _next(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("", "")

    def _take(self, written: str) -> bool:
        found = self._next()[1] == written
        self.at += found
        return found

    def whole(self) -> str:
        said = self.row()
        if self.at < len(self.tokens):
            raise _NoFormula
        return said

    def row(self) -> str:
        """Terms with operators and commas between."""
        said = ""
        while True:
            while self._next()[1] in _PREFIX:
                said = _join(said, _PREFIX[self._next()[1]])
                self.at += 1
            limit = self._limit()
            if not limit or self.at < len(self.tokens):
                limit = _join(limit, self.product())
            said = _join(said, limit)
            kind, written = self._next()
            if kind == "operator":
                said += _BINARY[written]
            elif written == "," and self.at + 1 < len(self.tokens):
                said += "，"
            else:
                return said
            self.at += 1

    def _limit(self) -> str:
        """A limit with what it goes to, which stands before all of what follows, fractions too."""
        if self._next()[1] != "lim" or self.tokens[self.at + 1 : self.at + 2] != [("sign", "(")]:
            return ""
        self.at += 1
        said = "lim" + self.factor()
        return said + ("，" if self.at < len(self.tokens) and self._next()[1] != "," else "")

    def product(self) -> str:
        """Factors that stand beside one another, and the fractions among them."""
        first = self.at
        said = self.factor()
        while True:
            kind, written = self._next()
            if written == "⁄" or (written == "/" and self._is_fraction()):
                self.at += 1
                said = f"{self.factor()}分之{said}"
            elif kind in ("number", "letter", "function") or (written in "(√" and written):
                if kind == "number" and self.tokens[self.at - 1][0] == "number":
                    raise _NoFormula
                said = _join(said, self.factor())
            elif written == "|" and self.at > first and self._opens():
                said = _join(said, self.factor())
            else:
                return said

    def _is_fraction(self) -> bool:
        """Of letters or sums; numbers alone are divided."""
        behind = self.tokens[self.at + 1][1] if self.at + 1 < len(self.tokens) else ""
        return self.letters or self.tokens[self.at - 1][1] == ")" or behind == "("

    def _opens(self) -> bool:
        """Of the bars so far an even number, and one more before the bracket closes: the next one opens."""
        depth = 0
        for _, written in self.tokens[self.at + 1 :]:
            depth += {"(": 1, ")": -1}.get(written, 0)
            if depth < 0:
                return False
            if written == "|" and not depth:
                break
        else:
            return False
        return sum(written == "|" for _, written in self.tokens[: self.at]) % 2 == 0

    def factor(self) -> str:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise _NoFormula
        said = self._factor()
        self.depth -= 1
        return said

    def _factor(self) -> str:
        kind, written = self._next()
        self.at += 1
        signed = False
        if kind == "number":
            said = decimal(written)
            unit = _RESULT_UNITS.get(self._next()[1])
            if (
                unit
                and self.at == len(self.tokens) - 1
                and self.tokens[self.at - 2 : self.at - 1] == [("operator", "=")]
            ):
                said += unit
                self.at += 1
            elif self._next()[0] == "unit":
                said += "每".join(UNITS[unit] for unit in self._next()[1].strip().split("/"))
                self.at += 1
        elif kind == "letter":
            said = written
        elif kind == "function":
            return self._function(written)
        elif written == "√":
            return "根号" + self.factor()
        elif written == "(":
            inside = self.at
            said = self.row()
            if self._take("|"):
                said = f"{said}在{self.row()}条件下"
            signed = self.at - inside == 2 and self.tokens[inside][1] in _PREFIX
            if not self._take(")"):
                raise _NoFormula
            if not (signed and self._next()[1] == "^"):
                said = f"（{said}）"
        elif written == "|":
            said = f"{self.row()}的绝对值"
            if not self._take("|"):
                raise _NoFormula
        elif written == "?":
            said = "几"
        else:
            raise _NoFormula
        return self._behind(said)

    def _behind(self, said: str) -> str:
        """Powers and the like behind a factor."""
        while True:
            if self._take("^"):
                said += "的" + self._power()
            elif self._take("!"):
                said += "的阶乘"
            elif self._take("%"):
                said = "百分之" + said
            elif self._take("°"):
                said += "度"
            elif self._take("′") or self._take("'"):
                said += "撇"
            else:
                return said

    def _power(self) -> str:
        if self._next() in (("number", "2"), ("number", "3")):
            self.at += 1
            return "平方" if self.tokens[self.at - 1][1] == "2" else "立方"
        sign = _PREFIX.get(self._next()[1], "")
        self.at += bool(sign)
        if self._take("("):
            said = self.row()
            if not self._take(")"):
                raise _NoFormula
        else:
            kind, written = self._next()
            if kind not in ("number", "letter"):
                raise _NoFormula
            self.at += 1
            said = decimal(written) if kind == "number" else written
        return f"{sign}{said}次方"

    def _function(self, name: str) -> str:
        kind, written = self._next()
        if kind == "base":
            self.at += 1
            return f"以{decimal(written.translate(_BASE))}为底{self.factor()}的对数"
        if self._take("^"):
            return name + self._power()
        return name


def _equals_factorial(number: str, rest: str) -> bool:
    result = re.match(r" ?(\d+)", rest)
    known = number.isdigit() and len(number) <= 2 and int(number) <= 20
    return known and bool(result) and result[1] == str(factorial(int(number)))


def _join(first: str, then: str) -> str:
    """Letters side by side are letters, no word."""
    letters = re.search("[A-Za-z]+$", first)
    following = re.match("[A-Za-z]+", then)
    if not letters or not following:
        return first + then
    together = letters.group() + following.group()
    return f"{first} {then}" if len(together) > 2 or re.search("[AEIOUaeiou]", together) else first + then


_LETTER_WORD = rf"(?<![A-Za-z])(?:(?:{_FUNCTIONS})[a-z]?|[A-Za-z]|[A-Za-z]{{2,3}}(?! +[A-Za-z\d]))(?![A-Za-z])"
_INSIDE = rf"(?:{_LETTER_WORD}|[\dΑ-ωπ∞∅∑∏∫∂+\-×÷*·/=≈≠><≥≤±→∈∉∪∩⊂⊆∝≡⇒⇔⁄()（）|√^!%°′'.,₀-₉?？ ])"
# What tells a formula from words, once the powers of units are out of the way.
_TELLING = re.compile(
    r"⁄|(?<![A-Za-z])[A-Z]\s?=\s?\d{0,2}[a-z]{1,3}(?![A-Za-z\d])|(?<![A-Za-z])P\([A-Z]\|[A-Z]\)|"
    r"[A-Za-zΑ-ω)]\^[-+]?[\dA-Za-z(]|\d\^[-+]?[A-Za-z(]"
    r"|\|[-+\dA-Za-z(][^|]{0,60}(?<! )\|\s?[<>=≤≥+×]"
    r"|[=<>≤≥+×-]\s?\|[-+\dA-Za-z(][^|]{0,60}\||(?<![\w|-])\|-\d+\|(?![\w|-])"
    r"|[\dA-Za-z)] ?/ ?\([^()]*[-+×^][^()]*\)|\([^()]*[-+×^][^()]*\) ?/ ?[\dA-Za-z(]"
    r"|√ ?[A-Za-z(]|(?<![\d.])\d{1,2}!(?=[=+\-×÷*/)])|[n)]!(?=[=+\-×÷*/)])|[=+\-×÷*/(][nm]!"
    rf"|(?<![A-Za-z])(?:{_FUNCTIONS})(?:\^\d|[₀-₉]|\s?\([^()]|\s?\d?[xyθαβπ](?![A-Za-z]))"
    r"|(?<![A-Za-z])[A-Za-z]['′]{0,2}\([a-z](?:, ?[a-z])?\)\s?="
    r"|\d[xyzabcn] ?[-+] ?[\da-z][^=]{0,20}="
    # Metres and tons, unless what is added is of no such kind.
    r"|\d[mt] ?[-+] ?(?:\d+(?![\d.]|(?:[cdmk]?m|k?g|t)(?![A-Za-z]))|[a-z])[^=]{0,20}="
)
_UNIT_POWER = re.compile(r"(?<![A-Za-z])(?:[kcdmμn]?m|(?<=[\d /·])(?:s|h|kg|mol|[A-Z]?g|K|L|J|N))\^-?[123](?![\d+-])")


def _formula(m: re.Match[str]) -> str | None:
    whole = m.group()
    if not _TELLING.search(_UNIT_POWER.sub("", whole).translate(_NARROW)):
        return None
    text = whole.translate(_NARROW).rstrip(" .,")
    start, end = 0, len(text)
    # Brackets around the formula and its sentence's own mark are none of it.
    while text.count("(", start, end) > text.count(")", start, end) and text[start] == "(":
        start += 1
    while end > start and (
        (text[end - 1] == ")" and text.count(")", start, end) > text.count("(", start, end))
        or text[end - 1] in " .,"
        or (text[end - 1] in "!?" and text[end - 2 : end - 1] not in tuple("=nm)"))
    ):
        end -= 1
    try:
        said = _Reader(text[start:end]).whole()
    except _NoFormula:
        return None
    return whole[:start] + said + whole[end:]


_NARROW = str.maketrans("（）？", "()?")


def _bound(written: str) -> str:
    return decimal(written) if written.isdigit() else "无穷大" if written == "∞" else written


def _point(m: re.Match[str]) -> str:
    return f"{m[1]}{_BINARY_GEOMETRY[m[2]]}{m[3]}"


_BINARY_GEOMETRY = {"⊥": "垂直于", "∥": "平行于", "≌": "全等于", "∽": "相似于"}

MATHEMATICS_RULES: tuple[Rule, ...] = (
    rule(
        "power in words", r"(?<=\d)\^(\d+)次方", lambda m: f"的{decimal(m[1])}次方", examples="10^8次方 => 十的八次方"
    ),
    rule(
        "diameter", r"∅ ?(?=\d)", lambda m: "" if before(m, 2) == "直径" else "直径", examples="∅20mm => 直径二十毫米"
    ),
    rule(
        "integral with bounds",
        r"∫ ?(\d+|[a-z])\^(\d+|∞|[a-z](?![A-Za-z])) ?",
        lambda m: f"从{_bound(m[1])}到{_bound(m[2])}积分，",
        examples="∫₀¹x²dx=1/3 => 从零到一积分，x的平方dx等于三分之一",
    ),
    rule(
        "formula",
        rf"(?<![A-Za-z\d.])(?=[\dA-Za-zΑ-ωπ∑∫∂√(（|+±-]){_INSIDE}{{2,200}}"
        r"(?<=[\dA-Za-zΑ-ω∞∅)）|!%?？'′°.,+* -])(?![A-Za-z])",
        _formula,
        examples="""
        (-3)^2-2×(5-8)÷3 => 负三的平方减二乘（五减八）除以三
        (a+b)^2=a^2+2ab+b^2 => （a加b）的平方等于a的平方加二a b加b的平方
        |x-3|<5 => x减三的绝对值小于五
        log₂8=3 => 以二为底八的对数等于三
        函数e^x和2^n => 函数e的x次方和二的n次方
        1/(x-5) => （x减五）分之一
        (x+1)/(x-1) => （x减一）分之（x加一）
        3!=6 => 三的阶乘等于六
        sin²x+cos²x=1 => sin平方x加cos平方x等于一
        lim(x→0) sin(x)/x=1 => lim（x趋于零），x分之sin（x）等于一""",
    ),
    rule(
        "lines of a figure",
        r"([A-Za-z]{1,4}|[一-鿿]) ?([⊥∥≌∽]) ?(△?[A-Za-z]{1,4}(?![A-Za-z])|[一-鿿])",
        _point,
        examples="AB⊥CD => AB垂直于CD\nAB∥CD => AB平行于CD\n△ABC≌△DEF => 三角形ABC全等于三角形DEF",
    ),
    rule("figure", r"△ ?(?=[A-Z]{3}(?![A-Za-z]))", lambda m: "三角形", examples="△ABC => 三角形ABC"),
    rule("difference", r"△ ?(?=[A-Za-z](?![A-Za-z]))", lambda m: "德尔塔", examples="△x => 德尔塔x"),
    rule(
        "base of a logarithm",
        "[₀-₉]+",
        lambda m: digits(m.group().translate(str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789"))),
    ),
)
