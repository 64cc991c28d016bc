"""Rules for ions, blood groups, and powers whose superscript was lost on the way."""

from __future__ import annotations

import re

from ffvits.text.numerals import cardinal, decimal, digits
from ffvits.text.rules.rule import NUMBER, Rule, after, before, rule
from ffvits.text.units import UNIT, UNITS

# With another charge it is no ion: Ca+ is a brand.
_IONS = {
    "Li^+": "锂", "Na^+": "钠", "K^+": "钾", "H^+": "氢", "Ag^+": "银", "Cu^+": "亚铜", "Cu^2+": "铜",
    "Fe^2+": "亚铁", "Fe^3+": "铁", "Mg^2+": "镁", "Ca^2+": "钙", "Ba^2+": "钡", "Zn^2+": "锌", "Pb^2+": "铅",
    "Mn^2+": "锰", "Hg^2+": "汞", "Al^3+": "铝", "Cr^3+": "铬", "F^-": "氟", "Cl^-": "氯", "Br^-": "溴", "I^-": "碘",
    "S^2-": "硫", "OH^-": "氢氧根", "NO3^-": "硝酸根", "NO2^-": "亚硝酸根", "SO4^2-": "硫酸根", "SO3^2-": "亚硫酸根",
    "CO3^2-": "碳酸根", "HCO3^-": "碳酸氢根", "PO4^3-": "磷酸根", "NH4^+": "铵根", "MnO4^-": "高锰酸根",
    "CH3COO^-": "醋酸根",
}  # fmt: skip
# The superscript may be lost, or in brackets.
_BY_WRITING = {ion.replace("^", ""): name for ion, name in _IONS.items()}
_ION = "|".join(
    rf"{symbol}\^?[(（]?{re.escape(charge)}[)）]?" for symbol, _, charge in (ion.partition("^") for ion in _IONS)
)
_OF_IONS = re.compile(rf"离子|浓度|(?<![A-Za-z])c[(（]|通道|交换|泵|电解|溶液|(?<![A-Za-z\d])(?:{_ION})")


def _ion(m: re.Match[str]) -> str | None:
    ion = re.sub(r"[\^()（）]", "", m.group())
    # K+ may be a grade and F- a model; longer names with their charge are nothing else.
    if len(ion) == 2 and not _OF_IONS.search(before(m, 12) + " " + after(m, 12)):
        return None
    return _BY_WRITING[ion] + ("" if after(m, 2) == "离子" else "离子")


def _rhesus(m: re.Match[str]) -> str:
    kind = "阴性" if m.group(1) == "-" else "阳性"
    return "Rh" + ("" if re.match(r"[)）]?(?:阴|阳)性?", after(m, 3)) else kind)


def _lost_power(m: re.Match[str]) -> str:
    number, power, unit, per = m.groups()
    said = f"{decimal(number)}乘十的负{decimal(power)}次方{UNITS.get(unit, '')}"
    return f"{said}每{UNITS[per]}" if per else said


_ELEMENT = (
    "(?:A[lrsugct]|B[raei]?|C[aurlosde]?|D[by]|E[rsu]|F[er]?|G[aed]|H[eogf]?|I[nr]?|K[r]?|L[ia]|M[gno]|N[aeid]?|"
    "Os?|P[bdt]?|R[abnh]|S[ieonrcb]?|T[ilhae]|U|V|W|Xe|Y|Z[nr])"
)
# Two elements, or one with its number.
_COMPOUND = rf"(?:{_ELEMENT}(?:\d+|[()（）]{{1,2}}\d*|{_ELEMENT}\d*)+|Fe|Cu|Zn|Mg|Al|Na|Ag|Ca)"
_MADE_OF, _MAKES = (
    re.compile(rf"(?:(?<![A-Za-z]){_COMPOUND}[↑↓]?|离子)$"),
    re.compile(rf"\d{{0,2}}{_COMPOUND}(?![A-Za-z])"),
)


def _reaction(m: re.Match[str]) -> str | None:
    return "生成" if _MADE_OF.search(before(m, 16)) and _MAKES.match(after(m, 16)) else None


def _gas(m: re.Match[str]) -> str | None:
    made = re.search("(?:→|=|生成)[^，。；\n]*$", before(m, 40))
    return "" if made and _MADE_OF.search(before(m, 16)) else None


# Elements that are spoken of by the weight of their atoms.
_ISOTOPES = dict(
    zip(
        "H He Li B C N O P S K Fe Co Kr Sr Tc I Xe Cs Ir Tl Pb Po Rn Ra Th U Pu Am".split(),
        "氢氦锂硼碳氮氧磷硫钾铁钴氪锶锝碘氙铯铱铊铅钋氡镭钍铀钚镅",
        strict=True,
    )
)
_ISOTOPE = "".join(_ISOTOPES.values())


def _isotope(m: re.Match[str]) -> str:
    weight = m[1] or m[4]
    name = _ISOTOPES[m[2]] if m[2] else m[3]
    return name + (digits if len(weight) > 2 else cardinal)(weight)


CHEMISTRY_RULES: tuple[Rule, ...] = (
    rule(
        "isotope",
        rf"(?<![\dA-Za-z)^])\^(\d{{1,3}})({'|'.join(sorted(_ISOTOPES, key=len, reverse=True))})(?![a-z])"
        rf"|(?<![低高中])([{_ISOTOPE}])-(\d{{1,3}})(?![\d.%]|[年月日个元倍])",
        _isotope,
        examples="²³⁵U裂变 => 铀二三五裂变\n碳-14测年 => 碳十四测年\n³He => 氦三",
    ),
    rule(
        "ion of a reaction",
        # Behind its charge stands the next sign: Ag++Cl-=AgCl.
        rf"(?<![A-Za-z\d)])(\d{{0,2}})({_ION})(?=(\+|[=→])\d{{0,2}}(?:{_ION}|[A-Z]))",
        lambda m: (cardinal(m[1]) if m[1] else "") + _BY_WRITING[re.sub(r"[\^()（）]", "", m[2])] + "离子",
        examples="Ag⁺+Cl⁻=AgCl => 银离子加氯离子等于AgCl\nCu²⁺+2OH⁻=Cu(OH)₂ => 铜离子加二氢氧根离子等于Cu（OH）二",
    ),
    rule(
        "ion",
        rf"(?<![A-Za-z\d])(?:{_ION})(?![A-Za-z\d+=-])",
        _ion,
        examples="""
        Na+和Cl- => 钠离子和氯离子
        SO4^2-与Ba2+结合 => 硫酸根离子与钡离子结合
        Fe2+离子 => 亚铁离子
        K+通道 => 钾离子通道
        c(H⁺)=1×10⁻⁷mol/L => c（氢离子）等于一乘十的负七次方摩尔每升""",
    ),
    rule(
        "end of a strand",
        r"(?<![\d.A-Za-z])([35])['′](?=-?(?:UTR|端|末端|非翻译|帽))",
        lambda m: cardinal(m[1]) + "撇",
        examples="3'-UTR和5'端 => 三撇UTR和五撇端",
    ),
    rule(
        "reaction",
        r"(?<=[A-Za-z\d)）↑↓子]) ?(?:→|⇌|-->|->) ?(?=\d{0,2} ?[A-Z])",
        _reaction,
        examples="Fe+CuSO4→FeSO4+Cu => Fe加CuSO四生成FeSO四加Cu\n从A→B => 从A到B",
    ),
    rule(
        "gas or precipitate",
        r"(?<=[A-Za-z\d)])[↑↓](?=\s*(?:[+，。；、)）\n]|$))",
        _gas,
        examples="2H2O2=2H2O+O2↑ => 二H二O二等于二H二O加O二\nHP↑，MP↓ => HP上升，MP下降",
    ),
    rule(
        "rhesus factor",
        r"(?<![A-Za-z])Rh[(（]?([+-])[)）]?(?![A-Za-z\d])",
        _rhesus,
        examples="Rh- => Rh阴性\nRh(-)血 => Rh阴性血",
    ),
    rule(
        "lost power of ten",
        (
            rf"(?<![\dA-Za-z.])({NUMBER}) ?[×x*] ?10-(\d{{1,2}})(?: ?({UNIT})(?:/({UNIT}))?(?![A-Za-z\d]))?"
            r"(?![\d.]| ?[-+×÷*/=])"
        ),
        _lost_power,
        examples="1×10-3 => 一乘十的负三次方\n6.02×10-5mol/L => 六点零二乘十的负五次方摩尔每升",
    ),
)
